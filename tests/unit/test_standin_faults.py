"""The stand-in's bad days, its control door and its tally do what they say: proofs of ours rest on them."""

from __future__ import annotations

import http.client
from collections.abc import Iterator

import pytest

from tests.standin.client import MP4, STATUSES, Client
from tests.standin.mastodon import Standin
from tests.standin.process import Remote, spawned
from tests.standin.tally import tally


@pytest.fixture
def server() -> Iterator[Standin]:
    """Give a Mastodon server."""
    with Standin() as running:
        yield running


@pytest.fixture
def client(server: Standin) -> Client:
    """Give a client of our account there."""
    return Client(server)


@pytest.mark.parametrize(
    ("name", "stored"), [("drop-before", False), ("drop-after", True), ("error-before", False), ("error-after", True)]
)
def test_faults_store_or_do_not(server: Standin, client: Client, name: str, stored: bool) -> None:
    """Each fault says whether the post was stored, and does it; the next request goes well."""
    server.fail(name, status=503)
    if name.startswith("drop"):
        with pytest.raises(http.client.RemoteDisconnected):
            client.post("een")
    else:
        assert client.post("een").status == 503
    assert server.texts() == (["een"] if stored else [])
    assert client.post("twee").status == 200
    assert [line["fault"] for line in server.asked("POST", STATUSES)] == [name, None]


def test_a_late_store_outlives_its_client(server: Standin, client: Client) -> None:
    """A request whose client gave up is still stored when its time comes."""
    server.fail("late-store", delay=0.3)
    with pytest.raises(TimeoutError):
        Client(server, timeout=0.1).post("laat")
    assert server.texts() == []
    while not server.texts():
        client.ask("GET", "/api/v2/instance")
    assert server.texts() == ["laat"]


def test_faults_by_rate_are_repeatable() -> None:
    """The same seed gives the same faults, at about the rate that was asked."""
    runs = []
    for _ in range(2):
        with Standin() as server:
            server.world.plan.roll(7, {"error-after": 0.3, "error-before": 0.2}, status=500)
            client = Client(server)
            runs.append([client.post(str(n)).status == 200 for n in range(60)])
    assert runs[0] == runs[1]
    assert 15 < runs[0].count(True) < 45


def test_the_tally_counts_lost_doubled_and_disordered() -> None:
    """Per source, in the order it published: what nobody posted, what was posted twice, what came too late."""
    texts = ["Nieuws a1 https://x.example/1", "b1", "Nieuws a3", "a2", "b1 weer"]
    counted = tally([["a1", "a2", "a3", "a4"], ["b1"]], texts)
    assert counted.lost == ("a4",)
    assert counted.doubled == ("b1",)
    assert counted.out_of_order == ("a3",)


def test_the_control_door_plays_a_person(server: Standin, client: Client) -> None:
    """A person on our account can post from the web pages, and the server can edit and delete, without any request."""
    made = client.ask("POST", "/_control/posts", {"text": "met de hand"}).body
    assert made["application"]["name"] == "Web"
    path = f"/_control/posts/{made['id']}"
    assert client.ask("PATCH", path, {"text": "anders"}).body["edited_at"] is not None
    assert client.ask("DELETE", path).status == 200
    assert client.ask("GET", "/_control/state").body["posts"][0]["deleted"] is True
    assert client.ask("GET", "/_control/log").body == []


def test_a_process_of_its_own_answers(server: Standin) -> None:
    """As a process it says where it listens, takes its faults from arguments, and counts what became of a source."""
    with spawned("--token", "bode=geheim", "--family", "gotosocial", "--drop-after", "1.0") as remote:
        assert remote.accounts == {"bode": "geheim"}
        with pytest.raises(http.client.RemoteDisconnected):
            Client(remote, "geheim").post("m1")
        counted = remote.ask("POST", "tally", {"series": [["m1", "m2"]], "account": "bode"})
        assert counted["counts"] == {"lost": 1, "doubled": 0, "out_of_order": 0}
        remote.ask("POST", "reset")
        assert remote.ask("GET", "state")["posts"] == []


@pytest.fixture
def remote(server: Standin) -> Remote:
    """Give the control door of the server."""
    return Remote(server.url, {"omroeper": server.token})


def test_the_control_door_sets_and_heals_faults(server: Standin, client: Client, remote: Remote) -> None:
    """A fault for some of the next requests, by name and with changes, until it is used up or healed."""
    remote.ask("POST", "faults", {"fault": "error-after", "status": 502, "count": 9, "skip": 1})
    assert [client.post(str(n)).status for n in range(3)] == [200, 502, 502]
    remote.ask("DELETE", "faults")
    remote.ask("POST", "rates", {"seed": 3, "rates": {"error-before": 1.0}, "status": 500})
    assert client.post("vier").status == 500
    remote.ask("DELETE", "faults")
    assert client.post("vijf").status == 200
    assert server.texts() == ["0", "1", "2", "vijf"]


def test_the_control_door_moves_time_and_memory(client: Client, remote: Remote) -> None:
    """The clock jumps, keys are forgotten before their hour, and everything is forgotten at once."""
    first = client.post(key="k").body["id"]
    remote.ask("POST", "forget-keys")
    second = client.post(key="k").body["id"]
    remote.ask("POST", "clock", {"seconds": 3601})
    assert len({first, second, client.post(key="k").body["id"]}) == 3
    remote.ask("POST", "reset")
    assert remote.ask("GET", "state")["posts"] == []
    assert client.post(key="k").status == 200


def test_the_control_door_is_the_admin(client: Client, remote: Remote) -> None:
    """Settings, accounts and uploads change as an admin, a moderator or a worker process would change them."""
    remote.ask("PATCH", "settings", {"disabled_tags": ["spam"], "windows": {"statuses": [2, 10_800]}})
    film = client.upload(MP4).body["id"]
    remote.ask("PATCH", f"media/{film}", {"state": "ready"})
    assert client.post("#spam").status == 422
    assert [client.post(media_ids=[film]).status, client.post().status, client.post().status] == [200, 200, 429]
    remote.ask("POST", "accounts", {"username": "ander", "token": "geheim", "scopes": ["read:statuses"]})
    assert Client(remote, "geheim").post().status == 403
    remote.ask("PATCH", "accounts/omroeper", {"state": "revoked", "scopes": ["write:statuses"]})
    assert client.post().status == 401
    assert "geheim" not in str(remote.ask("GET", "state"))
