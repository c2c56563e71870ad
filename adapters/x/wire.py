"""The connection that tweepy talks through: tweepy speaks, and the program's own client does the asking.

tweepy knows the routes of X and how their parameters are written. It gets this in place of a ``requests.Session`` and
always hears a friendly nod, because what it would do with an answer is not wanted: its own session has no time-out, its
host is fixed, its patience with rate limits has no end, and its debug log prints the credential. It never learns it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType, TracebackType
from typing import Any, Self
from urllib.parse import urlencode, urlsplit


class Nod:
    """What tweepy hears, whatever X will say."""

    status_code = 200
    reason = "OK"
    headers: Mapping[str, str] = MappingProxyType({})
    content = b"{}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Keep nothing open."""

    def json(self) -> dict[str, Any]:
        """Give nothing to cast."""
        return {}


@dataclass(slots=True)
class Wire:
    """Keeps the request that tweepy makes. ``route`` begins at the path."""

    route: str = ""

    def request(self, method: str, url: str, *, params: Mapping[str, Any], **_: object) -> Nod:
        """Take a request, as ``requests.Session`` would. tweepy calls this."""
        assert method == "GET", "nothing is ever changed on X"
        self.route = f"{urlsplit(url).path}?{urlencode(params)}"
        return Nod()


def route(say: Callable[[Any], object]) -> str:
    """Let tweepy make one request, and give its path and query. The first call imports tweepy, which takes a while."""
    import tweepy  # a quarter of a second, for those who read X alone

    client = tweepy.Client(return_type=dict)
    client.session = wire = Wire()
    say(client)
    return wire.route
