"""CAP over real HTTP: the index, the messages behind it, and what is remembered of both."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.cap import CapOptions
from adapters.cap.cursor import MOST_READ
from adapters.cap.source import MOST_ASKED
from adapters.contract import Batch
from adapters.errors import AuthFailed, Gone, Limited, Malformed, Permanent, Temporary
from tests.unit.alerts.documents import HERE, NAMESPACE, SENT, alert, atom, codes, ids, info, of, reasons, stem
from tests.unit.alerts.place import Place, Reader, Says, reading

NL, EN = info("nl"), info("en", "Fire")


@pytest.fixture
async def stage() -> AsyncIterator[tuple[Place, Reader]]:
    """Serve an index and read it."""
    async with reading("cap") as both:
        yield both


def entry(number: int, *, minute: int | None = None, href: str = "", place: str = "Noord") -> str:
    """Write an entry that links to a message."""
    updated = f"2026-11-23T08:{number if minute is None else minute:02}:00+01:00"
    return (
        f"<entry><id>urn:{number}:{place}</id><title>Brand in {place}</title><updated>{updated}</updated>"
        f'<link href="https://vrv.example/{place}"/>'
        f'<link type="application/cap+xml" href="{href or f"{{base}}/cap/{number}"}"/><cap:event>Brand</cap:event></entry>'
    )


def show(place: Place, *numbers: int, tag: str | None = None) -> None:
    """Serve an index of these messages, newest first, and the messages."""
    headers = {"ETag": tag} if tag else {}
    place.pages["/index"] = Says(body=atom(*map(entry, numbers)), headers=headers)
    for number in numbers:
        place.pages.setdefault(f"/cap/{number}", Says(body=alert(NL, number=number)))


async def until_whole(reader: Reader) -> list[Batch]:
    """Fetch until everything was read."""
    batches = [await reader.fetch()]
    while not batches[-1].whole and len(batches) < 10:
        batches.append(await reader.fetch())
    return batches


async def test_messages_are_read_once(stage: tuple[Place, Reader]) -> None:
    """The index leads to each message once; a 304 asks for nothing more, and a new message is the only one asked for."""
    place, reader = stage
    show(place, 2, 1, tag='"a"')
    first = await reader.fetch()
    assert (ids(first), first.whole, first.title) == ([stem(2), stem(1)], True, "Veiligheidsregio Voorbeeldland")
    assert first.items[0].url == "https://vrv.example/Noord"
    again = await reader.fetch()
    assert (again.not_modified, again.title) == (True, "Veiligheidsregio Voorbeeldland")
    show(place, 3, 2, 1, tag='"b"')
    third = await reader.fetch()
    assert (ids(third), third.unchanged) == ([stem(3)], frozenset(item.digest for item in first.items))
    assert place.asked == ["/index", "/cap/2", "/cap/1", "/index", "/index", "/cap/3"]


async def test_the_same_body_is_nothing_new(stage: tuple[Place, Reader]) -> None:
    """A server that knows no validators costs a hash."""
    place, reader = stage
    show(place, 1)
    await reader.fetch()
    assert (await reader.fetch()).not_modified


async def test_a_message_listed_for_each_of_its_areas_is_asked_for_once(stage: tuple[Place, Reader]) -> None:
    """MeteoAlarm lists a warning once per area, all with one link: that is one message, and one request."""
    place, reader = stage
    entries = [entry(1, place=name) for name in ("Noord", "Zuid", "Oost")]
    place.pages["/index"] = Says(body=atom(*entries))
    place.pages["/cap/1"] = Says(body=alert(NL, EN))
    batch = await reader.fetch()
    assert ids(batch) == [f"{stem()},nl", f"{stem()},en"]
    assert place.asked == ["/index", "/cap/1"]


async def test_a_newer_entry_is_read_again(stage: tuple[Place, Reader]) -> None:
    """Some addresses show the newest message of an event: a new date at the entry means a new look at it."""
    place, reader = stage
    place.pages["/index"] = Says(body=atom(entry(1, minute=1)))
    place.pages["/cap/1"] = Says(body=alert(NL, number=1))
    await reader.fetch()
    place.pages["/index"] = Says(body=atom(entry(1, minute=2)))
    same = await reader.fetch()
    assert (same.items, len(same.unchanged)) == ((), 1)
    place.pages["/index"] = Says(body=atom(entry(1, minute=3)))
    place.pages["/cap/1"] = Says(body=alert(NL, number=2, kind="Update", references=stem(1)))
    (update,) = (await reader.fetch()).items
    assert (update.native_id, of(update).references) == (stem(2), (stem(1),))


async def test_references_find_what_earlier_polls_told(stage: tuple[Place, Reader]) -> None:
    """A cancel without words, polls later, ends the alert in each language in which it was told."""
    place, reader = stage
    place.pages["/cap/1"] = Says(body=alert(NL, EN, number=1))
    show(place, 1)
    await reader.fetch()
    place.pages["/cap/2"] = Says(body=alert(number=2, kind="Cancel", references=f"ander,vrv-1,{SENT}"))
    show(place, 2)
    batch = await reader.fetch()
    assert [(item.language, of(item).references) for item in batch.items] == [
        ("nl", (f"{stem(1)},nl",)),
        ("en", (f"{stem(1)},en",)),
    ]


async def test_the_newest_messages_come_first_and_the_rest_later(stage: tuple[Place, Reader]) -> None:
    """A poll asks for so many messages; until all are read the batch is not whole and the index is asked in full."""
    place, reader = stage
    count = MOST_ASKED + 5
    show(place, *range(1, count + 1), tag='"a"')
    first, second = await until_whole(reader)
    assert (len(first.items), first.whole, first.problems) == (MOST_ASKED, False, ())
    assert stem(count) in ids(first)
    assert stem(1) not in ids(first)
    assert (ids(second), second.whole) == ([stem(number) for number in range(1, 6)], True)
    assert all("if-none-match" not in headers for headers in place.headers)
    assert (await reader.fetch()).not_modified


async def test_an_index_of_more_than_can_be_remembered_is_read_to_its_end_once(stage: tuple[Place, Reader]) -> None:
    """Of an endless index the newest messages are read, each once; then there is nothing more to ask for."""
    place, reader = stage
    entries = [entry(number, minute=number % 60, href=f"{{base}}/cap/{number}") for number in range(MOST_READ + 20)]
    place.pages["/index"] = Says(body=atom(*entries))
    for number in range(MOST_READ + 20):
        place.pages[f"/cap/{number}"] = Says(body=alert(NL, EN, number=number))
    batches = [await reader.fetch() for _ in range(-(-MOST_READ // MOST_ASKED))]
    assert sum(len(batch.items) for batch in batches) == 2 * MOST_READ
    assert (batches[-1].whole, codes(batches[-1])) == (True, {"cap.too-many"})
    assert (await reader.fetch()).not_modified


async def test_a_lost_transaction_finds_the_same_again(stage: tuple[Place, Reader]) -> None:
    """Fetching twice from one cursor gives the same items twice."""
    place, reader = stage
    show(place, 2, 1)
    first, reader.cursor = await reader.fetch(), {}
    assert (await reader.fetch()).items == first.items


@pytest.mark.parametrize("status", [500, 403])
async def test_what_cannot_be_had_now_is_tried_again(stage: tuple[Place, Reader], status: int) -> None:
    """A message behind a failing address is asked for as long as the index lists it; the others are told meanwhile.

    At first the batch is not whole and says why; later the entry is broken, and the source is well again.
    """
    place, reader = stage
    show(place, 2, 1, tag='"a"')
    place.pages["/cap/1"] = Says(status=status)
    batches = [await reader.fetch() for _ in range(8)]
    assert [len(batch.items) for batch in batches] == [1, 0, 0, 0, 0, 0, 0, 0]
    assert [batch.whole for batch in batches] == [False] * 4 + [True] * 4
    assert [len(batch.broken) for batch in batches] == [0] * 4 + [1] * 4
    assert codes(batches[0]) == {"cap.unfetched"}
    assert f"answers {status}" in batches[0].problems[0]
    place.pages["/cap/1"] = Says(body=alert(NL, number=1))
    found = await reader.fetch()
    assert (ids(found), found.broken, found.whole) == ([stem(1)], (), True)
    assert (await reader.fetch()).not_modified


async def test_one_that_keeps_failing_holds_up_no_other(stage: tuple[Place, Reader]) -> None:
    """A new message is asked for before those that could not be had before."""
    place, reader = stage
    show(place, 4, 3, 2, 1)
    for number in (2, 3, 4):
        place.pages[f"/cap/{number}"] = Says(status=500)
    await reader.fetch()
    assert ids(await reader.fetch()) == [stem(1)]


async def test_a_failing_host_is_not_hammered(stage: tuple[Place, Reader]) -> None:
    """After three failures a poll asks for no further message."""
    place, reader = stage
    show(place, *range(1, 9))
    for number in range(1, 8):
        place.pages[f"/cap/{number}"] = Says(status=503)
    batch = await reader.fetch()
    assert (ids(batch), len(place.asked)) == ([stem(8)], 5)


@pytest.mark.parametrize(
    ("says", "reason"),
    [
        (Says(status=404), "answers 404"),
        (Says(body="<!doctype html><title>Uitleg</title>"), "a web page (HTML) stands where alerts should be"),
        (Says(body=alert(NL)[:-40]), "a CAP message begins, and is cut off"),
        (Says(body=""), "the answer is empty"),
    ],
    ids=["gone", "page", "cut", "empty"],
)
async def test_what_is_no_message_is_given_up_after_a_while(
    stage: tuple[Place, Reader], says: Says, reason: str
) -> None:
    """A copy may lag behind its index, so it is tried a few times; then the entry is broken, once, and the rest whole."""
    place, reader = stage
    show(place, 2, 1)
    place.pages["/cap/1"] = says
    batches = await until_whole(reader)
    assert [len(batch.broken) for batch in batches] == [0, 0, 0, 0, 1]
    assert reason in reasons(batches[-1])[0]
    assert batches[-1].broken[0].raw
    assert (await reader.fetch()).not_modified
    show(place, 3, 2, 1)
    later = await reader.fetch()
    assert (ids(later), reasons(later)) == ([stem(3)], reasons(batches[-1]))
    assert place.asked.count("/cap/1") == 5


async def test_a_pause_that_a_message_asks_for_is_kept(stage: tuple[Place, Reader]) -> None:
    """What was read before is told; until the moment that the host named, nobody is asked at all."""
    place, reader = stage
    show(place, 3, 2, 1)
    place.pages["/cap/2"] = Says(status=429, headers={"Retry-After": "300"})
    assert ids(await reader.fetch()) == [stem(3)]
    asked = len(place.asked)
    assert place.asked == ["/index", "/cap/3", "/cap/2"]
    with pytest.raises(Limited) as caught:
        await reader.fetch()
    assert len(place.asked) == asked
    assert caught.value.until
    assert timedelta(seconds=200) < caught.value.until - datetime.now(UTC) <= timedelta(seconds=300)
    reader.cursor["pause"] = "2026-01-01T00:00:00+00:00"
    place.pages["/cap/2"] = Says(body=alert(NL, number=2))
    assert ids(await reader.fetch()) == [stem(2), stem(1)]


async def test_an_index_sends_us_nowhere_else(stage: tuple[Place, Reader]) -> None:
    """A message on a foreign host is not asked for: the entry is told as the index tells it, and people hear of it."""
    place, reader = stage
    place.pages["/index"] = Says(body=atom(entry(1, href="http://127.0.0.2:1/cap/1"), entry(2, href="{base}/index")))
    batch = await reader.fetch()
    assert ids(batch)[0] == "urn:1:Noord"
    assert "cap.elsewhere" in codes(batch)
    assert place.asked == ["/index", "/index"]


async def test_redirects_stay_among_neighbours(stage: tuple[Place, Reader]) -> None:
    """A message may have moved on its host; a redirect elsewhere, or in circles, is not followed."""
    place, reader = stage
    show(place, 3, 2, 1)
    place.pages["/cap/1"] = Says(status=301, headers={"Location": "/cap/verhuisd"})
    place.pages["/cap/verhuisd"] = Says(body=alert(NL, number=1))
    place.pages["/cap/2"] = Says(status=302, headers={"Location": "http://127.0.0.2:1/cap/2"})
    place.pages["/cap/3"] = Says(status=302, headers={"Location": "/cap/3"})
    batch = await reader.fetch()
    assert (ids(batch), codes(batch)) == ([stem(1)], {"cap.unfetched"})
    assert place.asked.count("/cap/3") == 3
    assert len(place.asked) == 1 + 3 + 1 + 2


async def test_without_details_the_index_speaks(stage: tuple[Place, Reader]) -> None:
    """Where the operator wants no messages, an item is what its entry tells, under the entry's id."""
    place, reader = stage
    reader.options = CapOptions(details=False)
    show(place, 2, 1)
    batch = await reader.fetch()
    assert (ids(batch), batch.problems, place.asked) == (["urn:2:Noord", "urn:1:Noord"], (), ["/index"])
    show(place, 3, 2, 1)
    assert ids(await reader.fetch()) == ["urn:3:Noord"]


async def test_messages_in_the_document_itself_need_no_second_request(stage: tuple[Place, Reader]) -> None:
    """A list of messages, or one message, is read as it is; known ones are unchanged."""
    place, reader = stage
    place.pages["/index"] = Says(body=f"<lijst>{alert(NL)}</lijst>")
    first = await reader.fetch()
    place.pages["/index"] = Says(body=f"<lijst>{alert(NL)}{alert(NL, number=2)}</lijst>")
    second = await reader.fetch()
    assert (ids(first), ids(second)) == ([stem(1)], [stem(2)])
    assert second.unchanged == {first.items[0].digest}


async def test_signed_messages_are_fetched_and_believed(stage: tuple[Place, Reader], tmp_path: Path) -> None:
    """With an issuer's file configured, a signed message is told and an unsigned one is broken."""
    place, reader = stage
    reader.options = CapOptions(issuer=str(HERE / "signed" / "cert.pem"))
    show(place, 2, 1)
    place.pages["/cap/1"] = Says(body=(HERE / "signed" / "inclusief.xml").read_bytes())
    batch = await reader.fetch()
    assert ids(batch) == ["alarm@vrv.example,vrv-2026-1,2026-11-23T08:00:00+01:00"]
    assert "carries no signature" in reasons(batch)[0]
    for path in (tmp_path / "weg.pem", HERE / "documents.py"):
        reader.options, reader.cursor = CapOptions(issuer=str(path)), {}
        with pytest.raises(Permanent) as caught:
            await reader.fetch()
        assert caught.value.code == "cap.issuer"


@pytest.mark.parametrize(
    ("says", "error", "code"),
    [
        (Says(status=404), Gone, "http.not-found"),
        (Says(status=410), Gone, "http.gone"),
        (Says(status=401), AuthFailed, "http.unauthorised"),
        (Says(status=429, headers={"Retry-After": "60"}), Limited, "http.limited"),
        (Says(status=502), Temporary, "http.unavailable"),
        (Says(body="<!doctype html><title>Site Unavailable</title>"), Malformed, "cap.html"),
        (Says(body='{"alerts": []}'), Malformed, "cap.not-cap"),
        (Says(body='{"type": "FeatureCollection", "feat'), Malformed, "cap.bad-json"),
        (Says(body=""), Malformed, "cap.empty"),
    ],
)
async def test_failures_of_the_index_are_named_and_forget_nothing(
    stage: tuple[Place, Reader], says: Says, error: type[Exception], code: str
) -> None:
    """Each way to fail has its own error, and the next good answer goes on where the last one ended."""
    place, reader = stage
    show(place, 1)
    await reader.fetch()
    place.pages["/index"] = says
    with pytest.raises(error) as caught:
        await reader.fetch()
    assert getattr(caught.value, "code", "") == code
    show(place, 2, 1)
    assert ids(await reader.fetch()) == [stem(2)]


async def test_a_truncated_index_is_asked_for_again(stage: tuple[Place, Reader]) -> None:
    """What was cut off may be what is new: the next request is unconditional."""
    place, reader = stage
    show(place, 2, 1, tag='"a"')
    whole = place.pages["/index"].body
    assert isinstance(whole, str)
    place.pages["/index"] = Says(body=whole[:-150], headers={"ETag": '"a"'})
    cut = await reader.fetch()
    assert (ids(cut), cut.whole) == ([stem(2)], False)
    show(place, 2, 1, tag='"a"')
    assert ids(await reader.fetch()) == [stem(1)]


async def test_digests_of_another_rule_are_not_believed(stage: tuple[Place, Reader]) -> None:
    """After an upgrade that reads in another way everything is read again."""
    place, reader = stage
    show(place, 1)
    await reader.fetch()
    reader.cursor |= {"rule": 0, "body": "", "etag": None}
    assert ids(await reader.fetch()) == [stem(1)]


async def test_a_list_of_links_is_followed(stage: tuple[Place, Reader]) -> None:
    """A folder of messages as a server lists it is an index like any other."""
    place, reader = stage
    place.pages["/index"] = Says(
        body='<!doctype html><title>Index of /</title><a href="/cap/1">x.cap</a><a href="2.cap">2</a>'
    )
    place.pages["/2.cap"] = Says(body=alert(NL, number=2, namespace=NAMESPACE))
    assert ids(await reader.fetch()) == [stem(2)]
