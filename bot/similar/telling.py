"""An item as it is told: a page has a title and a text, a post on a platform is one text.

A post often repeats, or slightly rewords, the title of its page and nothing else. So where one side is a page and the
other a post, the post may also be compared with the title alone. Two titles are never compared without their texts: a
weekly notice has the same one every week.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.similar.signature import LEAST_PASSAGE, Signature, signature
from bot.similar.verdict import Comparison, compare_signatures

LEAD = 250
"""Characters of a page's text in which a turn of meaning, if there is one, is told."""

_ENDS = ".!?:\n"
_TURNED = frozenset({"turn:over", "turn:later", "turn:test"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """An item, ready to be compared. ``title`` and ``turns`` (those of the lead) are set for a page alone."""

    whole: Signature
    title: Signature | None = None
    turns: frozenset[str] = frozenset()

    @property
    def keys(self) -> tuple[str, ...]:
        """The blocking keys, at most 24: items that `compare_tellings` calls the same share at least one."""
        return tuple(dict.fromkeys((*self.whole.keys, *(self.title.keys if self.title else ()))))


def telling(title: str, text: str, *, language: str | None = None) -> Telling:
    """Read an item. A title that is only the text cut off, as feeds of platforms make them, is none."""
    title, text = title.strip(), text.strip()
    repeats = text.startswith(title.rstrip("…."))
    if not title or not text or (repeats and not _is_sentence(title, text)):
        return Telling(whole=signature(text or title, language=language))
    return Telling(
        whole=signature(text if repeats else f"{title}\n{text}", language=language),
        title=signature(title, language=language),
        turns=signature(text[:LEAD], language=language).facts & _TURNED,
    )


def _is_sentence(title: str, text: str) -> bool:
    """Whether a title that a text begins with is a sentence of its own there, with more after it."""
    rest = text[len(title) :].lstrip(" ")
    return bool(rest.strip(_ENDS)) and not title.endswith("…") and (title[-1] in _ENDS or rest[0] in _ENDS)


def compare_tellings(a: Telling, b: Telling) -> Comparison:
    """Compare two items: whole with whole, else a post with the title of a page (rule ``text.title``)."""
    found = compare_signatures(a.whole, b.whole)
    if found.same or (a.title is None) == (b.title is None):
        return found
    page, post = (a, b) if a.title else (b, a)
    return _by_title(page, post.whole) or found


def _by_title(page: Telling, post: Signature) -> Comparison | None:
    """Accept a post that tells the title of a page, if all its facts are on the page and the page turns nothing."""
    if page.title is None or len(page.title.words) < LEAST_PASSAGE:
        return None
    if not (post.facts <= page.title.facts | page.whole.facts and page.turns <= post.facts):
        return None
    found = compare_signatures(page.title, post)
    if not found.same:
        return None
    return replace(found, rule="text.title", evidence=("The post tells the title of the page.", *found.evidence))
