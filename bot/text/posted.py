"""Recognising a post of ours after a server made HTML of it: its text back, and a fingerprint that survives the trip.

Mastodon hides parts of long addresses in spans, Takahe shortens what it shows, GoToSocial and Pleroma differ in breaks,
links and escapes; all may drop white space. So the fingerprint is taken of what none of them changes.
"""

from __future__ import annotations

import hashlib
import html
import unicodedata
from urllib.parse import unquote

import regex

from bot.text.markup import parsed, unwrapped
from bot.text.reader import Element, Reader
from bot.text.tidy import clean, whole_characters

_INSUBSTANTIAL = regex.compile(r"[\s\p{Cf}\p{Cc}\ufe00-\ufe0f]+")
_BYTES = 16
_ELLIPSES = ("…", "...")


def post_text(markup: str) -> str:
    """The text of a status from the HTML that its server gives, with addresses whole where the server shortened them."""
    page = parsed(unwrapped(markup)) if "<" in markup else None
    return clean(html.unescape(markup) if page is None else Reader(_address_if_shortened).read(page))


def digest(text: str) -> str:
    """The fingerprint of a status's text: 32 hexadecimal digits, equal for the text sent and ``post_text`` of its HTML.

    White space, letter case, invisible characters, compatibility forms and percent-encoding make no difference to it.
    """
    normal = unicodedata.normalize("NFKC", unquote(whole_characters(text))).casefold()
    substance = _INSUBSTANTIAL.sub("", unicodedata.normalize("NFKC", normal))
    return hashlib.blake2b(substance.encode(), digest_size=_BYTES).hexdigest()


def _address_if_shortened(link: Element) -> str | None:
    """The address behind a link whose words end in an ellipsis; None where the words are to be read as they are."""
    href = link.get("href") or ""
    return href if "".join(link.itertext()).strip().endswith(_ELLIPSES) and "://" in href else None
