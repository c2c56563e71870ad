"""Everything we do to text: count it as servers count, clean, cut, disarm and recognise it. Pure: no network, no clock.

Text from outside passes here in this order: ``to_text`` (where it is HTML) or ``clean``, ``neutralise``, ``cut`` or
``split``. Only what has been cleaned can be neutralised: an invisible character taken out later might bring a sign and a
name together again.
"""

from __future__ import annotations

from bot.text.count import status_length
from bot.text.cut import cut, split
from bot.text.entities import Entity, entities
from bot.text.hosts import host_of, same_site
from bot.text.identity import canonical_link, is_landing_page
from bot.text.links import safe_url
from bot.text.markup import links_in, to_text
from bot.text.neutral import neutralise
from bot.text.posted import digest, post_text
from bot.text.tags import hashtag
from bot.text.tidy import clean, collapse
from bot.text.tracking import without_tracking

__all__ = [
    "Entity",
    "canonical_link",
    "clean",
    "collapse",
    "cut",
    "digest",
    "entities",
    "hashtag",
    "host_of",
    "is_landing_page",
    "links_in",
    "neutralise",
    "post_text",
    "safe_url",
    "same_site",
    "split",
    "status_length",
    "to_text",
    "without_tracking",
]
