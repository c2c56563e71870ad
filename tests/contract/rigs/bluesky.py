"""Bluesky: the public AppView."""

from __future__ import annotations

from typing import Any

from adapters.bluesky.source import BlueskyOptions
from adapters.contract import Document
from tests.contract.rigs import COMMON_STRANGERS, Reply, Request, Rig, Sample, Script
from tests.unit.platforms.replies import DID, bluesky_author, bluesky_feed, bluesky_view, body, paged

JSON = "application/json"
HANDLE = "stad.voorbeeldstad.example"


def account(*views: dict[str, Any], size: int = 50) -> Script:
    """Play an account with these posts, newest first."""

    def answer(request: Request) -> Reply:
        if request.path == "/xrpc/app.bsky.actor.getProfile":
            assert request.query["actor"] == HANDLE
            return Reply(body=body({**bluesky_author(), "description": "Nieuws uit Voorbeeldstad."}), type=JSON)
        assert request.path == "/xrpc/app.bsky.feed.getAuthorFeed"
        assert request.query["actor"] == DID
        found, following = paged(views, size, int(request.query.get("cursor", "0")))
        return Reply(body=body(bluesky_feed(*found, cursor=str(following) if following else None)), type=JSON)

    return answer


VIEWS = [bluesky_view(f"3k{number}") for number in range(190, 100, -1)]
CLOSED = {"error": "AccountTakedown", "message": "Account has been suspended"}

RIG = Rig(
    kind="bluesky",
    url=f"{{base}}/profile/{HANDLE}",
    options=lambda base: BlueskyOptions(api=base),
    samples=(
        Sample(
            name="posts",
            document=Document(body=body(bluesky_feed(*VIEWS[-3:]))),
            shown=tuple(
                (f"at://{DID}/app.bsky.feed.post/3k{n}", f"https://bsky.app/profile/{HANDLE}/post/3k{n}")
                for n in (103, 102, 101)
            ),
        ),
    ),
    telltale=(b"Bericht 3k102", b"Melding 3k102"),
    strangers=COMMON_STRANGERS,
    modes={
        "success": account(*VIEWS[-3:]),
        "news": account(*VIEWS[-4:]),
        "empty": account(),
        "paging": account(*VIEWS, size=25),
        "rate-limit": [Reply(status=429, headers={"ratelimit-reset": "3600"}, body=b"{}", type=JSON)],
        "revoked": [Reply(status=401, body=b'{"error":"AuthMissing","message":"Authentication Required"}', type=JSON)],
        "gone": [Reply(status=400, body=body(CLOSED), type=JSON)],
        "changed-shape": [Reply(body=b'{"posts":[]}', type=JSON)],
        "down": [Reply(status=502, body=b'{"error":"UpstreamFailure"}', type=JSON)],
    },
    paged=90,
)
