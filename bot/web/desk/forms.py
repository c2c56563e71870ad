"""What a form brought: names and values, one of each, cleaned of what cannot be seen. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from bot.web.prose import clean, one_line

LARGEST = 256 * 1024
"""Bytes of a form: the longest text of a post, each letter written as nine."""

_MOST_FIELDS = 60
_TYPE = "application/x-www-form-urlencoded"
LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Form:
    """The values of a form by name. One that is not there is empty."""

    values: Mapping[str, str] = field(repr=False)

    def raw(self, name: str) -> str:
        """Give a value as it came."""
        return self.values.get(name, "")

    def line(self, name: str, most: int = 200) -> str:
        """Give a value as one line of at most so many characters."""
        return one_line(self.raw(name))[:most]

    def text(self, name: str) -> str:
        """Give a value of several lines."""
        return clean(self.raw(name)).strip()

    @property
    def reason(self) -> str:
        """Why somebody does it, for the log."""
        return self.line("why", LONGEST_REASON)


EMPTY = Form({})


def read_form(content_type: str, body: bytes) -> Form:
    """Read a form. Raises ``ValueError`` where it is none that a page of ours sends."""
    if content_type.partition(";")[0].strip().lower() != _TYPE:
        raise ValueError("this is no form")
    found = parse_qsl(body.decode("ascii", "strict"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    values = dict(found)
    if len(values) != len(found):
        raise ValueError("a field came twice")
    return Form(values)
