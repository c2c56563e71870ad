"""What happened to an announcement, in plain words: the public side of ``why``. Pure.

Only what a citizen can use is told; what a server or an operator said stays in ``omroeper why``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.store.dossier import Happening
from bot.web.moments import Stamp, stamp
from bot.web.prose import one_line
from bot.web.texts import Voice

_SENTENCES = {
    ("decide", "queued"): "trace_queued",
    ("decide", "held"): "trace_held",
    ("decide", "edit"): "trace_corrected",
    ("decide", "copy"): "trace_copy_changed",
    ("decide", "follow"): "trace_followed",
    ("decide", "leads"): "trace_leads",
    ("decide", "updated"): "trace_superseded",
    ("decide", "cancelled"): "trace_cancelled",
    ("decide", "withdrawn"): "trace_withdrawn",
    ("match", "merged"): "trace_merged",
    ("deliver", "held"): "trace_held",
    ("deliver", "waits"): "trace_delayed",
    ("deliver", "retry"): "trace_delayed",
    ("deliver", "again"): "trace_delayed",
    ("deliver", "unknown"): "trace_delayed",
    ("deliver", "not-ours"): "trace_delayed",
    ("deliver", "dead"): "trace_failed",
    ("deliver", "dropped"): "trace_removed_there",
}
_SENT = {
    "publish": "trace_sent",
    "unknown.found": "trace_sent",
    "boost": "trace_boosted",
    "edit": "trace_edited",
    "delete": "trace_deleted",
    "unboost": "trace_deleted",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of what happened. ``until``: the last time, where the same happened several times in a row."""

    at: Stamp
    words: str
    until: Stamp | None = None


def steps(happenings: Iterable[Happening], voice: Voice) -> list[Step]:
    """Tell what happened, oldest first; the same thing over and over is told once."""
    told: list[Step] = []
    for one in happenings:
        words = _words(one, voice)
        if words is None:
            continue
        at = stamp(one.at, voice)
        if told and told[-1].words == words:
            told[-1] = Step(at=told[-1].at, words=words, until=at)
        else:
            told.append(Step(at=at, words=words))
    return told


def _words(one: Happening, voice: Voice) -> str | None:
    if one.stage == "operate":
        return voice("trace_by_hand")
    key = _SENT.get(one.rule) if one.verdict == "sent" else _SENTENCES.get((one.stage, one.verdict))
    if key is None:
        return None
    return voice(key, source=one_line(one.source or ""), account=one.account or "")
