"""The elements of CAP by name, whatever namespace, prefix or spelling a document gives them.

A message has them in the namespace of its version; an index borrows them into Atom entries, where MeteoAlarm writes
``cap:message_type`` for ``msgType`` and others leave ``valueName`` without its prefix. All are one name here.
"""

from __future__ import annotations

import re

from lxml.etree import _Element

from adapters.feed.names import local_name, namespace_of
from adapters.feed.text import clean, plain_text

VERSION_1_2 = "urn:oasis:names:tc:emergency:cap:1.2"
NAMESPACES = (VERSION_1_2, "urn:oasis:names:tc:emergency:cap:1.1", "http://www.incident.com/cap/1.0")

_ALIASES = {"messagetype": "msgtype"}
_SPACES = re.compile(r"\s+")

Fields = dict[str, list[_Element]]
"""The children of an element by name (lower case, without underscores), those of one name in order."""


def is_cap(element: _Element) -> bool:
    """Whether an element is in a namespace of CAP, of any version."""
    return (
        namespace_of(element).lower().startswith(("urn:oasis:names:tc:emergency:cap:", "http://www.incident.com/cap/"))
    )


def fields_of(element: _Element, *, borrowed: bool = False) -> Fields:
    """Sort the children of an element by name; ``borrowed``: only those that are CAP's, inside something else."""
    found: Fields = {}
    for child in element.iterchildren("*"):
        if not borrowed or is_cap(child):
            name = local_name(child).lower().replace("_", "")
            found.setdefault(_ALIASES.get(name, name), []).append(child)
    return found


def text(fields: Fields, name: str) -> str:
    """Give the text of the first element of a name that has any, cleaned at its edges; "" where none has."""
    return next(filter(None, texts(fields, name)), "")


def texts(fields: Fields, name: str) -> tuple[str, ...]:
    """Give the texts of all elements of a name that have any."""
    return tuple(found for element in fields.get(name, ()) if (found := plain_text(element)))


def word(fields: Fields, name: str) -> str:
    """Give a text as one line."""
    return one_line(text(fields, name))


def one_line(value: str) -> str:
    """Make white space single spaces."""
    return _SPACES.sub(" ", clean(value)).strip()


def pairs(fields: Fields, name: str) -> tuple[tuple[str, str], ...]:
    """Give ``valueName`` and ``value`` of every ``geocode`` or ``parameter``.

    The national weather service of the United States puts several pairs into one ``geocode``; CAP 1.0 wrote ``name=value``.
    """
    found: list[tuple[str, str]] = []
    for element in fields.get(name, ()):
        key = ""
        for child in element.iterchildren("*"):
            if local_name(child).lower() == "valuename":
                key = one_line(plain_text(child))
            elif value := one_line(plain_text(child)):
                found.append((key, value))
        if not len(element) and "=" in (element.text or ""):
            key, _, value = one_line(element.text or "").partition("=")
            found.append((key, value))
    return tuple(found)
