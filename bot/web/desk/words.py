"""Codes of the program in an operator's words. A code that nobody has put into words yet is shown as it is. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.web.prose import one_line, shorten
from bot.web.texts import Voice

_LONGEST = 300
_SILENT = frozenset({"reason"})
"""Details that are shown in a place of their own."""


def state(code: str, voice: Voice) -> str:
    """Say in which state a publication, source or account is."""
    return _say(f"state_{code}", code, voice)


def reason(code: str | None, voice: Voice) -> str:
    """Say why it is in that state; nothing where there is no reason."""
    return _say(f"reason_{_slug(code)}", code, voice) if code else ""


def operation(code: str, voice: Voice) -> str:
    """Say what is wanted of a post."""
    return _say(f"operation_{code}", code, voice)


def act(verdict: str, rule: str, voice: Voice) -> str:
    """Say what somebody did by hand."""
    whole = verdict in {"paused", "resumed"} and rule in {"all", "except-alerts"}
    return _say(f"act_{_slug(verdict)}_{_slug(rule)}" if whole else f"act_{_slug(verdict)}", verdict, voice)


def happened(stage: str, verdict: str, voice: Voice) -> str:
    """Say what the program did by itself; nothing where nobody has put that into words."""
    code = f"{_slug(stage)}_{_slug(verdict)}"
    return voice(f"trace_op_{code}") if voice.has(f"trace_op_{code}") else ""


def details(found: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """Give what an event says besides its reason, by name, as lines."""
    return [
        (name, shorten(one_line(str(value)), _LONGEST))
        for name, value in (found or {}).items()
        if name not in _SILENT and value not in (None, "", False)
    ]


def _say(key: str, code: str, voice: Voice) -> str:
    return voice(key) if voice.has(key) else code


def _slug(code: str) -> str:
    return code.replace("-", "_").replace(".", "_")
