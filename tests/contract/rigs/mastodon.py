"""Mastodon: the public API of an account's own server. The other two ways are in tests/unit/platforms/test_mastodon.py."""

from __future__ import annotations

from typing import Any

from adapters.contract import Document
from tests.contract.rigs import COMMON_STRANGERS, Reply, Request, Rig, Sample, Script
from tests.unit.platforms.replies import (
    ACTOR,
    SOCIAL,
    body,
    mastodon_account,
    mastodon_status,
    outbox_note,
    outbox_page,
)

JSON = "application/json"


def account(*statuses: dict[str, Any], size: int = 40) -> Script:
    """Play an account with these statuses, newest first."""

    def answer(request: Request) -> Reply:
        if request.path == "/api/v1/accounts/lookup":
            assert request.query == {"acct": "stad"}
            return Reply(body=body(mastodon_account()), type=JSON)
        assert request.path == "/api/v1/accounts/1100/statuses"
        before = int(request.query.get("max_id", "999999"))
        return Reply(body=body([one for one in statuses if int(one["id"]) < before][:size]), type=JSON)

    return answer


STATUSES = [mastodon_status(number) for number in range(2100, 2000, -1)]

RIG = Rig(
    kind="mastodon",
    url="{base}/@stad",
    samples=(
        Sample(
            name="statuses",
            document=Document(body=body(STATUSES[-3:])),
            shown=tuple((f"{ACTOR}/statuses/{n}", f"{SOCIAL}/@stad/{n}") for n in (2003, 2002, 2001)),
        ),
        Sample(
            name="outbox",
            document=Document(body=body(outbox_page(outbox_note(2), outbox_note(1)))),
            shown=tuple((f"{ACTOR}/statuses/{n}", f"{SOCIAL}/@stad/{n}") for n in (2, 1)),
        ),
    ),
    telltale=(b"Bericht 2002 ", b"Melding 2002 "),
    strangers=COMMON_STRANGERS,
    modes={
        "success": account(*STATUSES[-3:]),
        "news": account(*STATUSES[-4:]),
        "empty": account(),
        "paging": account(*STATUSES),
        "rate-limit": [Reply(status=429, headers={"X-RateLimit-Reset": "2099-01-01T00:00:00.000000Z"}, type=JSON)],
        "revoked": [Reply(status=401, body=b'{"error":"This method requires an authenticated user"}', type=JSON)],
        "gone": [Reply(status=404, body=b'{"error":"Record not found"}', type=JSON)],
        "changed-shape": [Reply(body=b'{"statuses":[]}', type=JSON)],
        "down": [Reply(status=503, body=b"<html>onderhoud</html>", type="text/html")],
    },
    paged=100,
)
