"""Threads: the API of one profile."""

from __future__ import annotations

from typing import Any

from adapters.contract import Document
from adapters.meta.threads import ThreadsOptions
from tests.contract.rigs import COMMON_STRANGERS, SECRET, Reply, Request, Rig, Sample, Script
from tests.unit.platforms.replies import body, graph_error, graph_page, paged, threads_post

JSON = "application/json"
ID = "770001"


def profile(*posts: dict[str, Any], size: int = 50) -> Script:
    """Play a profile with these posts, newest first."""

    def answer(request: Request) -> Reply:
        assert request.headers["authorization"] == f"Bearer {SECRET}"
        if request.path == "/v1.0/me":
            return Reply(body=body({"id": ID, "username": "voorbeeldstad"}), type=JSON)
        if request.path == "/v1.0/debug_token":
            return Reply(status=400, body=body(graph_error(10)), type=JSON)
        assert request.path == f"/v1.0/{ID}/threads"
        found, following = paged(posts, size, int(request.query.get("after", "0")))
        return Reply(body=body(graph_page(*found, after=str(following) if following else None)), type=JSON)

    return answer


def refused(status: int, code: int, subcode: int | None = None) -> list[Reply]:
    """Play a refusal."""
    return [Reply(status=status, body=body(graph_error(code, subcode)), type=JSON)]


POSTS = [threads_post(number) for number in range(1080, 1000, -1)]

RIG = Rig(
    kind="threads",
    url="{base}/@voorbeeldstad",
    options=lambda base: ThreadsOptions(api=f"{base}/v1.0"),
    secrets={"token": SECRET},
    samples=(
        Sample(
            name="posts",
            document=Document(body=body(graph_page(*POSTS[-3:]))),
            shown=tuple((str(n), f"https://www.threads.net/@voorbeeldstad/post/{n}") for n in (1003, 1002, 1001)),
        ),
    ),
    telltale=(b"Bericht 1002 ", b"Melding 1002 "),
    strangers=COMMON_STRANGERS,
    modes={
        "success": profile(*POSTS[-3:]),
        "news": profile(*POSTS[-4:]),
        "empty": profile(),
        "paging": profile(*POSTS, size=25),
        "rate-limit": refused(400, 4),
        "revoked": refused(401, 190),
        "gone": refused(404, 803),
        "changed-shape": [Reply(body=b"[]", type=JSON)],
        "down": [Reply(status=502)],
    },
    paged=80,
)
