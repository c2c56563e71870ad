"""What the program says: nothing from outside steers a terminal or forges a line, and no credential is ever said.

Guards boundary 7 (what is shown and kept) of ``docs/security.md``.
"""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.redact import LONGEST, named, without_credentials
from bot.terminal import escaped, plain, plain_line
from tests.e2e.feeds import FeedHost
from tests.e2e.installation import TOKEN_VARIABLE, Installation
from tests.standin.mastodon import Standin

STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
ROOT = Path(__file__).parent.parent.parent
SECRET = "Zx81-geheim-4711"
HARM = (
    "\x1b]0;eigendom\x07\x1b[2J\x9b31m\u202eNEPO\u2066\r\nomroeper: alles is goed [ok]\nINFO: vervalst\u2028{}\x85klaar"
)
TEXTS = st.text(st.sampled_from('a \t\n\r\x00\x07\x1b\x7f\x85\x9b\u2028\u202e\u2066\ud800é{}"\\'), max_size=60)


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_nothing_that_steers_is_left(text: str) -> None:
    """No text keeps a character that moves a cursor, starts an escape sequence, or turns the order of words round."""
    assert not STEERING.search(plain(text))
    assert not STEERING.search(plain_line(text))
    assert "\n" not in plain_line(text)
    document = json.dumps({"text": text}, ensure_ascii=False)
    assert not STEERING.search(escaped(document))
    assert json.loads(escaped(document)) == {"text": text}


LEAKS = (
    "Authorization: Bearer {}",
    "authorization={'Authorization': 'Basic {}'}",
    'sent {{"access_token": "{}", "x": 1}}',
    "https://voorbeeld.example/feed?a=1&api_key={}&b=2",
    "https://voorbeeld.example/?key={}",
    "postgresql://omroeper:{}@db.example/omroeper",
    "OMROEPER_POLITIE_TOKEN={}",
    "client_secret: {}",
    "Set-Cookie: sid={}; HttpOnly",
    "password = b'{}'",
    "X-Hub-Signature: {}",
)


@pytest.mark.parametrize("sentence", LEAKS)
def test_a_credential_is_taken_out_of_any_words(sentence: str) -> None:
    """Headers, queries, addresses, JSON and settings, as libraries repeat them, lose what is secret and nothing else."""
    text = sentence.replace("{}", SECRET).replace("{{", "{").replace("}}", "}")
    assert SECRET not in without_credentials(f"before {text} after")
    assert without_credentials(f"before {text} after").startswith("before ")
    assert SECRET not in named(RuntimeError(text))


def test_ordinary_words_stay() -> None:
    """Sentences for people, and addresses without secrets, come out as they went in; a long error is cut."""
    for text in (
        "Make a new token and put it where `token_env` or `token_file` points.",
        "The secret of good soup is time: https://voorbeeld.example/?id=1&pagina=2",
        "basic information about 10:30",
    ):
        assert without_credentials(text) == text
    assert len(named(ValueError("x" * 10_000))) == LONGEST


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.sampled_from(["://", "a", ":", "@", "token", "=", "bearer ", "-", "key=", "'"]), max_size=12),
    st.integers(1, 3000),
)
def test_looking_for_credentials_is_linear(pieces: list[str], times: int) -> None:
    """No repetition makes the look for credentials take more than a moment: ending at all is the test."""
    assert isinstance(without_credentials("".join(pieces) * times), str)


# ── logs ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

LOGS = """
import logging, sys
import structlog
from bot.log import configure
from bot.redact import without_credentials
configure()
secret, harm = sys.argv[1], sys.argv[2].encode().decode("unicode_escape")
class Client:
    def __init__(self, token): self.token = token
    def ask(self, token):
        raise RuntimeError(f"{harm} Authorization: Bearer {token}")
log = structlog.get_logger()
log.warning("poll.failed", source="stad", error=harm, headers={"Authorization": f"Bearer {secret}", "x": [harm]}, token=secret)
log.warning("poll.failed", url=f"https://u:{secret}@a.example/?access_token={secret}", body=harm.encode())
for said in (log.exception, logging.getLogger("library").exception):
    try:
        Client(secret).ask(secret)
    except RuntimeError:
        said("it fell")
logging.getLogger("library").warning("asked %s with %s", f"https://a.example/?key={secret}", harm)
import threading
threading.excepthook = __import__("bot.lastwords", fromlist=["x"])._of_a_thread
thread = threading.Thread(target=Client(secret).ask, args=(secret,)); thread.start(); thread.join()
"""


def logged(*, terminal: bool) -> str:
    """Give what a process logs that is told everything bad at once."""
    harm = HARM.encode("unicode_escape").decode()
    command = [sys.executable, "-W", "error", "-c", LOGS, SECRET, harm]
    if not terminal:
        done = subprocess.run(command, capture_output=True, cwd=ROOT, timeout=30, check=True)
        return done.stderr.decode()
    master, slave = pty.openpty()
    with subprocess.Popen(command, stderr=slave, stdout=subprocess.DEVNULL, cwd=ROOT) as process:
        os.close(slave)
        said = b""
        try:
            while piece := os.read(master, 65536):
                said += piece
        except OSError:
            """The other side has closed: all is said."""
        os.close(master)
    assert process.returncode == 0, said
    return said.decode()


def test_a_log_has_one_line_for_each_event_and_no_secret() -> None:
    """Where a machine reads, each event is one JSON line, whatever it tells of; libraries' lines begin with their level."""
    said = logged(terminal=False)
    assert SECRET not in said
    assert not STEERING.search(said.replace("\t", ""))
    ours = [line for line in said.splitlines() if line.startswith("{")]
    assert [json.loads(line)["event"] for line in ours] == ["poll.failed", "poll.failed", "it fell"]
    others = [line for line in said.splitlines() if not line.startswith(("{", "  | "))]
    assert [line.partition(": ")[0] for line in others] == ["ERROR library", "WARNING library", "RuntimeError"]


def test_a_log_on_a_terminal_cannot_be_steered() -> None:
    """Where a person reads, colours are our own, no line of a traceback looks like an event, and no variable is shown."""
    said = logged(terminal=True).replace("\r\n", "\n")
    assert SECRET not in said
    uncoloured = re.sub(r"\x1b\[[0-9;]*m", "", said)
    assert not STEERING.search(uncoloured)
    assert "eigendom" in uncoloured, "it is shown, only harmless"
    events = [line for line in uncoloured.splitlines() if re.match(r"[0-9]{4}-|INFO|WARNING|ERROR", line)]
    assert len(events) == 5, events


# ── the command line ─────────────────────────────────────────────────────────────────────────────────────────────────


ODD = "\x9b31m\u202eNEPO\u2028omroeper: alles is goed\x85[ok]"
SHOWN = (
    ("status",), ("status", "--json"), ("posts",), ("posts", "--json"), ("why", "https://stad.example/bericht/nieuw"),
    ("preview", "--json"), ("check", "--online", "--json"),
)  # fmt: skip


def test_no_command_speaks_for_a_feed_or_says_a_secret(tmp_path: Path) -> None:
    """Titles that mean to steer a terminal pass through every command and do nothing; no command, JSON or file name says a credential."""
    with FeedHost() as host, Standin("mastodon", windows={}) as server:
        secretly = f"?api_key={SECRET}"  # the host knows its feeds by path and query together
        feed = host.feed(f"stad{secretly}")
        feed.name = "stad"
        feed.add("oud")
        host.feed(f"stuk{secretly}").manner = "500"
        installation = Installation(folder=tmp_path, token=SECRET)
        sources = {name: f"{host.url}/{name}{secretly}" for name in ("stad", "stuk", "weg")}
        installation.configure(server=server.url, sources=sources)
        said = [installation.once()]
        feed.add("nieuw", title=f"Bericht {ODD} nieuw", text=ODD)
        said += [installation.once(), installation.call("inspect", sources["stad"])]
        said += [installation.call(*command) for command in SHOWN]
        said.append(installation.call("backup", str(tmp_path / "kopie.db")))
    assert sum("NEPO" in one.stdout for one in said) >= 4, "it was shown"
    for one in said:
        assert not STEERING.search(one.stdout + one.stderr), one.args
        assert SECRET not in one.stdout + one.stderr, (one.args, one.stdout, one.stderr)
        assert not [line for line in one.stderr.splitlines() if line.startswith("omroeper: alles is goed")]
    assert not [path.name for path in tmp_path.iterdir() if SECRET in path.name]
    made = {path.name: path.stat().st_mode & 0o077 for path in tmp_path.iterdir() if path.suffix != ".toml"}
    assert {"omroeper.db", "kopie.db"} <= set(made)
    assert set(made.values()) == {0}, "what is kept is kept from others"


def test_a_crash_says_where_and_no_secret(tmp_path: Path) -> None:
    """A fault of the program itself ends in a traceback without variables, without credentials, and with exit code 1."""
    program = (
        "import sys, bot.cli, click\n"
        "def fall(token): raise RuntimeError(f'\\x1b[2J postgresql://omroeper:{token}@db/x?password={token}')\n"
        "bot.cli.cli.main = lambda **_: fall(sys.argv[1])\n"
        "bot.cli.main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, SECRET], capture_output=True, text=True, cwd=ROOT, check=False, timeout=30
    )
    assert done.returncode == 1
    assert "RuntimeError" in done.stderr
    assert "in fall" in done.stderr
    assert SECRET not in done.stderr
    assert not STEERING.search(done.stderr)


@pytest.mark.parametrize("mode", [0o644, 0o604])
def test_a_secret_that_others_can_read_is_said(tmp_path: Path, mode: int) -> None:
    """``check`` names the file and the remedy where everybody on the machine could post as the account."""
    secret = tmp_path / "token"
    secret.write_text(SECRET, encoding="utf-8")
    secret.chmod(mode)
    installation = Installation(folder=tmp_path)
    installation.configure(server="https://mastodon.example", sources={})
    text = installation.config.read_text(encoding="utf-8")
    installation.config.write_text(
        text.replace(f'token_env = "{TOKEN_VARIABLE}"', 'token_file = "token"'), encoding="utf-8"
    )
    (found,) = [one for one in installation.json("check") if one["code"] == "secret.file-mode"]
    assert "chmod" in found["remedy"]
    assert SECRET not in str(found)


def test_libraries_are_heard_in_every_command(tmp_path: Path) -> None:
    """What a library logs or warns of while a command runs is one line, without credentials and harmless."""
    program = (
        "import sys, logging, warnings, bot.cli, bot.settings\n"
        "secret, harm = sys.argv.pop(), sys.argv.pop().encode().decode('unicode_escape')\n"
        "load = bot.settings.load\n"
        "def loud(*args):\n"
        "    logging.getLogger('library').warning('retrying https://a.example/?api_key=%s %s', secret, harm)\n"
        "    warnings.warn(f'token={secret} {harm}', stacklevel=1)\n"
        "    return load(*args)\n"
        "bot.settings.load = loud\n"
        "bot.cli.main()\n"
    )
    installation = Installation(folder=tmp_path)
    installation.configure(server=None, sources={})
    arguments = ["--config", str(installation.config), "check", HARM.encode("unicode_escape").decode(), SECRET]
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, cwd=ROOT, check=False, timeout=30
    )
    assert done.returncode == 0, done.stderr
    assert SECRET not in done.stderr
    assert not STEERING.search(done.stderr)
    heard = [line for line in done.stderr.splitlines() if line.startswith("WARNING ")]
    assert [line.split(":")[0] for line in heard] == ["WARNING library", "WARNING py.warnings"]
