"""The stand-in keeps the rules that real servers keep: a test against it is worth what these tests are worth."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.standin.client import MP4, STATUSES, Client
from tests.standin.mastodon import Standin
from tests.standin.rates import Window


@pytest.fixture
def server() -> Iterator[Standin]:
    """Give a Mastodon server."""
    with Standin() as running:
        yield running


@pytest.fixture
def client(server: Standin) -> Client:
    """Give a client of our account there."""
    return Client(server)


@pytest.fixture
def gotosocial() -> Iterator[Client]:
    """Give a client of a GoToSocial server."""
    with Standin("gotosocial") as running:
        yield Client(running)


@pytest.fixture
def takahe() -> Iterator[Client]:
    """Give a client of a Takahe server."""
    with Standin("takahe") as running:
        yield Client(running)


def test_a_token_is_demanded(server: Standin) -> None:
    """Nothing but the description of the server is given to somebody without a good token."""
    stranger = Client(server, "wrong")
    assert stranger.ask("GET", "/api/v1/accounts/verify_credentials").status == 401
    assert stranger.post().status == 401
    assert stranger.ask("GET", "/api/v2/instance").status == 200


def test_a_revoked_token_is_refused(server: Standin, client: Client) -> None:
    """A token that worked stops working when it is revoked."""
    assert client.post().status == 200
    server.account.state = "revoked"
    assert client.post().status == 401


def test_a_suspended_account_may_do_nothing(server: Standin, client: Client) -> None:
    """Suspension answers 403 with JSON on every call, an address block 403 with plain text."""
    server.account.state = "suspended"
    assert "error" in client.ask("GET", "/api/v1/accounts/verify_credentials").body
    server.world.settings.ip_blocked = True
    assert client.post()[:2] == (403, "Forbidden\n")


def test_a_scope_is_demanded(server: Standin, client: Client) -> None:
    """A token that may only read cannot publish."""
    server.account.scopes = frozenset({"read:statuses"})
    assert client.post().status == 403
    assert server.texts() == []


def test_a_key_makes_one_post_within_the_hour(server: Standin, client: Client) -> None:
    """The same key gives the first post again, whatever the text; after an hour it is forgotten."""
    first = client.post("een", key="k")
    assert client.post("twee", key="k").body["id"] == first.body["id"]
    server.world.offset += 3601
    assert client.post("drie", key="k").body["id"] != first.body["id"]
    assert server.texts() == ["een", "drie"]


def test_a_key_belongs_to_one_account(server: Standin, client: Client) -> None:
    """Two accounts with the same key make two posts."""
    other = server.world.admit("ander", "token-ander")
    assert other.token is not None
    ours, theirs = client.post(key="k"), Client(server, other.token).post(key="k")
    assert ours.body["id"] != theirs.body["id"]


def test_a_key_of_a_deleted_post_answers_404(client: Client) -> None:
    """A replay after the post was deleted finds nothing, and publishes nothing."""
    made = client.post(key="k").body["id"]
    assert client.ask("DELETE", f"{STATUSES}/{made}").status == 200
    assert client.post(key="k").status == 404


def test_a_refused_post_does_not_use_up_its_key(server: Standin, client: Client) -> None:
    """A key whose post broke a rule can be used for a better one."""
    assert client.post("", key="k").status == 422
    assert client.post("goed", key="k").status == 200
    assert server.texts() == ["goed"]


@pytest.mark.parametrize("family", ["gotosocial", "takahe"])
def test_some_families_ignore_keys(family: str) -> None:
    """GoToSocial and Takahe make a second post for the same key."""
    with Standin(family) as server:
        client = Client(server)
        assert client.post(key="k").body["id"] != client.post(key="k").body["id"]


def test_length_is_counted_as_mastodon_counts(client: Client) -> None:
    """An address counts 23, a family of people 1, and the content warning counts in full."""
    assert client.post("a" * 476 + " https://www.voorbeeldstad.nl/" + "pad" * 30).status == 200
    assert client.post("👩‍👩‍👧‍👦" * 500).status == 200
    assert client.post("a" * 500, spoiler_text="w").status == 422


def test_other_families_count_everything(gotosocial: Client, takahe: Client) -> None:
    """What counts 23 on Mastodon counts in full elsewhere, whatever is advertised."""
    long = "https://www.voorbeeldstad.nl/" + "pad" * 30
    assert takahe.post("a" * 476 + " " + long).status == 400
    assert gotosocial.post("a" * 4990 + " " + long).status == 400


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": " \n"},
        {"status": "x", "visibility": "iedereen"},
        {"status": "x", "media_ids": ["1"]},
        {"status": "x #verboden"},
        {"status": "x", "scheduled_at": "2030-01-01T00:00:00Z"},
    ],
)
def test_a_broken_rule_is_422(server: Standin, client: Client, wrong: dict[str, Any]) -> None:
    """What breaks a rule is refused with 422, and nothing is stored."""
    server.world.settings.disabled_tags.add("verboden")
    assert client.ask("POST", STATUSES, wrong).status == 422
    assert server.texts() == []


def test_refusals_are_localised(server: Standin, client: Client) -> None:
    """The words follow the language of the house, so that nobody can match on them."""
    dutch = client.post("").body["error"]
    server.world.settings.locale = "ja"
    assert client.post("").body["error"] != dutch


def test_a_missing_parent_is_404(client: Client, takahe: Client) -> None:
    """A reply to what is not there is refused; Takahe publishes it as a root."""
    assert client.post(in_reply_to_id="999").status == 404
    assert takahe.post(in_reply_to_id="999").body["in_reply_to_id"] is None


def test_mentions_are_guarded_when_asked(server: Standin, client: Client) -> None:
    """``allowed_mentions`` stops a post that would reach a living account, and only that."""
    server.world.settings.known_accounts["burgemeester"] = "77"
    refused = client.post("vraag het @burgemeester", allowed_mentions=[])
    assert (refused.status, refused.body["unexpected_accounts"][0]["id"]) == (422, "77")
    assert client.post("vraag het @niemand", allowed_mentions=[]).status == 200
    assert client.post("vraag het @burgemeester").status == 200


def test_a_limited_account_is_made_quiet(server: Standin, client: Client) -> None:
    """On a limited account a public post silently becomes unlisted."""
    server.account.state = "limited"
    assert client.post(visibility="public").body["visibility"] == "unlisted"


def test_an_edit_replaces_everything(server: Standin, client: Client) -> None:
    """What an edit leaves out is removed: media, content warning; the language alone stays."""
    picture = client.upload(alt="Kaart").body["id"]
    made = client.post("oud", media_ids=[picture], spoiler_text="let op", language="nl").body["id"]
    edited = client.ask("PUT", f"{STATUSES}/{made}", {"status": "nieuw"}).body
    assert (edited["media_attachments"], edited["spoiler_text"], edited["language"]) == ([], "", "nl")
    assert edited["edited_at"] is not None
    assert client.ask("PUT", f"{STATUSES}/{made}", {}).status == 422
    assert server.texts() == ["nieuw"]


def test_an_edit_that_changes_nothing_is_swallowed(client: Client) -> None:
    """The same text again makes no version and costs nothing."""
    made = client.post("zelfde").body["id"]
    again = client.ask("PUT", f"{STATUSES}/{made}", {"status": "zelfde"})
    assert again.body["edited_at"] is None
    assert again.headers["X-RateLimit-Remaining"] == "299"


def test_versions_and_source_are_shown(client: Client, takahe: Client) -> None:
    """Every version is in the history as HTML and the last one in the source; Takahe has no history."""
    made = client.post("een <b>").body["id"]
    client.ask("PUT", f"{STATUSES}/{made}", {"status": "twee"})
    history = client.ask("GET", f"{STATUSES}/{made}/history").body
    assert [version["content"] for version in history] == ["<p>een &lt;b&gt;</p>", "<p>twee</p>"]
    assert client.ask("GET", f"{STATUSES}/{made}/source").body["text"] == "twee"
    assert takahe.ask("GET", f"{STATUSES}/{takahe.post().body['id']}/history").status == 404


def test_a_deleted_post_is_gone(client: Client) -> None:
    """DELETE gives the source for a redraft, and a second one 404."""
    made = client.post("weg").body["id"]
    assert client.ask("DELETE", f"{STATUSES}/{made}").body["text"] == "weg"
    assert client.ask("DELETE", f"{STATUSES}/{made}").status == 404
    assert client.ask("GET", f"{STATUSES}/{made}").status == 404


def test_posts_of_others_cannot_be_touched(server: Standin, client: Client) -> None:
    """Editing or deleting somebody else's post answers 404."""
    server.world.admit("ander", "token-ander")
    theirs = Client(server, "token-ander").post().body["id"]
    assert client.ask("PUT", f"{STATUSES}/{theirs}", {"status": "x"}).status == 404
    assert client.ask("DELETE", f"{STATUSES}/{theirs}").status == 404


def test_paging_goes_both_ways(server: Standin, client: Client) -> None:
    """``max_id`` goes older, ``min_id`` just newer, ``since_id`` newest; the Link header leads on."""
    ids = [client.post(str(n)).body["id"] for n in range(6)]
    shelf = f"/api/v1/accounts/{server.account.id}/statuses"

    def page(**query: Any) -> list[str]:
        return [status["id"] for status in client.ask("GET", f"{shelf}?{urlencode(query)}").body]

    assert page(limit=2) == [ids[5], ids[4]]
    assert page(limit=2, max_id=ids[4]) == [ids[3], ids[2]]
    assert page(limit=2, min_id=ids[1]) == [ids[3], ids[2]]
    assert page(limit=2, since_id=ids[1]) == [ids[5], ids[4]]
    assert f"max_id={ids[4]}" in client.ask("GET", f"{shelf}?limit=2").headers["Link"]


def test_gotosocial_has_its_own_habits(gotosocial: Client) -> None:
    """Sortable ULIDs, no ``since_id``, the source in every post, its own limits and 400 for a broken rule."""
    ids = [gotosocial.post(f"tekst {n}").body["id"] for n in range(3)]
    listed = gotosocial.ask("GET", f"/api/v1/accounts/1000/statuses?since_id={ids[2]}").body
    assert ids == sorted(ids)
    assert {len(i) for i in ids} == {26}
    assert [status["text"] for status in listed] == ["tekst 2", "tekst 1", "tekst 0"]
    assert gotosocial.post("").status == 400
    statuses = gotosocial.ask("GET", "/api/v2/instance").body["configuration"]["statuses"]
    assert tuple(statuses.values()) == (5000, 6, 25)


def test_takahe_has_its_own_habits(takahe: Client) -> None:
    """No language, no rate headers, no address with a slash at its end, HTML for 404, 400 for a bad token."""
    made = takahe.post(language="nl")
    assert made.body["language"] is None
    assert not [name for name in made.headers if name.lower().startswith("x-ratelimit")]
    assert "html" in takahe.ask("GET", f"{STATUSES}/1").headers["Content-Type"]
    assert [takahe.ask("GET", f"/api/v2/instance{end}").status for end in ("", "/")] == [200, 404]
    takahe.token = "wrong"
    assert takahe.post()[:2] == (400, "Invalid token")


def test_pictures_are_ready_and_films_are_not(server: Standin, client: Client) -> None:
    """A picture answers 200, a film 202 and then 206, and a post that uses it too early 422."""
    assert client.upload().status == 200
    film = client.upload(MP4)
    assert (film.status, film.body["url"]) == (202, None)
    media = f"/api/v1/media/{film.body['id']}"
    assert client.ask("GET", media).status == 206
    assert client.post(media_ids=[film.body["id"]]).status == 422
    server.world.media[film.body["id"]].state = "ready"
    assert client.ask("GET", media).status == 200
    assert client.ask("PUT", media, {"description": "Brug"}).body["description"] == "Brug"
    assert client.post(media_ids=[film.body["id"]]).status == 200
    assert client.ask("GET", media).status == 404


def test_uploads_have_rules(client: Client, gotosocial: Client) -> None:
    """What is no picture is refused, and so is a description that is too long."""
    assert client.upload(b"<svg/>").status == 422
    assert client.upload(alt="a" * 10_001).status == 422
    assert gotosocial.upload(alt="a" * 1501).status == 400


def test_a_file_serves_one_post(client: Client) -> None:
    """A file cannot be in two posts, nor more than four in one."""
    files = [client.upload().body["id"] for _ in range(5)]
    assert client.post(media_ids=files).status == 422
    assert client.post(media_ids=files[:4]).status == 200
    assert client.post(media_ids=files[:1]).status == 422


def test_windows_are_counted_and_shown(server: Standin, client: Client) -> None:
    """Posts and edits share 300 in three hours; one too many answers 429 with an ISO reset and no Retry-After."""
    server.world.meter.windows["statuses"] = Window(3, 10_800)
    made = client.post()
    assert made.headers["X-RateLimit-Remaining"] == "2"
    client.ask("PUT", f"{STATUSES}/{made.body['id']}", {"status": "anders"})
    client.post()
    refused = client.post()
    assert refused.status == 429
    assert refused.headers["X-RateLimit-Reset"].endswith("Z")
    assert "Retry-After" not in refused.headers
    server.world.offset += 10_800
    assert client.post().status == 200


def test_deletes_and_uploads_are_thirty_per_half_hour(client: Client) -> None:
    """The thirty-first upload within half an hour is one too many; so is the thirty-first deletion."""
    assert [client.upload().status for _ in range(31)][-2:] == [200, 429]
    ids = [client.post(str(n)).body["id"] for n in range(31)]
    assert [client.ask("DELETE", f"{STATUSES}/{i}").status for i in ids][-2:] == [200, 429]


def test_boosts_are_wrapped_and_unique(server: Standin, client: Client) -> None:
    """A boost is a post of its own around the boosted one; a second is the first; ``unreblog`` takes it back."""
    made = client.post("lees dit").body["id"]
    first = client.ask("POST", f"{STATUSES}/{made}/reblog").body
    assert first["reblog"]["id"] == made
    assert client.ask("POST", f"{STATUSES}/{made}/reblog").body["id"] == first["id"]
    assert client.ask("POST", f"{STATUSES}/{made}/unreblog").body["id"] == made
    assert client.ask("GET", f"{STATUSES}/{first['id']}").status == 404


def test_posts_of_other_servers_are_resolved(server: Standin, client: Client) -> None:
    """A search finds a remote post by its address only when asked to resolve."""
    remote = {"text": "van elders", "account": "peer@elders.example", "uri": "https://elders.example/p/1"}
    assert client.ask("POST", "/_control/posts", remote).status == 200
    query = urlencode({"q": remote["uri"]})
    assert client.ask("GET", f"/api/v2/search?{query}").body["statuses"] == []
    assert len(client.ask("GET", f"/api/v2/search?{query}&resolve=true").body["statuses"]) == 1


def test_quotes_need_a_living_post(client: Client) -> None:
    """A quote of what is not there is refused; a good one is shown with what it quotes."""
    made = client.post("eerst").body["id"]
    assert client.post("dan", quoted_status_id="999").status == 404
    assert client.post("dan", quoted_status_id=made).body["quote"]["quoted_status"]["id"] == made


def test_forms_are_read_like_json(server: Standin, client: Client) -> None:
    """A form with ``media_ids[]`` says the same as JSON."""
    picture = client.upload().body["id"]
    form = urlencode({"status": "formulier", "media_ids[]": picture, "sensitive": "1"})
    made = client.send("POST", STATUSES, form, {"Content-Type": "application/x-www-form-urlencoded"})
    assert (made.body["sensitive"], len(made.body["media_attachments"])) == (True, 1)


def test_accounts_are_kept_apart(server: Standin) -> None:
    """An account without a token is nobody's to use."""
    stranger = server.world.admit("vreemde", domain="elders.example")
    assert stranger.token is None
    assert Client(server, "").post().status == 401
