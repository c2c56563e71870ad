"""What was lost, doubled or out of order, counted over the posts that a server holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from tests.standin.state import World


@dataclass(frozen=True, slots=True)
class Tally:
    """Markers of which no post speaks, of which more than one does, and that were published before an earlier one."""

    lost: tuple[str, ...]
    doubled: tuple[str, ...]
    out_of_order: tuple[str, ...]

    def counts(self) -> dict[str, int]:
        """Give the three numbers."""
        return {name: len(found) for name, found in asdict(self).items()}


def tally(series: Iterable[Sequence[str]], texts: Sequence[str]) -> Tally:
    """Count over texts in the order of publication.

    Each series is what one source published, in order: one marker per announcement (its link, or a word that stands in
    no other), found in a text as a whole word.
    """
    lost, doubled, disordered = [], [], []
    places = _places(texts)
    for markers in series:
        highest = -1
        for marker in markers:
            found = places.get(marker, [])
            if not found:
                lost.append(marker)
                continue
            doubled += [marker] * (len(found) > 1)
            disordered += [marker] * (found[0] < highest)
            highest = max(highest, found[0])
    return Tally(tuple(lost), tuple(doubled), tuple(disordered))


def published(world: World, acct: str | None = None) -> list[str]:
    """Give the first text of every post that an account published, in order, without boosts and deleted ones."""
    return [
        status.versions[0].text
        for status in world.statuses.values()
        if not status.deleted and not status.boost_of and (acct is None or world.actors[status.actor_id].acct == acct)
    ]


def _places(texts: Sequence[str]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for at, text in enumerate(texts):
        for word in set(text.split()):
            places.setdefault(word, []).append(at)
    return places
