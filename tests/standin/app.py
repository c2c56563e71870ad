"""The way a request takes: it is written down, meets its fault, passes the gate, is handled, and is answered or not."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from tests.standin import api, control, shapes
from tests.standin.api import Call, Reply, Route
from tests.standin.faults import Fault
from tests.standin.posting import spend
from tests.standin.rates import Standing
from tests.standin.rules import Refusal, missing
from tests.standin.state import Actor, World

NOBODY = Actor(id="", username="nobody")
OPEN = (api.instance_v1, api.instance_v2)
"""What needs no token."""
PAGING = frozenset({"page", "max_id", "min_id", "since_id"})


def application(world: World) -> web.Application:
    """Give a server around what it knows."""
    app = web.Application(client_max_size=100_000_000)
    control.routes(app, world)
    app.router.add_route("*", "/{path:.*}", _door(world))
    return app


def _door(world: World) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def door(request: web.Request) -> web.StreamResponse:
        call = await _read(request)
        entry = _entry(world, call)
        world.log.append(entry)
        await _wait(world.settings.latency)
        fault = world.plan.next(call.method, call.path)
        if fault is None:
            return _answer(_handled(world, call, entry), entry)
        entry["fault"] = fault.name
        return await _suffer(world, fault, call, request, entry)

    return door


async def _suffer(
    world: World, fault: Fault, call: Call, request: web.Request, entry: dict[str, Any]
) -> web.StreamResponse:
    await _wait(fault.delay if fault.late else 0)
    reply = _handled(world, call, entry) if fault.stores or fault.reply in {"usual", "half", "drip"} else None
    await _wait(0 if fault.late else fault.delay)
    match fault.reply:
        case "canned":
            entry["status"] = fault.status
            return web.Response(
                status=fault.status, text=fault.body, content_type=fault.content_type, headers=fault.headers
            )
        case "usual" if reply is not None:
            return _answer(reply, entry)
        case "half" | "drip" if reply is not None:
            return await _in_pieces(request, reply, whole=fault.reply == "drip")
        case "silence":
            await _until_gone(request)
    return _cut(request)


def _handled(world: World, call: Call, entry: dict[str, Any]) -> Reply:
    """Handle a request completely: no await in here, so that nothing comes in between."""
    try:
        reply = _routed(world, call, entry)
    except Refusal as refused:
        return Reply(status=refused.status, refusal=refused)
    entry["stored"], entry["again"] = reply.stored, reply.again
    return reply


def _routed(world: World, call: Call, entry: dict[str, Any]) -> Reply:
    if world.settings.ip_blocked:
        raise Refusal(403, "Forbidden\n", "text/plain")
    path = call.path.rstrip("/") if world.settings.dialect.slashes else call.path
    if (found := api.find(call.method, path)) is None:
        raise missing(world)
    route, thing = found
    actor = NOBODY if route.handler in OPEN else _authenticated(world, call)
    entry["actor"] = actor.username
    standings = _counted(world, actor, route, call)
    _permitted(actor, route)
    reply = route.handler(world, actor, call, thing)
    reply.headers |= _rate_headers(world, actor, route, standings)
    return reply


def _authenticated(world: World, call: Call) -> Actor:
    scheme, _, token = call.headers.get("Authorization", "").partition(" ")
    actor = world.bearer(token) if scheme.lower() == "bearer" else None
    if actor is not None and actor.state != "revoked":
        return actor
    if world.settings.dialect.plain_bad_token and token:
        raise Refusal(400, "Invalid token", "text/plain")
    raise Refusal(401, '{"error":"Het toegangstoken is ongeldig"}')


def _permitted(actor: Actor, route: Route) -> None:
    if actor.state == "suspended":
        raise Refusal(403, '{"error":"Je account is momenteel uitgeschakeld"}')
    if route.scope and route.scope not in actor.scopes:
        raise Refusal(403, '{"error":"Deze actie valt buiten de toegestane rechten"}')


def _counted(world: World, actor: Actor, route: Route, call: Call) -> list[Standing]:
    """Count against every window that rack-attack knows for this request."""
    paging = "paging" if PAGING & call.query.keys() else None
    families = [family for family in ("api", route.window, paging) if family]
    standings = [spend(world, actor, family) for family in families] if actor is not NOBODY else []
    return [standing for standing in standings if standing is not None]


def _rate_headers(world: World, actor: Actor, route: Route, standings: list[Standing]) -> dict[str, str]:
    """Describe the window nearest to exhaustion, or the one of posts where this was one."""
    prefix = world.settings.dialect.headers
    own = world.meter.standing(route.shown, actor.id, world.clock()) if route.shown else None
    nearest = own or min(standings, key=lambda standing: standing.remaining, default=None)
    return nearest.headers(prefix) if prefix and nearest else {}


def _answer(reply: Reply, entry: dict[str, Any]) -> web.Response:
    entry["status"] = reply.status
    if (refusal := reply.refusal) is not None:
        return web.Response(
            status=reply.status,
            text=refusal.body,
            content_type=refusal.content_type,
            headers=refusal.headers,
        )
    return web.json_response(reply.body, status=reply.status, headers=reply.headers)


async def _in_pieces(request: web.Request, reply: Reply, *, whole: bool) -> web.StreamResponse:
    """Send an answer a byte at a time, or half of it and then nothing more."""
    body = (reply.refusal.body if reply.refusal else json.dumps(reply.body)).encode()
    response = web.StreamResponse(status=reply.status, headers={"Content-Type": "application/json"})
    response.content_length = len(body)
    await response.prepare(request)
    if not whole:
        await response.write(body[: len(body) // 2])
        return _cut(request)
    for at in range(len(body)):
        await response.write(body[at : at + 1])
        await asyncio.sleep(0.05)
        if request.transport is None or request.transport.is_closing():
            break
    return response


def _cut(request: web.Request) -> web.Response:
    """Break the connection off: what is returned goes nowhere."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _until_gone(request: web.Request) -> None:
    while request.transport is not None and not request.transport.is_closing():  # noqa: ASYNC110 - aiohttp tells nobody that a client left
        await asyncio.sleep(0.02)


async def _wait(seconds: float) -> None:
    if seconds:
        await asyncio.sleep(seconds)


async def _read(request: web.Request) -> Call:
    body: dict[str, Any] = {}
    file = None
    if request.can_read_body and request.content_type == "application/json":
        body = _object(await request.text())
    elif request.can_read_body:
        form = await request.post()
        for key, value in form.items():
            if isinstance(value, web.FileField):
                file = value.file.read()
            elif key.endswith("[]"):
                body.setdefault(key[:-2], []).append(value)
            else:
                body[key] = value
    return Call(
        method=request.method,
        path=request.rel_url.raw_path,
        query=dict(request.query),
        headers=request.headers,
        body=body,
        file=file,
        origin=str(request.url.origin()),
        peer=request.get_extra_info("peername", ("", 0))[1],
    )


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise web.HTTPBadRequest from error
    return found if isinstance(found, dict) else {}


def _entry(world: World, call: Call) -> dict[str, Any]:
    """Begin the line that is kept of each request. ``status`` stays None where no answer went out."""
    return {
        "n": len(world.log) + 1,
        "at": shapes.iso(world.now()),
        "method": call.method,
        "path": call.path,
        "query": dict(call.query),
        "key": call.headers.get("Idempotency-Key"),
        "user_agent": call.headers.get("User-Agent"),
        "body": dict(call.body),
        "peer": call.peer,
        "actor": None,
        "fault": None,
        "status": None,
        "stored": None,
        "again": False,
    }
