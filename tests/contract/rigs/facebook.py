"""Facebook: the Graph API of one page."""

from __future__ import annotations

from typing import Any

from adapters.contract import Document
from adapters.meta.facebook import FacebookOptions
from tests.contract.rigs import COMMON_STRANGERS, SECRET, Reply, Request, Rig, Sample, Script, Stranger
from tests.unit.platforms.replies import body, facebook_post, graph_error, graph_page, paged

JSON = "application/json"
ID = "880001"


def page(*posts: dict[str, Any], size: int = 50) -> Script:
    """Play a page with these posts, newest first."""

    def answer(request: Request) -> Reply:
        assert request.headers["authorization"] == f"Bearer {SECRET}"
        if request.path == "/v24.0/me":
            return Reply(body=body({"id": ID, "name": "Gemeente Voorbeeldstad"}), type=JSON)
        if request.path == "/v24.0/debug_token":
            return Reply(body=body({"data": {"is_valid": True, "expires_at": 0}}), type=JSON)
        assert request.path == f"/v24.0/{ID}/posts"
        found, following = paged(posts, size, int(request.query.get("after", "0")))
        return Reply(body=body(graph_page(*found, after=str(following) if following else None)), type=JSON)

    return answer


def refused(status: int, code: int, subcode: int | None = None) -> list[Reply]:
    """Play a refusal."""
    return [Reply(status=status, body=body(graph_error(code, subcode)), type=JSON)]


POSTS = [facebook_post(number) for number in range(120, 0, -1)]

RIG = Rig(
    kind="facebook",
    url="{base}/VoorbeeldStad",
    options=lambda base: FacebookOptions(api=f"{base}/v24.0"),
    secrets={"token": SECRET},
    samples=(
        Sample(
            name="posts",
            document=Document(body=body(graph_page(*POSTS[-3:]))),
            shown=tuple((f"{ID}_{n}", f"https://www.facebook.com/{ID}/posts/{n}") for n in (3, 2, 1)),
        ),
    ),
    telltale=(b"Bericht 2 ", b"Melding 2 "),
    strangers=(*COMMON_STRANGERS, Stranger(name="JSON of another kind", document=Document(body=b'{"posts": []}'))),
    modes={
        "success": page(*POSTS[-3:]),
        "news": page(*POSTS[-4:]),
        "empty": page(),
        "paging": page(*POSTS, size=50),
        "rate-limit": refused(400, 32),
        "revoked": refused(400, 190, 463),
        "gone": refused(400, 100, 33),
        "changed-shape": [Reply(body=b'{"posts":[]}', type=JSON)],
        "down": refused(500, 2),
    },
    paged=120,
)
