"""One request as the pages see it: in which language, from which address on, and where its links lead."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from starlette.requests import Request

from bot.web.site import LANGUAGES, Language, Site
from bot.web.texts import Voice

_RANGE = re.compile(r"\s*([A-Za-z*-]{1,20})\s*(?:;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?))?\s*")
_MOST_RANGES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A request. ``chosen``: its language was asked for in the address, and links have to carry it on.

    ``query`` is what else the address asks for: a place in a list, or a choice among its lines.
    """

    language: Language
    chosen: bool
    base: str
    path: str
    query: Sequence[tuple[str, str]] = ()

    @property
    def voice(self) -> Voice:
        """The pages' own words."""
        return Voice(self.language)

    def link(self, path: str, **query: str) -> str:
        """Give an address within the site, in the language of this visit."""
        return address(path, **({"lang": self.language} if self.chosen else {}), **query)

    def in_language(self, language: Language) -> str:
        """Give the address of this very page, with all that it asks for, in a language."""
        return f"{self.path}?{urlencode([*self.query, ('lang', language)])}"

    def absolute(self, path: str, **query: str) -> str:
        """Give the same with scheme and host, for what is read elsewhere."""
        return self.base + self.link(path, **query)


def address(path: str, **query: str) -> str:
    """Give a path with its query."""
    return f"{path}?{urlencode(query)}" if query else path


def visit(request: Request, site: Site, *, negotiate: bool = True) -> Visit:
    """Look at a request. Feeds do not ``negotiate``: who reads one gets the same wherever it is fetched from."""
    asked = request.query_params.get("lang", "")
    chosen = next((one for one in LANGUAGES if one == asked), None)
    accepted = preferred(request.headers.get("accept-language", "")) if negotiate else None
    return Visit(
        language=chosen or accepted or site.language,
        chosen=chosen is not None,
        base=site.public_url or f"{request.scope['scheme']}://{request.headers.get('host', '')}",
        path=quote(f"/{request.scope['path'].lstrip('/')}"),  # two slashes would start the address of another site
        query=tuple(one for one in request.query_params.multi_items() if one[0] != "lang"),
    )


def preferred(header: str) -> Language | None:
    """Give the one of our languages that ``Accept-Language`` likes best (RFC 9110, section 12.5.4); None for neither."""
    liked = _qualities(header)
    ours = [one for named in liked for one in LANGUAGES if one == named and liked[named] > 0]
    return max(ours, key=lambda one: liked[one], default=None)  # of equals the one that was named first


def _qualities(header: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for one in header.split(",")[:_MOST_RANGES]:
        match = _RANGE.fullmatch(one)
        if match:
            language = match.group(1).lower().partition("-")[0]
            found[language] = max(found.get(language, 0.0), min(float(match.group(2) or 1), 1.0))
    return found
