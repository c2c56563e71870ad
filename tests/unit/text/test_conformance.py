"""The cases that twitter-text ships, seen with Mastodon's eyes.

Where Mastodon differs from twitter-text, the case stands below with what Mastodon makes of it, under the reason. For the
rest a case holds as it is, but for addresses without a scheme, which Mastodon leaves alone
(``extract_url_without_protocol: false``).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.text import Entity, entities

# `twitter_regex.rb` lets paths hold anything but white space, angle brackets, parentheses and the question mark; so here
# they run on, through other scripts and directional marks, to the next white space.
WIDER_PATHS = {
    "Extract URLs with and without protocol surrounded by CJK characters",
    "Extract URLs from RTL text",
    "Extract URLs from RTL text with embedded directional marks",
}
# The Ruby gem, unlike its sisters, never learned that addresses of t.co may have a query.
NO_QUERY_ON_TCO = "tco_urls_with_params"

# `MENTION_RE` takes any sign but `=` and `/` before the `@` and no letter of any script, knows no `RT`, and knows domains.
OTHER_MENTIONS = {
    "Extract mention in the middle of a Japanese tweet": [],
    "Extract a mention in the middle of a Japanese tweet": [],
    "Extract lone metion but not @user@user (too close to an email)": ["username", "test@example.com"],
    "Extract mentions after 'RT'": ["mention", "test"],
    "Extract mentions after 'rt'": ["mention", "test"],
    "Extract mentions after 'Rt'": ["mention", "test"],
    "Extract mentions after 'rT'": ["mention", "test"],
} | {f"DO NOT extract username preceded by {sign}": ["kn"] for sign in "!@#$%&*"}


@pytest.fixture(scope="module")
def cases(conformance: Path) -> dict[str, list[dict[str, Any]]]:
    """The cases for extraction, by section."""
    document = yaml.safe_load((conformance / "extract.yml").read_text(encoding="utf-8"))
    tests: dict[str, list[dict[str, Any]]] = document["tests"]
    return tests


def of_kind(text: str, kind: str) -> list[Entity]:
    """The entities of one kind."""
    return [entity for entity in entities(text) if entity.kind == kind]


@pytest.mark.parametrize("section", ["urls", "urls_with_indices", "urls_with_directional_markers", NO_QUERY_ON_TCO])
def test_addresses(cases: dict[str, list[dict[str, Any]]], section: str) -> None:
    """Every case for addresses comes out as the server has it."""
    wrong = []
    for case in cases[section]:
        expected = [url for one in case["expected"] if "://" in (url := one["url"] if isinstance(one, dict) else one)]
        if case["description"] in WIDER_PATHS:
            expected = re.findall(r"http://\S+", case["text"])
        if section == NO_QUERY_ON_TCO:
            expected = [url.partition("?")[0] for url in expected]
        if [entity.value for entity in of_kind(case["text"], "url")] != expected:
            wrong.append(case)
    assert wrong == []


def test_places_of_addresses(cases: dict[str, list[dict[str, Any]]]) -> None:
    """Positions count characters as the cases do."""
    wrong = []
    for case in cases["urls_with_indices"]:
        expected = [one["indices"] for one in case["expected"] if "://" in one["url"]]
        places = [[entity.start, entity.end] for entity in of_kind(case["text"], "url")]
        if case["description"] not in WIDER_PATHS and places != expected:
            wrong.append(case)
    assert wrong == []


@pytest.mark.parametrize("section", ["mentions", "mentions_with_indices"])
def test_mentions(cases: dict[str, list[dict[str, Any]]], section: str) -> None:
    """Every case for mentions comes out as the server has it."""
    wrong = []
    for case in cases[section]:
        expected = [one["screen_name"] if isinstance(one, dict) else one for one in case["expected"]]
        expected = OTHER_MENTIONS.get(case["description"], expected)
        if [entity.value for entity in of_kind(case["text"], "mention")] != expected:
            wrong.append(case)
    assert wrong == []


@pytest.mark.parametrize("kind", ["country", "generic"])
def test_every_top_level_domain(conformance: Path, kind: str) -> None:
    """Every top-level domain that twitter-text knows makes a link."""
    document = yaml.safe_load((conformance / "tlds.yml").read_text(encoding="utf-8"))
    wrong = [
        case["text"]
        for case in document["tests"][kind]
        if [entity.value for entity in of_kind(case["text"], "url")] != case["expected"]
    ]
    assert wrong == []
