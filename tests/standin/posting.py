"""What the verbs of a server do to its memory: publish, edit, delete, boost, upload."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Literal

from tests.standin.rates import Standing
from tests.standin.rules import (
    LANGUAGES,
    Draft,
    Refusal,
    check,
    check_media,
    check_mentions,
    check_text,
    missing,
    refusal,
)
from tests.standin.state import KEY_LIFE, Actor, Medium, Status, Version, World

PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"RIFF")
FILM = b"ftyp"


def publish(world: World, actor: Actor, draft: Draft, key: str | None) -> tuple[Status, bool]:
    """Publish, or give the post that this key made before. The second value says that it was made now.

    The order is Mastodon's: the parent is looked up before the key, the key before everything else.
    """
    parent, quoted = _related(world, draft)
    if key and (first := _first_of(world, actor, key)):
        return first, False
    media = check(world, actor, draft)
    check_mentions(world, draft)
    spend(world, actor, "statuses")
    status = world.keep(_composed(world, actor, draft, media))
    status.in_reply_to, status.quote, status.key = parent, quoted, key
    if key:
        world.keys[actor.id, key] = (status.id, world.clock())
    return status, True


def edit(world: World, actor: Actor, status_id: str, draft: Draft) -> Status:
    """Make a post say exactly this: what is left out is removed; only the language falls back to what it was."""
    status = own(world, actor, status_id)
    media = check_media(world, actor, draft.media_ids, own=status.id)
    if not (world.settings.dialect.edits_may_be_empty and not draft.text):
        check_text(world, draft, has_media=bool(media))
    wanted = _version(world, draft, media, fallback=status.now.language)
    if _substance(wanted) == _substance(status.now):
        return status
    spend(world, actor, "statuses")
    rewrite(world, status, wanted)
    return status


def rewrite(world: World, status: Status, wanted: Version) -> None:
    """Give a post a new version, and let go of the media that it no longer shows."""
    for medium_id in status.now.media:
        world.media[medium_id].status_id = None
    for medium_id, alt in zip(wanted.media, wanted.alts, strict=True):
        world.media[medium_id].status_id = status.id
        world.media[medium_id].description = alt
    status.versions.append(wanted)


def delete(world: World, actor: Actor, status_id: str, *, with_media: bool) -> Status:
    """Take a post away. Its media can be used again, for a redraft, unless they go with it."""
    status = own(world, actor, status_id)
    world.remove(status)
    for medium in status.now.media if with_media else ():
        del world.media[medium]
    return status


def boost(world: World, actor: Actor, status_id: str) -> Status:
    """Boost a post; boosting it again gives the same boost."""
    target = seen(world, status_id)
    target = world.statuses[target.boost_of] if target.boost_of else target
    if existing := _boost_of(world, actor, target.id):
        return existing
    if target.visibility == "direct":
        raise Refusal(403, '{"error":"Deze actie is niet toegestaan"}')
    spend(world, actor, "statuses")
    return world.keep(
        Status(id=world.new_id(), actor_id=actor.id, versions=[Version(text="", at=world.now())], boost_of=target.id)
    )


def unboost(world: World, actor: Actor, status_id: str) -> Status:
    """Take a boost back, by the id of the post that was boosted; one that is not there is no error."""
    target = seen(world, status_id)
    if existing := _boost_of(world, actor, target.id):
        world.remove(existing)
    return target


def upload(world: World, actor: Actor, body: bytes, alt: str) -> Medium:
    """Take a file in. Pictures are ready at once; films are processed later where the family does so."""
    dialect = world.settings.dialect
    kind = _kind(body)
    if kind is None:
        raise _not_media(world)
    if dialect.alt_length is not None and len(alt) > dialect.alt_length:
        raise refusal(world, dialect.invalid, "alt", dialect.alt_length)
    looks = world.settings.picture_looks if kind == "image" else 0
    later = looks > 0 or (kind == "video" and dialect.processes_video_later)
    medium = Medium(
        id=world.new_id(),
        actor_id=actor.id,
        kind=kind,
        description=alt,
        size=len(body),
        state="processing" if later else "ready",
        looks=looks,
    )
    world.media[medium.id] = medium
    return medium


def present(world: World, actor: Actor, body: Mapping[str, Any]) -> None:
    """Change how an account presents itself. Fields come as ``fields_attributes[0][name]``; empty ones vanish."""
    limits = world.settings.dialect.profile or {"max_display_name_length": 30, "max_note_length": 500}
    for name, limit in (("display_name", "max_display_name_length"), ("note", "max_note_length")):
        if len(str(body.get(name) or "")) > limits[limit]:
            raise refusal(world, 422, "length", limits[limit])
    changed = {name: body[name] for name in ("display_name", "note", "avatar_description") if name in body}
    changed |= {name: str(body[name]) in {"1", "true", "True"} for name in ("bot", "discoverable") if name in body}
    if "source[language]" in body:
        changed["language"] = body["source[language]"]
    written = [
        (body.get(f"fields_attributes[{n}][name]"), body.get(f"fields_attributes[{n}][value]")) for n in range(9)
    ]
    if any(name is not None for name, _ in written):
        changed["fields"] = [(name, value) for name, value in written if name]
    actor.profile |= changed


def seen(world: World, status_id: str) -> Status:
    """Give a post that is there."""
    if (status := world.find(status_id)) is None:
        raise missing(world)
    return status


def own(world: World, actor: Actor, status_id: str) -> Status:
    """Give a post that is there and belongs to this account."""
    status = seen(world, status_id)
    if status.actor_id != actor.id:
        raise missing(world)
    return status


def spend(world: World, actor: Actor, family: str) -> Standing | None:
    """Count something against a window, and refuse it where it was one too many."""
    standing = world.meter.count(family, actor.id, world.clock())
    if standing is not None and standing.remaining < 0:
        raise too_many(world, standing)
    return standing


def too_many(world: World, standing: Standing) -> Refusal:
    """Say that it was one too many, with the rate headers and without Retry-After."""
    prefix = world.settings.dialect.headers
    shown = replace(standing, remaining=0).headers(prefix) if prefix else {}
    return Refusal(429, json.dumps({"error": "Te veel verzoeken"}), headers=shown)


def _related(world: World, draft: Draft) -> tuple[str | None, str | None]:
    dialect = world.settings.dialect
    for wanted in (draft.in_reply_to, draft.quote):
        if wanted and world.find(wanted) is None and dialect.checks_parent:
            raise missing(world)
    parent = draft.in_reply_to if draft.in_reply_to and world.find(draft.in_reply_to) else None
    return parent, draft.quote if dialect.api_version else None


def _first_of(world: World, actor: Actor, key: str) -> Status | None:
    """Give what this key made within the hour; the body is not compared. Deleted since: 404."""
    known = world.keys.get((actor.id, key)) if world.settings.keeps_keys else None
    if known is None or world.clock() - known[1] >= KEY_LIFE:
        return None
    return seen(world, known[0])


def _composed(world: World, actor: Actor, draft: Draft, media: list[Medium]) -> Status:
    status_id = world.new_id()
    for medium in media:
        medium.status_id = status_id
    return Status(
        id=status_id,
        actor_id=actor.id,
        versions=[_version(world, draft, media, fallback="en")],
        visibility=_visibility(world, actor, draft.visibility or "public"),
        application=actor.application,
    )


def _version(world: World, draft: Draft, media: list[Medium], *, fallback: str | None) -> Version:
    text = draft.text or ("." if draft.spoiler_text and not media else "")
    return Version(
        text=text,
        at=world.now(),
        spoiler_text=draft.spoiler_text,
        sensitive=draft.sensitive or bool(draft.spoiler_text),
        language=_language(world, draft.language) or fallback if world.settings.dialect.keeps_language else None,
        media=tuple(medium.id for medium in media),
        alts=tuple(draft.alts.get(medium.id, medium.description) for medium in media),
    )


def _substance(version: Version) -> Version:
    """Leave out when it was written: an edit that changes nothing is swallowed."""
    return replace(version, at=datetime.min.replace(tzinfo=UTC))


def _language(world: World, wanted: str | None) -> str | None:
    if world.settings.dialect.name == "gotosocial":
        return wanted or None
    tag = (wanted or "").partition("-")[0].lower()
    return tag if tag in LANGUAGES else None


def _visibility(world: World, actor: Actor, wanted: str) -> str:
    quiet = actor.state == "limited" or world.settings.downgrade_visibility
    return "unlisted" if wanted == "public" and quiet else wanted


def _boost_of(world: World, actor: Actor, target: str) -> Status | None:
    shelf = (world.statuses[i] for i in reversed(world.shelves[actor.id]))
    return next((status for status in shelf if status.boost_of == target), None)


def _kind(body: bytes) -> Literal["image", "video"] | None:
    if body[4:8] == FILM:
        return "video"
    return "image" if body.startswith(PICTURES) else None


def _not_media(world: World) -> Refusal:
    if world.settings.dialect.pages:
        return Refusal(500, "<!doctype html><title>Server Error (500)</title>", "text/html")
    return refusal(world, 422, "media-type")
