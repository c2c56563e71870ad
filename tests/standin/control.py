"""The tests' own door, under ``/_control``: look, set faults, be a person on the same account, move the clock."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from aiohttp import web

from tests.standin import posting, shapes
from tests.standin.faults import Command, fault
from tests.standin.rates import Meter, Window
from tests.standin.state import Actor, Status, Version, World
from tests.standin.tally import published, tally

COMMAND = ("method", "path", "count", "skip")


def routes(app: web.Application, world: World) -> None:
    """Open the door."""
    door = Control(world)
    add = app.router.add_route
    add("GET", "/_control/state", door.state)
    add("GET", "/_control/log", door.log)
    add("POST", "/_control/reset", door.reset)
    add("POST", "/_control/faults", door.fail)
    add("DELETE", "/_control/faults", door.heal)
    add("POST", "/_control/rates", door.roll)
    add("POST", "/_control/posts", door.publish)
    add("PATCH", "/_control/posts/{id}", door.rewrite)
    add("DELETE", "/_control/posts/{id}", door.remove)
    add("PATCH", "/_control/media/{id}", door.process)
    add("POST", "/_control/accounts", door.admit)
    add("PATCH", "/_control/accounts/{acct}", door.change)
    add("PATCH", "/_control/settings", door.settle)
    add("POST", "/_control/clock", door.jump)
    add("POST", "/_control/forget-keys", door.forget)
    add("POST", "/_control/tally", door.tally)


class Control:
    """What can be done to a server from outside the API. Every body and answer is JSON."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def state(self, _request: web.Request) -> web.Response:
        """Show everything that is remembered: accounts, and posts in the order of publication, deleted ones too."""
        posts = [_post(self._world, status) for status in self._world.statuses.values()]
        accounts = [asdict(actor) | {"scopes": sorted(actor.scopes)} for actor in self._world.actors.values()]
        for account in accounts:
            account.pop("token")
        return web.json_response({"now": shapes.iso(self._world.now()), "accounts": accounts, "posts": posts})

    async def log(self, _request: web.Request) -> web.Response:
        """Show every request in order, with its key, its fault, what was answered (null: nothing) and stored."""
        return web.json_response(self._world.log)

    async def reset(self, _request: web.Request) -> web.Response:
        """Forget posts, media, keys, counts, faults and log; accounts and settings stay."""
        self._world.reset()
        return web.json_response({})

    async def fail(self, request: web.Request) -> web.Response:
        """Set a fault: ``{"fault", "count"?, "method"?, "path"?, "skip"?, "status"?, "delay"?, "headers"?, "body"?}``."""
        wanted = await request.json()
        name = wanted.pop("fault")
        command = {key: wanted.pop(key) for key in COMMAND if key in wanted}
        self._world.plan.commands.append(Command(fault=fault(name, **wanted), **command))
        return web.json_response({})

    async def heal(self, _request: web.Request) -> web.Response:
        """Let all go well from now on."""
        self._world.plan.clear()
        return web.json_response({})

    async def roll(self, request: web.Request) -> web.Response:
        """Set faults by rate: ``{"seed", "rates": {name: probability}, "delay"?, "status"?}``."""
        wanted = await request.json()
        self._world.plan.roll(wanted.pop("seed"), wanted.pop("rates"), **wanted)
        return web.json_response({})

    async def publish(self, request: web.Request) -> web.Response:
        """Publish as a person, or as another account: ``{"text", "account"?, "application"?, "uri"?, …}``."""
        return web.json_response(shapes.status(self._world, publish_as(self._world, **await request.json())))

    async def rewrite(self, request: web.Request) -> web.Response:
        """Edit a post on the server's side: ``{"text"}``."""
        status = posting.seen(self._world, request.match_info["id"])
        rewrite(self._world, status, (await request.json())["text"])
        return web.json_response(shapes.status(self._world, status))

    async def remove(self, request: web.Request) -> web.Response:
        """Delete a post on the server's side."""
        self._world.remove(posting.seen(self._world, request.match_info["id"]))
        return web.json_response({})

    async def process(self, request: web.Request) -> web.Response:
        """Finish the processing of an upload: ``{"state": "ready" | "failed"}``."""
        self._world.media[request.match_info["id"]].state = (await request.json())["state"]
        return web.json_response({})

    async def admit(self, request: web.Request) -> web.Response:
        """Make an account: ``{"username", "token"?, "domain"?, "application"?, "scopes"?}``."""
        wanted = _scoped(await request.json())
        return web.json_response({"id": self._world.admit(**wanted).id})

    async def change(self, request: web.Request) -> web.Response:
        """Change an account: ``{"state": "ok" | "revoked" | "suspended" | "limited", "scopes": […]}``."""
        actor = self._world.named(request.match_info["acct"])
        if actor is None:
            raise web.HTTPNotFound
        for name, value in _scoped(await request.json()).items():
            setattr(actor, name, value)
        return web.json_response({})

    async def settle(self, request: web.Request) -> web.Response:
        """Change settings of the server by their names; ``windows`` as ``{family: [limit, seconds]}``."""
        for name, value in (await request.json()).items():
            configure(self._world, name, value)
        return web.json_response({})

    async def jump(self, request: web.Request) -> web.Response:
        """Move the server's clock by ``{"seconds"}``, either way."""
        self._world.offset += (await request.json())["seconds"]
        return web.json_response({"now": shapes.iso(self._world.now())})

    async def forget(self, _request: web.Request) -> web.Response:
        """Lose every idempotency key."""
        self._world.forget_keys()
        return web.json_response({})

    async def tally(self, request: web.Request) -> web.Response:
        """Count what was lost, doubled, out of order: ``{"series": [[marker, …], …], "account"?}``."""
        wanted = await request.json()
        found = tally(wanted["series"], published(self._world, wanted.get("account")))
        return web.json_response(asdict(found) | {"counts": found.counts()})


def publish_as(
    world: World, text: str, account: str | None = None, application: str | None = "Web", **others: Any
) -> Status:
    """Publish without the API: by default as a person on our own account, who uses the server's web pages."""
    actor = _first(world) if account is None else (world.named(account) or _stranger(world, account))
    version = Version(text=text, at=world.now(), language=others.pop("language", None))
    status = Status(id=world.new_id(), actor_id=actor.id, versions=[version], application=application, **others)
    return world.keep(status)


def rewrite(world: World, status: Status, text: str) -> None:
    """Edit a post as a person would: another text, the rest as it was."""
    now = status.now
    changed = Version(
        text=text,
        at=world.now(),
        spoiler_text=now.spoiler_text,
        sensitive=now.sensitive,
        language=now.language,
        media=now.media,
        alts=now.alts,
    )
    posting.rewrite(world, status, changed)


def configure(world: World, name: str, value: Any) -> None:
    """Set one setting from its JSON value. Raises ``AttributeError`` for a name that does not exist."""
    if name == "windows":
        windows = {family: Window(*pair) for family, pair in value.items()}
        world.settings.windows = windows
        world.meter = Meter(windows)
        return
    setattr(world.settings, name, set(value) if name == "disabled_tags" else value)


def unlimited(world: World) -> None:
    """Let everybody ask as often as they like."""
    configure(world, "windows", {})


def _first(world: World) -> Actor:
    return next(iter(world.actors.values()))


def _stranger(world: World, acct: str) -> Actor:
    username, _, domain = acct.partition("@")
    return world.admit(username, domain=domain or None)


def _scoped(wanted: dict[str, Any]) -> dict[str, Any]:
    return wanted | ({"scopes": frozenset(wanted["scopes"])} if "scopes" in wanted else {})


def _post(world: World, status: Status) -> dict[str, Any]:
    """Show a post with what the API hides: its key, its versions, and whether it was deleted."""
    return {
        "id": status.id,
        "account": world.actors[status.actor_id].acct,
        "text": status.now.text,
        "versions": [version.text for version in status.versions],
        "spoiler_text": status.now.spoiler_text,
        "language": status.now.language,
        "visibility": status.visibility,
        "media": [{"id": i, "alt": alt} for i, alt in zip(status.now.media, status.now.alts, strict=True)],
        "created_at": shapes.iso(status.versions[0].at),
        "in_reply_to_id": status.in_reply_to,
        "quote": status.quote,
        "boost_of": status.boost_of,
        "application": status.application,
        "key": status.key,
        "deleted": status.deleted,
    }
