"""Making a post fit: what may be cut is cut well, then what may be missed is left out; the link and the label stay. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from adapters.contract import Limits
from bot.compose.measure import cut_to, post_length, split_to
from bot.text import cut, neutralise
from bot.wording.template import Template

Values = Mapping[str, str]

_LEAST = 20
"""Characters of a text or title that are worth showing: below that, something else goes first."""

_WORTH_MORE = 120
"""Characters of a text that are worth more than what may be left out around it."""

_GIVE_WAY = (("tags",), ("changed", "date", "category"), ("mirror",), ("standing",), ("sent",), ("until",))
"""What may be left out for the text, in this order; the mirror's label becomes the short one."""

_LONGEST_SENDER = 30
_LAST_RESORT = frozenset({"headline", "link", "mirror", "mirror-in-brief", "number", "text", "title"})
_ROOM_FOR_A_PART, _GOOD_ROOM = 80, 160
"""Characters of the text that the first part of a thread must take, and that it should take."""

_TOLD_IN_ANY_CASE = ("sent", "until")
_ANYTHING = "x"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A template on a server: what stands around a text, and how much room that leaves.

    ``plain``: nothing in it may be a hashtag, not even words of the template.
    """

    template: Template
    limits: Limits
    spoiler_text: str = ""
    plain: bool = False

    def render(self, values: Values) -> str:
        """Fill the template in. Whatever stands in it notifies nobody."""
        return neutralise(self.template.render(values), allow_tags=not self.plain)

    def length(self, text: str) -> int:
        """The length of a text as the server counts it."""
        return post_length(text, "", self.limits)

    def fits(self, text: str) -> bool:
        """Whether the server takes a text as it is, behind the content warning."""
        return post_length(text, self.spoiler_text, self.limits) <= self.limits.max_characters

    def room(self, values: Values, name: str) -> int:
        """Give how long a value may be beside all others."""
        around = self.render({**values, name: _ANYTHING})
        return self.limits.max_characters - post_length(around, self.spoiler_text, self.limits) + len(_ANYTHING)

    def cut(self, values: Values, name: str) -> str:
        """Give a value cut so that all of it fits; "" where it cannot."""
        return cut_to(values[name], self.room(values, name), self.limits)


def fit(frame: Frame, values: Values, *, head: str = "title") -> str | None:
    """Give the post, the text cut where it must be, else left out, and then the title cut; None where nothing fits.

    ``head`` is the value that a post cannot be without where it has no text. Who says it goes last of all.
    """
    last_resort = {name: value for name, value in values.items() if name in _LAST_RESORT}
    if last_resort.get("mirror"):
        last_resort["mirror"] = last_resort.get("mirror-in-brief", "")
    known = {**last_resort, "agency": cut(values.get("agency", ""), _LONGEST_SENDER, url_length=None)}
    choices: tuple[Sequence[Values], ...] = (list(variants(values)), [known], [last_resort])
    ways = (_fit(frame, some, head, least) for least in (_LEAST, 1) for some in choices)
    return _whole(frame, values) or next(filter(None, ways), None)


def _fit(frame: Frame, choices: Sequence[Values], head: str, least: int) -> str | None:
    bare = [{**one, "text": ""} for one in choices if one.get(head)]
    ways = chain(
        (_with_cut(frame, one, "text", enough) for enough in (_WORTH_MORE, least) for one in choices),
        (_whole(frame, one) for one in bare),
        (_with_cut(frame, one, head, least) for one in bare),
    )
    return next(filter(None, ways), None)


def _whole(frame: Frame, values: Values) -> str | None:
    post = frame.render(values)
    return post if frame.fits(post) else None


def thread(root: Frame, rest: Frame, values: Values, most: int) -> tuple[str, ...] | None:
    """Give the post in parts, each numbered and broken where a text may be broken; None where that makes no sense.

    The root has the link, and around it less of what may be left out where that takes the room of the text; who speaks
    for an alert then stands at its end. What does not fit in ``most`` parts is cut in the last.
    """
    if not values.get("text"):
        return None
    choices = list(variants(values))
    whole = [one for one in choices if all(one.get(name) == values.get(name) for name in _TOLD_IN_ANY_CASE)]
    ways = [(one, _GOOD_ROOM) for one in whole] + [(one, _ROOM_FOR_A_PART) for one in choices]
    standing = values.get("standing", "")
    found = (
        _in_parts(root, rest, one, most, least=least, standing="" if one.get("standing") else standing)
        for one, least in ways
    )
    return next((parts for parts in found if parts), None)


def _in_parts(
    root: Frame, rest: Frame, values: Values, most: int, *, least: int, standing: str
) -> tuple[str, ...] | None:
    widest = {**values, "number": f"{most}/{most}"}
    first, others = root.room(widest, "text"), rest.room(widest, "text")
    if min(first, others) < least:
        return None
    texts = split_to(values["text"], first, others, root.limits)
    if len(texts) > most:
        left = _after(values["text"], texts[: most - 1])
        texts = (*texts[: most - 1], cut_to(left, others, root.limits))
    frames = (root, *[rest] * (len(texts) - 1))
    told = [{**values, "text": text, "number": f"{place}/{len(texts)}"} for place, text in enumerate(texts, start=1)]
    parts = [frame.render(one) for frame, one in zip(frames, (told[0], *map(_without_standing, told[1:])), strict=True)]
    if len(parts) < 2 or not all(parts) or not all(map(root.fits, parts)):  # noqa: PLR2004 - a thread has two parts
        return None
    ending = rest.render({**told[-1], "standing": standing})
    return (*parts[:-1], ending if rest.fits(ending) else parts[-1])


def _without_standing(values: Values) -> Values:
    return {**values, "standing": ""}


def variants(values: Values) -> Iterator[Values]:
    """Give the values whole, then with ever less beside what matters."""
    left = dict(values)
    yield dict(left)
    for names in _GIVE_WAY:
        if any(left.get(name) for name in names):
            left |= {name: left.get("mirror-in-brief", "") if name == "mirror" else "" for name in names}
            yield dict(left)


def _with_cut(frame: Frame, values: Values, name: str, least: int) -> str | None:
    """Give the post with one value cut; None where too little of it would be left."""
    value = values.get(name, "")
    if not value:
        return None
    short = frame.cut(values, name)
    if len(short) < min(least, len(value)):
        return None
    post = frame.render({**values, name: short})
    return post if frame.fits(post) else None


def _after(text: str, parts: tuple[str, ...]) -> str:
    """Give what follows the parts that were taken from the beginning of a text."""
    at = 0
    for part in parts:
        at = text.index(part, at) + len(part)
    return text[at:].lstrip()
