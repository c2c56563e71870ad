"""TikTok: a login that is renewed, and a list of videos."""

from __future__ import annotations

import json
from typing import Any

from adapters.contract import Document
from adapters.tiktok.source import TikTokOptions
from tests.contract.rigs import COMMON_STRANGERS, SECRET, Reply, Request, Rig, Sample, Script
from tests.unit.platforms.replies import body, paged, tiktok_error, tiktok_login, tiktok_page, tiktok_video

JSON = "application/json"


def account(*videos: dict[str, Any], size: int = 20) -> Script:
    """Play an account with these videos, newest first."""
    return answering(lambda request: listed(request, videos, size))


def listed(request: Request, videos: tuple[dict[str, Any], ...], size: int) -> Reply:
    """Give one page of videos."""
    assert request.path == "/v2/video/list/"
    assert request.method == "POST"
    assert request.headers["authorization"] == "Bearer geheim-4711-dag"
    found, following = paged(videos, size, json.loads(request.body).get("cursor", 0))
    return Reply(body=body(tiktok_page(*found, cursor=following or 0)), type=JSON)


def answering(listing: Any) -> Script:
    """Let every login succeed; the list is answered as given."""

    def answer(request: Request) -> Reply:
        if request.path == "/v2/oauth/token/":
            assert b"grant_type=refresh_token" in request.body
            return Reply(body=body(tiktok_login()), type=JSON)
        reply: Reply = listing(request)
        return reply

    return answer


VIDEOS = [tiktok_video(number) for number in range(7050, 7000, -1)]

RIG = Rig(
    kind="tiktok",
    url="{base}/@voorbeeldstad",
    options=lambda base: TikTokOptions(api=base),
    secrets={
        "client_key": f"{SECRET}-sleutel",
        "client_secret": f"{SECRET}-geheim",
        "refresh_token": f"{SECRET}-jaar",
    },
    samples=(
        Sample(
            name="videos",
            document=Document(body=body(tiktok_page(*VIDEOS[-3:]))),
            shown=tuple(
                (str(n), f"https://www.tiktok.com/@voorbeeldstad/video/{n}?utm_source=open_api")
                for n in (7003, 7002, 7001)
            ),
        ),
    ),
    telltale=(b'"title":"Filmpje 7002', b'"title":"Film 7002'),
    strangers=COMMON_STRANGERS,
    modes={
        "success": account(*VIDEOS[-3:]),
        "news": account(*VIDEOS[-4:]),
        "empty": account(),
        "paging": account(*VIDEOS),
        "rate-limit": answering(lambda _: Reply(status=429, body=body(tiktok_error("rate_limit_exceeded")), type=JSON)),
        "revoked": answering(lambda _: Reply(status=401, body=body(tiktok_error("access_token_invalid")), type=JSON)),
        "gone": answering(lambda _: Reply(status=404, body=body(tiktok_error("user_not_found")), type=JSON)),
        "changed-shape": answering(lambda _: Reply(body=b'{"data":{"clips":[]}}', type=JSON)),
        "down": answering(lambda _: Reply(status=500, body=body(tiktok_error("internal_error")), type=JSON)),
    },
    paged=50,
)
