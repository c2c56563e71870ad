"""The law of ``adapters/contract.py`` for publishers, held up to every one in the registry, on every server we can run."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import pytest

from adapters import PUBLISHERS
from adapters.contract import Picture, Post, Publisher, RemotePost
from adapters.errors import AuthFailed, Gone, Temporary, Unknown
from tests.contract.servers import RIGS, Place, Rig

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
LONG = "https://www.voorbeeldstad.nl/nieuws/werkzaamheden-aan-de-dorpsstraat-en-omgeving?x=1&y=2#deel"
LOOPBACK = "http://127.0.0.1:8123/n/1"
TEXTS = {
    "symbols": 'Afsluiting Dorpsstraat & omgeving <tot> 12.00 uur: 5 > 3, "u kunt er langs".',
    "paragraphs": "Eerste alinea.\nTweede regel.\n\nTweede alinea.",
    "address": f"Lees {LONG} en geef reactie.",
    "scripts": f"Fryslân: 🌧️ 👩‍👩‍👧 'code geel' #NLAlert; meer op {LOOPBACK}.",
}
LINKS = {"address": {LONG}, "scripts": {LOOPBACK}}
FEATURES = {"edit", "delete", "idempotency", "quote", "allowed_mentions", "language", "boost", "source"}
FAMILIES = {"mastodon", "gotosocial", "pleroma", "takahe", "local", "other"}


@pytest.fixture(scope="module", params=RIGS, ids=lambda rig: rig.name)
def rig(request: pytest.FixtureRequest) -> Rig:
    """Give each rig in turn."""
    found: Rig = request.param
    return found


@pytest.fixture(scope="module")
def place(rig: Rig) -> Iterator[Place]:
    """Give the running server of a rig."""
    with rig.running() as running:
        yield running


@pytest.fixture(scope="module")
def publisher(place: Place) -> Iterator[Publisher]:
    """Give a publisher for our account there."""
    made = place.publisher()
    yield made
    made.close()


@pytest.fixture
def lacks(rig: Rig) -> frozenset[str]:
    """Give what the server does not do."""
    return rig.lacks


def key() -> str:
    """Give a key that was never used."""
    return uuid4().hex


def shown(publisher: Publisher, remote_id: str) -> RemotePost:
    """Give a post that must be there."""
    found = publisher.post(remote_id)
    assert found is not None
    return found


def needs(lacks: frozenset[str], *wanted: str) -> None:
    """Skip what the server behind this rig cannot show."""
    if missing := lacks & {*wanted}:
        pytest.skip(f"this server has no {', '.join(sorted(missing))}")


def test_every_publisher_has_a_rig() -> None:
    """A new publisher cannot escape this suite: it fails until there is a server to try it on."""
    assert {rig.kind for rig in RIGS} == set(PUBLISHERS)


def test_building_one_touches_nothing(place: Place) -> None:
    """A publisher for a server that does not exist can be built and closed (nothing happens before the first verb)."""
    place.publisher(server="http://nergens.invalid", token="x").close()


def test_it_says_who_it_is(publisher: Publisher) -> None:
    """The identity is a full name with a host, and an id, the same each time."""
    identity = publisher.identity()
    name, at, host = identity.acct.partition("@")
    assert name
    assert (at, bool(host)) == ("@", True)
    assert identity.remote_id
    assert publisher.identity() == identity


def test_its_limits_make_sense(publisher: Publisher) -> None:
    """Limits are numbers one can work with, and families and features are words of the contract."""
    limits = publisher.limits()
    assert limits.family in FAMILIES
    assert limits.features <= FEATURES
    assert min(limits.max_characters, limits.max_media, limits.alt_length, limits.image_size) > 0
    assert limits.url_length is None or limits.url_length > 0
    assert "image/png" in limits.mime_types


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_comes_back_as_it_was_sent(publisher: Publisher, lacks: frozenset[str], name: str) -> None:
    """The receipt, the post and the timeline give the plain text that was sent, and every address in it in full."""
    text = TEXTS[name]
    receipt = publisher.publish(Post(text=text, language="nl"), key())
    assert receipt.post is not None
    assert receipt.post.text == text
    needs(lacks, "memory")
    assert shown(publisher, receipt.remote_id) == receipt.post
    assert publisher.timeline()[0] == receipt.post
    assert LINKS.get(name, set()) <= {*receipt.post.links}


def test_a_post_keeps_its_properties(publisher: Publisher, lacks: frozenset[str]) -> None:
    """Language, visibility and parent are what was asked, where the server keeps them."""
    root = publisher.publish(Post(text="Deel een", language="nl"), key())
    wanted = Post(text="Deel twee", language="fy", visibility="unlisted", in_reply_to=root.remote_id)
    post = publisher.publish(wanted, key()).post
    assert post is not None
    assert (post.visibility, post.in_reply_to) == ("unlisted", root.remote_id)
    assert post.language == ("fy" if "language" in publisher.limits().features else None)


def test_a_key_is_worth_what_the_features_say(publisher: Publisher) -> None:
    """The same key gives the same post exactly where ``idempotency`` is a feature."""
    once, post = key(), Post(text="Een keer", language="nl")
    same = publisher.publish(post, once).remote_id == publisher.publish(post, once).remote_id
    assert same == ("idempotency" in publisher.limits().features)


def test_an_edit_is_the_complete_state(publisher: Publisher, lacks: frozenset[str]) -> None:
    """An edit replaces text and language and keeps the media it names; what it does not name goes."""
    picture = publisher.upload(Picture(body=PNG, mime="image/png", alt="Kaart"))
    first = Post(text="Oud", language="nl", media=(picture,))
    made = publisher.publish(first, key()).remote_id
    edited = publisher.edit(
        made, replace(first, text="Nieuw", language="fy", media=(replace(picture, alt="Plattegrond"),))
    )
    assert edited.post is not None
    assert edited.post.text == "Nieuw"
    needs(lacks, "memory", "media edits")
    assert [(medium.remote_id, medium.alt) for medium in shown(publisher, made).media] == [
        (picture.remote_id, "Plattegrond")
    ]
    assert edited.post.language == ("fy" if "language" in publisher.limits().features else None)
    assert publisher.edit(made, Post(text="Nieuw", language="fy")).post == shown(publisher, made)
    assert shown(publisher, made).media == ()
    assert shown(publisher, made).edited


def test_an_edit_of_what_is_gone_says_so(publisher: Publisher, lacks: frozenset[str]) -> None:
    """Editing a deleted post raises ``Gone`` about nothing else."""
    needs(lacks, "memory")
    made = publisher.publish(Post(text="Weg", language="nl"), key()).remote_id
    publisher.delete(made)
    with pytest.raises(Gone) as caught:
        publisher.edit(made, Post(text="Toch", language="nl"))
    assert caught.value.about == ""


def test_deleting_twice_is_a_success(publisher: Publisher, lacks: frozenset[str]) -> None:
    """What is gone is gone: the second deletion raises nothing, and the post is not there."""
    made = publisher.publish(Post(text="Ingetrokken", language="nl"), key()).remote_id
    publisher.delete(made)
    publisher.delete(made)
    assert publisher.post(made) is None


def test_history_has_every_text(publisher: Publisher, lacks: frozenset[str]) -> None:
    """Every text that a post has had is found, the present one first."""
    needs(lacks, "memory")
    made = publisher.publish(Post(text="Versie een\n\nmet <haken>", language="nl"), key()).remote_id
    publisher.edit(made, Post(text="Versie twee", language="nl"))
    history = publisher.history(made)
    assert history[0] == "Versie twee"
    needs(lacks, "versions")
    assert sorted(history) == ["Versie een\n\nmet <haken>", "Versie twee"]


def test_nothing_is_there_that_never_was(publisher: Publisher) -> None:
    """An id that the server never gave has no post and no history."""
    assert publisher.post("1") is None
    assert publisher.history("1") == ()


def test_the_timeline_can_be_walked(publisher: Publisher, lacks: frozenset[str]) -> None:
    """Page after page shows every post once, the newest first, and ends with an empty page."""
    needs(lacks, "memory")
    made = [publisher.publish(Post(text=f"Nummer {n}", language="nl"), key()).remote_id for n in range(45)]
    seen: list[str] = []
    while page := publisher.timeline(before=seen[-1] if seen else None):
        seen += [post.remote_id for post in page]
    assert seen[:45] == made[::-1]
    assert len(seen) == len(set(seen))


def test_a_missing_parent_is_named(publisher: Publisher, lacks: frozenset[str]) -> None:
    """A reply to what is not there raises ``Gone`` about the parent, and publishes nothing."""
    needs(lacks, "memory", "parents")
    before = publisher.timeline()
    with pytest.raises(Gone) as caught:
        publisher.publish(Post(text="Antwoord", language="nl", in_reply_to="1"), key())
    assert caught.value.about == "parent"
    assert publisher.timeline() == before


def test_a_picture_has_its_description(publisher: Publisher, lacks: frozenset[str]) -> None:
    """An uploaded picture is usable, and stands under the post with its description."""
    picture = publisher.upload(Picture(body=PNG, mime="image/png", alt="Wateroverlast in de Dorpsstraat"))
    assert picture.ready or publisher.ready(picture.remote_id)
    post = publisher.publish(Post(text="Met beeld", language="nl", media=(picture,)), key()).post
    assert post is not None
    assert [medium.alt for medium in post.media] == ["Wateroverlast in de Dorpsstraat"]


def test_a_boost_comes_and_goes(publisher: Publisher, lacks: frozenset[str]) -> None:
    """A boost can be taken back, twice; it has no text of its own that could be taken for one of ours."""
    needs(lacks, "look-ups")
    made = publisher.publish(Post(text="Deel dit", language="nl"), key())
    boosted = publisher.boost(made.url or "https://voorbeeldstad.example/n/1")
    if boosted.post is not None and "own boosts" not in lacks:
        assert (boosted.post.boost_of, boosted.post.text, boosted.post.links) == (made.remote_id, "", ())
    publisher.unboost(boosted.remote_id)
    publisher.unboost(boosted.remote_id)
    assert "own boosts" in lacks or publisher.post(boosted.remote_id) is None


def test_a_wrong_token_stops_the_account(place: Place, lacks: frozenset[str]) -> None:
    """Every verb raises ``AuthFailed`` for a token that is not accepted, and nothing it says holds the token."""
    needs(lacks, "tokens")
    stranger = place.publisher(token="geheim-4711")
    try:
        for verb in (
            stranger.identity,
            stranger.timeline,
            lambda: stranger.publish(Post(text="x", language="nl"), key()),
        ):
            with pytest.raises(AuthFailed) as caught:
                verb()
            assert "4711" not in f"{caught.value} {caught.value.remedy} {caught.value!r} {caught.value.__cause__}"
    finally:
        stranger.close()
    assert "4711" not in repr(replace(place.config, token="geheim-4711"))


@pytest.mark.parametrize("token", ["", "twee woorden", "regel\neinde", "accént"])
def test_a_token_that_is_none_is_never_sent(place: Place, lacks: frozenset[str], token: str) -> None:
    """What cannot be a token is refused before anything leaves, and is not quoted."""
    needs(lacks, "tokens")
    stranger = place.publisher(token=token)
    for _ in range(2):
        with pytest.raises(AuthFailed) as caught:
            stranger.publish(Post(text="x", language="nl"), key())
        assert not token or token not in str(caught.value)


def test_an_unreachable_server_is_surely_unsent(place: Place, lacks: frozenset[str]) -> None:
    """Where no connection can be made nothing was published: ``Temporary``, and never ``Unknown``."""
    needs(lacks, "network")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        server = f"http://127.0.0.1:{closed.getsockname()[1]}"
        stranger = place.publisher(server=server)
        for verb in (stranger.limits, lambda: stranger.publish(Post(text="x", language="nl"), key())):
            with pytest.raises(Temporary) as caught:
                verb()
            assert not isinstance(caught.value, Unknown)
        stranger.close()


def test_a_silent_server_does_not_hold_us(place: Place, lacks: frozenset[str]) -> None:
    """Every verb ends within the time-out (and a margin) where a server accepts and then says nothing."""
    needs(lacks, "network")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        stranger = place.publisher(server=f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=0.2)
        began = time.monotonic()
        with pytest.raises(Temporary):
            stranger.limits()
        assert time.monotonic() - began < 2
        stranger.close()


def test_the_built_in_account_gives_the_same_id_for_the_same_key() -> None:
    """A restored or second database makes the same receipts for the built-in account, and another account others."""
    [rig] = [rig for rig in RIGS if rig.kind == "local"]
    with rig.running() as place:
        one, other = place.publisher(), place.publisher(id="elders")
        post = Post(text="Zelfde", language="nl")
        assert one.publish(post, "k").remote_id == place.publisher().publish(post, "k").remote_id
        assert one.publish(post, "k").remote_id != other.publish(post, "k").remote_id
