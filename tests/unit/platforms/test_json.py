"""JSON of any kind: paths, mappings, and a guess for those who have none yet."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.contract import Batch, Document, SourceConfig
from adapters.errors import Malformed
from adapters.http import HttpClient
from adapters.mapped_json.guess import guess
from adapters.mapped_json.mapping import JsonPaths
from adapters.mapped_json.path import parse_path
from adapters.mapped_json.source import JsonOptions, JsonSource
from tests.contract.rigs import Reply, Request
from tests.contract.stage import Stage
from tests.unit.platforms.conftest import Place, answered
from tests.unit.platforms.replies import SITE, announcement, announcements, body

API = "https://api.voorbeeldstad.example/v1/berichten"


def read(value: Any, **options: Any) -> Batch:
    """Read a document with a mapping."""
    config = SourceConfig(id="proef", url=API, options=JsonOptions(**options))
    return JsonSource.read(Document(body=body(value), url=API), config)


# ── paths ────────────────────────────────────────────────────────────────────────────────────────────────────────────

DOCUMENT = {"data": {"items": [{"a": 1}, {"a": 2}, 3]}, "lijst": [[1, 2], [3]], "met spatie": "x", "niets": None}
PATHS: list[tuple[str, list[Any]]] = [
    ("", [DOCUMENT]),
    ("data.items[].a", [1, 2]),
    ("data.items[1].a", [2]),
    ("data.items[9].a", []),
    ("lijst[][]", [1, 2, 3]),
    ("lijst[1][0]", [3]),
    ("met spatie", ["x"]),
    ("niets", [None]),
    ("data.items.a", []),
    ("ontbreekt.verder", []),
]


@pytest.mark.parametrize(("path", "found"), PATHS)
def test_a_path_finds_what_is_there(path: str, found: list[Any]) -> None:
    """Keys, arrays and places in arrays; what is missing on the way is no error."""
    assert parse_path(path).find(DOCUMENT) == found


@pytest.mark.parametrize(
    "path", ["a..b", ".a", "a.", "a[", "a]", "a[x]", "a[-1]", "a[]b", "x" * 101, "a." * 10 + "a", "[][][][]"]
)
def test_what_is_no_path_is_refused(path: str) -> None:
    """A mistake is named where the configuration is read."""
    with pytest.raises(ValueError, match=r"is no path|more than 10 steps"):
        parse_path(path)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text("ab", max_size=2),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text("ab", max_size=2), inside, max_size=4),
    max_leaves=20,
)


@settings(max_examples=60)
@given(JSON, st.lists(st.sampled_from(["a", "b", "[]", "[0]", "[1]"]), max_size=6))
def test_a_path_never_fails_on_a_document(document: Any, steps: list[str]) -> None:
    """Whatever the document is, a path finds some of what is in it, or nothing."""
    path = ".".join(steps).replace(".[", "[")
    try:
        found = parse_path(path).find(document)
    except ValueError:
        return
    text = repr(document)
    assert all(repr(one) in text for one in found)


def test_a_path_finds_no_more_than_it_may() -> None:
    """A hostile document cannot make a few steps into millions of values."""
    nested: list[Any] = [list(range(300)) for _ in range(300)]
    assert len(parse_path("[][]").find(nested)) == 5000


def test_items_must_be_an_array() -> None:
    """A mapping that cannot work is refused at once."""
    with pytest.raises(ValueError, match=r"ends in \[\]"):
        JsonPaths(items="data")


# ── mappings ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_plain_form_needs_no_mapping() -> None:
    """Bodies that write JSON for us have one form with everything in it."""
    full = announcement(
        1,
        updated="2026-11-23T09:00:00Z",
        categories=["Verkeer", "Verkeer", ""],
        media=[{"url": f"{SITE}/1.jpg", "alt": "De brug"}, {"alt": "zonder adres"}],
        withdrawn=True,
    )
    (item,) = read(announcements(full)).items
    assert (item.native_id, item.url, item.language, item.withdrawn) == ("vbs-1", f"{SITE}/nieuws/1", "nl", True)
    assert (item.published, item.updated) == (
        datetime(2026, 11, 23, 7, tzinfo=UTC),
        datetime(2026, 11, 23, 9, tzinfo=UTC),
    )
    assert item.categories == ("Verkeer",)
    assert [(one.url, one.alt) for one in item.media] == [(f"{SITE}/1.jpg", "De brug")]


def test_a_mapping_reads_somebody_elses_form() -> None:
    """Nested keys, relative addresses, HTML, seconds and thousandths since 1970."""
    document = {
        "resultaat": {
            "berichten": [
                {
                    "nr": 7,
                    "kop": {"nl": "Weg dicht"},
                    "pad": "../../nieuws/7",
                    "tekst": f'<p>Zie <a href="{SITE}/x">hier</a></p>',
                    "op": 1795417200,
                },
                {"nr": 8, "kop": {"nl": "Weg open"}, "pad": f"{SITE}/8", "tekst": "<p>Open</p>", "op": 1795417200000},
            ]
        }
    }
    paths = JsonPaths(
        items="resultaat.berichten[]", id="nr", title="kop.nl", link="pad", content="tekst", published="op"
    )
    first, second = read(document, paths=paths, html=True, base=f"{SITE}/a/b/c").items
    assert (first.native_id, first.url) == ("7", f"{SITE}/nieuws/7")
    assert first.published == second.published == datetime(2026, 11, 23, 7, tzinfo=UTC)
    assert first.title
    assert (first.title.value, first.title.markup) == ("Weg dicht", True)
    assert first.links == (f"{SITE}/x",)


def test_a_time_without_a_zone_is_told() -> None:
    """It is read in the source's own zone, and counted; what is no date at all is counted too."""
    batch = read(announcements(announcement(1, published="2026-11-23 08:00", updated="gisteren")))
    assert batch.items[0].published == datetime(2026, 11, 23, 7, tzinfo=UTC)
    assert batch.problems == (
        "date-without-zone: times that name no zone and were read as Europe/Amsterdam: 1",
        "date-unreadable: dates that cannot be read: 1",
    )


def test_an_entry_in_which_nothing_is_found_is_broken() -> None:
    """An entry with neither id, link nor title says that the mapping is wrong, or that entry is."""
    batch = read(announcements(announcement(1), {"iets": "anders"}))
    assert (len(batch.items), [one.reason for one in batch.broken]) == (
        1,
        ["neither id, link nor title is where `paths` says"],
    )


def test_an_array_that_went_is_no_silence() -> None:
    """No array where the mapping says is a changed shape; an empty one is a quiet day, also inside another."""
    with pytest.raises(Malformed) as caught:
        read({"berichten": []})
    assert caught.value.code == "json.no-items"
    assert read({"items": []}).items == ()
    assert read({"g": []}, paths=JsonPaths(items="g[].items[]")).items == ()


# ── asking ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_questions_are_conditional(stage: Stage, http: HttpClient) -> None:
    """Validators go back as they came, and an unchanged document costs nothing."""
    place = Place("json", stage, http, "{base}/berichten", lambda _: JsonOptions())
    reply = answered(announcements(announcement(1)), ETag='"a"')
    assert len((await place.fetch([reply])).items) == 1
    assert (await place.fetch([Reply(status=304)])).not_modified
    assert stage.requests[0].headers["if-none-match"] == '"a"'


async def test_further_pages_are_asked_until_something_known_is_met(stage: Stage, http: HttpClient) -> None:
    """A day with more news than fits on a page is read whole; an ordinary day is one request."""
    numbers = list(range(30, 0, -1))

    def site(request: Request) -> Reply:
        start = int(request.query.get("vanaf", "0"))
        items = [announcement(number) for number in numbers[start : start + 10]]
        return answered(announcements(*items, volgende=f"?vanaf={start + 10}"))

    place = Place("json", stage, http, "{base}/berichten", lambda _: JsonOptions(paths=JsonPaths(next="volgende")))
    await place.fetch(site)
    numbers[:0] = list(range(45, 30, -1))
    batch = await place.fetch(site)
    assert [item.native_id for item in batch.items] == [f"vbs-{number}" for number in range(45, 30, -1)]
    assert len(stage.requests) == 2
    assert batch.unchanged


# ── guessing ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def inspect(value: Any) -> Batch:
    """Read a document of which nothing is known."""
    return JsonSource.read(Document(body=body(value)), SourceConfig(id="inspect", url=""))


def test_a_guess_shows_what_a_mapping_would_give() -> None:
    """``inspect --kind json`` names the paths that it found, ready to be checked and written down."""
    batch = inspect({"meta": {"n": 1}, "data": {"nieuws": [{"uuid": "u1", "titel": "Weg dicht", "link": f"{SITE}/1"}]}})
    assert [(item.native_id, item.url) for item in batch.items] == [("u1", f"{SITE}/1")]
    assert 'items = "data.nieuws[]"' in batch.problems[0]
    assert batch.problems[0].startswith("json.guessed: ")


def test_wordpress_is_guessed_too() -> None:
    """Its texts stand one step deeper, and are HTML."""
    post = {
        "id": 5,
        "link": f"{SITE}/5",
        "title": {"rendered": "Markt &amp; kermis"},
        "content": {"rendered": "<p>Ja</p>"},
    }
    (item,) = inspect([post]).items
    assert item.native_id == "5"
    assert item.title
    assert (item.title.value, item.title.markup) == ("Markt &amp; kermis", True)


def test_where_nothing_can_be_guessed_that_is_said() -> None:
    """No array of things with titles: the sentence says what to do."""
    for value in ({"a": 1}, [1, 2], {"rijen": [{"x": 1}]}, "tekst"):
        with pytest.raises(Malformed) as caught:
            inspect(value)
        assert caught.value.remedy


@settings(max_examples=60)
@given(JSON)
def test_a_guess_works_or_there_is_none(document: Any) -> None:
    """A guessed mapping always reads the document that it was guessed from."""
    found = guess(document)
    if found is not None:
        assert parse_path(found.items).leads_to_an_array(document)
