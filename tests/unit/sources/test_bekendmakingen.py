"""Officiële bekendmakingen: the question, what answers mean, and passes that go on at the next fetch."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from adapters.bekendmakingen.source import BekendmakingenSource
from adapters.bekendmakingen.sru import Options, address, is_in, query, read_answer
from adapters.contract import Document, Item, SourceConfig, Text
from adapters.errors import AdapterError, AuthFailed, Limited, Malformed, Refused, Temporary
from tests.contract.rigs import Reply
from tests.contract.rigs.bekendmakingen import CROWDED, answer, day, service
from tests.unit.sources.conftest import Place

KIND = "bekendmakingen"
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def diagnostic(number: int, message: str = "Query syntax error") -> bytes:
    """Write an answer that is a diagnostic."""
    return (
        '<searchRetrieveResponse xmlns="http://docs.oasis-open.org/ns/search-ws/sruResponse"><numberOfRecords>0'
        '</numberOfRecords><diagnostics><diagnostic xmlns="http://docs.oasis-open.org/ns/search-ws/diagnostic">'
        f"<uri>info:srw/diagnostic/1/{number}</uri><details>dt.creator</details><message>{message}</message></diagnostic>"
        "</diagnostics></searchRetrieveResponse>"
    ).encode()


def test_the_query_is_cql() -> None:
    """Every option is a clause; alternatives of one option stand in brackets."""
    options = Options(creator=("Utrecht", "De Bilt"), organisation="gemeente", publication=("Gemeenteblad",))
    assert query(options, date(2026, 11, 22)) == (
        'c.product-area==officielepublicaties and w.organisatietype=="gemeente"'
        ' and (dt.creator=="Utrecht" or dt.creator=="De Bilt") and w.publicatienaam=="Gemeenteblad"'
        ' and dt.modified>="2026-11-22"'
    )
    url = address("https://repository.overheid.nl/sru?x-connection=proef&query=weg", "a and b", 201)
    assert url == (
        "https://repository.overheid.nl/sru?x-connection=proef&operation=searchRetrieve&version=2.0&query=a+and+b"
        "&startRecord=201&maximumRecords=200&recordSchema=gzd"
    )


@pytest.mark.parametrize("wrong", ['Utrecht" or dt.creator=="', "a\\", " "])
def test_an_option_cannot_leave_its_quotes(wrong: str) -> None:
    """A name with quotation marks would change the question: it is refused when the configuration is read."""
    with pytest.raises(ValueError, match="quotation"):
        Options(creator=(wrong,))


@pytest.mark.parametrize(
    ("number", "error"), [(1, Temporary), (2, Temporary), (3, AuthFailed), (10, Refused), (16, Refused), (60, Limited)]
)
def test_a_diagnostic_has_a_meaning(number: int, error: type[AdapterError]) -> None:
    """What the service says of a query becomes an error of the tree, with its words; reading a file calls it malformed."""
    with pytest.raises(error, match=r"Query syntax error dt\.creator") as caught:
        read_answer(diagnostic(number), AMSTERDAM)
    assert caught.value.remedy
    with pytest.raises(Malformed):
        BekendmakingenSource.read(Document(body=diagnostic(number)), SourceConfig(id="x", url=""))


def test_the_end_of_the_pages_is_no_error() -> None:
    """Diagnostic 61, a first record beyond the last, is how some pages end."""
    assert read_answer(diagnostic(61), AMSTERDAM).size == 0


def test_html_with_status_200_is_not_no_news() -> None:
    """The service answers a question that it does not understand with a page; that is an error which says so."""
    with pytest.raises(Malformed) as caught:
        read_answer(b"<html><body>Fout</body></html>", AMSTERDAM)
    assert caught.value.code == "sru.not-sru"


def test_an_area_is_found_in_titles() -> None:
    """Places are whole words in the title, whatever their case; several words belong together."""
    item = Item(
        native_id=None, url=None, digest="x" * 8, title=Text(value="Vergunning Bergen op Zoom, Zuid-Oost (centrum)")
    )
    assert is_in((), item)
    assert is_in(("bergen op zoom",), item)
    assert is_in(("Voorbeeldstad", "Centrum"), item)
    assert not is_in(("Berg", "Zuid"), item)


async def test_only_the_area_is_shown_and_all_is_remembered(place: Place) -> None:
    """What lies elsewhere is left out, and not asked about again."""
    script = service([(1, day(0)), (2, day(0))])
    first = await place.says(script, creator=("Voorbeeldstad",), area=("Dorpsstraat 2",)).fetch()
    assert [item.native_id for item in first.items] == ["gmb-2026-2"]
    again = await place.fetch(first.cursor)
    assert (again.items, len(again.unchanged)) == ((), 2)


async def test_a_pass_goes_on_at_the_next_fetch(place: Place) -> None:
    """Ten pages are enough for one fetch; the next one begins a little before where it stopped, and repeats nothing."""
    first = await place.says(service(CROWDED)).fetch()
    assert len(place.asked) == 10
    assert not first.whole
    second = await place.says(service(CROWDED)).fetch(first.cursor)
    assert second.whole
    shown = [item.native_id for item in (*first.items, *second.items)]
    assert len(shown) == len(set(shown)) == len(CROWDED)


async def test_a_changed_announcement_comes_again(place: Place) -> None:
    """An announcement that is changed later has a later day of change, and is a new version under the same id."""
    first = await place.says(service([(1, day(5))])).fetch()
    again = await place.says(service([(1, day(0))])).fetch(first.cursor)
    assert [item.native_id for item in again.items] == ["gmb-2026-1"]


async def test_a_page_that_fails_moves_nothing(place: Place) -> None:
    """Where the second page cannot be had the whole fetch fails, and the cursor stays where it was."""
    crowd = answer(CROWDED[:200], total=400)
    with pytest.raises(Temporary):
        await place.says([Reply(body=crowd), Reply(status=503)]).fetch()


async def test_nothing_but_title_and_link_is_kept(place: Place) -> None:
    """The text and the raw record stay behind the link, since they name people."""
    batch = await place.says(service([(1, day(0))])).fetch()
    (item,) = batch.items
    assert (item.summary, item.content, item.media, item.raw) == (None, None, (), b"")
