"""What must hold for every batch, item, cursor and error that a source gives, whatever its kind."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from typing import Any

from adapters.contract import Batch, Cursor, Item
from adapters.errors import AdapterError
from tests.contract.rigs import SECRET

CURSOR_LIMIT = 64 * 1024
RAW_LIMIT = 64 * 1024
CODE = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")
PROBLEM = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*: \S.*", re.DOTALL)
LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")


def parts(value: Any) -> Iterator[Any]:
    """Give everything inside a value of the contract, itself first."""
    yield value
    if is_dataclass(value):
        for field in fields(value):
            yield from parts(getattr(value, field.name))
    elif isinstance(value, dict):
        for inside in value.values():
            yield from parts(inside)
    elif isinstance(value, list | tuple | frozenset | set):
        for inside in value:
            yield from parts(inside)


def kept(cursor: Cursor) -> dict[str, Any]:
    """Give a cursor as memory gives it back, after looking that it can be kept."""
    written = json.dumps(dict(cursor), allow_nan=False)
    assert len(written) <= CURSOR_LIMIT, "a cursor is a few tens of KiB at most"
    assert SECRET not in written
    found: dict[str, Any] = json.loads(written)
    return found


def identities(items: Iterable[Item]) -> list[tuple[str | None, str | None]]:
    """Give what tells items apart."""
    return [(item.native_id, item.url) for item in items]


def is_lawful(batch: Batch) -> None:
    """Look at everything in a batch that must hold for every batch."""
    for value in parts(batch):
        if isinstance(value, datetime):
            assert value.utcoffset() == timedelta(0), "times are aware UTC"
        if isinstance(value, str):
            assert SECRET not in value
    for item in batch.items:
        is_lawful_item(item)
    assert {item.digest for item in batch.items}.isdisjoint(batch.unchanged), "what is unchanged is not given again"
    assert all(PROBLEM.fullmatch(problem) for problem in batch.problems), "a problem is a code, a colon, and a sentence"
    assert not (batch.not_modified and (batch.items or batch.broken))
    assert all(broken.reason and len(broken.raw) <= RAW_LIMIT for broken in batch.broken)
    assert batch.hints.interval is None or batch.hints.interval >= 0
    assert batch.cost >= 0
    kept(batch.cursor)


def is_lawful_item(item: Item) -> None:
    """Look at everything in an item that must hold for every item."""
    assert re.fullmatch(r"[\x21-\x7e]{8,64}", item.digest), "a digest is short and printable"
    assert item.native_id != ""
    assert item.url != ""
    assert len(item.raw) <= RAW_LIMIT
    assert item.language is None or LANGUAGE.fullmatch(item.language)
    assert all(medium.url for medium in item.media)
    assert all(item.links)
    assert all(item.categories)
    assert len(set(item.links)) == len(item.links)
    assert all(text.value for text in (item.title, item.summary, item.content) if text)


def is_clear(error: AdapterError) -> None:
    """Look at what must hold for every error: a code, a sentence, a remedy, and nothing secret anywhere in it."""
    assert CODE.fullmatch(error.code)
    assert str(error).strip()
    chain: BaseException | None = error
    while chain:
        assert SECRET not in f"{chain!s} {chain!r} {chain.args!r} {getattr(chain, 'remedy', '')}"
        chain = chain.__cause__ or chain.__context__
