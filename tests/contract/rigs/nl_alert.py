"""NL-Alert's JSON: pages of alerts, newest first, and ``?after=<id>`` for what comes after one of them."""

from __future__ import annotations

import json
from typing import Any

from adapters.contract import Document
from tests.contract.rigs import COMMON_STRANGERS, Reply, Request, Rig, Sample, Stranger

SQUARE = "52.10,5.10 52.10,5.20 52.20,5.20 52.20,5.10 52.10,5.10"


def entry(number: int, **changed: Any) -> dict[str, Any]:
    """Write an alert."""
    usual = {
        "id": f"a{number}",
        "message": f"Brand nummer {number} met veel rook in Voorbeeldstad. Blijf uit de rook!",
        "type": "nl-alert",
        "start_at": f"2026-11-23T0{number}:00:00Z",
        "stop_at": None,
        "area": [SQUARE],
        "resource_uri": f"/api/v1/alerts/a{number}",
    }
    return usual | changed


def page(*entries: dict[str, Any]) -> bytes:
    """Write a page."""
    return json.dumps({"data": list(entries)}, ensure_ascii=False).encode()


BILINGUAL = entry(
    3,
    message="NL-Alert. Grote brand in Voorbeeldstad. Sluit ramen en deuren. *** Dutch Public Warning System. "
    "Large fire in Voorbeeldstad. Keep windows and doors closed.",
)


def json_reply(*entries: dict[str, Any]) -> Reply:
    """Answer with a page."""
    return Reply(body=page(*entries), type="application/json")


def paged(request: Request) -> Reply:
    """Show seven alerts, three to a page."""
    alerts = [entry(number) for number in range(7, 0, -1)]
    after = request.query.get("after")
    start = 0 if after is None else [one["id"] for one in alerts].index(after) + 1
    return json_reply(*alerts[start : start + 3])


def conditional(request: Request) -> Reply:
    """Answer with 304 where nothing changed; older than these there are none."""
    if request.query.get("after"):
        return json_reply()
    if request.headers.get("if-none-match") == '"1"':
        return Reply(status=304)
    return Reply(body=page(entry(2), entry(1)), type="application/json", headers={"ETag": '"1"'})


RIG = Rig(
    kind="nl_alert",
    samples=(
        Sample(
            name="a page",
            document=Document(body=page(entry(2), BILINGUAL, entry(1, resource_uri="https://nl-alert.example/a1"))),
            shown=(("a2", None), ("a3", None), ("a3,en", None), ("a1", "https://nl-alert.example/a1")),
        ),
    ),
    telltale=(b"Brand nummer 2", b"Storm nummer 2"),
    strangers=(
        *COMMON_STRANGERS,
        Stranger(name="JSON of another kind", document=Document(body=b'{"alerts": []}')),
        Stranger(name="a list", document=Document(body=b'[{"AlertId": "1", "AlertLevel": "10"}]')),
    ),
    modes={
        "success": conditional,
        "news": [json_reply(entry(3), entry(2), entry(1)), json_reply()],
        "empty": [json_reply()],
        "paging": paged,
        "rate-limit": [Reply(status=429, headers={"Retry-After": "90"})],
        "revoked": [Reply(status=403)],
        "gone": [Reply(status=410)],
        "changed-shape": [Reply(body=b'{"alerts": []}', type="application/json")],
        "down": [Reply(body=b"<!doctype html><title>Site Unavailable</title>", type="text/html")],
    },
    paged=7,
)
