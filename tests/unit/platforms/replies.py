"""Replies of platforms, written after their documented shapes, about bodies that do not exist."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

SITE = "https://www.voorbeeldstad.example"
DID = "did:plc:voorbeeldstad000000000000"


def body(value: Any) -> bytes:
    """Write a value as JSON, as most APIs do: without spaces."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


# ── X ────────────────────────────────────────────────────────────────────────────────────────────────────────────────

X_ID = "990001"


def x_post(number: int, text: str = "", **more: Any) -> dict[str, Any]:
    """A post of @voorbeeldstad."""
    return {
        "id": str(number),
        "edit_history_tweet_ids": [str(number)],
        "author_id": X_ID,
        "conversation_id": str(number),
        "created_at": "2026-11-23T07:00:00.000Z",
        "lang": "nl",
        "text": text or f"Bericht {number} van de gemeente.",
        **more,
    }


def x_reply(*posts: Mapping[str, Any], token: str | None = None, **more: Any) -> dict[str, Any]:
    """A page of posts, newest first."""
    ids = [post["id"] for post in posts]
    meta: dict[str, Any] = {"result_count": len(posts)}
    if ids:
        meta |= {"newest_id": ids[0], "oldest_id": ids[-1]}
    if token:
        meta["next_token"] = token
    return {**({"data": list(posts)} if posts else {}), **more, "meta": meta}


def x_problem(kind: str, resource: str, value: str) -> dict[str, Any]:
    """An error as X puts it into an answer of 200."""
    return {
        "value": value,
        "resource_id": value,
        "resource_type": resource,
        "title": "Not Found Error",
        "type": f"https://api.twitter.com/2/problems/{kind}",
        "detail": "Could not find it.",
    }


# ── Graph ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def graph_page(*entries: Mapping[str, Any], after: str | None = None) -> dict[str, Any]:
    """A page of an edge. The address of the next one has the token in it, as Meta's have."""
    paging: dict[str, Any] = {"cursors": {"before": "QVFI", "after": after or "QVFJ"}}
    if after:
        paging["next"] = f"https://graph.facebook.example/next?access_token=geheim-4711-in-next&after={after}"
    return {"data": list(entries), "paging": paging}


def graph_error(code: int, subcode: int | None = None) -> dict[str, Any]:
    """An error of a Graph API; its message quotes the token, as some do."""
    error: dict[str, Any] = {
        "message": "Malformed access token geheim-4711",
        "type": "OAuthException",
        "code": code,
        "fbtrace_id": "AbCdEf",
    }
    if subcode:
        error["error_subcode"] = subcode
    return {"error": error}


def facebook_post(number: int, **more: Any) -> dict[str, Any]:
    """A post of the page of Voorbeeldstad."""
    return {
        "id": f"880001_{number}",
        "message": f"Bericht {number} op de pagina.",
        "created_time": "2026-11-23T07:00:00+0000",
        "permalink_url": f"https://www.facebook.com/880001/posts/{number}",
        "status_type": "mobile_status_update",
        **more,
    }


def threads_post(number: int, **more: Any) -> dict[str, Any]:
    """A post of the profile of Voorbeeldstad."""
    return {
        "id": str(number),
        "media_product_type": "THREADS",
        "media_type": "TEXT_POST",
        "permalink": f"https://www.threads.net/@voorbeeldstad/post/{number}",
        "username": "voorbeeldstad",
        "text": f"Bericht {number} op Threads.",
        "timestamp": "2026-11-23T07:00:00+0000",
        "is_quote_post": False,
        **more,
    }


def instagram_post(number: int, **more: Any) -> dict[str, Any]:
    """A post of the account of Voorbeeldstad."""
    return {
        "id": str(number),
        "caption": f"Bericht {number} bij een foto.",
        "media_type": "IMAGE",
        "media_product_type": "FEED",
        "media_url": f"https://scontent.example/{number}.jpg?oh=1",
        "permalink": f"https://www.instagram.com/p/{number}/",
        "timestamp": "2026-11-23T07:00:00+0000",
        **more,
    }


# ── TikTok ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def tiktok_login(**more: Any) -> dict[str, Any]:
    """A login that was renewed."""
    return {
        "access_token": "geheim-4711-dag",
        "expires_in": 86400,
        "open_id": "open-voorbeeldstad",
        "refresh_expires_in": 31_536_000,
        "refresh_token": "geheim-4711-jaar",
        "scope": "video.list",
        "token_type": "Bearer",
        **more,
    }


def tiktok_video(number: int, **more: Any) -> dict[str, Any]:
    """A video of the account of Voorbeeldstad."""
    return {
        "id": str(number),
        "create_time": 1_795_417_200,
        "share_url": f"https://www.tiktok.com/@voorbeeldstad/video/{number}?utm_source=open_api",
        "title": f"Filmpje {number} over de brug",
        "video_description": f"Filmpje {number} over de brug #voorbeeldstad #brug",
        **more,
    }


def tiktok_page(*videos: Mapping[str, Any], cursor: int = 0) -> dict[str, Any]:
    """A page of videos; with ``cursor`` there are more."""
    data = {"videos": list(videos), "cursor": cursor, "has_more": bool(cursor)}
    return {"data": data, "error": {"code": "ok", "message": "", "log_id": "2026"}}


def tiktok_error(code: str) -> dict[str, Any]:
    """An error of the Display API."""
    return {"data": {}, "error": {"code": code, "message": "Nee.", "log_id": "2026"}}


# ── Bluesky ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def bluesky_author(**more: Any) -> dict[str, Any]:
    """The account of Voorbeeldstad, as it stands beside its posts."""
    return {
        "did": DID,
        "handle": "stad.voorbeeldstad.example",
        "displayName": "Gemeente Voorbeeldstad",
        "labels": [],
        **more,
    }


def bluesky_view(key: str, text: str = "", *, author: Mapping[str, Any] | None = None, **record: Any) -> dict[str, Any]:
    """An entry of the feed of Voorbeeldstad."""
    return {
        "post": {
            "uri": f"at://{DID}/app.bsky.feed.post/{key}",
            "cid": f"bafy{key}",
            "author": dict(author or bluesky_author()),
            "record": {
                "$type": "app.bsky.feed.post",
                "text": text or f"Bericht {key} op Bluesky.",
                "createdAt": "2026-11-23T07:00:00.000Z",
                "langs": ["nl"],
                **record,
            },
            "likeCount": 3,
            "replyCount": 1,
            "indexedAt": "2026-11-23T07:00:01.000Z",
        }
    }


def bluesky_feed(*views: Mapping[str, Any], cursor: str | None = None) -> dict[str, Any]:
    """A page of a feed."""
    return {"feed": list(views), **({"cursor": cursor} if cursor else {})}


# ── Mastodon ─────────────────────────────────────────────────────────────────────────────────────────────────────────

SOCIAL = "https://social.voorbeeldstad.example"
ACTOR = f"{SOCIAL}/users/stad"


def mastodon_account(**more: Any) -> dict[str, Any]:
    """The account of Voorbeeldstad."""
    return {
        "id": "1100",
        "username": "stad",
        "acct": "stad",
        "display_name": "Gemeente Voorbeeldstad",
        "uri": ACTOR,
        "url": f"{SOCIAL}/@stad",
        "note": "<p>Nieuws uit Voorbeeldstad.</p>",
        "bot": False,
        "followers_count": 1200,
        **more,
    }


def mastodon_status(number: int, html: str = "", **more: Any) -> dict[str, Any]:
    """A status of Voorbeeldstad."""
    return {
        "id": str(number),
        "created_at": "2026-11-23T07:00:00.000Z",
        "in_reply_to_id": None,
        "sensitive": False,
        "spoiler_text": "",
        "visibility": "public",
        "language": "nl",
        "uri": f"{ACTOR}/statuses/{number}",
        "url": f"{SOCIAL}/@stad/{number}",
        "edited_at": None,
        "content": html or f"<p>Bericht {number} op Mastodon.</p>",
        "reblog": None,
        "favourites_count": 4,
        "account": mastodon_account(),
        "media_attachments": [],
        "tags": [],
        "mentions": [],
        **more,
    }


def outbox_note(number: int, **more: Any) -> dict[str, Any]:
    """A post of Voorbeeldstad in its outbox."""
    public = "https://www.w3.org/ns/activitystreams#Public"
    return {
        "id": f"{ACTOR}/statuses/{number}/activity",
        "type": "Create",
        "actor": ACTOR,
        "published": "2026-11-23T07:00:00Z",
        "to": [public],
        "object": {
            "id": f"{ACTOR}/statuses/{number}",
            "type": "Note",
            "attributedTo": ACTOR,
            "published": "2026-11-23T07:00:00Z",
            "url": f"{SOCIAL}/@stad/{number}",
            "to": [public],
            "content": f"<p>Bericht {number} op de fediverse.</p>",
            "contentMap": {"nl": f"<p>Bericht {number} op de fediverse.</p>"},
            "attachment": [],
            "tag": [],
            **more,
        },
    }


def outbox_page(*activities: Mapping[str, Any], following: str | None = None) -> dict[str, Any]:
    """A page of an outbox."""
    page = {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": f"{ACTOR}/outbox?page=true",
        "type": "OrderedCollectionPage",
        "orderedItems": list(activities),
    }
    return {**page, **({"next": following} if following else {})}


# ── YouTube ──────────────────────────────────────────────────────────────────────────────────────────────────────────

CHANNEL = "UCvoorbeeldstad000000000"


def youtube_entry(number: int, *, views: int = 10) -> str:
    """A video of the channel of Voorbeeldstad."""
    return (
        f"<entry><id>yt:video:{number}</id><yt:videoId>{number}</yt:videoId><yt:channelId>{CHANNEL}</yt:channelId>"
        f"<title>Raadsvergadering {number}</title>"
        f'<link rel="alternate" href="https://www.youtube.com/watch?v={number}"/>'
        f"<published>2026-11-2{number % 10}T18:00:00+00:00</published><updated>2026-11-23T0{views % 10}:00:00+00:00</updated>"
        f"<media:group><media:title>Raadsvergadering {number}</media:title>"
        f'<media:thumbnail url="https://i1.ytimg.example/{number}.jpg" width="480" height="360"/>'
        f"<media:description>De raad vergadert. Stukken: {SITE}/raad/{number}</media:description>"
        f'<media:community><media:statistics views="{views}"/></media:community></media:group></entry>'
    )


def youtube_feed(*entries: str) -> bytes:
    """The feed of the channel of Voorbeeldstad."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns:media="http://search.yahoo.com/mrss/"'
        ' xmlns="http://www.w3.org/2005/Atom">'
        f"<id>yt:channel:{CHANNEL}</id><title>Gemeente Voorbeeldstad</title>{''.join(entries)}</feed>"
    ).encode()


def announcements(*items: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """Our own plain form."""
    return {"omroeper": 1, **more, "items": list(items)}


def announcement(number: int, **more: Any) -> dict[str, Any]:
    """An announcement in our own plain form."""
    return {
        "id": f"vbs-{number}",
        "url": f"{SITE}/nieuws/{number}",
        "title": f"Bericht {number}",
        "text": f"Tekst van bericht {number}.",
        "published": "2026-11-23T08:00:00+01:00",
        "language": "nl",
        **more,
    }


def paged(entries: Sequence[Any], size: int, start: int) -> tuple[list[Any], int | None]:
    """Give one page of a list, and where the next one starts."""
    end = start + size
    return list(entries[start:end]), end if end < len(entries) else None
