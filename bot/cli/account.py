"""``account``: what concerns one account as a whole."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import click

from bot.cli.common import Unwell, as_json, fail, guarded, load_settings, person, print_json, say, show
from bot.cli.operate import actor, reason


@click.group()
def account() -> None:
    """Do something to an account as a whole."""


@account.command()
@click.argument("id_", metavar="ACCOUNT")
@reason
@actor
@click.pass_context
@guarded
def moved(ctx: click.Context, id_: str, *, actor: str | None, reason: str) -> int:
    """Accept that ACCOUNT has another name or server now. Its posts on the old one stay there; its queue goes along."""
    from bot.lock import owning
    from bot.operate import NothingMeant, move_account
    from bot.store.engine import open_engine, writing
    from bot.store.migrate import require_current

    settings = load_settings(ctx)
    configured = settings.accounts().get(id_)
    if configured is None:
        fail(f"There is no account {id_} in the configuration.", "Change it there first: server, token.")
    engine = open_engine(settings.omroeper.database)
    try:
        require_current(engine)
        with owning(engine), writing(engine) as connection:
            found = move_account(connection, person(actor, reason), id_, configured.server or "")
    except NothingMeant:
        fail(f"Nothing was ever posted to {id_}.", "There is nothing to move: omroeper run will meet it.")
    finally:
        engine.dispose()
    say(f"{id_} is another account now: {found['left']} posts stay where they are, {found['waiting']} wait to go.")
    return 0


@account.command()
@click.argument("id_", metavar="ACCOUNT")
@click.option("--token-env", metavar="NAME", help="A variable with a token that may also change the profile.")
@click.option("--yes", is_flag=True, help="Change it, after showing what becomes different.")
@as_json
@click.pass_context
@guarded
def sync(ctx: click.Context, id_: str, *, token_env: str | None, yes: bool, as_json: bool) -> int:
    """Let ACCOUNT present itself as it should: whose announcements, by whom, a mirror or not. Shows the difference first."""
    from adapters.errors import AdapterError
    from bot.attentions import instruction
    from bot.outgoing import publisher_for
    from bot.profile import differences, wanted_profile
    from bot.wording import TemplateError, wording

    settings = load_settings(ctx)
    configured = settings.accounts().get(id_)
    if configured is None or configured.kind == "local":
        fail(f"There is no account {id_} on a server.", "The built-in account presents itself on its own pages.")
    publisher = publisher_for(settings, configured, _token(configured, token_env))
    try:
        there = publisher.profile()
        wanted = wanted_profile(settings, configured, wording(settings.omroeper.wording), there)
        found = differences(there, wanted)
        changed = differences(there, publisher.set_profile(wanted)) if yes and found else []
    except TemplateError as error:
        fail(str(error), "omroeper check names every mistake in the wording.")
    except AdapterError as error:
        advice = "--token-env NAME takes a token with the scope write:accounts, for this command alone."
        raise Unwell(f"{id_}: {instruction(str(error), error.remedy)} [{error.code}]\n    → {advice}") from error
    finally:
        publisher.close()
    _tell(found, as_json=as_json)
    if not as_json:
        say(_outcome(len(found), len(changed), yes=yes))
    return 0


def _token(configured: Any, variable: str | None) -> str:
    """Give the token to use: that of the command where one is named, else the account's own."""
    from bot.secrets import secrets_for

    if variable is None:
        return secrets_for(configured, os.environ).revealed().get("token", "")
    if not os.environ.get(variable):
        fail(f"The environment variable {variable} is not set.", "Put a token in it, or leave --token-env out.")
    return os.environ[variable]


def _tell(found: Sequence[Any], *, as_json: bool) -> None:
    if as_json:
        print_json([{"name": one.name, "now": one.now, "wanted": one.wanted} for one in found])
        return
    for one in found:
        show(one.name, bold=True)
        for sign, text in (("-", one.now), ("+", one.wanted)):
            show("\n".join(f"  {sign} {line}" for line in text.splitlines() or [""]))


def _outcome(found: int, changed: int, *, yes: bool) -> str:
    if not found:
        return "The profile is as it should be."
    if not yes:
        return "Nothing was changed: add --yes to change it."
    return f"{changed} of {found} parts were changed."
