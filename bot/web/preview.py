"""Composed posts as they will look, as one file that needs nothing besides itself: for ``omroeper preview``. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from bot.web.cards import Link
from bot.web.prose import as_html, one_line, paragraphs, safe_link
from bot.web.render import environment, static_file
from bot.web.site import Language
from bot.web.texts import Voice


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One post to look at before it goes out. ``facts``: its length, language and visibility in words."""

    heading: str
    parts: tuple[tuple[Markup, ...], ...]
    language: str
    warning: str
    facts: tuple[str, ...]
    too_long: bool
    media: tuple[tuple[str, Link], ...]


def render_preview(posts: Sequence[Mapping[str, Any]], *, language: Language = "nl") -> str:
    """Give a page that shows posts in the contract's JSON of ``preview``, as complete HTML without any address to load."""
    voice = Voice(language)
    style = Markup(static_file("omroeper.css").decode())  # noqa: S704  # our own file, and a style sheet has no escapes
    template = environment().get_template("preview.html")
    return template.render(proofs=[_proof(one, voice) for one in posts], say=voice, language=language, style=style)


def _proof(post: Mapping[str, Any], voice: Voice) -> Proof:
    too_long = post["length"] > post["limit"]
    language = post["language"] or ""
    length = voice("preview_too_long" if too_long else "preview_length", length=post["length"], limit=post["limit"])
    tongue = voice("preview_language", language=language) if language else voice("preview_no_language")
    seen = voice(f"visibility_{post['visibility']}")
    return Proof(
        heading=voice("preview_account", account=post["account"], source=post["source"]),
        parts=tuple(tuple(as_html(one) for one in paragraphs(part)) for part in post["parts"] or [post["text"]]),
        language=language,
        warning=one_line(post["spoiler_text"] or ""),
        facts=(length, tongue, seen),
        too_long=too_long,
        media=tuple((one_line(one["alt"] or ""), _link(one["url"])) for one in post["media"] or ()),
    )


def _link(url: str) -> Link:
    return Link(name=one_line(url), href=safe_link(url))
