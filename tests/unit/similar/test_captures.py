"""Labels that the publishers gave themselves: what they call one event, and what they call another."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path

from lxml import etree

from bot.similar import compare, compare_signatures, signature

CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"
ATOM = "{http://www.w3.org/2005/Atom}"


def parsed(path: Path) -> etree._Element:
    """Read an XML document without entities or network."""
    return etree.fromstring(path.read_bytes(), etree.XMLParser(resolve_entities=False, no_network=True))


def flat(text: str | None) -> str:
    """Give a text on one line."""
    return " ".join((text or "").split())


def test_a_burgernet_cancel_is_not_its_alert(captures: Path) -> None:
    """Alert and cancel under one id are two texts: the second withdraws the first."""
    entries = json.loads((captures / "feeds" / "nl" / "burgernet-test-alerts.json").read_text(encoding="utf-8"))
    told = [
        (entry["Type"], "\n".join(filter(None, (entry["Message"]["Title"], entry["Message"]["Description"]))))
        for entry in entries
    ]
    kinds = [(a, b) for (type_a, a), (type_b, b) in combinations(told, 2) if type_a != type_b]
    assert kinds
    assert [pair for pair in kinds if compare(*pair).same] == []


def test_warnings_of_ireland_that_share_a_link_stay_apart(captures: Path) -> None:
    """Different warnings of one service differ by level, event, onset or end."""
    told = {
        "\n".join(
            [
                flat(entry.findtext(f"{ATOM}title")),
                *(flat(entry.findtext(f"{CAP}{name}")) for name in ("event", "areaDesc", "onset", "expires")),
            ]
        )
        for entry in parsed(captures / "feeds" / "eu" / "meteoalarm_ireland_sample.xml").iter(f"{ATOM}entry")
    }
    assert len(told) > 1
    assert [pair for pair in combinations(sorted(told), 2) if compare(*pair).same] == []


def test_english_and_french_titles_are_siblings_not_copies(captures: Path) -> None:
    """The same earthquakes in two languages are two posts; which belong together is decided elsewhere."""
    folder = captures / "feeds" / "ca"
    english, french = (
        [flat(item.findtext("title")) for item in parsed(folder / f"nrcan_earthquakes_{language}.xml").iter("item")]
        for language in ("en", "fr")
    )
    assert len(english) == len(french) > 4
    assert [(a, b) for a in english for b in french if compare(a, b).same] == []


def test_gdacs_events_stay_themselves(captures: Path) -> None:
    """The same id with the same words is equal, and two ids with different words are never the same event."""
    titles: dict[str, set[str]] = {}
    for name in ("gdacs-rss-24h.xml", "gdacs-rss.xml"):
        for item in parsed(captures / "feeds" / "eu" / name).iter("item"):
            titles.setdefault(flat(item.findtext("guid")), set()).add(flat(item.findtext("title")))
    told = {title: signature(title) for found in titles.values() for title in found}
    apart = {
        frozenset((a, b))
        for (one, found), (two, others) in combinations(titles.items(), 2)
        for a in found
        for b in others
        if one != two and a != b
    }
    assert len(apart) > 100
    wrong = [tuple(pair) for pair in apart if compare_signatures(*(told[title] for title in pair)).same]
    assert wrong == []
    assert all(compare(title, f"{title} https://www.gdacs.example/1").rule == "text.equal" for title in told)
