"""What needs a person, in words, with what to do about it and where. Pure.

The list is that of ``bot.health.attention``; its own message is shown along with it where it has particulars.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from bot.attentions import Attention, remedy
from bot.web.desk.words import reason
from bot.web.prose import one_line
from bot.web.visit import Visit

_WITH_PARTICULARS = frozenset({"alert_unreachable", "queued", "held"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One line of the list. ``detail`` is the program's own message, where there is more to say; ``href`` is where to act."""

    subject: str
    words: str
    todo: str
    detail: str
    code: str
    href: str
    grave: bool


def needs(found: Iterable[Attention], accounts: Collection[str], here: Visit) -> list[Need]:
    """Put everything that needs a person into words: what is grave first, otherwise in the order in which it came."""
    told = [_need(one, one.subject in accounts, here) for one in found]
    return sorted(told, key=lambda one: not one.grave)


def _need(one: Attention, is_account: bool, here: Visit) -> Need:
    key = _key(one.code, is_account, here)
    many = one.message.partition(" ")[0]
    places = {"many": many if many.isdigit() else "", "reason": reason(one.code.partition(".")[2], here.voice)}
    return Need(
        subject=one.subject,
        words=here.voice(f"need_{key}", **places),
        todo=here.voice(f"todo_{key}"),
        detail=_detail(one, key),
        code=one.code,
        href=_where(one, is_account, here),
        grave=one.grave and one.code != "queued",  # that something waits is the service's daily work
    )


def _key(code: str, is_account: bool, here: Visit) -> str:
    """Find the words for a code: its own, those of its family, and at last those for any trouble of its kind."""
    own = code.replace("-", "_").replace(".", "_")
    last = "account" if is_account else "source"
    return next((one for one in (own, own.partition("_")[0], last) if here.voice.has(f"todo_{one}")), last)


def _detail(one: Attention, key: str) -> str:
    """Give what the program says itself, where that has particulars, without its remedy: ours stands beside it."""
    if key in _WITH_PARTICULARS or key.startswith(("source", "account")):
        return one_line(one.message.removesuffix(remedy(one.code)))
    return ""


def _where(one: Attention, is_account: bool, here: Visit) -> str:
    if one.subject == "omroeper":
        return here.link("/desk")
    if not is_account:
        return here.link(f"/desk/sources/{one.subject}")
    state, _, why = one.code.partition(".")
    if state == "held":
        return here.link("/desk/queue", state="held", account=one.subject, **({"reason": why} if why else {}))
    if state in {"unknown", "dead", "queued", "budget", "quiet-hours", "limited"}:
        shown = {"state": state} if state in {"unknown", "dead"} else {}
        return here.link("/desk/queue", account=one.subject, **shown)
    return here.link(f"/desk/accounts/{one.subject}")
