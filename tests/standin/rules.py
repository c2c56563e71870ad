"""What a server refuses, and the words it uses: localised, so that nobody can come to rely on them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from tests.standin import texts
from tests.standin.state import Actor, Medium, World

VISIBILITIES = ("public", "unlisted", "private", "direct")
LANGUAGES = frozenset(
    ["nl", "en", "fy", "li", "nds", "ar", "uk", "tr", "ti", "zgh", "de", "fr", "pl", "es", "pt", "it", "ro", "bg"]
)
WORDS = {
    "length": ("tekst: mag maximaal {0} tekens lang zijn", "テキストは{0}文字以内で入力してください"),
    "blank": ("tekst: moet opgegeven zijn", "テキストを入力してください"),
    "visibility": ("zichtbaarheid: is ongeldig", "公開範囲は不正な値です"),
    "media-gone": ("media ({0}) bestaat niet of is al gebruikt", "メディア({0})が存在しないか、既に使われています"),
    "media-many": ("te veel bijlagen", "メディアが多すぎます"),
    "media-mixed": ("video kan niet samen met andere bijlagen", "動画は他のメディアと一緒に添付できません"),
    "media-busy": ("bijlage wordt nog verwerkt", "メディアは処理中です"),
    "media-type": ("bestand: type kon niet worden vastgesteld", "ファイルの種類を確認できません"),
    "alt": ("omschrijving: is te lang (maximaal {0})", "説明は{0}文字以内で入力してください"),
    "tag": ("hashtag {0} mag niet worden gebruikt", "ハッシュタグ{0}は使えません"),
    "scheduled": ("inplannen kan hier niet", "予約投稿はできません"),
    "language": ("taal: is ongeldig", "言語は不正な値です"),
}


@dataclass(slots=True)
class Refusal(Exception):
    """An answer that says no."""

    status: int
    body: str
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a client asks to publish, or to make of a post. None means that it said nothing about it."""

    text: str | None = None
    spoiler_text: str = ""
    sensitive: bool = False
    visibility: str | None = None
    language: str | None = None
    media_ids: tuple[str, ...] = ()
    alts: dict[str, str] = field(default_factory=dict)
    in_reply_to: str | None = None
    quote: str | None = None
    allowed_mentions: tuple[str, ...] | None = None
    scheduled_at: str | None = None


def refusal(world: World, status: int, kind: str, *values: object, **more: Any) -> Refusal:
    """Say no to what breaks a rule, in the language of the house."""
    words = WORDS[kind][0 if world.settings.locale == "nl" else 1].format(*values)
    return Refusal(status, json.dumps({"error": f"Validatie mislukt: {words}", **more}, ensure_ascii=False))


def missing(world: World) -> Refusal:
    """Say that a thing is not there."""
    if world.settings.dialect.pages:
        return Refusal(404, "<!doctype html><title>Not Found</title><h1>Not Found</h1>", "text/html")
    return Refusal(404, '{"error":"Record niet gevonden"}')


def check(world: World, actor: Actor, draft: Draft) -> list[Medium]:
    """Refuse a draft that breaks a rule, and give its media, in order."""
    if draft.scheduled_at:
        raise refusal(world, 422, "scheduled")
    media = check_media(world, actor, draft.media_ids)
    _check_visibility(world, draft)
    check_text(world, draft, has_media=bool(media))
    _check_language(world, draft)
    _check_tags(world, draft)
    return media


def check_text(world: World, draft: Draft, *, has_media: bool) -> None:
    """Refuse a text that is too long, or blank with nothing beside it."""
    said = draft.text or ""
    if not said.strip() and not draft.spoiler_text and not has_media and not draft.quote:
        raise refusal(world, world.settings.dialect.invalid, "blank")
    if length(world, said, draft.spoiler_text) > world.settings.limit:
        raise refusal(world, world.settings.dialect.invalid, "length", world.settings.limit)


def length(world: World, text: str, spoiler_text: str) -> int:
    """Count as this family counts."""
    if world.settings.dialect.counts == "code-points":
        return len(text) + len(spoiler_text)
    from bot.text import status_length

    return status_length(text, spoiler_text, url_length=world.settings.dialect.url_length)


def check_media(world: World, actor: Actor, ids: tuple[str, ...], *, own: str | None = None) -> list[Medium]:
    """Refuse media that are not there, in use, unready or too many. ``own`` is the post that may use them already."""
    dialect = world.settings.dialect
    if len(ids) > dialect.max_media:
        raise refusal(world, dialect.invalid, "media-many")
    found = [world.media.get(i) for i in ids]
    usable = [m for m in found if m and m.actor_id == actor.id and m.status_id in {None, own}]
    if len(usable) < len(ids):
        raise _media_gone(world, ids)
    if len(usable) > 1 and any(m.kind != "image" for m in usable):
        raise refusal(world, dialect.invalid, "media-mixed")
    if any(m.state != "ready" for m in usable):
        raise refusal(world, dialect.invalid, "media-busy")
    return usable


def check_mentions(world: World, draft: Draft) -> None:
    """Refuse a text that would reach somebody whom the client did not name (``allowed_mentions``)."""
    if draft.allowed_mentions is None:
        return
    known = world.settings.known_accounts
    reached = [(name, known[name]) for name in texts.mentions(draft.text or "") if name in known]
    unexpected = [{"id": i, "acct": name} for name, i in reached if i not in draft.allowed_mentions]
    if unexpected:
        words = {"error": "Bericht zou onverwachte accounts bereiken", "unexpected_accounts": unexpected}
        raise Refusal(422, json.dumps(words))


def _media_gone(world: World, ids: tuple[str, ...]) -> Refusal:
    if world.settings.dialect.pages:
        return Refusal(500, "<!doctype html><title>Server Error (500)</title>", "text/html")
    return refusal(world, world.settings.dialect.invalid, "media-gone", ", ".join(ids))


def _check_visibility(world: World, draft: Draft) -> None:
    if draft.visibility is not None and draft.visibility not in VISIBILITIES:
        raise refusal(world, 422 if world.settings.dialect.name != "takahe" else 400, "visibility")


def _check_language(world: World, draft: Draft) -> None:
    tag = (draft.language or "").partition("-")[0]
    if world.settings.dialect.name == "gotosocial" and tag and not tag.isalpha():
        raise refusal(world, 400, "language")


def _check_tags(world: World, draft: Draft) -> None:
    for tag in texts.hashtags(draft.text or ""):
        if tag in world.settings.disabled_tags:
            raise refusal(world, world.settings.dialect.invalid, "tag", tag)
