"""Instagram: the API of one professional account."""

from __future__ import annotations

from typing import Any

from adapters.contract import Document
from adapters.meta.instagram import InstagramOptions
from tests.contract.rigs import COMMON_STRANGERS, SECRET, Reply, Request, Rig, Sample, Script
from tests.unit.platforms.replies import body, graph_error, graph_page, instagram_post, paged

JSON = "application/json"
ID = "660001"


def account(*posts: dict[str, Any], size: int = 50) -> Script:
    """Play an account with these posts, newest first."""

    def answer(request: Request) -> Reply:
        assert request.headers["authorization"] == f"Bearer {SECRET}"
        if request.path == "/v24.0/me":
            return Reply(body=body({"user_id": ID, "username": "voorbeeldstad", "id": "1"}), type=JSON)
        assert request.path == f"/v24.0/{ID}/media"
        found, following = paged(posts, size, int(request.query.get("after", "0")))
        return Reply(body=body(graph_page(*found, after=str(following) if following else None)), type=JSON)

    return answer


def refused(status: int, code: int, subcode: int | None = None) -> list[Reply]:
    """Play a refusal."""
    return [Reply(status=status, body=body(graph_error(code, subcode)), type=JSON)]


POSTS = [instagram_post(number) for number in range(60, 0, -1)]

RIG = Rig(
    kind="instagram",
    url="{base}/voorbeeldstad",
    options=lambda base: InstagramOptions(api=f"{base}/v24.0"),
    secrets={"token": SECRET},
    samples=(
        Sample(
            name="posts",
            document=Document(body=body(graph_page(*POSTS[-3:]))),
            shown=tuple((str(n), f"https://www.instagram.com/p/{n}/") for n in (3, 2, 1)),
        ),
    ),
    telltale=(b"Bericht 2 ", b"Melding 2 "),
    strangers=COMMON_STRANGERS,
    modes={
        "success": account(*POSTS[-3:]),
        "news": account(*POSTS[-4:]),
        "empty": account(),
        "paging": account(*POSTS, size=20),
        "rate-limit": refused(403, 17),
        "revoked": refused(400, 190, 460),
        "gone": refused(400, 100, 33),
        "changed-shape": [Reply(body=b'{"data":"niets"}', type=JSON)],
        "down": refused(500, 1),
    },
    paged=60,
)
