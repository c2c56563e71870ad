"""One publication: what it says or would say, where it came from, everything that happened, and what can be done about it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from markupsafe import Markup
from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from adapters.contract import Limits
from bot.model import Content
from bot.store import desk as store
from bot.store import views
from bot.store.codec import unpack_content, unpack_limits
from bot.store.engine import reading
from bot.text import canonical_link, status_length
from bot.web.cards import Link
from bot.web.desk import words
from bot.web.desk.paper import Call, show
from bot.web.desk.queue import line
from bot.web.moments import Stamp, stamp
from bot.web.prose import as_html, host, one_line, paragraphs, safe_link

MOST_COPIES = 20
MOST_EVENTS = 300

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

Parts: TypeAlias = tuple[tuple[Markup, ...], ...]
"""The parts of a text, each as its paragraphs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """An item that tells the same. ``split`` is what names it and no other; empty where nothing does, or it is alone."""

    source: str
    title: str
    link: Link | None
    seen: Stamp
    leads: bool
    split: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One thing that happened: when, by which rule of the program, or by whom and why."""

    at: Stamp
    stage: str
    verdict: str
    rule: str
    account: str
    who: str
    words: str
    reason: str
    details: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mending:
    """The form for words of one's own: what stands in it, how many characters the server takes, and what is wrong."""

    text: str
    limit: int
    warning: str = ""
    wrong: str = ""


def page(call: Call, *, mending: Mending | None = None, status: int = 200) -> Response:
    """Show one publication. ``mending`` is a text that was just refused, so that it is not lost."""
    name = call.request.path_params["id"]
    with reading(call.engine) as connection:
        row = store.post(connection, name) if _ID.fullmatch(name) else None
        if row is None:
            raise HTTPException(404)
        copies = store.copies(connection, row.announcement)
        others = [one for one in store.elsewhere(connection, row.announcement) if one.id != row.id]
        events = views.events_about(connection, {row.announcement}, {one.no for one in copies})
        parts = [part["text"] for part in row.parts or () if part["text"]]
        proof = list(call.desk.proof(connection, row.id)) if row.wanted and not _is_fresh(row) else []
        told = [_copy(one, row, copies, connection, call) for one in copies[:MOST_COPIES]]
    content = said(row)
    values = {
        "row": row,
        "line": line(row, call),
        "seen_as": fingerprint(row),
        "parts": _parts(parts),
        "proof": _parts(proof),
        "spoiler": one_line((row.post or {}).get("spoiler_text") or ""),
        "sent": stamp(row.sent, call.here.voice) if row.sent else None,
        "queued": stamp(row.queued, call.here.voice),
        "there": _link(row.url),
        "public": call.here.link(f"/announcements/{row.announcement}") if row.seen else None,
        "error": one_line(row.error or ""),
        "content": content,
        "source_text": _parts([content.text]) if content.text else (),
        "source_link": _link(content.url),
        "copies": told,
        "others": [line(one, call) for one in others],
        "trace": [_trace(one, call) for one in events[-MOST_EVENTS:]],
        "can": possible(row),
        "mending": mending or _mending(row, proof or parts),
    }
    return show(call, "post", line(row, call).title, values, status=status)


def post(call: Call) -> Response:
    """Show one publication."""
    return page(call)


# ── what can be done ─────────────────────────────────────────────────────────────────────────────────────────────────


def possible(row: Any) -> frozenset[str]:
    """Say which acts make sense for a publication as it is now."""
    never_out = row.seen == 0 and not row.remote_id
    decided = row.state in {"held", "dead"} or (row.state == "unknown" and row.reason is not None)
    found = {
        "approve": decided,
        "mend": row.state in {"held", "dead"} and row.operation in {"publish", "edit"} and row.wanted > 0,
        "hold": row.state in {"queued", "retry"},
        "drop": (row.state in {"held", "dead", "unknown"} and never_out) or (row.state == "held" and row.seen > 0),
        # of what never was out nothing can be taken back: it is dropped
        "retract": not row.adopted
        and row.state != "dropped"
        and bool(row.wanted or row.state == "held")
        and not (never_out and row.state in {"held", "dead"}),
    }
    return frozenset(name for name, can in found.items() if can)


def fingerprint(row: Any) -> str:
    """Say what a publication was when somebody looked at it: an act meant for that must not hit what it became since."""
    return f"{row.state}/{row.reason or ''}/{row.operation}/{row.wanted}/{row.generation}"


def said(row: Any) -> Content:
    """Give what the source says, as far as the announcement still goes by it."""
    return unpack_content(row.kept_content or (row.item_content if row.lead_tells == row.announcement else None))


def length_of(text: str, row: Any) -> tuple[int, int]:
    """Count a text as the account's server does, and give its limit."""
    limits = unpack_limits(row.limits) or Limits()
    spoiler = (row.post or {}).get("spoiler_text") or ""
    return status_length(text, spoiler, url_length=limits.url_length), limits.max_characters


def _is_fresh(row: Any) -> bool:
    """Whether the words that are kept are those of the version that is wanted."""
    return bool(row.parts) and (row.post or {}).get("version") == row.wanted


def _mending(row: Any, parts: Sequence[str]) -> Mending:
    return Mending(text="\n\n".join(parts), limit=length_of("", row)[1])


# ── what is shown ────────────────────────────────────────────────────────────────────────────────────────────────────


def _parts(texts: Iterable[str]) -> Parts:
    return tuple(tuple(as_html(one) for one in paragraphs(text)) for text in texts)


def _link(url: str | None) -> Link | None:
    href = safe_link(url)
    return Link(name=host(href), href=href) if href else None


def _copy(one: Any, row: Any, copies: Sequence[Any], connection: Connection, call: Call) -> Copy:
    return Copy(
        source=one.source_id,
        title=one_line(one.title),
        link=_link(one.url),
        seen=stamp(one.first_seen, call.here.voice),
        leads=one.no == row.lead,
        split=_name_of(one, connection) if len(copies) > 1 else "",
    )


def _name_of(copy: Any, connection: Connection) -> str:
    """Find what names a copy and no other, so that a split never takes another one than was pointed at."""
    for name in (copy.url, copy.native_id, copy.key):
        if not name:
            continue
        links = [canonical_link(name)] if "://" in name else []
        found = views.items_for(connection, name, links)
        meant = [one for one in found if name in {one.native_id, one.url, one.key} or one.link in links]
        if [one.no for one in meant] == [copy.no]:
            return str(name)
    return ""


def _happened(row: Any, call: Call, *, by_hand: bool) -> str:
    voice = call.here.voice
    if by_hand:
        return words.act(row.verdict, row.rule, voice)
    told, why = words.happened(row.stage, row.verdict, voice), words.reason(row.rule, voice)
    return f"{told}: {why}" if told and row.verdict == "held" and why != row.rule else told


def _trace(row: Any, call: Call) -> Trace:
    by_hand = row.stage == "operate"
    return Trace(
        at=stamp(row.at, call.here.voice),
        stage=row.stage,
        verdict=row.verdict,
        rule=row.rule,
        account=row.account_id or "",
        who=one_line(row.actor) if by_hand else "",
        words=_happened(row, call, by_hand=by_hand),
        reason=one_line((row.detail or {}).get("reason") or "") if by_hand else "",
        details=tuple(words.details(row.detail)),
    )
