"""How a server shows what it knows, as JSON of the client API."""

from __future__ import annotations

from datetime import datetime
from html import escape
from typing import Any

from tests.standin import texts
from tests.standin.state import Actor, Medium, Status, Version, World

MIME_TYPES = ("image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4")


def iso(moment: datetime) -> str:
    """Give a time as Mastodon does: milliseconds and Z."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def account(world: World, actor: Actor) -> dict[str, Any]:
    """Show an account."""
    host = actor.domain or world.settings.host
    return {
        "id": actor.id,
        "username": actor.username,
        "acct": actor.acct,
        "display_name": actor.profile.get("display_name", actor.username.title()),
        "locked": False,
        "bot": actor.profile.get("bot", False),
        "discoverable": actor.profile.get("discoverable"),
        "created_at": "2026-01-01T00:00:00.000Z",
        "note": f"<p>{escape(actor.profile.get('note', ''))}</p>" if actor.profile.get("note") else "",
        "url": f"https://{host}/@{actor.username}",
        "uri": f"https://{host}/users/{actor.username}",
        "avatar": f"https://{host}/avatar.png",
        "header": f"https://{host}/header.png",
        "followers_count": 0,
        "following_count": 0,
        "statuses_count": len(world.shelves[actor.id]),
        "emojis": [],
        "fields": [{"name": name, "value": escape(value)} for name, value in actor.profile.get("fields", ())],
    }


def own_account(world: World, actor: Actor) -> dict[str, Any]:
    """Show an account to itself: also what it wrote, as it wrote it."""
    written = actor.profile
    source = {
        "privacy": "public",
        "language": written.get("language"),
        "note": written.get("note", ""),
        "fields": [{"name": name, "value": value} for name, value in written.get("fields", ())],
    }
    described = {"avatar_description": written.get("avatar_description", "")} if world.settings.dialect.profile else {}
    return account(world, actor) | described | {"source": source}


def status(world: World, post: Status, *, with_source: bool = False) -> dict[str, Any]:
    """Show a post. A boost shows the boosted post inside; ``with_source`` adds the text as it was written (DELETE)."""
    dialect, actor, version = world.settings.dialect, world.actors[post.actor_id], post.now
    boosted = world.statuses.get(post.boost_of) if post.boost_of else None
    shown: dict[str, Any] = {
        "id": post.id,
        "created_at": iso(post.versions[0].at),
        "in_reply_to_id": post.in_reply_to,
        "sensitive": version.sensitive,
        "spoiler_text": version.spoiler_text,
        "visibility": post.visibility,
        "language": version.language,
        "uri": post.uri or f"https://{world.settings.host}/users/{actor.username}/statuses/{post.id}",
        "url": post.uri or f"https://{world.settings.host}/@{actor.username}/{post.id}",
        "replies_count": 0,
        "reblogs_count": 0,
        "favourites_count": 0,
        "edited_at": iso(version.at) if len(post.versions) > 1 else None,
        "content": texts.html(boosted.now.text if boosted else version.text, dialect.break_tag),
        "reblog": status(world, boosted) if boosted else None,
        "account": account(world, actor),
        "media_attachments": attachments(world, version),
        "mentions": [],
        "tags": [{"name": tag} for tag in texts.hashtags(version.text)],
        "emojis": [],
        "card": None,
        "poll": None,
    }
    shown |= _extras(world, post, actor)
    return shown | ({"text": version.text} if with_source or dialect.shows_source else {})


def _extras(world: World, post: Status, actor: Actor) -> dict[str, Any]:
    """What some families leave out. The application is only shown for accounts of this server."""
    extras: dict[str, Any] = {}
    if post.application and actor.domain is None and world.settings.dialect.names_application:
        extras["application"] = {"name": post.application, "website": None}
    if world.settings.dialect.api_version:
        quoted = world.find(post.quote) if post.quote else None
        extras["quote"] = {"state": "accepted", "quoted_status": status(world, quoted)} if quoted else None
    return extras


def attachments(world: World, version: Version) -> list[dict[str, Any]]:
    """Show the media of a version, with the descriptions that they have in it."""
    shown = [medium(world, world.media[i]) for i in version.media]
    return [item | {"description": alt or None} for item, alt in zip(shown, version.alts, strict=True)]


def medium(world: World, item: Medium) -> dict[str, Any]:
    """Show an upload. Its address is null while it is being processed."""
    url = f"https://{world.settings.host}/media/{item.id}" if item.state == "ready" else None
    return {
        "id": item.id,
        "type": item.kind,
        "url": url,
        "preview_url": url,
        "remote_url": None,
        "meta": {},
        "description": item.description or None,
        "blurhash": "U02rs+of00WB~qt7D%M{",
    }


def revision(world: World, post: Status, version: Version) -> dict[str, Any]:
    """Show one version in a history: HTML only, without an id."""
    return {
        "content": texts.html(version.text, world.settings.dialect.break_tag),
        "spoiler_text": version.spoiler_text,
        "sensitive": version.sensitive,
        "created_at": iso(version.at),
        "account": account(world, world.actors[post.actor_id]),
        "media_attachments": attachments(world, version),
        "emojis": [],
    }


def configuration(world: World) -> dict[str, Any]:
    """Show the limits, the same in both versions of the instance."""
    dialect = world.settings.dialect
    media: dict[str, Any] = {
        "supported_mime_types": list(MIME_TYPES),
        "image_size_limit": 16_777_216,
        "image_matrix_limit": 33_177_600,
    }
    if dialect.alt_length is not None and dialect.name == "mastodon":
        media["description_limit"] = dialect.alt_length
    return {
        **({"accounts": dialect.profile} if dialect.profile else {}),
        "statuses": {
            "max_characters": world.settings.limit,
            "max_media_attachments": dialect.max_media,
            "characters_reserved_per_url": dialect.url_length,
        },
        "media_attachments": media,
    }


def instance_v1(world: World) -> dict[str, Any]:
    """Show the server, the old way."""
    dialect, host = world.settings.dialect, world.settings.host
    shown = {
        "uri": f"https://{host}" if dialect.name == "gotosocial" else host,
        "title": "Stand-in",
        "version": dialect.version,
        "urls": {},
        "stats": {},
        "languages": ["nl"],
        "configuration": configuration(world),
    }
    return shown | ({"account_domain": host} if dialect.name == "gotosocial" else {})


def instance_v2(world: World) -> dict[str, Any]:
    """Show the server, the new way."""
    dialect, host = world.settings.dialect, world.settings.host
    shown = {
        "domain": host,
        "title": "Stand-in",
        "version": dialect.version,
        "source_url": dialect.source_url,
        "languages": ["nl"],
        "configuration": configuration(world),
        "rules": [],
    }
    if dialect.name == "gotosocial":
        shown["account_domain"] = host
    if dialect.api_version is not None:
        shown["api_versions"] = {"mastodon": dialect.api_version}
    return shown
