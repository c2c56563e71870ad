"""How the Mastodon adapter uses its connection: kept alive, bounded, told from one another, cheap to import."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from adapters.contract import Post
from adapters.errors import Temporary, Unknown
from adapters.mastodon.publisher import MastodonPublisher
from tests.standin.mastodon import Standin

UNWANTED = ("mastodon", "requests", "urllib3")


@pytest.fixture
def server() -> Iterator[Standin]:
    """Give a Mastodon server without rate limits."""
    with Standin(windows={}) as running:
        yield running


@pytest.fixture
def publisher(server: Standin) -> Iterator[MastodonPublisher]:
    """Give a publisher there."""
    made = MastodonPublisher(server.config(user_agent="Omroeper/0.1 (+https://omroeper.example)"))
    yield made
    made.close()


def post(text: str) -> Post:
    """Give a post in Dutch."""
    return Post(text=text, language="nl")


def test_importing_it_is_cheap() -> None:
    """Neither Mastodon.py nor requests is imported, nor a connection made, before the first verb."""
    program = f"""
import sys, adapters.local, adapters.mastodon.publisher
from adapters.contract import AccountConfig
adapters.mastodon.publisher.MastodonPublisher(AccountConfig(id="a", server="https://nergens.invalid", token="t")).close()
sys.exit(" ".join(sorted({set(UNWANTED)!r} & set(sys.modules))) or 0)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=30)
    assert (done.returncode, done.stderr) == (0, "")


def test_one_connection_serves_many_posts(server: Standin, publisher: MastodonPublisher) -> None:
    """The connection is kept: reading, publishing and deleting go over the same one, and after ``close`` over a new one."""
    made = [publisher.publish(post(str(n)), str(n)).remote_id for n in range(10)]
    publisher.timeline()
    publisher.delete(made[0])
    assert len({line["peer"] for line in server.world.log}) == 1
    publisher.close()
    publisher.timeline()
    assert len({line["peer"] for line in server.world.log}) == 2


def test_a_connection_that_broke_is_replaced(server: Standin, publisher: MastodonPublisher) -> None:
    """After a broken connection the next verb opens another, without a word."""
    server.fail("drop-after")
    with pytest.raises(Unknown):
        publisher.publish(post("een"), "1")
    assert publisher.publish(post("twee"), "2").remote_id
    assert server.texts() == ["een", "twee"]


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_what_never_left_is_not_unknown(server: Standin, publisher: MastodonPublisher, scheme: str) -> None:
    """Refused connections and failed TLS handshakes surely published nothing, whatever was the verb."""
    nobody = "http://127.0.0.1:9" if scheme == "http" else f"https://127.0.0.1:{server.port}"
    stranger = MastodonPublisher(server.config(server=nobody))
    stranger._limits = publisher.limits()
    verbs: list[Callable[[], object]] = [
        lambda: stranger.publish(post("een"), "1"),
        lambda: stranger.edit("1", post("twee")),
    ]
    for verb in verbs:
        with pytest.raises(Temporary) as caught:
            verb()
        assert (type(caught.value), caught.value.code) == (Temporary, "mastodon.unreachable")
    stranger.close()


def test_a_deletion_that_never_left_is_not_unknown(server: Standin) -> None:
    """A request without a body that met no connection is known not to have left either."""
    stranger = MastodonPublisher(server.config(server="http://127.0.0.1:9"))
    with pytest.raises(Temporary) as caught:
        stranger.delete("1")
    assert type(caught.value) is Temporary
    stranger.close()


def test_it_says_who_is_calling(server: Standin, publisher: MastodonPublisher) -> None:
    """Every request carries the configured user agent, and no request a language of ours."""
    publisher.identity()
    publisher.publish(post("een"), "1")
    assert {line["user_agent"] for line in server.world.log} == {"Omroeper/0.1 (+https://omroeper.example)"}
    assert not [line for line in server.world.log if "lang" in line["query"] or "lang" in line["body"]]


def test_one_verb_makes_one_attempt(server: Standin, publisher: MastodonPublisher) -> None:
    """A failing server is asked once per verb: the outbox alone retries."""
    publisher.limits()
    before = len(server.world.log)
    server.fail("error-before", count=9)
    with pytest.raises(Unknown):
        publisher.publish(post("een"), "1")
    server.fail("error-before", method="GET", path="/api/*", count=99)
    with pytest.raises(Temporary):
        publisher.limits()
    assert len(server.world.log) == before + 2


def test_nothing_is_sent_that_was_not_asked(server: Standin, publisher: MastodonPublisher) -> None:
    """A post is sent with exactly what it says, and the seat belt against mentions."""
    publisher.publish(post("een & twee"), "sleutel")
    [line] = server.asked("POST", "/api/v1/statuses")
    assert line["key"] == "sleutel"
    assert line["body"] == {
        "status": "een & twee",
        "visibility": "public",
        "language": "nl",
        "sensitive": "0",
        "allowed_mentions": [""],
    }


def test_only_plain_text_goes_to_servers_that_know_markup() -> None:
    """GoToSocial is told that our text is plain: an account may be set to Markdown there. It gets no seat belt."""
    with Standin("gotosocial") as server:
        publisher = MastodonPublisher(server.config())
        made = publisher.publish(post("*een*"), "1").remote_id
        publisher.edit(made, post("*twee*"))
        publisher.close()
        bodies = [line["body"] for line in server.world.log if line["method"] in {"POST", "PUT"}]
        assert [body["content_type"] for body in bodies] == ["text/plain", "text/plain"]
        assert [name for body in bodies for name in body if name.startswith("allowed_mentions")] == []
        assert bodies[1]["sensitive"] is False


def test_shared_by_threads_each_gets_its_own_answer(server: Standin, publisher: MastodonPublisher) -> None:
    """Two threads on one publisher take turns: no receipt goes to the wrong post."""
    texts = [f"nummer {n}" for n in range(60)]
    with ThreadPoolExecutor(4) as pool:
        receipts = list(pool.map(lambda text: publisher.publish(post(text), text), texts))
    assert [receipt.post.text for receipt in receipts if receipt.post] == texts


def test_an_old_server_is_asked_the_old_way(server: Standin, publisher: MastodonPublisher) -> None:
    """Where there is no second version of the server's description the first one is read."""
    server.world.settings.has_v2 = False
    limits = publisher.limits()
    assert (limits.family, limits.max_characters) == ("mastodon", 500)
    assert publisher.identity().acct == "omroeper@standin.example"


def test_a_token_is_not_the_name_of_a_file(server: Standin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that happens to be called like the token is not read in its place."""
    (tmp_path / server.token).write_text("iets anders")
    monkeypatch.chdir(tmp_path)
    publisher = MastodonPublisher(server.config())
    assert publisher.identity().acct == "omroeper@standin.example"
    publisher.close()


def test_ids_cannot_lead_elsewhere(server: Standin, publisher: MastodonPublisher) -> None:
    """An id with a slash or a question mark stays one part of the address."""
    publisher.limits()
    for odd in ("1/../../admin", "1?x=1", "1#x", "%2e%2e"):
        assert publisher.post(odd) is None
    assert {line["path"].count("/") for line in server.asked("GET", "/api/v1/statuses")} == {4}
    assert all(line["query"] == {} for line in server.asked("GET", "/api/v1/statuses"))
