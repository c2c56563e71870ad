"""What those who watch over the program ask: is it alive (``/healthz``), and how does it do (``/metrics``).

Neither holds a secret, a text, or the health of a source; metrics are for neighbours alone all the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.store.engine import StoreError, reading
from bot.store.figures import Figures, figures
from bot.store.views import read_setting
from bot.web.answers import NEVER
from bot.web.clients import client_address, is_near
from bot.web.site import Site

METRICS = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Watch:
    """The answers to those who watch over one site."""

    site: Site

    def healthz(self, request: Request) -> Response:
        """200 where process, database and scheduler are well, else 503; which, as JSON."""
        del request
        checks = {"process": True, "database": self._database(), **self.site.alive()}
        well = all(checks.values())
        body = json.dumps({"status": "ok" if well else "failing", "checks": checks})
        return Response(body, 200 if well else 503, {"Cache-Control": NEVER}, "application/json")

    def metrics(self, request: Request) -> Response:
        """Figures for Prometheus, to a neighbour (loopback or a private address); for others there is no such page."""
        client = client_address(request.client.host if request.client else None, request.headers)
        if client is None or not is_near(client):
            raise HTTPException(404)
        with reading(self.site.engine) as connection:
            found = figures(connection, self.site.alert_sources, f"{self.site.now():%Y-%m}-01")
        return Response(exposition(found, self.site), 200, {"Cache-Control": NEVER}, METRICS)

    def _database(self) -> bool:
        try:
            with reading(self.site.engine) as connection:
                read_setting(connection, "paused")
        except StoreError:
            return False
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One metric: its name, type, meaning, and a value per set of labels."""

    name: str
    kind: str
    help: str
    samples: Iterable[tuple[Mapping[str, str], float]]


def exposition(found: Figures, site: Site) -> str:
    """Write figures in Prometheus' text format, 0.0.4."""
    return "".join(line for family in _families(found, site) for line in _written(family))


def _families(found: Figures, site: Site) -> Iterator[Family]:
    now = site.now()
    yield _gauge("info", "The version that runs.", [({"version": site.version}, 1)])
    yield _gauge("paused", "1 while everything is paused.", [({}, float(found.paused))])
    yield _gauge("sources", "Sources by state.", _by("state", found.sources))
    yield _gauge("accounts", "Accounts by state.", _by("state", found.accounts))
    yield _gauge(
        "publications",
        "Publications by account and state.",
        [({"account": one, "state": state}, many) for (one, state), many in sorted(found.publications.items())],
    )
    yield Family(
        name="omroeper_sent_total",
        kind="counter",
        help="Publications that ever reached their account.",
        samples=_by("account", found.sent),
    )
    yield _gauge(
        "last_sent_timestamp_seconds", "When an account was last reached.", _moments("account", found.last_sent)
    )
    yield _gauge(
        "oldest_waiting_seconds",
        "How long the oldest publication of an account waits to be sent; 0 where none does.",
        [({"account": one}, _age(found.waiting_since.get(one), now)) for one in sorted(found.sent)],
    )
    yield _gauge(
        "alert_source_last_success_timestamp_seconds",
        "When a source of alerts last answered well; 0 where it never did.",
        _moments("source", found.alert_sources),
    )
    yield _gauge(
        "held",
        "Publications that wait for a person, by account and reason.",
        [({"account": one, "reason": why}, many) for (one, why), many in sorted(found.held.items())],
    )
    yield _gauge("source_problems", "Sources in trouble, by code.", _by("code", found.problems))
    yield _gauge("broken_items", "Entries that could not be read, by source.", _by("source", found.broken))
    yield _gauge(
        "spent_units_this_month",
        "What reading has cost since the first of the month, in the units of each source's meter.",
        _by("source", found.spent),
    )


def _gauge(name: str, meaning: str, samples: Iterable[tuple[Mapping[str, str], float]]) -> Family:
    return Family(name=f"omroeper_{name}", kind="gauge", help=meaning, samples=samples)


def _by(label: str, values: Mapping[str, int]) -> list[tuple[Mapping[str, str], float]]:
    return [({label: name}, many) for name, many in sorted(values.items())]


def _moments(label: str, values: Mapping[str, datetime | None]) -> list[tuple[Mapping[str, str], float]]:
    return [({label: name}, round(at.timestamp(), 3) if at else 0) for name, at in sorted(values.items())]


def _age(since: datetime | None, now: datetime) -> float:
    return max(0.0, round((now - since).total_seconds(), 3)) if since else 0


def _written(family: Family) -> Iterator[str]:
    yield f"# HELP {family.name} {family.help}\n# TYPE {family.name} {family.kind}\n"
    for labels, value in family.samples:
        inside = ",".join(f'{name}="{_escaped(label)}"' for name, label in labels.items())
        yield f"{family.name}{{{inside}}} {value:.15g}\n" if inside else f"{family.name} {value:.15g}\n"


def _escaped(label: str) -> str:
    return label.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
