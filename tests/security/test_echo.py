"""Places that repeat everything they were sent: no credential comes back as something to show or to keep.

Guards boundaries 1 (source), 4 (account's server) and 7 (what is shown) of ``docs/security.md``.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from traceback import format_exception
from typing import Any

import pytest

from adapters import SOURCES
from adapters.contract import AccountConfig, Post
from adapters.errors import AdapterError
from adapters.http import HttpClient
from adapters.mastodon.publisher import MastodonPublisher
from tests.contract.rigs import SECRET, Reply, Request, find_rig
from tests.contract.stage import POLICY, Play, Stage

STATUSES = (200, 301, 400, 401, 403, 404, 418, 422, 429, 500)
SHAPES: dict[str, Callable[[str], Any]] = {
    "text": lambda words: {"error": words, "message": words, "title": words, "detail": words, "error_description": words},
    "object": lambda words: {"error": {"message": words, "type": words, "code": words, "log_id": words}, "data": words},
    "list": lambda words: {"errors": [{"message": words, "detail": words, "title": words, "code": 32}], "title": "Nee"},
    "page": lambda words: f"<!doctype html><title>{words}</title>",
}  # fmt: skip
KINDS = [kind for kind in SOURCES if (rig := find_rig(kind)) and rig.secrets and rig.asks]


def echo(request: Request, status: int, shape: str) -> Reply:
    """Say no with every word that was sent, in one of the shapes in which programs look for words."""
    bearer = request.headers.get("authorization", "")
    told = f"{dict(request.query)} {request.body.decode('utf-8', 'replace')} {dict(request.headers)}"
    body = SHAPES[shape](f"{bearer} {told}")  # what matters first: words are quoted up to a bound
    text = body if isinstance(body, str) else json.dumps(body)
    headers = {"X-Echo": bearer, "WWW-Authenticate": f'{bearer} error="{bearer}"'}
    if status in range(300, 400):
        headers["Location"] = f"https://elders.example/?token={bearer.rpartition(' ')[2]}&was={SECRET}"
    return Reply(body=text.encode(), status=status, type="application/json", headers=headers)


@pytest.fixture
async def play(tmp_path: Path) -> AsyncIterator[Callable[[str], Play]]:
    """Give any kind of source on a stage of its own."""
    with Stage() as stage, ThreadPoolExecutor(1) as pool:
        async with HttpClient(POLICY) as http:

            def placed(kind: str) -> Play:
                rig = find_rig(kind)
                assert rig is not None
                return Play(rig=rig, stage=stage, http=http, folder=tmp_path, pool=pool)

            yield placed


def everything(error: BaseException) -> str:
    """Give all that anybody could ever read of an error, its causes included."""
    return "".join(format_exception(error)) + repr(error) + str(vars(error))


def carried(stage: Stage) -> bool:
    """Whether the secret was sent at all."""
    return any(SECRET in f"{one.headers} {one.query} {one.body!r}" for one in stage.requests)


@pytest.mark.parametrize("kind", KINDS)
async def test_no_source_gets_its_credential_back(kind: str, play: Callable[[str], Play]) -> None:
    """Whatever an API repeats of a request, the source's secret stands in no error, no problem and no cursor."""
    scene, met = play(kind), 0
    for shape in SHAPES:
        for status in STATUSES:
            scene.stage.play(lambda request, status=status, shape=shape: echo(request, status, shape))  # type: ignore[misc]  # mypy cannot infer a lambda with defaults
            said = ""
            try:
                batch = await scene.fetch({})
                said = f"{batch.problems} {dict(batch.cursor)} {[one.reason for one in batch.broken]}"
            except AdapterError as error:
                said = everything(error)
            assert SECRET not in said, (shape, status, said)
            met += carried(scene.stage)
    assert met == len(SHAPES) * len(STATUSES), "the secret was really sent"


ACTS: dict[str, Callable[[MastodonPublisher], object]] = {
    "identity": lambda one: one.identity(),
    "limits": lambda one: one.limits(),
    "publish": lambda one: one.publish(Post(text="Een bericht.", language="nl"), "sleutel"),
    "edit": lambda one: one.edit("1", Post(text="Een bericht.", language="nl")),
    "delete": lambda one: one.delete("1"),
    "timeline": lambda one: one.timeline(),
    "post": lambda one: one.post("1"),
}


def refused(act: Callable[[MastodonPublisher], object], publisher: MastodonPublisher) -> str:
    """Give all that there is to read where an act is refused; "" where it is not."""
    try:
        act(publisher)
    except AdapterError as error:
        return everything(error)
    return ""


@pytest.mark.parametrize("act", ACTS)
def test_no_account_gets_its_token_back(act: str) -> None:
    """Whatever the account's server repeats of a request, the token stands in no error."""
    met = 0
    with Stage() as stage:
        publisher = MastodonPublisher(AccountConfig(id="proef", server=stage.base, token=SECRET, timeout=5.0))
        for shape in SHAPES:
            for status in STATUSES:
                stage.play(lambda request, status=status, shape=shape: echo(request, status, shape))  # type: ignore[misc]  # as above
                said = refused(ACTS[act], publisher)
                assert SECRET not in said, (shape, status, said)
                met += carried(stage)
        publisher.close()
    assert met, "the token was really sent"
