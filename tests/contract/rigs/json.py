"""JSON of any kind: here in our own plain form, which needs no mapping. Mappings are in tests/unit/platforms/test_json.py."""

from __future__ import annotations

from typing import Any

from adapters.contract import Document
from adapters.mapped_json.mapping import JsonPaths
from adapters.mapped_json.source import JsonOptions
from tests.contract.rigs import COMMON_STRANGERS, Reply, Request, Rig, Sample, Script, Stranger
from tests.unit.platforms.replies import SITE, announcement, announcements, body, paged

TYPE = "application/json"


def site(*items: dict[str, Any], size: int = 50) -> Script:
    """Play a site with these announcements, newest first."""

    def answer(request: Request) -> Reply:
        found, following = paged(items, size, int(request.query.get("vanaf", "0")))
        more = {"volgende": f"/bron?vanaf={following}"} if following else {}
        return Reply(body=body(announcements(*found, **more)), type=TYPE)

    return answer


ITEMS = [announcement(number) for number in range(70, 0, -1)]

RIG = Rig(
    kind="json",
    options=lambda _: JsonOptions(paths=JsonPaths(next="volgende")),
    samples=(
        Sample(
            name="plain form",
            document=Document(body=body(announcements(*ITEMS[-3:]))),
            shown=tuple((f"vbs-{n}", f"{SITE}/nieuws/{n}") for n in (3, 2, 1)),
        ),
    ),
    telltale=(b"Tekst van bericht 2", b"Woord van bericht 2"),
    strangers=(*COMMON_STRANGERS, Stranger(name="JSON without a list", document=Document(body=b'{"data": []}'))),
    modes={
        "success": site(*ITEMS[-3:]),
        "news": site(*ITEMS[-4:]),
        "empty": site(),
        "paging": site(*ITEMS, size=20),
        "rate-limit": [Reply(status=429, headers={"Retry-After": "60"})],
        "revoked": [Reply(status=403)],
        "gone": [Reply(status=404)],
        "changed-shape": [Reply(body=b'{"berichten":[]}', type=TYPE)],
        "down": [Reply(status=503)],
    },
    paged=70,
)
