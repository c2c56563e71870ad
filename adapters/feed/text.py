"""Texts out of elements: cleaned, and plain or HTML as their type says, or else as they look."""

from __future__ import annotations

import base64
import binascii
import re
from copy import deepcopy
from html.entities import html5

from lxml import etree
from lxml.etree import _Element

from adapters.contract import Text
from adapters.feed.names import ATOM, local_name, namespace_of

_ELEMENT_NAMES = (
    "a abbr acronym address article aside audio b bdi bdo big blockquote body br button caption center cite code col"
    " colgroup dd del details dfn dir div dl dt em embed fieldset figcaption figure font footer form h1 h2 h3 h4 h5 h6"
    " head header hr html i iframe img input ins kbd label legend li main map mark menu meta nav noscript object ol"
    " option p param picture pre q s samp script section select small source span strike strong style sub summary sup"
    " svg table tbody td textarea tfoot th thead time title tr tt u ul var video wbr"
)
_ELEMENTS = frozenset(_ELEMENT_NAMES.split())
_ALONE = frozenset({"br", "hr", "img", "wbr"})
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,15})(?=[\s/>])[^<>]*>")
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|([A-Za-z][A-Za-z0-9]{1,31}));")

_HTML_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,40}", re.ASCII)
_ODD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
_UNUSED = frozenset("\x7f\x81\x8d\x8f\x90\x9d")


def clean(text: str) -> str:
    """Take out what is no text: control characters and halves of characters.

    The characters from U+0080 to U+009F are controls that nobody means: they are windows-1252 that went through a
    program which believed in latin-1, and are read as such.
    """
    return _ODD.sub(_read_odd, text).strip()


def _read_odd(found: re.Match[str]) -> str:
    character = found[0]
    if "\x7f" <= character <= "\x9f" and character not in _UNUSED:
        return character.encode("latin-1").decode("cp1252")
    return ""


def plain_text(element: _Element) -> str:
    """Give the text of an element and of all inside it, without comments."""
    if not len(element):
        return clean(element.text or "")
    return clean(etree.tostring(element, method="text", encoding="unicode", with_tail=False))


def is_markup(text: str, *, surely: bool = False) -> bool:
    """Guess whether a text that does not say so is HTML.

    A reference that HTML knows tells, and so does a tag that HTML knows. ``surely`` is for titles, which are plain by
    rule: a tag counts there only if it ends or stands alone, and only if there is no tag that HTML does not know.
    """
    if "&" in text and any(not found[1] or f"{found[1]};" in html5 for found in _REFERENCE.finditer(text)):
        return True
    if "<" not in text:
        return False
    if not surely:
        return any(found[2].lower() in _ELEMENTS for found in _TAG.finditer(text))
    tags = [(found[1], found[2].lower()) for found in _TAG.finditer(text)]
    return all(name in _ELEMENTS for _, name in tags) and any(end or name in _ALONE for end, name in tags)


def guessed(text: str, *, surely: bool = False) -> Text:
    """Give a text of which the document does not say whether it is HTML."""
    return Text(value=text, markup=is_markup(text, surely=surely))


def text_of(element: _Element, *, atom: bool, html: bool = False, surely: bool = False) -> Text | None:
    """Read a text: as its type says, as the rule for its name says (``atom``, ``html``), or by what it looks like."""
    kind = (element.get("type") or "").strip().lower()
    if kind or atom or namespace_of(element) == ATOM:
        return _typed_text(element, kind or "text")
    if len(element) and next(element.iterchildren("*"), None) is not None:
        return Text(value=_inner_markup(element), markup=True)
    text = plain_text(element)
    return Text(value=text, markup=True) if html else guessed(text, surely=surely)


def _typed_text(element: _Element, kind: str) -> Text | None:
    """Read a text construct of Atom (RFC 4287, sections 3.1 and 4.1.3.3), or one of Atom 0.3 with its ``mode``."""
    mode = (element.get("mode") or "").lower()
    if mode == "base64" or (mode != "escaped" and _is_opaque(kind)):
        return _encoded_text(element, kind)
    if mode != "escaped" and next(element.iterchildren("*"), None) is not None:
        return Text(value=_inner_markup(_without_wrapper(element)), markup=True)
    return Text(value=plain_text(element), markup=_is_html(kind))


def _is_html(kind: str) -> bool:
    return kind in {"html", "xhtml", "text/html", "application/xhtml+xml"}


def _is_opaque(kind: str) -> bool:
    return "/" in kind and not kind.startswith("text/") and not kind.endswith(("+xml", "/xml"))


def _encoded_text(element: _Element, kind: str) -> Text | None:
    """Read base64. None where it holds no text (a picture, say): that is nothing that could be said."""
    try:
        value = base64.b64decode(plain_text(element).encode("ascii", "ignore")).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return Text(value=clean(value), markup=_is_html(kind))


def _without_wrapper(element: _Element) -> _Element:
    """Give the ``div`` that Atom wants around XHTML and that is not part of it; the element itself where it has none."""
    inside = list(element.iterchildren("*"))
    alone = len(inside) == 1 and not (element.text or "").strip() and not (inside[0].tail or "").strip()
    return inside[0] if alone and local_name(inside[0]) == "div" else element


def _inner_markup(element: _Element) -> str:
    """Write what is inside an element as HTML, without namespaces and comments."""
    copy = deepcopy(element)
    etree.strip_tags(copy, etree.Comment, etree.ProcessingInstruction)
    for one in copy.iter("*"):
        one.tag = local_name(one) if _HTML_NAME.fullmatch(local_name(one)) else "span"
        for name in [name for name in one.attrib if not _HTML_NAME.fullmatch(str(name))]:
            value, local = one.attrib.pop(name), str(name).rpartition("}")[2]
            if _HTML_NAME.fullmatch(local):
                one.set(local, value)
    etree.cleanup_namespaces(copy)
    copy.tag = "div"
    copy.attrib.clear()
    written = etree.tostring(copy, method="html", encoding="unicode", with_tail=False)
    return clean(written.removeprefix("<div>").removesuffix("</div>"))
