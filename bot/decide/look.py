"""What one batch means: which announcements are new, corrected, withdrawn, merged, held. Pure: rows and ``now`` as data.

The rules are the design's, "What counts as what"; each leaves an event that names it, so that ``why`` can tell.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from bot.decide.arrivals import arrive
from bot.decide.brakes import hold_backlog, hold_burst
from bot.decide.case import Case, Sight
from bot.decide.changes import correct, withdraw
from bot.decide.history import give_history
from bot.match import same_item
from bot.model import Decision, Known, KnownItem, Observed, SourcePolicy
from bot.rule import RULE

__all__ = ["Sight", "decide", "oldest_first"]

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def decide(now: datetime, policy: SourcePolicy, sight: Sight, known: Known, new_id: Callable[[], str]) -> Decision:
    """Decide about one look at one source."""
    case = Case(now=now, policy=policy, sight=sight, known=known, new_id=new_id)
    for observed in oldest_first(sight.observed):
        item = same_item(observed, known, case.document)
        if item is None or item.state == "broken":
            arrive(case, observed, item)
        else:
            case.met_again += 1
            _meet_again(case, observed, item)
    hold_backlog(case)
    hold_burst(case)
    give_history(case)  # after the brakes: an operator who asks for fifty items of history means it
    return case.decision()


def oldest_first(observed: Sequence[Observed]) -> list[Observed]:
    """Order as announced: by date where every item has one, else from the document's end, as feeds show the newest first."""
    ordered = list(reversed(observed))
    dates = [one.content.published or one.content.updated for one in ordered]
    if all(dates):
        ordered.sort(key=lambda one: one.content.published or one.content.updated or _LONG_AGO)
    return ordered


def _meet_again(case: Case, observed: Observed, item: KnownItem) -> None:
    if item.state == "withdrawn" and case.policy.personal:
        return  # it was erased, and stays so, whatever the source goes on showing
    if item.key != observed.key:
        case.note(observed, "same-item", "item.renamed", item=item.no, announcement=item.announcement, was=item.key)
    if item.rule != RULE:
        case.keep(observed, item)  # known by older rules: re-based, and no account hears of it
    elif observed.withdrawn and item.state != "withdrawn":
        withdraw(case, observed, item)
    elif observed.meaning != item.meaning and item.state != "withdrawn":
        correct(case, observed, item)
    elif observed.digest != item.digest or observed.key != item.key:
        case.keep(observed, item)  # a moved date, another picture, other mark-up: bookkeeping alone
