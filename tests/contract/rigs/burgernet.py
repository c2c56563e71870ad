"""Burgernet's list of what is going on: nearly always empty."""

from __future__ import annotations

import json
from typing import Any

from adapters.contract import Document
from tests.contract.rigs import COMMON_STRANGERS, Reply, Request, Rig, Sample, Stranger

PAGE = "https://www.politie.example/amberalert"


def entry(number: int, kind: str = "Alert", level: str = "10", **message: Any) -> dict[str, Any]:
    """Write an alert about a child that does not exist."""
    return {
        "AlertId": str(1000 + number),
        "MessageId": "7",
        "Sender": "Proefportaal",
        "Sent": str(1_795_420_000 + number),
        "State": "Actual",
        "Type": kind,
        "Scope": "Public",
        "AlertLevel": level,
        "Message": {
            "Title": f"Kind {number}",
            "Description": f"Laatst gezien in Voorbeeldstad bij speeltuin {number}.",
            "DescriptionExt": "Vermist",
            "Readmore_URL": PAGE,
            "Media": {"Image": "https://foto.politie.example/1.jpg"},
            **message,
        },
        "Area": {"Description": None, "Circle": None, "CircleKM": None},
    }


def listing(*entries: dict[str, Any]) -> Reply:
    """Answer with the list."""
    return Reply(body=json.dumps(list(entries)).encode(), type="application/json")


CANCEL = entry(1, "Cancel", Title=None, Description="Sluitbericht AMBER Alert", DescriptionExt=None)


def conditional(request: Request) -> Reply:
    """Answer with 304 where nothing changed."""
    if request.headers.get("if-none-match") == '"1"':
        return Reply(status=304)
    return Reply(body=listing(entry(1)).body, type="application/json", headers={"ETag": '"1"'})


RIG = Rig(
    kind="burgernet",
    samples=(
        Sample(
            name="the list",
            document=Document(body=listing(entry(1), CANCEL, entry(2, level="5")).body),
            shown=(("1001-7-10-alert", PAGE), ("1001-7-10-cancel", PAGE), ("1002-7-5-alert", PAGE)),
        ),
    ),
    telltale=(b"speeltuin 2", b"station 2"),
    strangers=(
        *COMMON_STRANGERS,
        Stranger(name="JSON of another kind", document=Document(body=b'{"data": []}')),
        Stranger(name="another list", document=Document(body=b'[{"id": 1}]')),
    ),
    modes={
        "success": conditional,
        "news": [listing(CANCEL, entry(1))],
        "empty": [listing()],
        "rate-limit": [Reply(status=429, headers={"Retry-After": "90"})],
        "revoked": [Reply(status=401)],
        "gone": [Reply(status=410)],
        "changed-shape": [Reply(body=b'[{"id": 1}]', type="application/json")],
        "down": [Reply(status=503)],
    },
    lacks={"paging": "it is one list"},
)
