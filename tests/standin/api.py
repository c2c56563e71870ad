"""The client API: which request does what, and what it needs (token, scope, windows)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tests.standin import posting, shapes
from tests.standin.rules import Draft, Refusal, missing
from tests.standin.state import Actor, Medium, World

PAGE_SIZES = {"gotosocial": 100}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, read whole. ``body`` is JSON or a form, its keys without ``[]``; ``file`` is an upload, ``peer`` the client's port."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)
    file: bytes | None = None
    origin: str = ""
    peer: int = 0


@dataclass(slots=True, kw_only=True)
class Reply:
    """One answer. ``stored`` is the id of what it made or showed, ``again`` that a key had made it before."""

    status: int = 200
    body: Any = None
    refusal: Refusal | None = None
    headers: dict[str, str] = field(default_factory=dict)
    stored: str | None = None
    again: bool = False


Handler = Callable[[World, Actor, Call, str], Reply]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One way in. ``window`` is counted before the handler, as rack-attack does; ``shown`` is the one in the headers."""

    method: str
    pattern: re.Pattern[str]
    handler: Handler
    scope: str | None = None
    window: str | None = None
    shown: str | None = None


def verify_credentials(world: World, actor: Actor, _call: Call, _id: str) -> Reply:
    """Say whose token this is."""
    return Reply(body=shapes.own_account(world, actor))


def update_credentials(world: World, actor: Actor, call: Call, _id: str) -> Reply:
    """Let an account present itself otherwise; what is too long is refused, what is left out stays."""
    posting.present(world, actor, call.body)
    return Reply(body=shapes.own_account(world, actor))


def verify_application(world: World, actor: Actor, _call: Call, _id: str) -> Reply:
    """Say which program this token was made for."""
    if not world.settings.dialect.names_application:
        raise missing(world)
    return Reply(body={"name": actor.application, "website": None, "scopes": sorted(actor.scopes)})


def instance_v1(world: World, _actor: Actor, _call: Call, _id: str) -> Reply:
    """Describe the server, the old way."""
    return Reply(body=shapes.instance_v1(world))


def instance_v2(world: World, _actor: Actor, _call: Call, _id: str) -> Reply:
    """Describe the server, the new way."""
    if not world.settings.has_v2:
        raise missing(world)
    return Reply(body=shapes.instance_v2(world))


def post_status(world: World, actor: Actor, call: Call, _id: str) -> Reply:
    """Publish."""
    status, made = posting.publish(world, actor, draft(call.body), call.headers.get("Idempotency-Key"))
    return Reply(body=shapes.status(world, status), stored=status.id, again=not made)


def put_status(world: World, actor: Actor, call: Call, status_id: str) -> Reply:
    """Replace a post by what was sent."""
    status = posting.edit(world, actor, status_id, draft(call.body))
    return Reply(body=shapes.status(world, status), stored=status.id)


def delete_status(world: World, actor: Actor, call: Call, status_id: str) -> Reply:
    """Take a post away and give its source, for a redraft."""
    status = posting.own(world, actor, status_id)
    shown = shapes.status(world, status, with_source=True)
    posting.delete(world, actor, status_id, with_media=_true({**call.query, **call.body}.get("delete_media")))
    return Reply(body=shown, stored=status_id)


def get_status(world: World, _actor: Actor, _call: Call, status_id: str) -> Reply:
    """Show a post."""
    return Reply(body=shapes.status(world, posting.seen(world, status_id)))


def get_source(world: World, actor: Actor, _call: Call, status_id: str) -> Reply:
    """Show a post as it was written."""
    now = posting.own(world, actor, status_id).now
    return Reply(body={"id": status_id, "text": now.text, "spoiler_text": now.spoiler_text})


def get_history(world: World, _actor: Actor, _call: Call, status_id: str) -> Reply:
    """Show every version of a post, the oldest first."""
    status = posting.seen(world, status_id)
    if not world.settings.dialect.has_history:
        raise missing(world)
    return Reply(body=[shapes.revision(world, status, version) for version in status.versions])


def post_reblog(world: World, actor: Actor, _call: Call, status_id: str) -> Reply:
    """Boost."""
    made = posting.boost(world, actor, status_id)
    shown = made if world.settings.dialect.wraps_boosts else posting.seen(world, status_id)
    return Reply(body=shapes.status(world, shown), stored=made.id)


def post_unreblog(world: World, actor: Actor, _call: Call, status_id: str) -> Reply:
    """Take a boost back."""
    return Reply(body=shapes.status(world, posting.unboost(world, actor, status_id)))


def get_statuses(world: World, _actor: Actor, call: Call, account_id: str) -> Reply:
    """Show one page of an account's posts."""
    if account_id not in world.actors:
        raise missing(world)
    query, dialect = call.query, world.settings.dialect
    page = world.page(
        account_id,
        below=query.get("max_id"),
        above=query.get("since_id") if dialect.since_id else None,
        nearest=query.get("min_id"),
        limit=min(int(query.get("limit", "20")), PAGE_SIZES.get(dialect.name, 40)),
    )
    links = {"Link": _links(call, page[0].id, page[-1].id)} if page else {}
    return Reply(body=[shapes.status(world, status) for status in page], headers=links)


def post_media(world: World, actor: Actor, call: Call, _id: str) -> Reply:
    """Take an upload in: 200 where it is ready, 202 where it is still processed."""
    medium = posting.upload(world, actor, call.file or b"", str(call.body.get("description") or ""))
    return Reply(
        status=202 if medium.state == "processing" else 200, body=shapes.medium(world, medium), stored=medium.id
    )


def get_media(world: World, actor: Actor, _call: Call, medium_id: str) -> Reply:
    """Say how far an upload is: 206 while processing, 404 as soon as a post has it."""
    return _progress(world, _upload(world, actor, medium_id))


def put_media(world: World, actor: Actor, call: Call, medium_id: str) -> Reply:
    """Change the description of an upload."""
    medium = _upload(world, actor, medium_id)
    medium.description = str(call.body.get("description") or "")
    return _progress(world, medium)


def search(world: World, _actor: Actor, call: Call, _id: str) -> Reply:
    """Find a post by its address; one of another server only where ``resolve`` is asked."""
    wanted, resolve = call.query.get("q", ""), call.query.get("resolve", "false") in {"true", "1"}
    shown = [shapes.status(world, status) for status in world.statuses.values() if not status.deleted]
    found = [s for s in shown if wanted in {s["uri"], s["url"]} and (resolve or "@" not in s["account"]["acct"])]
    return Reply(body={"accounts": [], "statuses": found, "hashtags": []})


def _upload(world: World, actor: Actor, medium_id: str) -> Medium:
    medium = world.media.get(medium_id)
    if medium is None or medium.actor_id != actor.id or medium.status_id is not None:
        raise missing(world)
    return medium


def _progress(world: World, medium: Medium) -> Reply:
    if medium.looks and medium.state == "processing":  # a picture that is ready once it was asked for so often
        medium.looks -= 1
        medium.state = "processing" if medium.looks else "ready"
    if medium.state == "failed":
        raise Refusal(422, '{"error":"Verwerken van de bijlage is mislukt"}')
    return Reply(status=206 if medium.state == "processing" else 200, body=shapes.medium(world, medium))


def _links(call: Call, newest: str, oldest: str) -> str:
    kept = {key: value for key, value in call.query.items() if key not in {"max_id", "min_id", "since_id"}}
    older, newer = urlencode(kept | {"max_id": oldest}), urlencode(kept | {"min_id": newest})
    base = f"{call.origin}{call.path}"
    return f'<{base}?{older}>; rel="next", <{base}?{newer}>; rel="prev"'


def draft(body: Mapping[str, Any]) -> Draft:
    """Read what a client asks, from JSON or a form."""
    alts = body.get("media_attributes") or ()
    allowed = body.get("allowed_mentions")
    return Draft(
        text=body.get("status"),
        spoiler_text=body.get("spoiler_text") or "",
        sensitive=_true(body.get("sensitive")),
        visibility=body.get("visibility"),
        language=body.get("language"),
        media_ids=tuple(str(i) for i in body.get("media_ids") or () if i),
        alts={str(item["id"]): item.get("description") or "" for item in alts},
        in_reply_to=body.get("in_reply_to_id"),
        quote=body.get("quoted_status_id"),
        allowed_mentions=None if allowed is None else tuple(str(i) for i in allowed if i),
        scheduled_at=body.get("scheduled_at"),
    )


def _true(value: object) -> bool:
    return str(value).lower() in {"1", "true"}


def _route(method: str, path: str, handler: Handler, scope: str | None = None, **windows: str) -> Route:
    pattern = re.compile("^" + path.replace("{id}", "(?P<id>[^/]+)") + "$")
    return Route(method=method, pattern=pattern, handler=handler, scope=scope, **windows)


V1, V2 = "/api/v1", "/api/v2"
ROUTES = (
    _route("GET", f"{V1}/accounts/verify_credentials", verify_credentials, "profile"),
    _route("PATCH", f"{V1}/accounts/update_credentials", update_credentials, "write:accounts"),
    _route("GET", f"{V1}/apps/verify_credentials", verify_application),
    _route("GET", f"{V1}/instance", instance_v1),
    _route("GET", f"{V2}/instance", instance_v2),
    _route("POST", f"{V1}/statuses", post_status, "write:statuses", shown="statuses"),
    _route("PUT", f"{V1}/statuses/{{id}}", put_status, "write:statuses", shown="statuses"),
    _route("DELETE", f"{V1}/statuses/{{id}}", delete_status, "write:statuses", window="deletes"),
    _route("GET", f"{V1}/statuses/{{id}}", get_status, "read:statuses"),
    _route("GET", f"{V1}/statuses/{{id}}/source", get_source, "read:statuses"),
    _route("GET", f"{V1}/statuses/{{id}}/history", get_history, "read:statuses"),
    _route("POST", f"{V1}/statuses/{{id}}/reblog", post_reblog, "write:statuses", shown="statuses"),
    _route("POST", f"{V1}/statuses/{{id}}/unreblog", post_unreblog, "write:statuses", window="deletes"),
    _route("GET", f"{V1}/accounts/{{id}}/statuses", get_statuses, "read:statuses"),
    _route("POST", f"{V2}/media", post_media, "write:media", window="media"),
    _route("GET", f"{V1}/media/{{id}}", get_media, "write:media"),
    _route("PUT", f"{V1}/media/{{id}}", put_media, "write:media"),
    _route("GET", f"{V2}/search", search, "read:search"),
)


def find(method: str, path: str) -> tuple[Route, str] | None:
    """Give the route of a request and the id in its path ("" where it has none)."""
    for route in ROUTES:
        if route.method == method and (found := route.pattern.match(path)):
            return route, found.groupdict().get("id", "")
    return None
