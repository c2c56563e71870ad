"""Grapheme clusters (UAX #29, extended, Unicode 15.0): what a server counts as one character.

Servers run Ruby 3.3 and 3.4, which know neither rule GB9c (Indic conjuncts, 15.1) nor the narrower pictographs of 17. The
cluster pattern built into ``regex`` knows both and so counts otherwise; hence the grammar is written out, with its data.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import regex

# Extended_Pictographic of Unicode 15.0 (emoji-data.txt): the class was narrowed in 17, and servers have not followed.
_PICTOGRAPHIC = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u2199\u21a9\u21aa\u231a\u231b\u2328\u2388\u23cf\u23e9-\u23f3\u23f8-\u23fa"
    "\u24c2\u25aa\u25ab\u25b6\u25c0\u25fb-\u25fe\u2600-\u2605\u2607-\u2612\u2614-\u2685\u2690-\u2705\u2708-\u2712\u2714"
    "\u2716\u271d\u2721\u2728\u2733\u2734\u2744\u2747\u274c\u274e\u2753-\u2755\u2757\u2763-\u2767\u2795-\u2797\u27a1\u27b0"
    "\u27bf\u2934\u2935\u2b05-\u2b07\u2b1b\u2b1c\u2b50\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001f0ff"
    "\U0001f10d-\U0001f10f\U0001f12f\U0001f16c-\U0001f171\U0001f17e\U0001f17f\U0001f18e\U0001f191-\U0001f19a"
    "\U0001f1ad-\U0001f1e5\U0001f201-\U0001f20f\U0001f21a\U0001f22f\U0001f232-\U0001f23a\U0001f23c-\U0001f23f"
    "\U0001f249-\U0001f3fa\U0001f400-\U0001f53d\U0001f546-\U0001f64f\U0001f680-\U0001f6ff\U0001f774-\U0001f77f"
    "\U0001f7d5-\U0001f7ff\U0001f80c-\U0001f80f\U0001f848-\U0001f84f\U0001f85a-\U0001f85f\U0001f888-\U0001f88f"
    "\U0001f8ae-\U0001f8ff\U0001f90c-\U0001f93a\U0001f93c-\U0001f945\U0001f947-\U0001faff\U0001fc00-\U0001fffd"
)

# Marks that Unicode gained after 15.0; to a server they are unassigned, and attach to nothing.
_LATER = (
    "\u05c8\u05c9\u0897\u0b53\u0b54\u1acf-\u1af0\U00010d69-\U00010d6d\U00010ecb-\U00010ecf\U00010ef0-\U00010efc"
    "\U000113b8-\U000113c0\U000113c2\U000113c5\U000113c7-\U000113ca\U000113cc-\U000113d0\U000113d2\U000113e1\U000113e2"
    "\U00011b60-\U00011b67\U00011df0\U00011f5a\U0001611e-\U0001612f\U0001d127\U0001d128\U0001d250-\U0001d252\U0001d25b"
    "\U0001d25c\U0001d25f\U0001d280\U0001d281\U0001e5ee\U0001e5ef\U0001e6e3\U0001e6e6\U0001e6ee\U0001e6ef\U0001e6f5"
)
# Marks that moved from SpacingMark to Extend in 16.0, which matters between two pictographs only.
_SPACING = (
    "\u0cc0\u0cc7\u0cc8\u0cca\u0ccb\u1715\u1734\u1b3b\u1b3d\u1b43\u1b44\u1baa\u1bf2\u1bf3\ua953\ua9c0\U000111c0\U00011235"
    "\U0001134d\U000116b6\U0001193d\U00011f41\U00016ff0\U00016ff1\U0001d166\U0001d16d"
)
_ATTACHES = rf"[[\p{{GCB=Extend}}\u200d\p{{GCB=SpacingMark}}]--[{_LATER}]]"

# Table 1c of UAX #29; possessive throughout, because no cluster is ever found by giving something back.
_CLUSTER = regex.compile(
    rf"""
    \r\n
    | \p{{GCB=Prepend}}*+
      (?: \p{{RI}}\p{{RI}}
        | \p{{GCB=L}}*+ (?: \p{{GCB=V}}++ | \p{{GCB=LV}}\p{{GCB=V}}*+ | \p{{GCB=LVT}} ) \p{{GCB=T}}*+
        | \p{{GCB=L}}++ | \p{{GCB=T}}++
        | [{_PICTOGRAPHIC}] (?: [\p{{GCB=Extend}}--[{_LATER}{_SPACING}]]*+ \u200d [{_PICTOGRAPHIC}] )*+
        | [^\p{{GCB=Control}}\r\n\p{{GCB=Prepend}}] )
      {_ATTACHES}*+
    | \p{{GCB=Prepend}}++ {_ATTACHES}*+
    | .
    """,
    regex.VERBOSE | regex.DOTALL | regex.VERSION1,
)

# Every character here is a cluster of its own beside every other one here, but for the pair CR LF.
_SIMPLE = "\0-\u02ff\u2010-\u2027\u2030-\u205e\u20a0-\u20c0"
_ALL_SIMPLE = re.compile(f"[{_SIMPLE}]*")
# Where something else stands, with the one simple character before and after it that it may join.
_KNOT = re.compile(f"[{_SIMPLE}]?[^{_SIMPLE}]+(?:[{_SIMPLE}][^{_SIMPLE}]+)*[{_SIMPLE}]?")


def cluster_count(text: str) -> int:
    """How many grapheme clusters ``text`` has."""
    if is_simple(text):
        return len(text) - text.count("\r\n")
    if "\r" in text:
        return len(_CLUSTER.findall(text))
    return len(text) - sum(len(knot) - len(_CLUSTER.findall(knot)) for knot in _KNOT.findall(text))


def is_simple(text: str) -> bool:
    """Whether, by a quick look, every character of ``text`` is a cluster (but for the pair CR LF, which is one)."""
    return text.isascii() or _ALL_SIMPLE.fullmatch(text) is not None


def cluster_ends(text: str, position: int = 0) -> Iterator[int]:
    """Where each grapheme cluster of ``text`` from ``position`` on ends, in order."""
    return (found.end() for found in _CLUSTER.finditer(text, position))
