"""Plain text made tidy: one Unicode form, nothing invisible that could mislead, no ragged white space."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

import regex

from bot.text.clusters import cluster_count, cluster_ends, is_simple

_SURROGATE = re.compile("[\ud800-\udfff]")

# What a control of the C1 range nearly always was: a byte of Windows-1252 read as Latin-1. HTML is read so by rule (HTML
# Standard, numeric character reference end state), feeds need it too. The five bytes without a meaning are dropped.
_WINDOWS_1252 = {byte: bytes([byte]).decode("cp1252", "ignore") for byte in range(0x80, 0xA0)}

_LINE_ENDS = {"\r": "\n", "\x0b": "\n", "\x0c": "\n", "\u2028": "\n", "\u2029": "\n\n"}
_REWRITTEN = str.maketrans(_LINE_ENDS) | _WINDOWS_1252
_FOREIGN = re.compile("[\r\x0b\x0c\x80-\x9f\u2028\u2029]")

# Controls, soft hyphen, bidi controls, zero-width spaces, joiners that join nothing visible, noncharacters. A word joiner
# stays after a sign that it disarms (see `neutral.py`).
_INVISIBLE = re.compile(
    "[\0-\x08\x0e-\x1f\x7f\xad\u180e\u200b\u202a-\u202e\u2061-\u206f\ufdd0-\ufdef\ufeff\ufff0-\ufffb\ufffe\uffff\U000e0001]"
    "|(?<![@#\uff20\uff03])\u2060"
)
# The flags of regions are a black flag and tag characters; anywhere else those spell out hidden text.
_TAGS = re.compile("(\U0001f3f4[\U000e0020-\U000e007e]{1,6}\U000e007f)|[\U000e0020-\U000e007f]")
_MAY_HIDE = re.compile("[\u200c\u200d\U000e0020-\U000e007f]")
_DIRECTION_MARK = re.compile("[\u061c\u200e\u200f]")
_RIGHT_TO_LEFT = regex.compile(r"[\p{Bidi_Class=R}\p{Bidi_Class=AL}]")

# Joiners belong between pictographs (ZWJ), and inside words of scripts that shape their letters (ZWJ and ZWNJ).
_PICTURE = r"\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f"
_SHAPED = r"[\p{L}\p{M}]--[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Common}\p{Script=Inherited}]"
_LOOSE_JOINER = regex.compile(
    rf"(?<![{_PICTURE}[{_SHAPED}]])\u200d|\u200d(?![\p{{Extended_Pictographic}}[{_SHAPED}]])"
    rf"|(?<![{_SHAPED}])\u200c|\u200c(?![{_SHAPED}])",
    regex.VERSION1,
)

# Marks above and below one letter: no language needs more than a few (Tibetan six), and a pile of them covers the lines
# around it. A cluster counts as one character however long it is; UAX #15 streams hold 30 marks, the longest emoji has 10.
_PILE = regex.compile(r"([\p{M}\u0e33\u0eb3]{8})[\p{M}\u0e33\u0eb3]+")
_LONGEST_CLUSTER = 32

_FIXED_SPACE = "[\xa0\u2007\u202f]"
_PADDING = re.compile(rf"{_FIXED_SPACE}(?!(?<=[\d€$£%°§].)\S)(?!(?<=\S.)\d)", re.DOTALL)
_SPACE = " \t\u1680\u2000-\u2006\u2008-\u200a\u205f"
_SPACES = re.compile(f"[{_SPACE}]{{2,}}|[{_SPACE[1:]}]")
_BLANK_LINES = re.compile("\n{3,}")


def clean(text: str) -> str:
    """``text`` in NFC, without invisible characters, with single spaces and at most one blank line; the ends trimmed.

    Joiners that a script or emoji needs stay, and so do spaces that hold a number and its unit together. One character
    has at most eight marks, and 32 code points.
    """
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip(" ")
    text = whole_characters(text)
    if _FOREIGN.search(text):
        text = text.replace("\r\n", "\n").translate(_REWRITTEN)
    return _trimmed(_visible(text))


def collapse(text: str) -> str:
    """``clean(text)`` on one line, with every stretch of white space made one space."""
    return " ".join(clean(text).split())


def whole_characters(text: str) -> str:
    """``text`` with pairs of surrogates joined and lone ones replaced, so that it can be encoded."""
    if not _SURROGATE.search(text):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _visible(text: str) -> str:
    text = _INVISIBLE.sub("", text)
    if _MAY_HIDE.search(text):
        text = _LOOSE_JOINER.sub("", _TAGS.sub(r"\1", text))
    if _DIRECTION_MARK.search(text) and not _RIGHT_TO_LEFT.search(text):
        text = _DIRECTION_MARK.sub("", text)
    return _readable(unicodedata.normalize("NFC", text))


def _readable(text: str) -> str:
    """``text`` without what is piled up on single characters."""
    if is_simple(text):
        return text
    text = _PILE.sub(r"\1", text)
    if len(text) - cluster_count(text) < _LONGEST_CLUSTER:
        return text
    clusters = (text[start:end] for start, end in pairwise([0, *cluster_ends(text)]))
    return "".join(one if len(one) <= _LONGEST_CLUSTER else _shortened(one) for one in clusters)


def _shortened(cluster: str) -> str:
    """The beginning of a cluster, without a joiner that would join nothing any more."""
    return cluster[:_LONGEST_CLUSTER].rstrip("\u200c\u200d")


def _trimmed(text: str) -> str:
    text = _SPACES.sub(" ", _PADDING.sub(" ", text))
    text = "\n".join(line.strip() for line in text.split("\n"))
    return _BLANK_LINES.sub("\n\n", text).strip("\n")
