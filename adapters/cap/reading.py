"""A document as a survey: which kind of CAP it is, and where its messages are.

One message; several in an envelope (EDXL-DE, IPAWS); an index in Atom or RSS, or of bare links; JSON of
api.weather.gov.
"""

from __future__ import annotations

import re

from lxml import etree
from lxml.etree import _Element

from adapters.cap.geojson import survey_json
from adapters.cap.index import survey_feed
from adapters.cap.links import looks_like_links, survey_links
from adapters.cap.message import Message, is_message
from adapters.cap.survey import Context, Listed, Survey, take_all
from adapters.contract import Broken, Document
from adapters.errors import Malformed
from adapters.feed.address import first_web
from adapters.feed.charset import decode
from adapters.feed.mend import ROOT, mend
from adapters.feed.page import is_page
from adapters.feed.prune import find_entries
from adapters.plainxml import weight

_MOST_TAGS = 420_000
_DECLARATION = re.compile(r"\s*<\?xml[^<>]{0,300}\?>")
_DOCTYPE = re.compile(r"<!DOCTYPE", re.IGNORECASE)
_TAG = re.compile(r"<(!--|\?|!|[A-Za-z_])")
_MESSAGE = re.compile(r"<(?:[\w.-]{1,40}:)?alert[\s>]")
_CLOSERS = {"!--": "-->", "?": "?>", "!": ">"}

_HEAD = 256 * 1024
"""Bytes of a document by which it is recognised: the namespace of an index stands at its beginning or at an entry."""
_CAP_NAMESPACE = re.compile(
    rb"xmlns(?::[\w.-]{1,40})?\s{0,9}=\s{0,9}[\"'](?:urn:oasis:names:tc:emergency:cap:|http://www\.incident\.com/cap/)"
)
_CAP_LINK = re.compile(rb"<(?:[\w.-]{1,40}:)?(?:link|enclosure|content)\s[^<>]{0,3000}application/cap\+xml")
_REQUIRED = (b"<identifier>", b"<sender>", b"<sent>")
_CAP_JSON = (b'"FeatureCollection"', b'"messageType"', b'"severity"', b'"urgency"')


def looks_like_cap(document: Document) -> bool:
    """Whether a document says of itself that it is CAP, or an index of it."""
    head = document.body[:_HEAD].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xfe\xff\t\r\n ")
    if head.startswith(b"{"):
        return all(word in head for word in _CAP_JSON)
    if head.startswith(b"<") and not is_page(head[:2000].decode("latin-1")):
        bare = b"<alert>" in head and all(name in head for name in _REQUIRED)
        return bare or bool(_CAP_NAMESPACE.search(head) or _CAP_LINK.search(head))
    return looks_like_links(head.decode("latin-1"))


def survey(document: Document, context: Context) -> Survey:
    """List what a document shows.

    Raises ``Malformed`` where there is no CAP in it: ``cap.empty``, ``cap.html``, ``cap.not-cap``, ``cap.not-well-formed``,
    ``cap.bad-json``, ``cap.too-deep``, ``cap.too-many-tags``.
    """
    if not document.body.strip():
        raise Malformed("the answer is empty", code="cap.empty", remedy=_REMEDY)
    text = decode(document.body, document.charset)
    url = first_web(document.url)
    found = _survey(text, url, context.at(url))
    if found is None:
        raise _no_cap(text)
    return found


def message_in(document: Document, context: Context, page: str | None) -> tuple[Message | Broken, ...]:
    """Read the message behind an entry of an index. Raises ``Malformed`` where there is none, as ``survey`` does."""
    if not document.body.strip():
        raise Malformed("the answer is empty", code="cap.empty", remedy=_REMEDY)
    text = decode(document.body, document.charset)
    found = _messages(text, context.at(first_web(document.url)), page)
    if not found:
        raise _no_cap(text)
    return found


def _survey(text: str, url: str, context: Context) -> Survey | None:
    start = text.lstrip("\ufeff\t\r\n ")
    if start.startswith("{"):
        return survey_json(start, context)
    if weight(text) > _MOST_TAGS:
        raise Malformed(
            f"the document has more than {_MOST_TAGS:,} tags and attributes", code="cap.too-many-tags", remedy=_REMEDY
        )
    if is_page(text) or not start.startswith("<"):
        return survey_links(text, url, context)
    if ROOT.match(text, _beginning(text)):
        feed = find_entries(text)
        return survey_feed(feed, url, context) if feed else None
    messages = _messages(text, context, first_web(url) or None)
    return Survey(listed=(Listed(messages=messages),), notes=context.setting.notes) if messages else None


def _beginning(text: str) -> int:
    """Give where the first element begins."""
    position = 0
    while found := _TAG.search(text, position):
        closer = _CLOSERS.get(found[1])
        if closer is None:
            return found.start()
        end = text.find(closer, found.end())
        if end < 0:
            break
        position = end
    return len(text)


def _messages(text: str, context: Context, page: str | None) -> tuple[Message | Broken, ...]:
    root = _parse(text)
    if root is None:
        root = _mended(text)
        context.setting.notes["cap.mended"] += root is not None
    if root is None:
        return ()
    found = [root] if is_message(root) else [one for one in root.iter("{*}alert") if is_message(one)]
    return take_all(found, context, page if len(found) == 1 else None)  # the address of a list is no message's own


def _parse(text: str) -> _Element | None:
    """Parse XML as it stands, without its document type: nothing in CAP needs one, and bombs are made of them."""
    declaration = _DECLARATION.match(text)
    body = text[declaration.end() :] if declaration else text.lstrip("\ufeff\t\r\n ")
    start = _beginning(body)
    if _DOCTYPE.search(body, 0, start):
        body = body[start:]
    parser = etree.XMLParser(encoding="utf-8", resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    try:
        return etree.fromstring(body.encode("utf-8", "ignore"), parser)
    except etree.XMLSyntaxError:
        return None


def _mended(text: str) -> _Element | None:
    """Put right a bare ``&`` and its like. What is still no XML after that was cut off, and half a warning is none."""
    body = text[_beginning(text) :]
    nearly = mend(f"<feed>{body}</feed>")
    root = _parse(nearly.text) if nearly and not nearly.truncated else None
    return None if root is None else next(root.iterchildren("*"), None)


# ── what it is instead ───────────────────────────────────────────────────────────────────────────────────────────────

_REMEDY = "Look at the address in a browser; if this lasts, ask the publisher."


def _no_cap(text: str) -> Malformed:
    if is_page(text):
        return Malformed(
            "a web page (HTML) stands where alerts should be",
            code="cap.html",
            remedy="Look for the address of the CAP feed on the page, or wait if the service is down.",
        )
    if _MESSAGE.match(text, _beginning(text)):
        return Malformed(
            "a CAP message begins, and is cut off or broken in a way that cannot be mended",
            code="cap.not-well-formed",
            remedy="It is asked for again; if this lasts, tell the publisher: half a warning is not passed on.",
        )
    return Malformed(
        "there is no CAP message in the document, nor an index of messages",
        code="cap.not-cap",
        remedy="Look at the address in a browser; another kind of source may be what reads it.",
    )
