"""The command line: one module per group of commands, imported when one of them is called.

A command parses, calls and prints; what it does stands elsewhere. Exit codes are the contract's: 0 all well, 1 finished but
something needs attention, 2 the command or configuration is wrong or another ``run`` holds the lock, 130 interrupted.
"""

from __future__ import annotations

import gc
import sys
from importlib import import_module

import click

from bot import lastwords

COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("start:demo", "Show a sample day, without network or configuration."),
    "init": ("start:init", "Write a commented starter configuration."),
    "login": ("login:login", "Get a token for an account, with the least rights."),
    "add": ("add:add", "Show the feeds behind a page, and add them."),
    "check": ("check:check", "Say every mistake in the configuration at once."),
    "inspect": ("inspect:inspect", "Show what an adapter reads at a path or address."),
    "preview": ("preview:preview", "Show what would be posted, and write nothing."),
    "run": ("run:run", "Collect and deliver: the service."),
    "serve": ("serve:serve", "Serve the pages alone."),
    "status": ("ask:status", "Say how sources and accounts stand."),
    "posts": ("ask:posts", "List what was posted, is waiting, or failed."),
    "why": ("ask:why", "Say why something was posted, or was not."),
    "replay": ("replay:replay", "Want announcements again: a plan first."),
    "retract": ("operate:retract", "Take posts away."),
    "hold": ("operate:hold", "Keep posts back."),
    "approve": ("operate:approve", "Let held or dead posts go."),
    "pause": ("operate:pause", "Stop an account, a source, or everything."),
    "resume": ("operate:resume", "Go on after a pause or a stop."),
    "split": ("regroup:split", "Give a merged copy an announcement of its own."),
    "join": ("regroup:join", "Let one announcement speak for another."),
    "desk": ("desk:desk", "Make a password for the operators' desk."),
    "account": ("account:account", "Let an account present itself well, or say that it moved."),
    "migrate": ("database:migrate", "Bring the database's schema up to date."),
    "backup": ("database:backup", "Copy the database while it is in use."),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called, so that ``--help`` imports nothing heavy."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give the names in the order of the documentation."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        from bot.liblog import listen

        listen()
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(f"bot.cli.{module}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--config", metavar="FILE", help="The configuration (else OMROEPER_CONFIG, else ./config/omroeper.toml).")
@click.version_option(package_name="omroeper", prog_name="omroeper")
@click.pass_context
def cli(ctx: click.Context, config: str | None) -> None:
    """Omroeper reads what public bodies announce and says it once, well, on the open social web."""
    ctx.obj = config


def main() -> None:
    """Run a command and exit as the contract says."""
    # Importing makes a hundred thousand objects that stay: going through them again and again was a fifth of a start.
    gc.set_threshold(50_000, 20, 50)
    lastwords.install()
    try:
        code = cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except KeyboardInterrupt:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    sys.exit(code if isinstance(code, int) else 0)
