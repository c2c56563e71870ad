from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.errors import Malformed
from tests.unit.feed.documents import codes, read

HEAD = {"version": "https://jsonfeed.org/version/1.1", "title": "Dienst"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=5), inside, max_size=3),
    max_leaves=6,
)
KEYS = [
    "id",
    "url",
    "title",
    "content_html",
    "content_text",
    "summary",
    "image",
    "date_published",
    "tags",
    "attachments",
    "language",
]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"version": "https://jsonfeed.org/version/1", "items": [', "feed.bad-json"),
        ('{"a":' * 100_000, "feed.too-deep"),
        ('{"version": 1' + "0" * 6000 + "}", "feed.bad-json"),
        ('{"version": "2.0"}', "feed.not-a-feed"),
    ],
)
def test_json_that_is_no_feed_is_refused(text: str, code: str) -> None:
    """Cut off, nested for ever, numbers without end, JSON of another kind: each has its own code."""
    with pytest.raises(Malformed) as caught:
        read(text)
    assert caught.value.code == code


@settings(max_examples=80, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(KEYS), JSON) | JSON, max_size=3))
def test_wrong_types_spoil_one_field_at_most(items: list[Any]) -> None:
    """Whatever stands in the items, each that is an object is an item and each other one is broken."""
    batch = read(json.dumps({**HEAD, "items": items}))
    assert len(batch.items) == sum(isinstance(one, dict) for one in items)
    assert len(batch.broken) == len(items) - len(batch.items)
    assert json.dumps(batch.cursor)


def test_halves_of_characters_are_taken_out() -> None:
    """A lone surrogate, which JSON can write and nothing else can, does not reach the database."""
    text = '{"version":"https://jsonfeed.org/version/1","title":"\\ud800T","items":[{"id":"\\udfff1","content_html":"<a href=\\"https://x.example/\\ud800\\">"}]}'
    batch = read(text)
    assert batch.title == "T"
    assert batch.items[0].native_id == "1"
    assert batch.items[0].raw.decode()


def test_a_deep_item_costs_nobody_else() -> None:
    """An item that is nested deeply in a field nobody reads is read like the others."""
    deep: Any = 1
    for _ in range(400):
        deep = [deep]
    batch = read(json.dumps({**HEAD, "items": [{"id": "1", "x": deep}, {"id": "2"}]}))
    assert [found.native_id for found in batch.items] == ["1", "2"]


def test_items_may_be_missing() -> None:
    """A feed without a list of items has none, and says so."""
    assert codes(read(json.dumps({**HEAD, "items": "geen"}))) == {"feed.no-entries"}
