"""X. First contact takes one small page, because each post costs; the rest is asked for since the last post."""

from __future__ import annotations

from adapters.contract import Document
from adapters.x.source import XOptions
from tests.contract.rigs import COMMON_STRANGERS, SECRET, Reply, Request, Rig, Sample, Script, Stranger
from tests.unit.platforms.replies import X_ID, body, x_post, x_problem, x_reply

JSON = "application/json"
PAGE = x_reply(*(x_post(number) for number in (103, 102, 101)))
SHOWN = tuple((str(number), f"https://x.com/voorbeeldstad/status/{number}") for number in (103, 102, 101))
UNKNOWN = {"errors": [x_problem("resource-not-found", "user", "voorbeeldstad")]}


def account(*posts: int) -> Script:
    """Play an account that has posted these, newest first."""

    def answer(request: Request) -> Reply:
        if request.path == "/2/users/by/username/voorbeeldstad":
            return Reply(
                body=body({"data": {"id": X_ID, "name": "Voorbeeldstad", "username": "voorbeeldstad"}}), type=JSON
            )
        if request.path == "/2/tweets":
            asked = request.query["ids"].split(",")
            return Reply(body=body({"data": [x_post(int(one)) for one in asked]}), type=JSON)
        assert request.path == f"/2/users/{X_ID}/tweets"
        assert request.headers["authorization"] == f"Bearer {SECRET}"
        since = int(request.query.get("since_id", "0"))
        return Reply(body=body(x_reply(*(x_post(one) for one in posts if one > since))), type=JSON)

    return answer


RIG = Rig(
    kind="x",
    url="{base}/voorbeeldstad",
    options=lambda base: XOptions(api=base),
    secrets={"token": SECRET},
    samples=(Sample(name="posts", document=Document(body=body(PAGE)), shown=SHOWN),),
    telltale=(b"Bericht 102", b"Melding 102"),
    strangers=(*COMMON_STRANGERS, Stranger(name="JSON of another kind", document=Document(body=b'{"posts": []}'))),
    modes={
        "success": account(103, 102, 101),
        "news": account(105, 103, 102, 101),
        "empty": account(),
        "rate-limit": [Reply(status=429, body=b'{"title":"Too Many Requests"}', type=JSON)],
        "revoked": [Reply(status=401, body=b'{"title":"Unauthorized","status":401}', type=JSON)],
        "gone": [Reply(body=body(UNKNOWN), type=JSON)],
        "changed-shape": [Reply(body=b'{"posts":[]}', type=JSON)],
        "down": [Reply(status=503, body=b"over capacity", type="text/plain")],
    },
    lacks={
        "paging": "first contact takes one page, since each post costs; later pages are in tests/unit/platforms/test_x.py"
    },
)
