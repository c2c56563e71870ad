"""The API of the police: 25 messages a page, 204 behind the last, times without a zone, and 403 for data centres."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from adapters.contract import Document
from tests.contract.rigs import Reply, Request, Rig, Sample

SITE = "https://www.politie.nl/nieuws/2026/november"


def message(number: int) -> dict[str, Any]:
    """Give a message."""
    return {
        "uid": f"00000000-0000-4000-8000-{number:012}",
        "url": f"{SITE}/{number}-voorbeeld.html",
        "publicatiedatum": "2026-11-22 20:46:00",
        "titel": f"Getuigenoproep nummer {number}",
        "gebied": "Voorbeeldstad, Voorbeelddorp",
        "introductie": "- De politie zoekt getuigen.",
        "alineas": [{"titel": "", "opgemaaktetekst": "<p>Bel 0900-8844.</p>", "alineatype": "tekstblok"}],
        "afbeelding": {"url": "https://www.politie.nl/voorbeeld.jpg", "alttext": "Lint"},
        "tags": [""],
    }


def page(numbers: Sequence[int], *, last: bool, offset: int = 0) -> bytes:
    """Write an answer."""
    document = {"iterator": {"last": last, "offset": offset}, "nieuwsberichten": [message(n) for n in numbers]}
    return json.dumps(document).encode()


def api(numbers: Sequence[int]) -> Callable[[Request], Reply]:
    """Answer with these messages, newest first."""

    def reply(request: Request) -> Reply:
        offset, most = int(request.query["offset"]), int(request.query["maxnumberofitems"])
        found = numbers[offset : offset + most]
        if not found:
            return Reply(status=204)
        return Reply(body=page(found, last=False, offset=offset), type="application/json")

    return reply


RSS = f"""<rss version="2.0"><channel><title>Politie</title><item><title>Nieuws</title><link>{SITE}/1.html</link>
<guid>{SITE}/1.html</guid></item></channel></rss>""".encode()

RIG = Rig(
    kind="politie",
    url="{base}/v4/nieuws?query=voorbeeld",
    samples=(
        Sample(
            name="api",
            document=Document(body=page([2, 1], last=True)),
            shown=tuple((f"00000000-0000-4000-8000-{n:012}", f"{SITE}/{n}-voorbeeld.html") for n in (2, 1)),
        ),
        Sample(
            name="rss",
            document=Document(body=RSS, url="https://rss.politie.nl/rss/algemeen/nb/alle-nieuwsberichten.xml"),
            shown=((f"{SITE}/1.html", f"{SITE}/1.html"),),
        ),
    ),
    telltale=(b"nummer 2", b"nummer twee"),
    modes={
        "success": api([3, 2, 1]),
        "news": api([4, 3, 2, 1]),
        "empty": api([]),
        "paging": api(range(60, 0, -1)),
        "rate-limit": [Reply(status=429, headers={"Retry-After": "60"})],
        "revoked": [Reply(status=403)],
        "gone": [Reply(status=404)],
        "changed-shape": [Reply(body=b'{"berichten": []}', type="application/json")],
        "down": [Reply(status=502)],
    },
    also={"feed": "the other half of what the police offer is RSS"},
    paged=60,
)
