"""Near-equal text: whether two texts tell the same announcement, decided so that a wrong merge is the rarer mistake.

`platform` takes off what platforms add; `scan` reads words and facts, with `figures` and the data of `measures`,
`lexicon` and `places`; `signature` keeps what is needed to compare and to find; `verdict` decides, and `telling` does so
for items that have a title. All pure. In plain words, with figures: docs/similarity.md.
"""

from bot.similar.signature import VERSION, Signature, blocking_keys, signature
from bot.similar.telling import Telling, compare_tellings, telling
from bot.similar.verdict import Comparison, compare, compare_signatures

__all__ = [
    "VERSION",
    "Comparison",
    "Signature",
    "Telling",
    "blocking_keys",
    "compare",
    "compare_signatures",
    "compare_tellings",
    "signature",
    "telling",
]
