"""What may need a person, by its stable code, with the remedy. ``docs/health.md`` explains each at length.

Codes of failures while reading a source are its adapter's; those carry a remedy of their own.
"""

from __future__ import annotations

from dataclasses import dataclass

WAITS = ("x.cap-", "http.limited", "alert.paused", "sru.limited")
"""Codes of what goes on by itself when its time has come: a host asked for a pause, or a budget is spent."""

REMEDIES = {
    "paused": "`omroeper resume` lets it go on.",
    "source.gap": "Look on its site for what it announced in between; a shorter `every` prevents this.",
    "source.silent": "Look whether its page still names this address, and whether it announces elsewhere now.",
    "source.frozen": "Look for the address that replaced it: feeds that nobody keeps up often go on answering.",
    "source.unchanged": "Look whether its page still names this address.",
    "source.old": "If its site shows newer announcements, look for another address.",
    "source.empty": "Nothing is withdrawn because of this. If it lasts, look whether its page still names this address.",
    "source.disabled": "`omroeper resume` asks once more.",
    "source.redirected-away": "If it moved, configure its new address or add the domain to the agency;"
    " then `omroeper resume`.",
    "alert.unreachable": "Look at once whether the service is down for everybody; until it answers, alerts are missed.",
    "item.broken": "They are tried again when they or the program change; please report what cannot be read.",
    "account.stopped": "Mend what the message says, then `omroeper resume`.",
    "account.warning": "It goes away by itself once the server does what was asked.",
    "unknown": "Look at the account, then approve or drop it: `omroeper posts --state unknown`.",
    "dead": "`omroeper posts --state dead` says why; mend it and `omroeper approve`, or drop it.",
    "queued": "They go out with the next run.",
    "budget": "They go out when the limit allows.",
    "quiet-hours": "They go out when the quiet hours are over.",
    "limited": "They go out when the server allows.",
    "held.burst": "A batch this large is nearly always a changed system: look at it, then approve or drop it.",
    "held.backlog": "Old items that came to light at once: look at them, then approve or drop them.",
    "held.stale": "They waited too long to be poured out: approve what still matters, drop the rest.",
    "held.withdrawn": "Their sender withdrew them: approve the removal, or set `withdrawal` for the source.",
    "held.relaunch": "Many pages of one source vanished in a day, which is nearly always a rebuilt site: if they were"
    " really withdrawn, approve the removals; if not, they come back by themselves once the pages do.",
    "held.changed-there": "Somebody changed the post on its server: approve to overwrite that, or drop the change.",
    "held.flapping": "The source keeps changing this: approve the newest version, or leave it as it is.",
    "held.wording": "The wording cannot be used: the error names file and line.",
    "held.by-hand": "You held them: approve or drop them when you have decided.",
    "held": "`omroeper posts --state held` shows them; approve or drop them.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """One thing that needs a person: what it concerns, a stable code, and a sentence. ``grave`` makes the exit code 1."""

    subject: str
    code: str
    message: str
    grave: bool = True


def attend(subject: str, code: str, what: str, *, grave: bool = True) -> Attention:
    """Say that something needs a person, with what to do about it."""
    return Attention(subject=subject, code=code, message=instruction(what, remedy(code)), grave=grave)


def instruction(what: str, todo: str) -> str:
    """Give what is wrong and what to do about it as sentences, however the first one ended."""
    return f"{ended(what)} {todo}".strip()


def ended(what: str) -> str:
    """Give a sentence with the full stop that errors of libraries and servers often lack."""
    what = what.strip()
    return what if not what or what.endswith((".", "!", "?", "…")) else f"{what}."


def remedy(code: str) -> str:
    """Give what to do; that of the code itself, or of the family that it belongs to."""
    return REMEDIES.get(code) or REMEDIES.get(code.partition(".")[0], "")
