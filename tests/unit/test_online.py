"""``check --online`` against hosts on loopback: what only the outside can tell, and nothing invented."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from bot.online import check_online
from bot.problems import Problem
from bot.remedies import REMEDIES
from bot.settings import load
from bot.twins import Handle, declared, handle_of
from tests.contract.rigs import Reply, Request
from tests.contract.stage import Stage
from tests.standin.mastodon import Standin

NOW = datetime.now(UTC)
Pages = dict[str, Reply | Callable[[Request], Reply]]


def feed(*ages: float, inside: str = "") -> Reply:
    """Give a feed with an item of each age in days."""
    items = "".join(
        f"<item><title>Bericht {n}</title><guid>{n}</guid><link>https://stad.example/{n}</link>"
        f"<pubDate>{format_datetime(NOW - timedelta(days=age))}</pubDate>{inside}</item>"
        for n, age in enumerate(ages)
    )
    return Reply(body=f"<rss><channel><title>Stad</title>{items}</channel></rss>".encode(), type="application/rss+xml")


class Town:
    """A town on loopback: its pages, and a configuration that names them."""

    def __init__(self, stage: Stage, folder: Path) -> None:
        self.stage = stage
        self.folder = folder
        self.pages: Pages = {}
        stage.play(self._answer)

    def _answer(self, request: Request) -> Reply:
        page = self.pages.get(request.path, Reply(status=404))
        return page(request) if callable(page) else page

    def check(
        self, *paths: str, agency: str = "", extra: str = "", environ: Mapping[str, str] | None = None
    ) -> list[Problem]:
        """Check a configuration with a source at each path."""
        sources = "".join(
            f'[[source]]\nid = "bron-{n}"\nagency = "stad"\nkind = "feed"\nto = ["proef"]\nurl = "{self.stage.base}{path}"\n'
            for n, path in enumerate(paths)
        )
        main = self.folder / "omroeper.toml"
        main.write_text(
            '[omroeper]\noperator = "redactie@stad.example"\nlanguage = "en"\n'
            '[network]\nallow_private = ["127.0.0.1"]\nhost_gap = "0s"\ntimeout = "3s"\n'
            '[[account]]\nid = "proef"\nkind = "local"\n'
            f'[[agency]]\nid = "stad"\nname = "Gemeente Voorbeeldstad"\ndomains = ["127.0.0.1"]\n{agency}\n{sources}{extra}',
            encoding="utf-8",
        )
        loaded = load(main, environ or {})
        assert loaded.settings, loaded.problems
        return list(check_online(loaded, environ or {}))


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """Give a town whose pages a test can write."""
    with Stage() as stage:
        yield Town(stage, tmp_path)
        assert not stage.mistakes


def codes(problems: list[Problem]) -> list[str]:
    """Give the codes."""
    return [problem.code for problem in problems]


def test_what_is_well_is_not_mentioned(town: Town) -> None:
    """A feed that answers with news of this week has no problem."""
    town.pages["/rss"] = feed(1, 2, 3)
    assert town.check("/rss") == []


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(status=404), "online.source-failed"),
        (Reply(status=403), "online.source-failed"),
        (Reply(body=b"<!doctype html><title>Weg</title>", type="text/html"), "online.source-failed"),
        (Reply(status=503), "online.source-down"),
        (Reply(drop=True), "online.source-down"),
        (feed(), "online.source-empty"),
        (feed(900, 901), "online.source-old"),
        (Reply(body=feed(1).body, type="text/html"), "online.source-type"),
        (feed(1, inside="<pubDate>ooit</pubDate><dc:date>x</dc:date>"), "online.source-odd"),
    ],
)
def test_what_is_wrong_is_named_at_its_address(town: Town, reply: Reply, code: str) -> None:
    """Each way in which a source can be wrong has its code, at the line with the address, and says what to do."""
    town.pages["/rss"] = reply
    found = [problem for problem in town.check("/rss") if problem.code == code]
    assert len(found) == 1
    assert found[0].severity == REMEDIES[code].severity
    lines = (town.folder / "omroeper.toml").read_text(encoding="utf-8").splitlines()
    assert lines[(found[0].line or 0) - 1].startswith("url = ")
    assert found[0].remedy.strip()


def test_an_error_says_why_and_what_to_do(town: Town) -> None:
    """The adapter's own sentence and remedy come through: a page in the place of a feed names its feeds."""
    page = b'<!doctype html><link rel="alternate" type="application/rss+xml" href="https://stad.example/nieuws.rss">'
    town.pages["/rss"] = Reply(body=page, type="text/html")
    (problem,) = town.check("/rss")
    assert "web page" in problem.message
    assert "https://stad.example/nieuws.rss" in problem.remedy


@pytest.mark.parametrize("ages", [(70, 140, 210, 280, 350), (1, 2), (50,)])
def test_slow_sources_are_not_old(town: Town, ages: tuple[float, ...]) -> None:
    """Who announces every ten weeks is not late after ten weeks, and nobody is before sixty days."""
    town.pages["/rss"] = feed(*ages)
    assert town.check("/rss") == []


def test_redirects_are_followed_to_where_they_lead(town: Town) -> None:
    """A permanent move is told with the new address; a move to somebody else's domain is an error."""
    town.pages["/oud"] = lambda request: Reply(status=301, headers={"Location": f"{request.base}/rss"})
    town.pages["/rss"] = feed(1)
    (problem,) = town.check("/oud")
    assert (problem.code, f"{town.stage.base}/rss" in problem.message) == ("online.source-moved", True)
    assert "online.source-elsewhere" in codes(_with_domains(town, "voorbeeldstad.example"))


def _with_domains(town: Town, domain: str) -> list[Problem]:
    main = town.folder / "omroeper.toml"
    main.write_text(
        main.read_text(encoding="utf-8").replace('["127.0.0.1"]\n\n', f'["{domain}"]\n\n'), encoding="utf-8"
    )
    loaded = load(main, {})
    assert domain in main.read_text(encoding="utf-8")
    return list(check_online(loaded, {}))


def test_many_sources_are_asked_at_once_and_each_is_answered_for(town: Town) -> None:
    """Forty sources, every second one broken: twenty problems, each at its own source."""
    for n in range(40):
        town.pages[f"/{n}"] = feed(1) if n % 2 else Reply(status=410)
    problems = town.check(*(f"/{n}" for n in range(40)))
    assert codes(problems) == ["online.source-failed"] * 20
    assert len({problem.line for problem in problems}) == 20


def test_a_configuration_with_errors_is_not_asked_for(town: Town) -> None:
    """Nothing is requested for a configuration that would not run."""
    main = town.folder / "omroeper.toml"
    main.write_text("[omroeper]\noperator = 1\n", encoding="utf-8")
    assert check_online(load(main, {}), {}) == ()


# ── accounts ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def account(server: str, name: str = "echt", token: str = "STAD") -> str:
    """Give an account on a server."""
    return (
        f'[[account]]\nid = "{name}"\nkind = "mastodon"\nserver = "{server}"\ntoken_env = "{token}"\ntimeout = "2s"\n'
    )


def test_accounts_are_asked_who_they_are(town: Town) -> None:
    """An account that works says nothing; two that are one and the same are an error at the second."""
    town.pages["/rss"] = feed(1)
    with Standin("mastodon", token="goed") as server:
        environ = {"STAD": "goed"}
        assert town.check("/rss", extra=account(server.url), environ=environ) == []
        both = account(server.url) + account(server.url, "ook", "OOK")
        (problem,) = town.check("/rss", extra=both, environ={**environ, "OOK": "goed"})
    assert problem.code == "online.account-same"
    assert "omroeper@" in problem.message


def test_a_wrong_token_is_an_error_without_the_token(town: Town) -> None:
    """A token that the server refuses is told, never repeated."""
    town.pages["/rss"] = feed(1)
    with Standin("mastodon", token="goed") as server:
        (problem,) = town.check("/rss", extra=account(server.url), environ={"STAD": "geheim-4711"})
    assert problem.code == "online.account-failed"
    assert "4711" not in f"{problem.message} {problem.remedy}"


def test_a_server_that_is_down_is_a_warning(town: Town) -> None:
    """Nobody listening is no mistake of the configuration."""
    town.pages["/rss"] = feed(1)
    (problem,) = town.check("/rss", extra=account("http://127.0.0.1:9"), environ={"STAD": "goed"})
    assert (problem.code, problem.severity) == ("online.account-down", "warning")


def test_what_a_server_cannot_do_is_told(town: Town) -> None:
    """On a server without keys against doubles the operator knows before the first post."""
    town.pages["/rss"] = feed(1)
    with Standin("takahe", token="goed") as server:
        found = town.check("/rss", extra=account(server.url), environ={"STAD": "goed"})
    assert codes(found) == ["online.account-lacks"]


# ── twins ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def webfinger(*names: str) -> Callable[[Request], Reply]:
    """Answer for these accounts."""

    def answer(request: Request) -> Reply:
        resource = request.query["resource"]
        if resource.removeprefix("acct:").partition("@")[0] not in names:
            return Reply(status=404)
        return Reply(body=json.dumps({"subject": resource}).encode(), type="application/jrd+json")

    return answer


@pytest.fixture
def speaking(town: Town) -> Town:
    """Give a town whose home page names an account of its own, and some that are none."""
    town.pages["/rss"] = feed(1)
    town.pages["/"] = lambda request: Reply(
        body=f"""<!doctype html><a rel="me nofollow" href="{request.base}/@stad">Mastodon</a>
        <a rel="me" href="https://x.com/@stad">X</a><a href="{request.base}/@ander">Iemand</a>
        <a rel="me" href="{request.base}/contact">Contact</a>""".encode(),
        type="text/html",
    )
    town.pages["/.well-known/webfinger"] = webfinger("stad", "ander")
    return town


def test_a_site_that_names_its_account_has_a_twin(speaking: Town) -> None:
    """What a home page declares and WebFinger confirms is told, with the line to add."""
    (problem,) = speaking.check("/rss")
    host = speaking.stage.base.removeprefix("http://")
    assert problem.code == "online.twin-found"
    assert f'native_account = "stad@{host}"' in problem.remedy


def test_what_webfinger_does_not_know_is_no_twin(speaking: Town) -> None:
    """A link to an account that is not there is an old link, and no news."""
    speaking.pages["/.well-known/webfinger"] = webfinger("ander")
    assert speaking.check("/rss") == []


def test_a_native_account_makes_copies_superfluous(speaking: Town) -> None:
    """Where a body speaks itself each source that would be copied is named; one that does not exist is told."""
    host = speaking.stage.base.removeprefix("http://")
    found = speaking.check("/rss", agency=f'native_account = "stad@{host}"')
    assert codes(found) == ["online.twin-native"]
    found = speaking.check("/rss", agency=f'native_account = "weg@{host}"')
    assert codes(found) == ["online.twin-missing"]


def test_only_declared_profiles_count() -> None:
    """``rel="me"`` and ``fediverse:creator`` count, other links and other platforms do not."""
    page = """<head><meta name="fediverse:creator" content="@Stad@social.example">
    <link rel="me" href="https://social.example/users/griffie"><a rel="me" href="https://www.threads.net/@stad">T</a>
    <a rel="me" href="https://[kapot">K</a><a rel="me" href="ftp://social.example/@stad">F</a>
    <a rel="me" href="https://social.example/@stad/113">Bericht</a></head>"""
    assert declared(page, "https://stad.example/") == (
        Handle(name="Stad", server="social.example"),
        Handle(name="griffie", server="social.example"),
    )
    assert declared("", "https://stad.example/") == ()


@pytest.mark.parametrize("written", ["", "@", "stad", "@stad", "stad@", "a b@c.example", "x" * 400])
def test_what_is_no_handle_is_none(written: str) -> None:
    """A handle is a name and a server, and nothing else is taken for one."""
    assert handle_of(written) is None
