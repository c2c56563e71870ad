"""What alert services that answer in JSON have in common: a body that must be JSON, and nothing else will do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapters.errors import Malformed
from adapters.feed.charset import decode
from adapters.feed.page import is_page
from adapters.feed.text import clean
from adapters.plainjson import load_json

if TYPE_CHECKING:
    from adapters.contract import Document

JSON_TYPES = "application/json, */*;q=0.1"
_AGAIN = "It is asked again at the next poll; if this lasts, look whether the service has moved."


def parse_json(document: Document, service: str) -> Any:
    """Read JSON. Raises ``Malformed``: ``<service>.empty``, ``.html``, ``.bad-json``, ``.too-deep``."""
    text = decode(document.body, document.charset).strip("\ufeff\t\r\n ")
    if not text:
        raise Malformed("the answer is empty", code=f"{service}.empty", remedy=_AGAIN)
    if is_page(text):
        raise Malformed("a web page (HTML) stands where alerts should be", code=f"{service}.html", remedy=_AGAIN)
    try:
        return load_json(text)
    except RecursionError as error:
        raise Malformed("the JSON is nested too deeply", code=f"{service}.too-deep", remedy=_AGAIN) from error
    except ValueError as error:
        raise Malformed(f"the answer is no JSON: {error}", code=f"{service}.bad-json", remedy=_AGAIN) from error


def changed_shape(service: str, expected: str) -> Malformed:
    """Give the error for JSON that is not what the service used to give."""
    return Malformed(
        f"the answer is JSON of another shape: {expected}",
        code=f"{service}.changed-shape",
        remedy="The service may have changed: look for a newer version of this program, or report the address.",
    )


def string(value: dict[str, Any], *names: str) -> str:
    """Give a text inside an object, "" where there is none; a number is its figures."""
    found: Any = value
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    if isinstance(found, int) and not isinstance(found, bool) and abs(found) < 10**15:
        return str(found)
    return clean(found) if isinstance(found, str) else ""
