"""``account sync``: an account says whose announcements it carries, that it is a program, and whether it is a mirror."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.contract import Profile, ProfileLimits
from adapters.mastodon.publisher import MastodonPublisher
from bot.profile import differences, wanted_profile
from bot.settings import Settings, load
from bot.wording import wording
from tests.e2e.installation import Installation
from tests.standin.mastodon import Standin
from tests.standin.state import LEAST_PRIVILEGE


@pytest.fixture
def server() -> Iterator[Standin]:
    """A Mastodon server."""
    with Standin("mastodon", windows={}) as started:
        yield started


@pytest.fixture
def installation(tmp_path: Path, server: Standin) -> Installation:
    """An installation with one mirror."""
    made = Installation(folder=tmp_path)
    made.configure(server=server.url, sources={"stad": "https://stad.example/feed"})
    return made


def settings(installation: Installation) -> Settings:
    """Give its configuration."""
    found = load(installation.config, {}).settings
    assert found
    return found


def test_sync_shows_first_and_changes_only_when_told(installation: Installation, server: Standin) -> None:
    """Without ``--yes`` nothing is changed; with it the profile is as wanted, and then there is nothing left to do."""
    server.account.scopes = LEAST_PRIVILEGE | {"write:accounts"}
    shown = installation.call("account", "sync", "account")
    assert shown.returncode == 0
    assert "+ Gemeente stad (spiegel)" in shown.stdout
    assert "add --yes" in shown.stderr
    assert server.account.profile == {}
    assert installation.call("account", "sync", "account", "--yes").returncode == 0
    profile = server.account.profile
    assert (profile["display_name"], profile["bot"], profile["language"]) == ("Gemeente stad (spiegel)", True, "nl")
    assert profile["note"].startswith("Onofficiële spiegel.")
    assert "redactie@voorbeeldstad.example" in profile["note"]
    assert profile["fields"] == [
        ("Bron", "https://stad.example"),
        ("Status", "onofficiële spiegel"),
        ("Beheer", "redactie@voorbeeldstad.example"),
    ]
    assert json.loads(installation.call("account", "sync", "account", "--json").stdout) == []


def test_token_for_posting_alone_is_told_what_it_lacks(installation: Installation, server: Standin) -> None:
    """A token with the least rights cannot change a profile: the command says which scope is missing, and takes another."""
    refused = installation.call("account", "sync", "account", "--yes")
    assert refused.returncode == 1
    assert "write:accounts" in refused.stderr
    server.world.admit("beheer", "token-beheer")
    powerful = server.world.bearer("token-beheer")
    assert powerful
    powerful.scopes = frozenset({"profile", "write:accounts"})
    installation.environ["POWERFUL"] = "token-beheer"
    assert installation.call("account", "sync", "account", "--yes", "--token-env", "POWERFUL").returncode == 0
    assert powerful.profile["bot"] is True
    assert "token-beheer" not in refused.stderr


def test_own_account_is_no_mirror(installation: Installation) -> None:
    """An account that is the agency's own says so, in name, bio and fields."""
    text = installation.config.read_text().replace('id = "account"', 'id = "account"\nofficial = ["stad"]')
    installation.config.write_text(text)
    found = settings(installation)
    profile = wanted_profile(found, found.accounts()["account"], wording(None), Profile())
    assert profile.name == "Gemeente stad"
    assert "spiegel" not in profile.note
    assert ("Status", "officieel account") in profile.fields


@pytest.mark.parametrize("limit", [20, 22, 30, 40])
def test_a_profile_fits(installation: Installation, limit: int) -> None:
    """Name, bio and fields stay within what the server allows, and a short name still says that it is a mirror."""
    found = settings(installation)
    limits = ProfileLimits(name=limit, note=120, fields=2, field=20)
    profile = wanted_profile(found, found.accounts()["account"], wording(None), Profile(limits=limits))
    assert len(profile.name) <= limit
    assert "spiegel" in profile.name.lower()
    assert len(profile.note) <= 120
    assert len(profile.fields) == 2
    assert all(len(part) <= 20 for field in profile.fields for part in field)


def test_profile_survives_the_way_through_a_server(server: Standin) -> None:
    """What is set is what is read back, emptied fields too, so that a second look finds no difference."""
    server.account.scopes = LEAST_PRIVILEGE | {"write:accounts"}
    publisher = MastodonPublisher(server.config())
    there = publisher.profile()
    assert there.limits == ProfileLimits(name=40, avatar_alt=150)
    wanted = Profile(
        name="Waterschap Voorbeelddelta",
        note="Regel één\n\nRegel twee <b> & meer",
        fields=(("Bron", "https://voorbeelddelta.example"), ("Beheer", "a@b.example")),
        bot=True,
        discoverable=True,
        language="nl",
        avatar_alt="Een golf",
        limits=there.limits,
    )
    assert differences(publisher.set_profile(wanted), wanted) == []
    fewer = Profile(name=wanted.name, fields=wanted.fields[:1], bot=True, limits=there.limits)
    assert publisher.set_profile(fewer).fields == wanted.fields[:1]
    publisher.close()
