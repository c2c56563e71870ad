"""What an editor does to a text before it is posted: says nothing twice, and takes out what a system left behind. Pure.

Nothing is added, and nothing that says something is taken out; in doubt a text stays as it was published.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

from bot.text import canonical_link, entities, safe_url, without_tracking
from bot.text.breaks import Rank, breaks

_WORD = re.compile(r"\w+")
_ELLIPSIS = ("…", "...")
_SENTENCE_END = re.compile(r"[ \t]*(?:[.!?:]+(?=\s|\Z)|[-–—|]\s|\n)\s*")

# What publishing systems put behind a text. Each is a whole last line.
_LEFT_BEHIND = re.compile(
    r"(?:het bericht|the post|der beitrag|l['’]article|la entrada|il post) .{1,300} "
    r"(?:verscheen eerst op|appeared first on|first appeared on|erschien zuerst auf|est apparu en premier sur"
    r"|se publicó primero en|aparece primero en|proviene da) .{1,120}"
    r"|submitted by /?u/\S{1,60}(?: to /?r/\S{1,60})?|\[link\](?: \[comments\])?|\[comments\]"
    r"|(?:…|\.\.\.)",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"(?:(?<=[.!?…\]\n])|\A)\s{0,4}[\[(]?(?:"
    r"lees (?:hier )?(?:meer|verder)(?: over [^.!?\n]{1,60})?(?: (?:hier|op (?:de|onze) (?:web)?site))?"
    r"|(?:lees|bekijk) (?:hier )?het (?:hele|volledige) (?:nieuws)?(?:artikel|bericht)(?: (?:hier|op (?:de|onze) (?:web)?site))?"
    r"|klik hier (?:om (?:verder|meer) te lezen|voor (?:meer|het hele|het volledige) [^.!?\n]{1,40})"
    r"|read (?:more|on|the (?:full|whole) (?:story|article|statement|text|announcement|(?:press|news) release))(?: here| on our (?:web)?site)?"
    r"|click here (?:to read more|for more [^.!?\n]{1,40})"
    r"|continue reading|weiterlesen|lire la suite|leer más|leggi tutto"
    r"|(?:more (?:details|information)|(?:voor )?meer informatie|klik|click|plus de détails) (?:hier|here|ici)|descárguelo aquí)"
    r"[\])]?(?: ?(?:…|\.{1,3}|»|›|→|>{1,2}))?\s*\Z",
    re.IGNORECASE,
)
_CUT_OFF = re.compile(r"\s(?:…|\.\.\.)\Z")
_FEWEST_KEPT = 60
_CUT_IN_BRACKETS = re.compile(r"[\[(](?:…|\.\.\.)[\])]")
_LEFT_TAG = re.compile(r"<([A-Za-z][\w:-]{0,40})>([^<>]{0,2000})</\1>")
_ORNAMENT = re.compile(r"[<>|*_=~•·.\-–—\s]{1,200}")
_FOREIGN_HOST = re.compile(r"https?://[!-.0-~]{0,250}[^\x00-\x7f\s][^\s/?#<>\"']{0,250}", re.IGNORECASE)
_LAST_ADDRESS = re.compile(r"\s+https?://\S{1,2000}\Z")
_BULLET = re.compile(r"[-•*–] ")
_LIST_LINE = re.compile(r"(?:[-•*–]|\d{1,3}[.)]) |[^\W\d][\w /-]{0,30}: ?\S")
_POINTER = re.compile(
    r"(?:\A|(?<=[.!?…]\s)|(?<=\n))(?:lees|meer|kijk|zie|bekijk|info|informatie|via|read|more|see|find|check|details|visit)"
    r"\b[^.!?\n]{0,60}\Z",
    re.IGNORECASE,
)
_ENDED = (".", "!", "?", "…", ":", "\n")
_INTRODUCTION = re.compile(r"(?:\A|(?<=[.!?]\s)|(?<=\n))[^.!?\n]{1,60}:\s*\Z")

_MAIN_PART = 25
_WRAPPED_AT = 45
"""Characters from which on a line may have been broken by a system that wraps lines, rather than by a writer."""
_NARROWEST, _WIDEST = 55, 120
_FEWEST_BREAKS = 3
_MOST_OF_THEM = 0.8
_RAGGED = 5
_UNFINISHED = re.compile(r"[\w,;&)\"'”’-]\Z")


def story(title: str, text: str, agency: str) -> tuple[str, str]:
    """Give title and text as they are to be posted, with nothing said twice."""
    title = _without_sender(_LAST_ADDRESS.sub("", title) or title, agency)
    text = tidy(text)
    if not title or not text:
        return title, text
    if _words(title) == _words(text) or title.casefold().startswith(text.rstrip("….").casefold()):
        return title, ""
    return _told_once(title, text)


def first_sentence(text: str) -> tuple[str, str]:
    """Give the first sentence of a text, and the rest: for a headline where there is none."""
    end = next((one for one in breaks(text) if one.rank is Rank.SENTENCE), None)
    return (text[: end.end], text[end.start :]) if end else (text, "")


def with_safe_addresses(text: str) -> str:
    """``text`` with every address in it shown as what it is: no tracking, and no host that only looks like another."""
    parts: list[str] = []
    done = 0
    for one in entities(text):
        if one.kind == "url":
            parts += (text[done : one.start], safe_url(without_tracking(one.value)) or one.value)
            done = one.end
    return _FOREIGN_HOST.sub(_in_ascii, "".join((*parts, text[done:])))


def _in_ascii(origin: re.Match[str]) -> str:
    """Write a host as the DNS knows it, where letters of another script may make it look like one that it is not."""
    return (safe_url(origin[0]) or origin[0]).removesuffix("/")


def without_own_link(text: str, link: str | None) -> str:
    """``text`` without the item's own address at its end, and what introduced it: it stands below every post."""
    if link is None:
        return text
    last = next((one for one in reversed(entities(text)) if one.kind == "url"), None)
    if last is None or text[last.end :].strip(" \n.)") or canonical_link(last.value) != canonical_link(link):
        return text
    before = text[: last.start].rstrip(" \n(")
    left = _POINTER.sub("", _INTRODUCTION.sub("", before)).rstrip()
    on_its_own = not left or left != before or left.endswith(_ENDED) or text[: last.start].endswith(("\n", "("))
    return left if on_its_own else text


def _told_once(title: str, text: str) -> tuple[str, str]:
    """Where the text begins with the title: take it out of one of them."""
    short = title.rstrip("….").rstrip()
    if not short or not text.casefold().startswith(short.casefold()):
        return title, _without_last_words_of(title, text)
    rest = text[len(short) :]
    if title.endswith(_ELLIPSIS):
        return "", text
    end = _SENTENCE_END.match(rest)
    if end is None and not short.endswith(("!", "?", ":")):
        return "", text  # the title is the beginning of the first sentence
    told = rest[end.end() :] if end else rest.lstrip()
    return title, told


def _without_last_words_of(title: str, text: str) -> str:
    """``text`` without the title's main part at its beginning, where a date or a section stands before that in the title."""
    for sign in (" - ", ": ", " – "):
        words = title.partition(sign)[2].rstrip("….").rstrip()
        end = _SENTENCE_END.match(text, len(words))
        if len(words) >= _MAIN_PART and end and text.casefold().startswith(words.casefold()):
            return text[end.end() :]
    return text


def _without_sender(title: str, agency: str) -> str:
    """``title`` without the sender's own name behind it, as pages have it (``Weg dicht | Gemeente Voorbeeldstad``)."""
    for sign in (" | ", " - ", " – ", " — "):
        words, found, name = title.rpartition(sign)
        if found and words and name.strip().casefold() == agency.casefold():
            return words.rstrip()
    return title


def tidy(text: str) -> str:
    """Give a text without what systems leave behind: wrapped lines, ornaments, "Lees meer"."""
    text = _CUT_IN_BRACKETS.sub("…", _LEFT_TAG.sub(r"\2", text))
    paragraphs = [[line for line in one.split("\n") if _says_something(line)] for one in text.split("\n\n")]
    width = _wrapped_at(paragraphs)
    text = "\n\n".join("\n".join(_unwrapped(lines, width)) for lines in paragraphs if lines)
    text = _without_half_sentence(_without_last_lines(text))
    if _BULLET.match(text) and "\n" not in text:
        text = text[2:]  # a list of one
    return text.strip()


def _says_something(line: str) -> bool:
    return bool(line.strip()) and not _ORNAMENT.fullmatch(line)


def _wrapped_at(paragraphs: list[list[str]]) -> int | None:
    """Give the width at which a system wrapped the lines of a text; None where a writer ended them.

    A system breaks a line only where the next word would not fit.
    """
    pairs = [pair for lines in paragraphs for pair in pairwise(lines) if not _LIST_LINE.match(pair[1])]
    width = max((len(line) for lines in paragraphs for line in lines), default=0)
    if len(pairs) < _FEWEST_BREAKS or not _NARROWEST <= width <= _WIDEST:
        return None
    wrapped = sum(_would_not_fit(line, following, width) for line, following in pairs)
    return width if wrapped >= _MOST_OF_THEM * len(pairs) else None


def _would_not_fit(line: str, following: str, width: int) -> bool:
    return len(line) + 1 + len(following.split(None, 1)[0]) > width - _RAGGED


def _unwrapped(lines: list[str], width: int | None) -> list[str]:
    """Join lines that were broken in the middle of a sentence."""
    kept = lines[:1]
    for line, following in pairwise(lines):
        if not _LIST_LINE.match(following) and _goes_on(line, following, width):
            kept[-1] = f"{kept[-1]} {following}"
        else:
            kept.append(following)
    return kept


def _goes_on(line: str, following: str, width: int | None) -> bool:
    """Whether a line was broken by its length alone."""
    if width is not None and _would_not_fit(line, following, width):
        return True
    if not _WRAPPED_AT <= len(line) <= _WIDEST or not _UNFINISHED.search(line):
        return False
    return following[:1].islower() or line.endswith(",") or (line.isupper() and following.isupper())


def _without_last_lines(text: str) -> str:
    while True:
        text = _MORE.sub("", text).rstrip()
        before, _, last = text.rpartition("\n")
        if not last or not _LEFT_BEHIND.fullmatch(last.strip()):
            return text
        text = before.rstrip()


def _without_half_sentence(text: str) -> str:
    """Give an excerpt that its source cut off in a sentence without the beginning of that sentence."""
    if not _CUT_OFF.search(text):
        return text
    ends = [one.end for one in breaks(text) if one.rank is Rank.SENTENCE and one.end >= _FEWEST_KEPT]
    return f"{text[: ends[-1]]} …" if ends and ends[-1] < len(text.rstrip("….").rstrip()) else text


def _words(text: str) -> Counter[str]:
    return Counter(_WORD.findall(text.casefold()))
