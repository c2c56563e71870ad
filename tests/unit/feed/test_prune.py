from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.contract import Batch, Item
from adapters.errors import Malformed
from tests.unit.feed.documents import GOLDEN, captures, item, read, rss

MEDIA = 'xmlns:media="http://search.yahoo.com/mrss/"'


def digests(batch: Batch) -> list[str]:
    """Give the digests of what was read."""
    return [found.digest for found in batch.items]


def without_raw(found: Item) -> Item:
    """Give an item without what the archive keeps of it."""
    return replace(found, raw=b"")


def assert_pruning_changes_nothing(body: bytes) -> None:
    """Read a document once for each entry with all others known, and compare with the document read whole."""
    whole = read(body)
    everything = frozenset(digests(whole))
    step = max(1, len(whole.items) // 12)
    for found in whole.items[::step]:
        pruned = read(body, everything - {found.digest})
        assert [one for one in whole.items if one.digest == found.digest] == list(pruned.items)
        assert pruned.unchanged == everything - {found.digest}
        assert pruned.cursor == whole.cursor
    assert not read(body, everything).items


@pytest.mark.parametrize("path", [*sorted(GOLDEN.glob("*.xml")), GOLDEN / "jsonfeed.json"], ids=lambda path: path.stem)
def test_a_pruned_feed_gives_the_same_entries(path: Path) -> None:
    """An entry read alone, because all others are known, is the same as in the whole document."""
    assert_pruning_changes_nothing(path.read_bytes())


def test_pruned_captures_give_the_same_entries() -> None:
    """The same holds for every document that an agency really published."""
    compared = 0
    for path in sorted(path for path in captures().rglob("*") if path.is_file() and ".serde" not in path.name):
        try:
            read(path.read_bytes())
        except Malformed:
            continue
        assert_pruning_changes_nothing(path.read_bytes())
        compared += 1
    assert compared > 60


def test_a_digest_depends_on_the_entry_alone() -> None:
    """Order, neighbours, the root's declarations and a fault elsewhere change no digest."""
    mine = item(1, '<media:thumbnail url="https://a.example/b.jpg"/><description>Tekst &amp; meer</description>')
    plain = digests(read(rss(mine, declarations=MEDIA)))
    assert digests(read(rss(mine, declarations=f'{MEDIA} xmlns:x="urn:x" xml:lang="nl"'))) == plain
    assert digests(read(rss(mine, declarations=f'xmlns:a="urn:a" {MEDIA}')))[:1] == plain
    assert digests(read(rss(item(2) + mine, declarations=MEDIA)))[1:] == plain
    assert digests(read(rss(mine + item(2, "<author>A & B</author>"), declarations=MEDIA)))[:1] == plain
    assert digests(read(rss(mine + "<item><b><i></b></item>", declarations=MEDIA)))[:1] == plain
    assert digests(read(rss(mine + item(2), declarations=MEDIA)[:-40]))[:1] == plain
    assert digests(read(rss(mine)))[:1] == plain
    assert digests(read(rss(mine, declarations=MEDIA).encode("utf-16"))) == plain


@settings(max_examples=60, deadline=None)
@given(st.integers(min_value=0, max_value=10_000), st.sampled_from("xyZ9é"))
def test_any_change_inside_changes_the_digest(position: int, character: str) -> None:
    """One character more anywhere in the texts or attributes of an entry is an edit."""
    entry = item(1, '<link>https://a.example/</link><enclosure url="u" length="1" type="t"/><eigen a="b">c</eigen>')
    places = [match.end() for match in re.finditer(r">(?=[^<])|=\"", entry)]
    place = places[position % len(places)]
    assert digests(read(rss(entry[:place] + character + entry[place:]))) != digests(read(rss(entry)))


def test_declarations_of_the_entry_itself_count() -> None:
    """What an entry declares for itself is part of it, and overriding the root's is no accident."""
    root = 'xmlns:m="urn:m" xmlns:n="urn:n"'
    own = '<item xmlns:m="urn:other"><title>x</title><m:a/></item>'
    assert digests(read(rss(own, declarations=root))) == digests(read(rss(own, declarations='xmlns:n="urn:n"')))
    assert digests(read(rss(own, declarations=root))) != digests(
        read(rss(own.replace("urn:other", "urn:m"), declarations=root))
    )


def test_equal_entries_have_equal_digests_and_are_all_given() -> None:
    """An entry that stands twice in a document is given twice, and known once."""
    batch = read(rss(item(1) + item(1)))
    assert len(batch.items) == 2
    assert len(batch.cursor["seen"]) == 1
    assert any(problem.startswith("feed.duplicate-ids: ") and problem.endswith(": 1") for problem in batch.problems)


def test_the_order_of_keys_means_nothing_in_json() -> None:
    """A server that shuffles the keys of its JSON has not edited anything."""
    head = '{"version": "https://jsonfeed.org/version/1.1", "items": ['
    one, other = (read(f"{head}{inside}]}}") for inside in ('{"id": "1", "title": "a"}', '{"title": "a", "id": "1"}'))
    assert digests(one) == digests(other)


def test_the_raw_entry_stands_alone() -> None:
    """What the archive keeps of an entry can be read again, with its namespaces, and is never longer than 64 KiB."""
    (found,) = read(rss(item(1, '<media:thumbnail url="https://a.example/b.jpg"/>'), declarations=MEDIA)).items
    again = read(b"<rss><channel>" + found.raw + b"</channel></rss>").items[0]
    assert without_raw(replace(again, digest="")) == without_raw(replace(found, digest=""))
    (long,) = read(rss(item(1, f"<description>{'x' * 100_000}</description>"))).items
    assert len(long.raw) == 64 * 1024
    assert long.summary
    assert len(long.summary.value) == 100_000


def test_a_cursor_stays_small() -> None:
    """A feed with thousands of entries is read, and its cursor stays within a few tens of KiB."""
    batch = read(rss("".join(map(item, range(6000)))))
    assert len(batch.items) == 5000
    assert len(str(batch.cursor)) < 50_000
    assert any(problem.startswith("feed.too-many-entries") for problem in batch.problems)
