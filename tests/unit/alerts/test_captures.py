"""What agencies and others really published: every capture is read, or named wrong in one clear line."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from adapters import SOURCES, load_source
from adapters.cap import CapSource
from adapters.contract import Batch, Document, Item, SourceConfig
from adapters.errors import Malformed
from tests.unit.alerts.documents import codes, ids, of, outcome, reasons

FOLDERS = ("cap/*", "eu/meteoalarm*", "us/nws*", "us/pynws*", "nl/burgernet*")
PLAIN = {"invalid.rss", "ny_index.rss"}
"""Indexes in which nothing says that they are of CAP: who configures them says so."""
ALERTS = {"cap", "nl_alert", "burgernet"}


def paths(captures: Path) -> list[Path]:
    """Give every capture of an alert service."""
    return sorted(path for folder in FOLDERS for path in (captures / "feeds").glob(folder))


def kind_of(document: Document) -> str | None:
    """Give the kind that recognises a document first."""
    return next((kind for kind in SOURCES if load_source(kind).recognises(document)), None)


def read(captures: Path, name: str) -> Batch:
    """Read a capture of CAP."""
    return CapSource.read(Document(body=(captures / "feeds" / name).read_bytes()), SourceConfig(id="x", url=""))


def only(captures: Path, name: str) -> Item:
    """Read the one item of a capture that has no other."""
    (found,) = read(captures, name).items
    return found


def test_every_capture_is_recognised_and_read(captures: Path) -> None:
    """None crashes or takes long; each entry is an item or broken, with problems of known codes."""
    found = paths(captures)
    assert len(found) > 20
    for path in found:
        document = Document(body=path.read_bytes())
        kind = kind_of(document)
        assert (kind in ALERTS) != (path.name in PLAIN), path.name
        started = time.perf_counter()
        batch = load_source(kind or "cap").read(document, SourceConfig(id="x", url=""))
        assert time.perf_counter() - started < 2, path.name
        assert batch.items or batch.broken or path.name == "empty_weather_index.atom", path.name
        assert codes(batch) <= {"cap.old-version", "cap.no-references", "cap.broken", "date-unreadable"}, path.name
        assert all(item.alert for item in batch.items) or path.name in PLAIN, path.name


def test_no_other_capture_is_taken_for_an_alert(captures: Path) -> None:
    """Feeds, pages and JSON of other services are left to others, and refused clearly by the kinds of alerts."""
    known = set(paths(captures))
    for path in sorted((captures / "feeds").rglob("*")):
        if path.is_file() and path not in known and path.stat().st_size < 300_000:
            document = Document(body=path.read_bytes())
            assert not any(load_source(kind).recognises(document) for kind in ALERTS), path
            found = [outcome(kind, document) for kind in sorted(ALERTS)]
            assert all(one.code for one in found if isinstance(one, Malformed)), path


@pytest.mark.parametrize(("name", "count"), [("france", 12), ("ireland", 232)])
def test_meteoalarm_warnings_that_share_a_page_stay_apart(captures: Path, name: str, count: int) -> None:
    """MeteoAlarm gives many warnings one address: their ids differ all the same, and each has its own area."""
    batch = read(captures, f"eu/meteoalarm_{name}_sample.xml")
    assert len(batch.items) == len(set(ids(batch))) == count
    assert len({item.url for item in batch.items}) < count
    assert all(of(item).severity in {"moderate", "severe"} and of(item).areas[0].name for item in batch.items)
    assert all(of(item).expires and of(item).onset and of(item).sent for item in batch.items)


def test_bilingual_messages_are_siblings(captures: Path) -> None:
    """French, English and Spanish blocks are items of one group, whose references are in their own language."""
    for name, languages in (
        ("eu/meteoalarm_france_sample_detail.xml", ("fr-FR", "en-GB")),
        ("cap/canada.cap", ("en-CA", "fr-CA")),
        ("cap/cap12_amber_example.xml", ("en-US", "es-US")),
    ):
        items = read(captures, name).items
        assert tuple(item.language for item in items) == languages
        assert len({item.group for item in items}) == 1
        assert len(set(ids(read(captures, name)))) == 2
        for item in items:
            assert item.language
            assert all(one.endswith(f",{item.language.lower()}") for one in of(item).references)


def test_references_name_the_messages_that_they_mean(captures: Path) -> None:
    """Triples of CAP and objects of the American JSON are told alike: sender, identifier, time."""
    assert of(only(captures, "cap/wcatwc-warning.cap")).references == ("PAAQ,PAAQ-1-lqw6d6,2011-09-02T10:55:55-00:00",)
    flood = of(only(captures, "us/pynws_alerts_active_zone.json"))
    assert (flood.message, len(flood.references)) == ("update", 4)
    assert flood.references[0] == "w-nws.webmaster@noaa.gov,NWS-IDP-PROD-3964821-3368352,2019-12-19T12:52:00-08:00"


def test_a_charset_that_is_not_utf8_is_read(captures: Path) -> None:
    """The names of places in a document in ISO-8859-1 are whole."""
    title = only(captures, "cap/earthquake-iso8859-1.cap").title
    assert title
    assert "Usulután" in title.value


def test_blocks_of_one_event_are_told_once(captures: Path) -> None:
    """Two blocks in one language about one event are one item; a county told in many codes is one area."""
    assert len(read(captures, "cap/australia.cap").items) == 1
    (area,) = of(only(captures, "eu/meteoalarm_ireland_sample_detail.xml")).areas
    assert area.name == "Ireland"
    assert len(area.codes) > 20
    assert area.polygons


def test_what_is_wrong_is_said(captures: Path) -> None:
    """Deliberately broken documents: an update without references, entries without id, link or anything at all."""
    assert codes(read(captures, "cap/canada_errors.cap")) == {"cap.no-references"}
    assert reasons(read(captures, "cap/invalid.rss")) == ["the entry of the index has no id, no link and no title"]
    assert ids(read(captures, "cap/no_id.atom")) == [None]
    assert only(captures, "cap/no_link.atom").url is None
    assert codes(read(captures, "us/nws_api_alerts_small.json")) == {"date-unreadable"}
