"""What a correct configuration becomes."""

from __future__ import annotations

import time
import tomllib
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from bot.settings import Account, Loaded, Settings, SourceSettings
from tests.unit.config.conftest import BASE, Configure
from tests.unit.config.kinds import FeedOptions, SquareOptions

if TYPE_CHECKING:
    from bot.delivery.channel import AccountPolicy
    from bot.model import SourcePolicy

HOUR = timedelta(hours=1)


def source(loaded: Loaded, id_: str = "nieuws") -> SourceSettings:
    """Give one source of a configuration without errors."""
    assert loaded.settings, loaded.problems
    return loaded.settings.sources()[id_]


def account(loaded: Loaded, id_: str = "stad") -> Account:
    """Give one account of a configuration without errors."""
    assert loaded.settings, loaded.problems
    return loaded.settings.accounts()[id_]


def with_source(rows: str) -> str:
    """Add rows to the source."""
    return f"{BASE}{rows}\n"


def with_account(rows: str) -> str:
    """Add rows to the account."""
    return BASE.replace('token_env = "STAD"', f'token_env = "STAD"\n{rows}')


def test_defaults_are_those_of_the_contract(configure: Configure) -> None:
    """What is not said has the value that the contract promises."""
    loaded = configure()
    assert loaded.settings
    assert (loaded.settings.network.per_host, loaded.settings.network.host_gap) == (1, timedelta(seconds=1))
    assert loaded.settings.network.model_fields_set == set()
    assert loaded.settings.web.listen == "127.0.0.1:8080"
    one = source(loaded)
    assert (one.every, one.first_run, one.burst, one.alert_burst) == (HOUR, 0, 20, 0)
    assert (one.identity, one.merge, one.withdrawal, one.edit_window) == ("auto", "link", "hold", 48 * HOUR)
    assert (one.retain, one.media, one.enabled, one.urgent) == (timedelta(days=90), "none", True, False)
    assert one.options == FeedOptions()
    there = account(loaded)
    assert (there.posts_per_3h, there.visibility, there.stale, there.thread) == (300, "public", 48 * HOUR, 0)
    assert (there.language, there.time_zone, there.quiet_hours) == ("en", "Europe/Amsterdam", None)


def test_values_are_ready_for_use(configure: Configure) -> None:
    """Durations, windows, ranges, names and paths come out as what the program works with."""
    loaded = configure(
        with_account(
            'quiet_hours = "22:00-07:00"\nthread = true\ntags = ["#Stad"]\nspacing = "5m"\nofficial = ["voorbeeldstad"]'
        )
        .replace('"https://mastodon.example"', '"https://Mastodon.Example/"')
        .replace("voorbeeldstad.example", "Bücher.example:8443")
        .replace("[[agency]]", '[network]\nallow_private = ["127.0.0.1", "10.1.2.3/8"]\n[[agency]]', 1)
        .replace("redactie@Bücher.example:8443", "redactie@voorbeeldstad.example")
    )
    assert loaded.problems == ()
    there = account(loaded)
    assert (str(there.quiet_hours), there.thread, there.tags) == ("22:00-07:00", 10, ("Stad",))
    assert (there.server, there.spacing) == ("https://mastodon.example", timedelta(minutes=5))
    assert loaded.settings
    assert loaded.settings.agencies()["voorbeeldstad"].domains == ("xn--bcher-kva.example",)
    assert loaded.settings.network.allow_private == (ip_network("127.0.0.1/32"), ip_network("10.0.0.0/8"))


def test_defaults_follow_the_kind(configure: Configure) -> None:
    """Alerts are read every minute, platforms are recognised by text, unless the operator says otherwise."""
    sirens = BASE.replace('kind = "feed"', 'kind = "sirens"')
    assert (source(configure(sirens)).every, source(configure(sirens)).urgent) == (timedelta(minutes=1), True)
    square = BASE.replace('kind = "feed"', 'kind = "square"\nhandle = "@stad"')
    found = source(configure(square))
    assert (found.merge, found.platform, found.options) == ("text", True, SquareOptions(handle="@stad"))
    assert source(configure(f'{square}merge = "never"\n')).merge == "never"


def test_defaults_follow_personal_data(configure: Configure) -> None:
    """Where there is personal data, withdrawals delete and nothing raw is kept, unless the operator says otherwise."""
    found = source(configure(with_source("personal = true")))
    assert (found.withdrawal, found.retain) == ("delete", timedelta(0))
    assert source(configure(with_source('personal = true\nretain = "1d"'))).retain == timedelta(days=1)
    shorter = BASE.replace('language = "en"', 'language = "en"\nretain = "7d"')
    assert source(configure(shorter)).retain == timedelta(days=7)


def test_built_in_account_has_no_server_limit(configure: Configure) -> None:
    """The built-in account needs neither server nor token, and no budget of a server that is not there."""
    text = BASE.replace('kind = "mastodon"\nserver = "https://mastodon.example"\ntoken_env = "STAD"', 'kind = "local"')
    there = account(configure(text))
    assert (there.posts_per_3h, dict(there.secrets)) == (0, {})


def test_options_belong_to_the_adapter(configure: Configure) -> None:
    """Keys that are no setting of ours are the adapter's, checked by its own types."""
    found = source(configure(with_source('mode = "full"\npaths = ["/a", "/b"]')))
    assert found.options == FeedOptions(mode="full", paths=("/a", "/b"))


def test_derived_fields_cannot_be_written(configure: Configure) -> None:
    """What the program fills in by itself is not a setting."""
    for row in ("options = 1", "urgent = true", "platform = true", "secrets = {}"):
        loaded = configure(with_source(row))
        assert [problem.code for problem in loaded.problems] == ["key.unknown"], row


def test_floors_bind_public_hosts_only(configure: Configure) -> None:
    """Somebody else's server is not asked too often; one's own may be asked every second."""
    assert source(configure(with_source('every = "1m"'))).every == timedelta(minutes=15)
    own = BASE.replace("https://www.voorbeeldstad.example/nieuws/rss", "http://127.0.0.1:8000/rss")
    own = own.replace("[[agency]]", '[network]\nallow_private = ["127.0.0.0/8"]\n[[agency]]')
    own = own.replace('domains = ["voorbeeldstad.example"]', 'domains = ["127.0.0.1:8000"]')
    loaded = configure(f'{own}every = "1s"\n')
    assert loaded.problems == ()
    assert source(loaded).every == timedelta(seconds=1)


@pytest.mark.parametrize(
    ("server", "ranges", "codes"),
    [
        ("http://127.0.0.1:3000", '"127.0.0.0/8"', []),
        ("http://localhost:3000", '"127.0.0.1"', []),
        ("http://[::1]:3000", '"::1"', []),
        ("http://mastodon:3000", '"172.16.0.0/12"', []),
        ("http://mastodon:3000", "", ["account.http"]),
        ("http://social.intern.example", '"10.0.0.0/8"', ["account.http"]),
        ("http://10.0.0.1", '"127.0.0.0/8"', ["account.http"]),
        ("https://10.0.0.1", '"10.0.0.0/8"', []),
        ("https://10.0.0.1", "", ["url.private"]),
    ],
)
def test_token_travels_safely(configure: Configure, server: str, ranges: str, codes: list[str]) -> None:
    """A token goes over plain http only to where the operator allowed it, never to a name that may be public."""
    text = BASE.replace("https://mastodon.example", server)
    loaded = configure(text.replace("[[agency]]", f"[network]\nallow_private = [{ranges}]\n[[agency]]"))
    assert [problem.code for problem in loaded.problems] == codes


def test_kinds_without_web_address(configure: Configure) -> None:
    """A drop folder has a path from its file's folder; a webhook has no address, but a folder beside the database."""
    folder = BASE.replace('kind = "feed"', 'kind = "folder"').replace(
        "https://www.voorbeeldstad.example/nieuws/rss", "drop"
    )
    loaded = configure(folder)
    assert loaded.problems == ()
    assert source(loaded).url == str(loaded.configuration.path.parent / "drop")
    webhook = BASE.replace('kind = "feed"\nurl = "https://www.voorbeeldstad.example/nieuws/rss"', 'kind = "webhook"')
    loaded = configure(webhook)
    assert loaded.problems == ()
    assert source(loaded).url == str(loaded.configuration.path.parent / "spool" / "nieuws")
    elsewhere = configure(webhook.replace("[omroeper]", '[web]\nspool = "pushed"\n[omroeper]'))
    assert source(elsewhere).url == str(loaded.configuration.path.parent / "pushed" / "nieuws")
    away = configure(webhook.replace("[omroeper]", '[omroeper]\ndatabase = "postgresql://db.example/omroeper"'))
    assert source(away).url == str(loaded.configuration.path.parent / "spool" / "nieuws")


def test_content_warnings_are_patterns(configure: Configure) -> None:
    """One text warns about everything, a table by pattern, in its order."""
    found = source(configure(with_source('warning = { "vermist*" = "Vermist", "title:dood" = "Overlijden" }')))
    assert [(str(one.pattern), one.text) for one in found.warning] == [
        ("vermist*", "Vermist"),
        ("title:dood", "Overlijden"),
    ]
    found = source(configure(with_source('warning = "Geweld"')))
    assert [(str(one.pattern), one.text) for one in found.warning] == [("*", "Geweld")]


def test_dead_and_unconfirmed_sources_may_be_kept(configure: Configure) -> None:
    """A list of known channels can name dead ones with the reason, as long as they are switched off."""
    text = f'{BASE}\n[[source]]\nid = "oud"\nagency = "voorbeeldstad"\nkind = "feed"\nurl = "https://feeds.voorbeeldstad.example/"\n'
    loaded = configure(f'{text}enabled = false\nstatus = "dead"\nproof = "NXDOMAIN since 2026-06"\n')
    assert loaded.problems == ()
    assert source(loaded, "oud").proof == "NXDOMAIN since 2026-06"


def test_settings_cannot_be_changed(configure: Configure) -> None:
    """A configuration is a value: nobody changes it behind another's back."""
    loaded = configure()
    with pytest.raises(ValidationError):
        source(loaded).burst = 0
    assert loaded.settings
    with pytest.raises(ValidationError):
        loaded.settings.path = Path("x")


def test_settings_are_what_the_other_parts_ask_for(configure: Configure) -> None:
    """The deciding and delivering parts get their policies from here (the types say so; the names are tried)."""
    policy: SourcePolicy = source(configure())
    caps: AccountPolicy = account(configure())
    assert (policy.identity, caps.posts_per_3h) == ("auto", 300)


def test_settings_can_be_made_without_a_file() -> None:
    """Tests and the demo make settings directly; the environment does not leak in."""
    settings = Settings(source=(SourceSettings(id="a", agency="b", kind="feed", every=HOUR),))
    assert settings.sources()["a"].every == HOUR


def test_loading_thousands_of_sources_is_cheap(configure: Configure, tmp_path: Path) -> None:
    """Two thousand sources cost a few times what reading the TOML alone costs: no work per source gets out of hand."""
    rows = "\n".join(
        f'[[source]]\nid = "s{no}"\nagency = "voorbeeldstad"\nkind = "feed"\nto = ["stad"]\nevery = "30m"\n'
        f'url = "https://www.voorbeeldstad.example/{no}.xml"\ntags = ["Stad"]\ntime_zone = "Europe/Amsterdam"'
        for no in range(2000)
    )
    configure()
    bare, whole = [], []
    for _ in range(3):
        begin = time.process_time()
        tomllib.loads(BASE + rows)
        bare.append(time.process_time() - begin)
        begin = time.process_time()
        loaded = configure(BASE + rows)
        whole.append(time.process_time() - begin)
        assert loaded.problems == ()
    assert min(whole) < 6 * min(bare)
