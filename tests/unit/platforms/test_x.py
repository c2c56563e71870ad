"""X: what is asked, what it costs, and what becomes of posts, threads, edits and deletions."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.contract import Batch, Document, SourceConfig
from adapters.errors import AuthFailed, Gone, Limited, Malformed, Permanent, Temporary
from adapters.http import HttpClient
from adapters.x.meter import metered, next_day, next_month
from adapters.x.source import XOptions, XSource
from adapters.x.wire import route
from tests.contract.rigs import Reply, Request, Script
from tests.contract.stage import Stage
from tests.unit.platforms.conftest import TOKEN, Place, answered, by_path
from tests.unit.platforms.replies import X_ID, body, x_post, x_problem, x_reply

TIMELINE = f"/2/users/{X_ID}/tweets"
LOOK_UP = "/2/users/by/username/voorbeeldstad"
WHO = answered({"data": {"id": X_ID, "username": "voorbeeldstad"}})


@pytest.fixture
def account(stage: Stage, http: HttpClient) -> Place:
    """Give an account of which the operator says nothing special."""
    return Place("x", stage, http, "{base}/voorbeeldstad", lambda base: XOptions(api=base), {"token": TOKEN})


def showing(*posts: Mapping[str, Any], looked_up: Callable[[Request], Reply] | Reply = WHO, **more: Any) -> Script:
    """Play a timeline that honours since_id, and whatever is looked up by id."""

    def timeline(request: Request) -> Reply:
        since, until = int(request.query.get("since_id", 0)), int(request.query.get("until_id", 10**18))
        return answered(x_reply(*(post for post in posts if since < int(post["id"]) < until), **more))

    return by_path({LOOK_UP: WHO, TIMELINE: timeline, "/2/tweets": looked_up})


def ids(batch: Batch) -> list[str | None]:
    """Give the ids of what is new."""
    return [item.native_id for item in batch.items]


def read(*posts: Mapping[str, Any], own: bool = True, **more: Any) -> Batch:
    """Read posts as a recorded reply."""
    config = SourceConfig(id="proef", url="https://x.com/voorbeeldstad", own=own)
    return XSource.read(Document(body=body(x_reply(*posts, **more))), config)


# ── asking ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_first_contact_is_small_and_then_only_what_is_newer_is_asked(account: Place) -> None:
    """The account is looked up once, first contact takes ten posts, and each later question starts at the last post."""
    script = showing(x_post(102), x_post(101))
    first = await account.fetch(script)
    assert account.asked == [LOOK_UP, TIMELINE]
    assert account.stage.requests[1].query["max_results"] == "10"
    assert account.stage.requests[1].query["exclude"] == "replies,retweets"
    again = await account.fetch()
    assert account.stage.requests[2].query["since_id"] == "102"
    assert (ids(first), first.whole, first.cost) == (["102", "101"], True, 4)
    assert (ids(again), again.whole, again.not_modified, again.cost) == ([], True, False, 0)


async def test_new_posts_are_an_increment(account: Place) -> None:
    """A batch of new posts is not the whole of what is there, so that nobody takes it for a gap."""
    await account.fetch(showing(x_post(101)))
    batch = await account.fetch(showing(x_post(103), x_post(102), x_post(101)))
    assert (ids(batch), batch.whole, batch.cost) == (["103", "102"], False, 2)


async def test_a_configured_id_needs_no_look_up(account: Place) -> None:
    """Whoever writes down the id pays for no look-up, and reads that very account whatever its name leads to."""
    account.options = lambda base: XOptions(api=base, account=X_ID)
    assert (await account.fetch(showing(x_post(101)))).cost == 1
    assert account.asked == [TIMELINE]


async def test_pages_follow_each_other(account: Place) -> None:
    """After first contact everything that is newer comes, page by page."""
    await account.fetch(showing(x_post(101)))
    pages = {None: ((104, 103), "b"), "b": ((102,), None)}

    def timeline(request: Request) -> Reply:
        posts, token = pages[request.query.get("pagination_token")]
        return answered(x_reply(*map(x_post, posts), token=token))

    assert ids(await account.fetch(by_path({TIMELINE: timeline}))) == ["104", "103", "102"]
    assert account.cursor["since"] == "104"


async def test_what_came_before_a_failure_is_kept_and_the_rest_is_asked_later(account: Place) -> None:
    """A page that was paid for is neither thrown away nor paid for twice; the next fetch begins below it."""
    await account.fetch(showing(x_post(101)))
    replies = [answered(x_reply(x_post(105), x_post(104), token="b")), Reply(status=503)]
    half = await account.fetch(replies)
    assert (ids(half), half.whole, half.cost) == (["105", "104"], False, 2)
    assert half.problems
    assert half.problems[0].startswith("http.unavailable: ")
    rest = await account.fetch([answered(x_reply(x_post(103), x_post(102)))])
    asked = account.stage.requests[0].query
    assert (asked["since_id"], asked["until_id"]) == ("101", "104")
    assert (ids(rest), account.cursor["since"], account.cursor["until"]) == (["103", "102"], "105", None)


async def test_what_x_says_is_an_error_of_ours(account: Place) -> None:
    """No credits, a used-up plan, a protected and an unknown account each have their name and their end."""
    with pytest.raises(AuthFailed) as no_credits:
        await account.fetch([answered({"title": "CreditsDepleted"}, 402)])
    assert no_credits.value.code == "x.no-credits"
    capped = {"title": "UsageCapExceeded", "type": "https://api.twitter.com/2/problems/usage-capped"}
    with pytest.raises(Limited) as used_up:
        await account.fetch([answered(capped, 429)])
    assert used_up.value.code == "x.usage-capped"
    assert used_up.value.until
    assert used_up.value.until.day == 1
    with pytest.raises(AuthFailed, match="protected"):
        await account.fetch([answered({"errors": [x_problem("not-authorized-for-resource", "user", "1")]})])
    with pytest.raises(Gone):
        await account.fetch([answered({"errors": [x_problem("resource-not-found", "user", "1")]})])


async def test_a_limit_ends_when_x_says(account: Place) -> None:
    """The moment in the header of a 429 is believed."""
    reset = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=7)
    with pytest.raises(Limited) as caught:
        await account.fetch([answered({}, 429, **{"x-rate-limit-reset": str(int(reset.timestamp()))})])
    assert caught.value.until == reset


async def test_an_address_without_a_name_is_refused(account: Place) -> None:
    """What cannot be a name on X is not put into a request."""
    account.url = "{base}/geen-naam-op-x"
    with pytest.raises(Permanent, match="does not end in the name"):
        await account.fetch([])
    assert account.asked == []


async def test_tweepy_never_learns_the_token(account: Place, caplog: pytest.LogCaptureFixture) -> None:
    """Tweepy writes the routes, its log may be as loud as it likes, and the credential is not in it."""
    caplog.set_level(logging.DEBUG)
    await account.fetch(showing(x_post(101)))
    assert any(record.name.startswith("tweepy") for record in caplog.records)
    assert TOKEN not in caplog.text
    assert account.stage.requests[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert route(lambda client: client.get_tweets(["1", "2"])) == "/2/tweets?ids=1%2C2"


# ── costs ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_meter_survives_a_restart_and_ends_at_its_cap(account: Place) -> None:
    """Units add up in the cursor; at the cap nothing is asked any more, until the next day of UTC begins."""
    account.options = lambda base: XOptions(api=base, account=X_ID, cap_day=9, cap_month=100)
    await account.fetch(showing(*(x_post(number) for number in range(105, 100, -1))))
    assert account.cursor["meter"]["today"] == 5
    account.stage.play(showing(x_post(106)))
    with pytest.raises(Limited) as caught:
        await account.fetch()
    assert (caught.value.code, account.asked) == ("x.cap-day", [])
    assert "5 of the 9 units" in str(caught.value)
    assert caught.value.until == next_day(datetime.now(UTC))
    account.cursor["meter"]["day"] = "2026-01-31"
    assert ids(await account.fetch()) == ["106"]


async def test_the_month_has_a_cap_of_its_own(account: Place) -> None:
    """When the month is spent, the pause lasts until the next month."""
    account.options = lambda base: XOptions(api=base, account=X_ID, cap_month=5)
    await account.fetch(showing(x_post(101)))
    with pytest.raises(Limited) as caught:
        await account.fetch()
    assert (caught.value.code, caught.value.until) == ("x.cap-month", next_month(datetime.now(UTC)))


async def test_what_a_failed_fetch_cost_is_counted_too(account: Place) -> None:
    """A fetch that pays and then fails brings no cursor; the meter of the running program knows all the same."""
    source = account.source()
    account.stage.play(by_path({LOOK_UP: WHO, TIMELINE: Reply(status=503)}))
    with pytest.raises(Temporary):
        await source.fetch({})
    account.stage.play(showing(x_post(101)))
    batch = await source.fetch({})
    assert batch.cursor["meter"]["today"] == 2 + 2 + 1
    assert batch.cost == 3


async def test_no_more_is_asked_than_may_be_paid(account: Place) -> None:
    """The last units of a day limit how many posts are asked for."""
    account.options = lambda base: XOptions(api=base, account=X_ID, cap_day=8)
    await account.fetch(showing(x_post(101)))
    await account.fetch()
    assert account.stage.requests[1].query["max_results"] == "7"


@given(st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - hypothesis adds the zone
def test_days_and_months_end(now: datetime) -> None:
    """The next day and the next month begin at a midnight that lies ahead, by at most their own length."""
    day, month = next_day(now), next_month(now)
    assert now < day <= now + timedelta(days=1)
    assert day <= month <= now + timedelta(days=31, hours=1)
    assert (day.hour, month.day, month.hour) == (0, 1, 0)
    kept = metered({}, now, cap_day=5, cap_month=5)
    kept.spend(3)
    assert metered(kept.as_json(), now, cap_day=5, cap_month=5).left == 2
    assert metered(kept.as_json(), month, cap_day=5, cap_month=5).left == 5


# ── posts ────────────────────────────────────────────────────────────────────────────────────────────────────────────


LONG = "De brug bij Voorbeelddorp is dicht. " + "Omrijden kan via de dijk, maar reken op veel vertraging " * 4


def test_of_others_a_headline_and_the_address_are_all() -> None:
    """X's terms: the full text, the pictures and the raw entry stay where they are."""
    (item,) = read(x_post(1, LONG), own=False).items
    assert item.title
    assert item.title.value == "De brug bij Voorbeelddorp is dicht."
    assert (item.content, item.media, item.raw) == (None, (), b"")
    assert item.url == "https://x.com/voorbeeldstad/status/1"


def test_our_own_are_given_in_full() -> None:
    """Links are written out, what X escaped is unescaped, the long text counts, and pictures have their description."""
    post = x_post(
        1,
        "Kort https://t.co/a https://t.co/p",
        note_tweet={
            "text": "Lang &amp; breed: https://t.co/a https://t.co/p",
            "entities": {"urls": [{"url": "https://t.co/a", "expanded_url": "https://www.voorbeeldstad.example/a"}]},
        },
        entities={"urls": [{"url": "https://t.co/p", "expanded_url": "https://x.com/p/photo/1", "media_key": "3_1"}]},
        attachments={"media_keys": ["3_1"]},
    )
    media = {"media_key": "3_1", "type": "photo", "url": "https://pbs.example/1.jpg", "alt_text": "De brug"}
    (item,) = read(post, includes={"media": [media]}).items
    assert item.title is None
    assert item.content
    assert item.content.value == "Lang & breed: https://www.voorbeeldstad.example/a"
    assert item.links == ("https://www.voorbeeldstad.example/a",)
    assert [(one.url, one.alt) for one in item.media] == [("https://pbs.example/1.jpg", "De brug")]
    assert item.raw


def test_replies_and_reposts_are_left_out_unless_they_are_wanted() -> None:
    """Answers to citizens and what others wrote are no announcements."""
    reply = x_post(3, "@inwoner Bel 14 0999.", in_reply_to_user_id="42", conversation_id="2")
    repost = x_post(2, "RT @anderen: Iets", referenced_tweets=[{"type": "retweeted", "id": "9"}])
    document = Document(body=body(x_reply(reply, repost, x_post(1))))
    shown = {
        wanted: [item.native_id for item in XSource.read(document, _config(*wanted)).items]
        for wanted in ((False, False), (True, False), (False, True))
    }
    assert shown == {(False, False): ["1"], (True, False): ["3", "1"], (False, True): ["2", "1"]}


def _config(replies: bool, reposts: bool) -> SourceConfig:
    return SourceConfig(id="proef", url="", options=XOptions(replies=replies, reposts=reposts))


def test_an_edited_post_keeps_its_first_id() -> None:
    """X gives each version a new id; the announcement stays the same."""
    edited = x_post(7, "Nu wel goed", edit_history_tweet_ids=["5", "7"])
    (item,) = read(edited).items
    assert (item.native_id, item.url) == ("5", "https://x.com/voorbeeldstad/status/5")


def test_no_language_is_better_than_a_wrong_one() -> None:
    """X's codes for "unknown" and "no words" are no languages."""
    assert [item.language for item in read(x_post(2, lang="und"), x_post(1)).items] == [None, "nl"]


def part(number: int, head: int) -> dict[str, Any]:
    """A post in which the account goes on where it began."""
    return x_post(number, f"Deel {number}", conversation_id=str(head), in_reply_to_user_id=X_ID)


def test_a_thread_is_one_announcement() -> None:
    """The posts of a conversation that the account has with itself are joined, in the order in which they were written."""
    batch = read(part(12, 10), x_post(11, "Iets anders"), part(13, 10), x_post(10, "Begin"))
    assert ids(batch) == ["11", "10"]
    assert batch.items[1].content
    assert batch.items[1].content.value == "Begin\n\nDeel 12\n\nDeel 13"


async def test_a_thread_that_goes_on_later_is_looked_up_and_joined(account: Place) -> None:
    """Parts that come after the last fetch change the announcement that they belong to, with the parts that were known."""
    account.own = True
    await account.fetch(showing(part(102, 101), x_post(101, "Begin")))
    everything = {str(one["id"]): one for one in (x_post(101, "Begin"), part(102, 101))}

    def looked_up(request: Request) -> Reply:
        return answered({"data": [everything[one] for one in request.query["ids"].split(",")]})

    (item,) = (await account.fetch(showing(part(103, 101), looked_up=looked_up))).items
    assert item.native_id == "101"
    assert item.content
    assert item.content.value == "Begin\n\nDeel 102\n\nDeel 103"
    assert (await account.fetch(showing())).items == ()


async def test_a_part_whose_beginning_cannot_be_had_stands_alone(account: Place) -> None:
    """Nothing that could be read is lost because something else could not."""
    account.own = True
    await account.fetch(showing(x_post(101, "Begin")))
    batch = await account.fetch(showing(part(103, 101), looked_up=Reply(status=503)))
    assert ids(batch) == ["103"]
    assert batch.problems


# ── deletions ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_deleted_post_is_withdrawn_within_a_day(account: Place) -> None:
    """Once a day the posts that are still shown are looked up; one that X does not know is withdrawn, once."""
    await account.fetch(showing(x_post(103), x_post(102), x_post(101)))
    account.cursor["looked"] = (datetime.now(UTC) - timedelta(hours=21)).isoformat()

    def looked_up(request: Request) -> Reply:
        assert request.query["ids"] == "103,102,101"
        problems = [
            x_problem("resource-not-found", "tweet", "102"),
            x_problem("not-authorized-for-resource", "tweet", "101"),
        ]
        return answered({"data": [x_post(103)], "errors": problems})

    batch = await account.fetch(showing(looked_up=looked_up))
    assert [(item.native_id, item.withdrawn) for item in batch.items] == [("102", True)]
    assert batch.cost == 1
    assert (await account.fetch(showing())).items == ()


async def test_looking_up_is_bounded_and_can_be_switched_off(account: Place) -> None:
    """What is looked up costs money as well."""
    account.options = lambda base: XOptions(api=base, account=X_ID, recheck=0)
    await account.fetch(showing(x_post(101)))
    account.cursor["looked"] = "2026-01-01T00:00:00+00:00"
    await account.fetch(showing())
    assert account.asked == [TIMELINE]


async def test_a_look_up_that_fails_is_tried_again(account: Place) -> None:
    """It is told, it stops nothing, and the next fetch tries once more."""
    await account.fetch(showing(x_post(101)))
    account.cursor["looked"] = "2026-01-01T00:00:00+00:00"
    batch = await account.fetch(showing(x_post(102), looked_up=Reply(status=500)))
    assert (ids(batch), len(batch.problems)) == (["102"], 1)
    await account.fetch(showing(looked_up=answered({"data": []})))
    assert account.asked == [TIMELINE, "/2/tweets"]


def test_a_changed_shape_is_named() -> None:
    """Posts that are no list are not read as none."""
    with pytest.raises(Malformed) as caught:
        XSource.read(Document(body=b'{"data":{"id":"1"}}'), SourceConfig(id="proef", url=""))
    assert caught.value.code == "reply.changed-shape"
