"""Every row of the error table, over real HTTP: which answer, or silence, becomes which error, and what it says to do."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.contract import Attached, Picture, Post
from adapters.errors import AdapterError, AuthFailed, Gone, Limited, Malformed, Refused, Temporary, Unknown
from adapters.mastodon.errors import moment
from adapters.mastodon.publisher import MastodonPublisher
from tests.standin.mastodon import Standin

POST = Post(text="Brug open https://www.voorbeeldstad.nl/brug", language="nl")
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
MP4 = bytes(4) + b"ftypisom" + bytes(64)
PICTURE = Picture(body=PNG, mime="image/png", alt="Brug")
FILM = Picture(body=MP4, mime="video/mp4", alt="Brug")
TIMEOUT = 0.3
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
JSON: dict[str, Any] = {"body": '{"error":"無効です"}', "content_type": "application/json"}


@pytest.fixture
def server() -> Iterator[Standin]:
    """Give a Mastodon server."""
    with Standin() as running:
        yield running


@pytest.fixture
def publisher(server: Standin) -> Iterator[MastodonPublisher]:
    """Give a publisher that has looked at its server."""
    made = MastodonPublisher(server.config(timeout=TIMEOUT))
    made.limits()
    yield made
    made.close()


def caught(verb: Callable[[], object]) -> AdapterError:
    """Give the error that a verb raises."""
    with pytest.raises(AdapterError) as info:
        verb()
    return info.value


def publish(publisher: MastodonPublisher, post: Post = POST, key: str = "k") -> AdapterError:
    """Give the error that publishing raises."""
    return caught(lambda: publisher.publish(post, key))


@pytest.mark.parametrize(
    ("fault", "changes", "settles"),
    [
        ("drop-before", {}, 2.0),
        ("drop-after", {}, 2.0),
        ("half", {}, 2.0),
        ("page", {}, 2.0),
        ("page", JSON, 2.0),
        ("page", {"body": "x" * 9_000_000}, TIMEOUT),
        ("error-before", {"status": 500}, 2.0),
        ("error-after", {"status": 500}, 2.0),
        ("error-after", {"status": 502}, 2.0),
        ("error-after", {"status": 503}, 2.0),
        ("error-after", {"status": 504}, TIMEOUT),
        ("error-after", {"status": 524}, TIMEOUT),
        ("error-after", {"status": 408}, TIMEOUT),
        ("late-answer", {}, TIMEOUT),
        ("late-store", {}, TIMEOUT),
        ("hang", {}, TIMEOUT),
        ("drip", {}, TIMEOUT),
    ],
)
def test_a_lost_answer_is_unknown(
    server: Standin, publisher: MastodonPublisher, fault: str, changes: dict[str, Any], settles: float
) -> None:
    """Whatever may have been handled is ``Unknown``, stored or not, and says when it can no longer be running."""
    server.fail(fault, **changes)
    began = time.monotonic()
    error = publish(publisher)
    assert time.monotonic() - began < 3 * TIMEOUT
    assert isinstance(error, Unknown)
    assert error.settles_after == settles
    assert bool(server.texts()) == (fault in {"drop-after", "half", "page", "error-after", "late-answer", "drip"})


@pytest.mark.parametrize("fault", ["drop-before", "half", "page", "hang", "error-before", "drip"])
def test_looking_is_never_unknown(server: Standin, publisher: MastodonPublisher, fault: str) -> None:
    """A request that only looks is ``Temporary`` when its answer is lost: it can simply be made again."""
    publisher.publish(POST, "k")
    publisher.timeline()
    server.fail(fault, method="GET", path="/api/v1/*")
    error = caught(publisher.timeline)
    assert isinstance(error, Temporary)
    assert not isinstance(error, Unknown)
    assert len(publisher.timeline()) == 1


@pytest.mark.parametrize(
    ("verb", "method"),
    [
        (lambda one, post: one.edit(post, POST), "PUT"),
        (lambda one, post: one.delete(post), "DELETE"),
        (lambda one, post: one.boost(f"https://standin.example/@omroeper/{post}"), "POST"),
        (lambda one, post: one.unboost(post), "POST"),
    ],
)
def test_every_change_can_be_unknown(
    server: Standin, publisher: MastodonPublisher, verb: Callable[[MastodonPublisher, str], object], method: str
) -> None:
    """Editing, deleting and boosting say ``Unknown`` too when the answer is lost."""
    made = publisher.publish(replace(POST, text="eerst"), "k").remote_id
    server.fail("drop-after", method=method, path="/api/v1/statuses/*")
    assert isinstance(caught(lambda: verb(publisher, made)), Unknown)


@pytest.mark.parametrize(
    ("headers", "until", "seconds"),
    [
        ({}, None, None),
        ({"X-RateLimit-Reset": "2026-11-23T12:00:00.000000Z"}, NOON, None),
        ({"X-RateLimit-Reset": "2026-11-23T13:00:00.000+01:00"}, NOON, None),
        ({"X-Ratelimit-Reset": str(int(NOON.timestamp()))}, NOON, None),
        ({"Retry-After": "Mon, 23 Nov 2026 12:00:00 GMT"}, NOON, None),
        ({"Retry-After": "30"}, None, 30.0),
        ({"X-RateLimit-Reset": "45"}, None, 45.0),
        ({"X-RateLimit-Reset": "morgen", "Retry-After": "-1"}, None, None),
    ],
)
def test_a_pause_names_its_end(
    server: Standin,
    publisher: MastodonPublisher,
    headers: dict[str, str],
    until: datetime | None,
    seconds: float | None,
) -> None:
    """429 gives the moment or the seconds that the server named, in whichever spelling, and surely published nothing."""
    server.fail("limited", headers=headers)
    error = publish(publisher)
    assert isinstance(error, Limited)
    assert (error.until, error.retry_after) == (until, seconds)
    assert server.texts() == []


def test_the_real_window_is_read(server: Standin, publisher: MastodonPublisher) -> None:
    """The stand-in's own 429, as Mastodon sends it, names the end of the window; the receipts count down to it."""
    server.world.settings.windows["statuses"] = replace(server.world.settings.windows["statuses"], limit=2)
    budgets = [publisher.publish(POST, str(n)).budget for n in range(2)]
    error = publish(publisher, key="3")
    assert isinstance(error, Limited)
    assert [budget and (budget.remaining, budget.until) for budget in budgets] == [(1, error.until), (0, error.until)]


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (401, JSON, (AuthFailed, "mastodon.token")),
        (403, JSON, (AuthFailed, "mastodon.forbidden")),
        (403, {"body": "Forbidden\n", "content_type": "text/plain"}, (AuthFailed, "mastodon.blocked")),
        (404, {}, (Temporary, "mastodon.unexpected")),
        (404, JSON, (Gone, "mastodon.deleted-since")),
        (413, {}, (Refused, "mastodon.refused")),
        (422, JSON, (Refused, "mastodon.refused")),
        (400, JSON, (Refused, "mastodon.refused")),
        (418, {}, (Refused, "mastodon.refused")),
    ],
)
def test_an_answer_that_says_no_published_nothing(
    server: Standin,
    publisher: MastodonPublisher,
    status: int,
    body: dict[str, Any],
    expected: tuple[type[AdapterError], str],
) -> None:
    """By status and shape alone, in Japanese or HTML: who or what is refused, and never ``Unknown``."""
    server.fail("error-before", status=status, **body)
    error = publish(publisher)
    assert (type(error), error.code) == expected
    assert error.status == status
    assert server.texts() == []


def test_a_redirect_is_not_followed(server: Standin, publisher: MastodonPublisher) -> None:
    """The token is never carried to another server, and the post does not become a GET."""
    with Standin() as elsewhere:
        server.fail("redirect", headers={"Location": f"{elsewhere.url}/api/v1/statuses"})
        error = publish(publisher)
        assert isinstance(error, Temporary)
        assert error.code == "mastodon.redirected"
        assert elsewhere.world.log == []


def test_the_servers_own_states_stop_the_account(server: Standin, publisher: MastodonPublisher) -> None:
    """Revoked, suspended, blocked and unscoped are all ``AuthFailed``, each with its own code and remedy."""
    server.account.state = "revoked"
    assert publish(publisher).code == "mastodon.token"
    server.account.state = "suspended"
    assert publish(publisher).code == "mastodon.forbidden"
    server.account.state = "ok"
    server.account.scopes = frozenset({"profile", "read:statuses"})
    error = publish(publisher)
    assert (type(error), error.code, bool(error.remedy)) == (AuthFailed, "mastodon.forbidden", True)
    server.world.settings.ip_blocked = True
    assert publish(publisher).code == "mastodon.blocked"


def test_takahe_says_400_to_a_bad_token() -> None:
    """A plain 400 is looked into: it stops the account only where the token is not known any more."""
    with Standin("takahe") as server:
        publisher = MastodonPublisher(server.config())
        publisher.limits()
        server.fail("error-before", status=400, body="?", content_type="text/plain")
        assert isinstance(publish(publisher), Refused)
        server.account.state = "revoked"
        assert [type(publish(publisher)), type(caught(publisher.identity))] == [AuthFailed, AuthFailed]
        publisher.close()


def test_what_is_missing_is_named(server: Standin, publisher: MastodonPublisher) -> None:
    """A 404 is about the parent, the quoted post, or the post that this key once made: looked up, not read."""
    made = publisher.publish(POST, "k").remote_id
    parent = publish(publisher, replace(POST, in_reply_to="1"), "p")
    quoted = publish(publisher, replace(POST, in_reply_to=made, quote="1"), "q")
    publisher.delete(made)
    spent = publish(publisher)
    assert [isinstance(error, Gone) and error.about for error in (parent, quoted, spent)] == ["parent", "quote", ""]
    assert spent.code == "mastodon.deleted-since"


def test_a_forbidden_answer_is_about_the_parent(server: Standin, publisher: MastodonPublisher) -> None:
    """A 403 on a reply, while the token is good, is one post's trouble and does not stop the account."""
    made = publisher.publish(POST, "k").remote_id
    server.fail("error-before", status=403, **JSON)
    error = publish(publisher, replace(POST, in_reply_to=made), "r")
    assert isinstance(error, Refused)
    assert error.about == "parent"


def test_media_trouble_is_told_from_text_trouble(server: Standin, publisher: MastodonPublisher) -> None:
    """A 422 is about the media only where the server, asked for them, says so."""
    picture, film = publisher.upload(PICTURE), publisher.upload(FILM)
    assert (picture.ready, film.ready, publisher.ready(film.remote_id)) == (True, False, False)
    long = publish(publisher, Post(text="a" * 501, language="nl", media=(picture,)))
    busy = publish(publisher, replace(POST, media=(film,)))
    gone = publish(publisher, replace(POST, media=(Attached(remote_id="1", alt=""),)))
    server.world.media[film.remote_id].state = "failed"
    failed = publish(publisher, replace(POST, media=(film,)))
    assert [getattr(error, "about", None) for error in (long, gone, failed)] == ["", "media", "media"]
    assert isinstance(busy, Temporary)
    assert busy.code == "mastodon.media-processing"
    server.world.media[film.remote_id].state = "ready"
    assert publisher.ready(film.remote_id)
    publisher.publish(replace(POST, media=(film,)), "k")
    lost = caught(lambda: publisher.ready(film.remote_id))
    assert isinstance(lost, Gone)
    assert lost.about == "media"


def test_nobody_is_notified_by_accident(server: Standin, publisher: MastodonPublisher) -> None:
    """On Mastodon the seat belt is on: a text that would reach an account is refused, about its text."""
    server.world.settings.known_accounts["politie"] = "77"
    error = publish(publisher, Post(text="Bel @politie", language="nl"))
    assert isinstance(error, Refused)
    assert (error.about, error.code) == ("text", "mastodon.mentions")


def test_an_upload_can_be_refused_or_lost(server: Standin, publisher: MastodonPublisher) -> None:
    """What the server will not have is about the media; a lost upload is simply made again."""
    svg = caught(lambda: publisher.upload(replace(PICTURE, body=b"<svg/>")))
    server.fail("error-before", path="/api/v2/media", status=413)
    large = caught(lambda: publisher.upload(PICTURE))
    server.fail("drop-after", path="/api/v2/media")
    lost = caught(lambda: publisher.upload(PICTURE))
    assert [isinstance(error, Refused) and error.about for error in (svg, large)] == ["media", "media"]
    assert type(lost) is Temporary


def test_a_deletion_is_only_done_when_it_is_done(server: Standin, publisher: MastodonPublisher) -> None:
    """A page with 404 from something before the server is not taken for a deleted post."""
    made = publisher.publish(POST, "k").remote_id
    server.fail("error-before", method="*", path="/api/v1/*", count=2, status=404)
    error = caught(lambda: publisher.delete(made))
    assert (type(error), error.code) == (Temporary, "mastodon.unexpected")
    assert server.texts() == [POST.text]
    server.fail("error-before", method="*", path="/api/v1/*", count=2, status=404)
    assert caught(lambda: publisher.post(made)).code == "mastodon.unexpected"


def test_a_deletion_takes_its_pictures_along(server: Standin, publisher: MastodonPublisher) -> None:
    """What is taken away is not kept for a redraft on the server."""
    picture = publisher.upload(PICTURE)
    publisher.delete(publisher.publish(replace(POST, media=(picture,)), "k").remote_id)
    assert server.world.media == {}


def test_a_server_that_cannot_edit_says_so(server: Standin, publisher: MastodonPublisher) -> None:
    """404 to an edit of a post that is there means that the server has no such verb."""
    made = publisher.publish(POST, "k").remote_id
    server.fail("error-before", method="PUT", path="/api/v1/statuses/*", status=404, **JSON)
    error = caught(lambda: publisher.edit(made, POST))
    assert (type(error), error.code) == (Refused, "mastodon.not-editable")


def test_boosting_has_its_own_refusals(server: Standin, publisher: MastodonPublisher) -> None:
    """A post that may not be boosted, a token that may not search, a post not found: none stops the account."""
    secret = publisher.publish(replace(POST, visibility="direct"), "k").url or ""
    assert caught(lambda: publisher.boost(secret)).code == "mastodon.not-boostable"
    missing = caught(lambda: publisher.boost("https://elders.example/1"))
    assert isinstance(missing, Gone)
    assert missing.about == "target"
    server.account.scopes -= {"read:search"}
    assert caught(lambda: publisher.boost(secret)).code == "mastodon.no-search"


def test_an_address_without_the_api_is_named(server: Standin, publisher: MastodonPublisher) -> None:
    """Where there is no Mastodon API ``identity`` says so; a page in its place is waited for."""
    server.fail("error-before", method="GET", path="/api/v1/*", status=404)
    assert isinstance(caught(publisher.identity), Malformed)
    server.fail("page", method="GET", path="/api/v1/*")
    assert caught(publisher.identity).code == "mastodon.unreadable"
    server.fail("page", method="GET", path="/api/v1/accounts/1000/statuses", body="{}")
    assert caught(publisher.timeline).code == "mastodon.unreadable"
    server.fail("page", method="GET", path="/api/v2/search", body="{}")
    assert caught(lambda: publisher.boost("https://x.example/1")).code == "mastodon.unreadable"
    server.fail("page", method="GET", path="/api/v2/*", body="[]")
    assert caught(publisher.limits).code == "mastodon.unreadable"


def test_odd_headers_do_not_spoil_a_good_answer(server: Standin, publisher: MastodonPublisher) -> None:
    """A published post is a receipt, also where its rate headers are nonsense and the endpoint is called deprecated."""
    headers = {"X-RateLimit-Remaining": "veel", "X-RateLimit-Reset": "ooit", "Deprecation": "true"}
    server.fail("page", body='{"id":"5","media_attachments":7,"created_at":1}', headers=headers)
    receipt = publisher.publish(POST, "k")
    assert (receipt.remote_id, receipt.budget) == ("5", None)


def test_the_wait_that_a_failing_server_asks_is_kept(server: Standin, publisher: MastodonPublisher) -> None:
    """503 with Retry-After (GoToSocial when overloaded) is ``Unknown`` and carries the wait."""
    server.fail("error-before", status=503, headers={"Retry-After": "30"})
    error = publish(publisher)
    assert isinstance(error, Unknown)
    assert error.retry_after == 30


@pytest.mark.parametrize(
    "value", ["", "9" * 40, "-5", "٣٣٣٣٣٣٣٣٣٣", "2026-13-45", "Mon, 99 Foo 2026", "0001-01-01T00:00:00+23:00"]
)
def test_no_reset_is_too_odd(value: str) -> None:
    """A moment that cannot be read is none, and never an error."""
    assert moment(value) is None
