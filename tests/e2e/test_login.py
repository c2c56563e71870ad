"""``login``: from nothing to a token with the least rights, on servers of several kinds, with nothing given away on the way."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import subprocess
import sys
import threading
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import urlopen

import pytest

from adapters.contract import AccountConfig
from adapters.errors import AdapterError
from adapters.mastodon.login import Login
from tests.e2e.installation import TOKEN_VARIABLE, Installation

LEAST = "profile read:statuses write:statuses write:media"
OLDER = "read:accounts read:statuses write:statuses write:media"
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/oauth/authorize\?\S+")


class Authority:
    """A server that hands out tokens as Mastodon does: each code once, to its application, with the proof that was announced."""

    def __init__(self) -> None:
        self.described: dict[str, Any] | None = {
            "scopes_supported": ["read", "write", "profile"],
            "code_challenge_methods_supported": ["S256"],
        }
        self.refusals: dict[str, tuple[int, dict[str, Any]]] = {}
        self.given_scope: str | None = None
        self.secret, self.token = secrets.token_urlsafe(24), secrets.token_urlsafe(32)
        self.forms: dict[str, dict[str, str]] = {}
        self.allowed: dict[str, dict[str, str]] = {}
        self.revoked: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _speaking(self))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join(5)
        self._server.server_close()

    def allow(self, address: str) -> str:
        """Do what the person does in the browser, and give the code that is shown."""
        query = {key: value for key, [value] in parse_qs(urlsplit(address).query).items()}
        assert query["client_id"] == "client-1"
        assert query["redirect_uri"] == self.forms["/api/v1/apps"]["redirect_uris"] == "urn:ietf:wg:oauth:2.0:oob"
        assert set(query["scope"].split()) <= set(self.forms["/api/v1/apps"]["scopes"].split())
        code = secrets.token_urlsafe(24)
        self.allowed[code] = query
        return code

    def answer(self, path: str, form: dict[str, str], bearer: str) -> tuple[int, Any]:
        """Answer a request."""
        self.forms[path] = form
        answer: tuple[int, Any] = 404, {"error": "Record not found"}
        match path:
            case _ if path in self.refusals:
                answer = self.refusals[path]
            case "/.well-known/oauth-authorization-server" if self.described is not None:
                answer = 200, self.described
            case "/api/v1/apps":
                answer = 200, {"client_id": "client-1", "client_secret": self.secret, "name": form["client_name"]}
            case "/oauth/token":
                answer = self._exchange(form)
            case "/oauth/revoke":
                self.revoked.append(form["token"])
                answer = 200, {}
            case "/api/v1/accounts/verify_credentials" if bearer == f"Bearer {self.token}":
                answer = 200, {"id": "1", "acct": "omroeper"}
        return answer

    def _exchange(self, form: dict[str, str]) -> tuple[int, Any]:
        query = self.allowed.pop(form["code"], None)
        known = form["client_id"] == "client-1" and form["client_secret"] == self.secret
        if query is None or not known or not _proven(query, form):
            # as a careless server does it: all that was sent is repeated
            return 400, {"error": "invalid_grant", "error_description": f"{form}"}
        return 200, {"access_token": self.token, "token_type": "Bearer", "scope": self.given_scope or query["scope"]}


def _proven(query: dict[str, str], form: dict[str, str]) -> bool:
    if "code_challenge" not in query:
        return "code_verifier" not in form
    assert query["code_challenge_method"] == "S256"
    digest = hashlib.sha256(form["code_verifier"].encode()).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode() == query["code_challenge"]


def _speaking(authority: Authority) -> type[BaseHTTPRequestHandler]:
    class Speaking(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _speak(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            form = {key: value for key, [value] in parse_qs(body).items()}
            bearer = self.headers.get("Authorization") or ""
            status, said = authority.answer(urlsplit(self.path).path, form, bearer)
            content = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = _speak  # noqa: N815 - the names are http.server's

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
            pass

    return Speaking


@pytest.fixture
def server() -> Iterator[Authority]:
    """A server that knows `profile` and PKCE."""
    with Authority() as started:
        yield started


@pytest.fixture
def installation(tmp_path: Path, server: Authority) -> Installation:
    """An installation whose account keeps its token in a file of a folder that is not there yet."""
    made = Installation(folder=tmp_path)
    configure(made, server.url)
    return made


def configure(installation: Installation, url: str | None, *, token: str = 'token_file = "secrets/account"') -> None:
    """Write the configuration, with that as the place of the token."""
    installation.configure(server=url, sources={"stad": "https://stad.example/feed"})
    text = installation.config.read_text().replace(f'token_env = "{TOKEN_VARIABLE}"', token)
    installation.config.write_text(text)


def log_in(
    installation: Installation, person: Callable[[str], str], *arguments: str
) -> subprocess.CompletedProcess[str]:
    """Run the command beside a person who opens the address that it shows, and types what ``person`` gives for it."""
    command = [sys.executable, "-m", "bot", "--config", str(installation.config), "login", "account", *arguments]
    environ = {"PYTHONPATH": ":".join(sys.path)}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=environ) as process:
        assert process.stdin
        assert process.stderr
        told = ""
        for line in process.stderr:
            told += line
            if found := ADDRESS.search(line):
                process.stdin.write(f"  {person(found[0])}\n")
                process.stdin.flush()
                break
        out, err = process.communicate(timeout=30)
    return subprocess.CompletedProcess(command, process.returncode, out, told + err)


def mode(path: Path) -> int:
    """Give its permissions."""
    return path.stat().st_mode & 0o777


def test_a_token_goes_into_its_file_and_nowhere_else(installation: Installation, server: Authority) -> None:
    """The least is asked, with PKCE; the file is for its owner alone, and neither token nor secret is said anywhere."""
    done = log_in(installation, server.allow)
    assert done.returncode == 0, done.stderr
    kept = installation.folder / "secrets" / "account"
    assert kept.read_text() == f"{server.token}\n"
    assert (mode(kept), mode(kept.parent)) == (0o600, 0o700)
    assert [one.name for one in kept.parent.iterdir()] == ["account"]
    assert server.forms["/api/v1/apps"]["client_name"] == "Omroeper"
    assert server.forms["/api/v1/apps"]["scopes"] == LEAST
    assert "code_verifier" in server.forms["/oauth/token"]
    assert "omroeper@127.0.0.1" in done.stderr
    assert done.stdout == ""
    assert not any(hidden in done.stderr for hidden in (server.token, server.secret))
    assert server.revoked == []


def test_an_older_server_is_asked_what_it_knows(installation: Installation, server: Authority) -> None:
    """A server that says nothing of itself gets `read:accounts` for `profile`, and no proof that it would not understand."""
    server.described = None
    done = log_in(installation, server.allow)
    assert done.returncode == 0, done.stderr
    assert server.forms["/api/v1/apps"]["scopes"] == OLDER
    assert "code_verifier" not in server.forms["/oauth/token"]


def test_a_token_that_is_there_is_replaced_only_by_force(installation: Installation, server: Authority) -> None:
    """Nobody is asked to log in for a token that could not be kept; with `--force` a link goes on leading where it did."""
    kept, real = installation.folder / "secrets" / "account", installation.folder / "real"
    kept.parent.mkdir()
    real.write_text("token-before\n")
    kept.symlink_to(real)
    refused = log_in(installation, server.allow)
    assert refused.returncode == 2
    assert "--force" in refused.stderr
    assert server.forms == {}
    assert log_in(installation, server.allow, "--force").returncode == 0
    assert kept.is_symlink()
    assert (real.read_text(), mode(real)) == (f"{server.token}\n", 0o600)


def test_a_token_file_may_be_elsewhere_for_the_service(installation: Installation, server: Authority) -> None:
    """What systemd or a container hands to the service is written where it takes that from: the bare token."""
    path = installation.folder / "etc" / "account"
    assert log_in(installation, server.allow, "--file", str(path)).returncode == 0
    assert (path.read_text(), mode(path)) == (f"{server.token}\n", 0o600)
    assert not (installation.folder / "secrets").exists()


def test_an_environment_file_keeps_its_other_lines(installation: Installation, server: Authority) -> None:
    """`--file` sets one variable: other secrets that stand there survive."""
    configure(installation, server.url, token='token_env = "THE_TOKEN"')
    path = installation.folder / "omroeper.env"
    assert log_in(installation, server.allow, "--file", str(path)).returncode == 0
    assert (path.read_text(), mode(path)) == (f"THE_TOKEN={server.token}\n", 0o600)
    path.write_text("# THE_TOKEN=no\nTHE_TOKEN_2=b\nexport THE_TOKEN=before\nOTHER=c=d")
    assert log_in(installation, server.allow, "--file", str(path)).returncode == 2
    done = log_in(installation, server.allow, "--file", str(path), "--force")
    assert done.returncode == 0
    assert path.read_text() == f"# THE_TOKEN=no\nTHE_TOKEN_2=b\nOTHER=c=d\nTHE_TOKEN={server.token}\n"
    assert server.token not in done.stderr + done.stdout


def test_a_token_is_shown_only_where_that_was_asked(installation: Installation, server: Authority) -> None:
    """An account with `token_env` needs `--file` or `--show`, said before anybody logs in; stdout then holds the line alone."""
    configure(installation, server.url, token='token_env = "THE_TOKEN"')
    refused = log_in(installation, server.allow)
    assert refused.returncode == 2
    assert "--file PATH" in refused.stderr
    assert server.forms == {}
    done = log_in(installation, server.allow, "--show")
    assert done.returncode == 0
    assert done.stdout == f"THE_TOKEN={server.token}\n"
    assert server.token not in done.stderr


def test_a_wrong_code_is_refused_and_repeated_by_nobody(installation: Installation, server: Authority) -> None:
    """The person is told what to do; what the server echoes, secret and all, is not passed on."""
    done = log_in(installation, lambda address: server.allow(address) + "x")
    assert done.returncode == 1
    assert "[login.code]" in done.stderr
    assert "Run the command again" in done.stderr
    assert server.secret not in done.stderr
    assert server.forms["/oauth/token"]["code_verifier"] not in done.stderr
    assert not (installation.folder / "secrets" / "account").exists()


@pytest.mark.parametrize("typed", ["", "two words"])
def test_what_is_no_code_is_not_sent(installation: Installation, server: Authority, typed: str) -> None:
    """Whoever types nothing, or pastes a sentence, hears what a code is."""
    done = log_in(installation, lambda _: typed)
    assert done.returncode == 2
    assert "That is no code" in done.stderr
    assert "/oauth/token" not in server.forms


REFUSALS = [
    ("/api/v1/apps", 403, "This action is not allowed", "login.application"),
    ("/api/v1/apps", 404, "Not found", "mastodon.no-api"),
    ("/api/v1/apps", 503, "Away", "mastodon.unavailable"),
    ("/oauth/token", 400, "invalid_scope", "login.scope"),
    ("/oauth/token", 401, "invalid_client", "login.application"),
    ("/oauth/token", 429, "Throttled", "mastodon.limited"),
    ("/api/v1/accounts/verify_credentials", 403, "Outside the authorized scopes", "mastodon.forbidden"),
]


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: f"{refusal[0]}-{refusal[1]}")
def test_refusals_say_what_to_do(server: Authority, refusal: tuple[str, int, str, str]) -> None:
    """Wherever a server says no, there is a stable code and no secret in the words; a token that is of no use is given back."""
    path, status, word, code = refusal
    server.refusals[path] = (status, {"error": word, "error_description": f"{server.secret} {server.token}"})
    session = Login(AccountConfig(id="account", server=server.url))
    with pytest.raises(AdapterError) as refused:
        session.finish(pending := session.begin(), server.allow(pending.address))
    session.close()
    assert refused.value.code == code
    said = f"{refused.value} {refused.value.remedy}"
    assert not any(hidden in said for hidden in (server.secret, server.token))
    assert server.revoked == ([server.token] if "verify" in path else [])


def test_nothing_that_is_kept_shows_a_secret(server: Authority) -> None:
    """Neither what waits for a code nor what was granted gives anything away where it is printed by accident."""
    session = Login(AccountConfig(id="account", server=server.url))
    pending = session.begin()
    grant = session.finish(pending, server.allow(pending.address))
    session.close()
    hidden = (pending.secret, pending.verifier, grant.token)
    assert all(hidden)
    assert not any(one in f"{pending!r} {grant!r}" for one in hidden)


def test_a_token_that_may_not_post_is_given_back(installation: Installation, server: Authority) -> None:
    """A server that grants less than was asked is found out now, not with the first post."""
    server.given_scope = "profile read:statuses write:media"
    done = log_in(installation, server.allow)
    assert done.returncode == 1
    assert "without write:statuses" in done.stderr
    assert server.revoked == [server.token]
    server.given_scope = "read write profile"
    assert log_in(installation, server.allow).returncode == 0


def test_a_token_that_cannot_be_kept_is_given_back(installation: Installation, server: Authority) -> None:
    """Where the folder goes away meanwhile, the server forgets the token, which nobody has."""

    def person(address: str) -> str:
        (installation.folder / "secrets").rmdir()
        return server.allow(address)

    done = log_in(installation, person)
    assert done.returncode == 2
    assert "cannot be written" in done.stderr
    assert server.revoked == [server.token]


def test_a_server_that_is_away_is_named_as_such(installation: Installation) -> None:
    """Nothing listens there: one sentence, with what to look at."""
    configure(installation, "http://127.0.0.1:9")
    done = log_in(installation, str)
    assert done.returncode == 1
    assert "[mastodon.unreachable]" in done.stderr
    assert "Check `server`" in done.stderr


def test_wrong_use_is_told_apart(installation: Installation, server: Authority) -> None:
    """An unknown account, the built-in one, no place for a token, plain http in public: each ends with 2 and its remedy."""
    unknown = installation.call("login", "nobody")
    assert (unknown.returncode, "Name one of these: account" in unknown.stderr) == (2, True)
    spare = log_in(installation, server.allow, "--show")
    assert (spare.returncode, "Leave --show out" in spare.stderr) == (2, True)
    configure(installation, server.url, token="")
    nowhere = log_in(installation, server.allow)
    assert (nowhere.returncode, "token_file" in nowhere.stderr) == (2, True)
    configure(installation, "http://mastodon.example")
    plain = log_in(installation, server.allow)
    assert (plain.returncode, "http" in plain.stderr) == (2, True)
    configure(installation, None)
    local = log_in(installation, server.allow)
    assert (local.returncode, "built-in" in local.stderr) == (2, True)
    assert server.forms == {}


def test_a_foreign_server_gives_a_token_too(installation: Installation) -> None:
    """A server that nobody here wrote (mastodon-mock) registers, hands out and accepts."""
    testing = pytest.importorskip("mastodon_mock.testing.server", reason="needs mastodon-mock (requirements/dev.txt)")

    def person(address: str) -> str:
        query = {key: value for key, [value] in parse_qs(urlsplit(address).query).items()}
        with urlopen(address, timeout=5) as page:
            assert page.status == 200
        chosen = urlencode(query | {"username": "alice"}).encode()
        with urlopen(address.partition("?")[0], chosen, timeout=5) as page:
            shown = re.search(r"code: ([^<\s]+)", page.read().decode())
        assert shown
        return shown[1]

    with testing.MockServer() as foreign:
        configure(installation, foreign.base_url)
        done = log_in(installation, person)
        assert done.returncode == 0, done.stderr
        assert "alice@" in done.stderr
        checked = installation.call("check", "--online")
        assert "mastodon." not in checked.stdout + checked.stderr
