"""The first page: what needs a person and what to do about it, then how accounts and sources stand."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from starlette.responses import Response

from bot import health
from bot.store import desk as store
from bot.store.engine import reading
from bot.web.desk import words
from bot.web.desk.needs import Need, Tier, needs
from bot.web.desk.paper import Call, show
from bot.web.desk.standing import account_lines

NEEDS_MOST = 60
"""Lines on the page. Equal troubles of sources are one line, so that more of them are hardly ever there."""


def overview(call: Call) -> Response:
    """What needs a person, and how accounts and sources stand."""
    with reading(call.engine) as connection:
        found = health.attention(connection, call.site.now())
        accounts = account_lines(connection, call)
        states = store.sources_by_state(connection)
    told = needs(found, {one.id for one in accounts}, call.here)
    values = {
        "tiers": _tiers(told[:NEEDS_MOST]),
        "more": len(told) - NEEDS_MOST,
        "accounts": accounts,
        "states": [
            (words.state(one, call.here.voice), many, call.here.link("/desk/sources", show=one))
            for one, many in sorted(states.items())
        ],
        "failed_ever": call.failed_ever,
    }
    return show(call, "overview", call.here.voice("desk_overview"), values)


def _tiers(told: Sequence[Need]) -> list[tuple[Tier, int, list[Need]]]:
    """Give the lines by how much they hurry, each part with how many things it is about."""
    parts = [(tier, list(some)) for tier, some in groupby(told, key=lambda one: one.tier)]
    return [(tier, sum(one.many for one in some), some) for tier, some in parts]
