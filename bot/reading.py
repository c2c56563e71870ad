"""Looking without touching: what an adapter reads in a document, and what would be posted of it. Nothing is written."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from adapters import load_source, source_kinds
from adapters.contract import Batch, Document, Limits, SourceConfig, Text
from adapters.errors import AdapterError, Malformed
from adapters.http import HttpClient, NetworkPolicy, raise_for_status
from adapters.http.guard import EVERYWHERE
from bot.attentions import instruction
from bot.compose.measure import post_length
from bot.health import moment
from bot.model import Composed
from bot.text import clean, collapse, to_text

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What was read: the kind found, the batch, and what is wrong with it in one line each."""

    kind: str | None
    batch: Batch
    problems: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Give the contract's JSON of ``inspect``."""
        return {
            "kind": self.kind,
            "title": collapse(self.batch.title) if self.batch.title else None,
            "language": self.batch.language,
            "problems": list(self.problems),
            "items": [
                {
                    "id": item.native_id,
                    "url": item.url,
                    "title": _line(item.title),
                    "summary": _line(item.summary or item.content),
                    "published": moment(item.published),
                    "updated": moment(item.updated),
                    "language": item.language,
                    "media": [{"url": one.url, "alt": one.alt} for one in item.media],
                }
                for item in self.batch.items
            ],
        }


def inspect(document: Document, *, kind: str | None, time_zone: str) -> Inspection:
    """Read a document with the adapter of a kind, or of the first kind that recognises it."""
    found = kind or next((one for one in source_kinds() if load_source(one).recognises(document)), None)
    if found is None:
        # nobody knows it: the feed adapter says best what it is instead
        return replace(_read("feed", document, time_zone), kind=None)
    return _read(found, document, time_zone)


def _read(kind: str, document: Document, time_zone: str) -> Inspection:
    config = SourceConfig(id="inspect", url=document.url, time_zone=time_zone)
    try:
        batch = load_source(kind).read(document, config)
    except Malformed as error:
        return Inspection(kind=kind, batch=Batch(), problems=(_line_of(error),))
    broken = tuple(f"item.broken: {one.reason}" for one in batch.broken)
    return Inspection(kind=kind, batch=batch, problems=(*batch.problems, *broken))


def document_at(path: Path) -> Document:
    """Read a file. Raises ``OSError``."""
    return Document(body=path.read_bytes(), url="")


async def document_from(url: str, user_agent: str) -> Document:
    """Fetch an address that a person named: it may be anywhere, a redirect from it may not. Raises the adapters' errors."""
    policy = NetworkPolicy(user_agent=user_agent, allow_private=EVERYWHERE)
    async with HttpClient(policy) as http:
        response = await http.get(url, named=True)
    raise_for_status(response)
    return Document(body=response.body, url=response.url, content_type=response.content_type, charset=response.charset)


def unreachable(error: AdapterError) -> Inspection:
    """Say that an address could not be read."""
    return Inspection(kind=None, batch=Batch(), problems=(_line_of(error),))


def _line_of(error: AdapterError) -> str:
    return f"{error.code}: {instruction(str(error), error.remedy)}"


def _line(text: Text | None) -> str | None:
    if text is None:
        return None
    return collapse(clean(to_text(text.value) if text.markup else text.value))


async def immediately(work: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Do what an adapter would offload at once: nobody else waits for this loop."""
    await asyncio.sleep(0)
    return work(*args, **kwargs)


def as_post(account: str, source: str, composed: Composed, limits: Limits) -> dict[str, Any]:
    """Give one composed post as the contract's JSON of ``preview``; ``length`` is that of its longest part."""
    lengths = [post_length(part, composed.spoiler_text, limits) for part in composed.parts]
    return {
        "account": account,
        "source": source,
        "text": composed.parts[0] if composed.parts else "",
        "length": max(lengths, default=0),
        "limit": limits.max_characters,
        "language": composed.language,
        "spoiler_text": composed.spoiler_text,
        "visibility": composed.visibility,
        "media": [{"url": one.url, "alt": one.alt} for one in composed.media],
        "parts": list(composed.parts),
    }
