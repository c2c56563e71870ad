"""The exact words of a post, within a server's own limits. Pure.

A first wording: the title, the summary cut at a sentence, who says it, and the link, which always survives.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from adapters.contract import Limits
from bot.model import Composed, Content
from bot.text import cut, neutralise, safe_url, status_length

_MIRROR = {"nl": "spiegel, geen officieel account", "en": "mirror, not an official account"}
_NOTICES = {
    ("updated", "nl"): "Er is een nieuwer bericht.",
    ("updated", "en"): "There is a newer message.",
    ("cancelled", "nl"): "Dit bericht is beëindigd.",
    ("cancelled", "en"): "This message has ended.",
    ("expired", "nl"): "Dit bericht geldt niet meer.",
    ("expired", "en"): "This message is no longer in force.",
    ("withdrawn", "nl"): "De afzender heeft dit bericht ingetrokken.",
    ("withdrawn", "en"): "The sender has withdrawn this message.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """Who says it, and how: the agency's name, whether the account is its own, and the account's settings."""

    agency: str
    official: bool
    language: str
    visibility: Literal["public", "unlisted", "private", "direct"]


def compose(content: Content, voice: Voice, limits: Limits, *, notice: str | None = None) -> Composed:
    """Compose a post. It never exceeds ``limits.max_characters`` as the server counts."""
    language = content.language or voice.language
    link = safe_url(content.url) if content.url else None
    tail = _tail(voice, language, link)
    head = _NOTICES.get((notice or "", language), "")
    room = limits.max_characters - status_length(f"\n\n{tail}", url_length=limits.url_length)
    body = cut("\n\n".join(filter(None, (head, _body(content)))), room, url_length=limits.url_length)
    return Composed(
        parts=("\n\n".join(filter(None, (body, tail))),), language=language, visibility=voice.visibility, link=link
    )


def _body(content: Content) -> str:
    title, text = neutralise(content.title), neutralise(content.text)
    if not title or text.startswith(title):
        return text
    return f"{title}\n\n{text}" if text and text != title else title


def _tail(voice: Voice, language: str, link: str | None) -> str:
    label = "" if voice.official else f" ({_MIRROR.get(language, _MIRROR['en'])})"
    return "\n".join(filter(None, (f"{neutralise(voice.agency)}{label}", link)))
