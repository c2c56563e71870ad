"""``login``: a token with the least rights, put where the configuration looks for it and shown to nobody."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot.cli.common import Unwell, fail, load_settings, say, show

if TYPE_CHECKING:
    from adapters.mastodon.login import Grant, Login

LONGEST_CODE = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where the token goes: ``path`` (None: stdout), bare or as the line that sets ``variable``."""

    path: Path | None
    variable: str | None

    def content(self, token: str) -> str:
        """Give what stands there then. Other lines of an environment file stay."""
        if self.variable is None:
            return f"{token}\n"
        kept = self.path.read_text(encoding="utf-8").splitlines() if self.path and self.path.exists() else []
        others = [one for one in kept if one.partition("=")[0].split()[-1:] != [self.variable] or _is_comment(one)]
        return "\n".join([*others, f"{self.variable}={token}"]) + "\n"


@click.command()
@click.argument("id_", metavar="ACCOUNT")
@click.option(
    "--file",
    "path",
    type=click.Path(path_type=Path),
    help="Put it here: the token for a token_file, the line for a token_env.",
)
@click.option("--show", "shown", is_flag=True, help="With token_env: print the line, token and all, on stdout.")
@click.option("--force", is_flag=True, help="Replace a token that is there already.")
@click.pass_context
def login(ctx: click.Context, id_: str, *, path: Path | None, shown: bool, force: bool) -> int:
    """Get a token for ACCOUNT with the least rights that posting needs. Shows an address, and asks for the code seen there."""
    from adapters.errors import AdapterError
    from bot.attentions import instruction

    settings = load_settings(ctx)
    account = _account(settings, id_)
    where = _destination(account, path, shown=shown)
    _make_ready(where.path, force=force)
    session = _session(settings, account)
    try:
        grant = _granted(session, id_, where)
    except AdapterError as error:
        raise Unwell(f"{id_}: {instruction(str(error), error.remedy)} [{error.code}]") from error
    finally:
        session.close()
    say(f"{id_} is {grant.acct}, and may post there now. If that is the wrong account, log in again as the right one.")
    if where.path is None:
        show(where.content(grant.token).rstrip("\n"))
    else:
        say(f"Written: {where.path}. `omroeper check --online` tries it.")
    return 0


def _account(settings: Any, id_: str) -> Any:
    account = settings.accounts().get(id_)
    if account is None:
        known = ", ".join(one.id for one in settings.account if one.kind != "local") or "none is on a server"
        fail(f"There is no account {id_} in the configuration.", f"Name one of these: {known}.")
    if account.kind == "local":
        fail(f"{id_} is the built-in account: it needs no token.", "Its posts are on the pages alone.")
    return account


def _session(settings: Any, account: Any) -> Login:
    from adapters.contract import AccountConfig
    from adapters.mastodon.login import Login
    from bot.manners import user_agent

    return Login(
        AccountConfig(
            id=account.id,
            server=account.server,
            user_agent=user_agent(settings),
            timeout=account.timeout.total_seconds(),
            proxy=settings.network.proxy,
        )
    )


def _granted(session: Login, id_: str, where: Destination) -> Grant:
    """Have the program allowed, and put the token away: one that cannot be kept is given back."""
    pending = session.begin()
    say(f"Open this address in a browser, log in as {id_}, and allow what is asked: {', '.join(pending.scopes)}.")
    say(f"\n    {pending.address}\n")
    grant = session.finish(pending, _asked())
    if where.path is not None:
        try:
            _put(where.path, where.content(grant.token))
        except (OSError, UnicodeDecodeError) as error:
            session.give_back(pending, grant.token)
            reason = getattr(error, "strerror", None) or "it is no text"
            fail(
                f"{where.path} cannot be written: {reason}.", "Mend that, and log in again: this token was given back."
            )
    return grant


def _asked() -> str:
    """Ask for the code: a question at a terminal, else one line of stdin."""
    if sys.stdin.isatty():
        typed = str(click.prompt("Code", err=True, default="", show_default=False))
    else:
        typed = sys.stdin.readline(LONGEST_CODE + 2)
    code = typed.strip()
    if not code or len(code) > LONGEST_CODE or not code.isprintable() or " " in code:
        fail(
            "That is no code: it is one word, shown in the browser once the program is allowed.",
            "Run the command again, and paste what the browser shows.",
        )
    return code


def _destination(account: Any, path: Path | None, *, shown: bool) -> Destination:
    if path is not None and shown:
        fail("--file and --show exclude each other.", "Take --file: what is on a screen is seen.")
    if account.token_file is not None:
        if shown:
            fail(f"The token of {account.id} belongs in {account.token_file}.", "Leave --show out.")
        # --file: the service may see its file elsewhere than we do (systemd's credentials, a container's volume)
        return Destination(path=path or account.token_file, variable=None)
    if account.token_env is None:
        fail(
            f"The configuration does not say where the token of {account.id} is.",
            'Add token_file = "secrets/NAME" to the account, or token_env = "VARIABLE".',
        )
    if path is None and not shown:
        fail(
            f"The token of {account.id} belongs in the environment variable {account.token_env}.",
            f"--file PATH puts the line {account.token_env}=… in a file that only you can read (the EnvironmentFile of the"
            " service, say); --show prints it here.",
        )
    return Destination(path=path, variable=account.token_env)


def _make_ready(path: Path | None, *, force: bool) -> None:
    """See to it, before anybody logs in, that the token can be kept."""
    if path is None:
        return
    if path.is_dir():
        fail(f"{path} is a folder.", "Name a file in it.")
    if path.exists() and not force:
        fail(
            f"{path} is there already.",
            "--force replaces the token in it; lines that set other variables stay as they are.",
        )
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        fail(f"The folder {path.parent} cannot be made: {error.strerror}.", "Name a place that you may write in.")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        fail(f"Nothing can be written in {path.parent}.", "Run this as the user that the service runs as.")


def _put(path: Path, content: str) -> None:
    """Write a file that only its owner can read: whole, or not at all. A link goes on leading where it did."""
    path = path.resolve()
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())  # the server shows a token once
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith("#")
