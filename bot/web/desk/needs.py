"""What needs a person, in words, with what to do about it and where: most urgent first, and equal troubles as one. Pure.

The list is that of ``bot.health.attention``; its own message is shown along with it where it has particulars.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Literal, TypeAlias

from bot.attentions import WAITS, Attention, remedy
from bot.web.desk.words import reason
from bot.web.prose import one_line
from bot.web.visit import Visit

Tier: TypeAlias = Literal["now", "decide", "look", "note"]
TIERS: tuple[Tier, ...] = ("now", "decide", "look", "note")
"""In which order: what silences an account or a warning, what waits for a word, what has to be looked at, what goes by itself."""

SHOWN = 12
"""How many of those that share a trouble are named before a link leads to all of them."""

_DECISIONS = frozenset({"held", "unknown", "dead"})
_BY_ITSELF = frozenset({"queued", "budget", "quiet-hours", "limited", "paused"})
_WITH_PARTICULARS = frozenset({"alert_unreachable", "queued", "held", "resting"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whom it is about, and where to act."""

    name: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One line of the list.

    ``detail`` is the program's own message, where there is more to say and one subject alone; ``more`` says how many
    subjects are not named, ``href`` where all of them are.
    """

    tier: Tier
    subjects: tuple[Subject, ...]
    words: str
    todo: str
    detail: str
    code: str
    more: int
    href: str

    @property
    def many(self) -> int:
        """How many it is about."""
        return len(self.subjects) + self.more


def needs(found: Iterable[Attention], accounts: Collection[str], here: Visit) -> list[Need]:
    """Put everything that needs a person into words, most urgent first; sources with the same trouble share a line."""
    told = [_need(one, one.subject in accounts, here) for one in found]
    return [_together(list(some), here) for _, some in groupby(sorted(told, key=_order), key=_order)]


def _order(one: Need) -> tuple[int, str, str, str]:
    """Give what sorts lines, and tells which belong together: only sources do, an account has a line of its own."""
    alone = "" if "/desk/sources/" in one.href else one.subjects[0].name
    return TIERS.index(one.tier), one.code, one.words, alone


def _together(some: list[Need], here: Visit) -> Need:
    first = some[0]
    if len(some) == 1:
        return first
    subjects = tuple(one.subjects[0] for one in some)
    return Need(
        tier=first.tier,
        subjects=subjects[:SHOWN],
        words=first.words,
        todo=first.todo,
        detail="",
        code=first.code,
        more=max(0, len(subjects) - SHOWN),
        href=here.link("/desk/sources", code=first.code),
    )


def _need(one: Attention, is_account: bool, here: Visit) -> Need:
    key, href = _key(one, is_account, here), _where(one, is_account, here)
    many = one.message.partition(" ")[0]
    places = {"many": many if many.isdigit() else "", "reason": reason(one.code.partition(".")[2], here.voice)}
    return Need(
        tier=_tier(one, is_account),
        subjects=(Subject(name=one.subject, href=href),),
        words=here.voice(f"need_{key}", **places),
        todo=here.voice(f"todo_{key}"),
        detail=_detail(one, key),
        code=one.code,
        more=0,
        href=href,
    )


def _tier(one: Attention, is_account: bool) -> Tier:
    family = one.code.partition(".")[0]
    if family in _DECISIONS:
        return "decide"
    if one.code == "alert.unreachable" or _is_everything(one):
        return "now"
    if family in _BY_ITSELF or (not one.grave and one.code.startswith(WAITS)):
        return "note"
    return "now" if is_account and one.grave and not _rests(one) else "look"


def _is_everything(one: Attention) -> bool:
    """Whether it is about the whole installation: an account or source may have its name, but is never grave for being paused."""
    return (one.subject, one.code, one.grave) == ("omroeper", "paused", True)


def _rests(one: Attention) -> bool:
    """Whether an account only waits after a failure of its server, and goes on by itself: its line begins with how many wait."""
    return one.message.partition(" ")[0].isdigit()


def _key(one: Attention, is_account: bool, here: Visit) -> str:
    """Find the words for a code: its own, those of its family, and at last those for any trouble of its kind."""
    own = one.code.replace("-", "_").replace(".", "_")
    last = "source" if not is_account else "resting" if _rests(one) else "account"
    return next((each for each in (own, own.partition("_")[0], last) if here.voice.has(f"todo_{each}")), last)


def _detail(one: Attention, key: str) -> str:
    """Give what the program says itself, where that has particulars, without its remedy: ours stands beside it."""
    if key in _WITH_PARTICULARS or key.startswith(("source", "account", "http", "feed", "item")):
        return one_line(one.message.removesuffix(remedy(one.code)))
    return ""


def _where(one: Attention, is_account: bool, here: Visit) -> str:
    if _is_everything(one):
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
