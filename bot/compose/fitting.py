"""Making a post fit: what may be cut is cut well, then what may be missed is left out; the link and the label stay. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from adapters.contract import Limits
from bot.compose.measure import cut_to, post_length, split_to
from bot.text import neutralise
from bot.wording.template import Template

Values = Mapping[str, str]

_LEAST = 20
"""Characters of a text or title that are worth showing: below that, something else goes first."""

_DISPENSABLE = ("tags", "changed", "date", "sent", "category")
_LAST_RESORT = frozenset({"headline", "link", "mirror", "mirror-in-brief", "number", "text", "title"})
_ROOM_FOR_A_PART = 80
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
    return _fit(frame, list(_variants(values)), head) or _fit(frame, [last_resort], head)


def _fit(frame: Frame, variants: Sequence[Values], head: str) -> str | None:
    bare = [{**variant, "text": ""} for variant in variants if variant.get(head)]
    shortened = chain(
        (_with_cut(frame, one, "text") for one in variants),
        (_whole(frame, one) for one in bare),
        (_with_cut(frame, one, head, least=least) for least in (_LEAST, 1) for one in bare),
    )
    return next((one for one in chain((_whole(frame, one) for one in variants[:1]), shortened) if one), None)


def _whole(frame: Frame, values: Values) -> str | None:
    post = frame.render(values)
    return post if frame.fits(post) else None


def thread(root: Frame, rest: Frame, values: Values, most: int) -> tuple[str, ...] | None:
    """Give the post in parts, each numbered and broken where a text may be broken; None where that makes no sense.

    The root has the link; what does not fit in ``most`` parts is cut in the last.
    """
    widest = {**values, "number": f"{most}/{most}"}
    first, others = root.room(widest, "text"), rest.room(widest, "text")
    if min(first, others) < _ROOM_FOR_A_PART or not values.get("text"):
        return None
    texts = split_to(values["text"], first, others, root.limits)
    if len(texts) > most:
        left = _after(values["text"], texts[: most - 1])
        texts = (*texts[: most - 1], cut_to(left, others, root.limits))
    frames = (root, *[rest] * (len(texts) - 1))
    parts = tuple(
        frame.render({**values, "text": text, "number": f"{place}/{len(texts)}"})
        for place, (frame, text) in enumerate(zip(frames, texts, strict=True), start=1)
    )
    return parts if len(parts) > 1 and all(map(root.fits, parts)) else None


def _variants(values: Values) -> Iterator[Values]:
    """Give the values whole, then with ever less beside what matters."""
    left = dict(values)
    yield dict(left)
    if left.pop("tags", ""):
        yield dict(left)
    if any(left.get(name) for name in _DISPENSABLE):
        left |= dict.fromkeys(_DISPENSABLE, "")
        yield dict(left)
    if left.get("mirror"):
        left["mirror"] = left.get("mirror-in-brief", "")
        yield dict(left)
    if left.get("standing"):
        yield {**left, "standing": ""}


def _with_cut(frame: Frame, values: Values, name: str, least: int = _LEAST) -> str | None:
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
