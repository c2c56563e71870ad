"""The connection that Mastodon.py talks through: it lets Mastodon.py speak, and listens itself.

Mastodon.py gets this in place of a ``requests.Session`` and always hears an empty, friendly answer. What the server
really said is kept as an ``Answer``, or a ``Loss``, because Mastodon.py's own listening

* tells neither the headers nor whether a request left at all (every failure of transport is one error),
* raises on a 200 whose rate headers it cannot read, and warns of a ``deprecation`` header,
* casts every body into its 147 classes: 1.6 ms a status and 62 ms a page of forty, measured.

Nothing is followed elsewhere: a redirect is an answer like any other, so that the token stays with its server.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import requests
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, ReadTimeoutError

from adapters.mastodon.errors import Answer, Loss

MAX_BODY = 8 * 1024 * 1024
"""Bytes of an answer, unpacked; a page of forty posts is some 200 KiB."""
CHUNK = 65_536
SHORTEST_TOKEN = 8
"""Characters; anything shorter could be a word of the answer."""
PARTS = ("data", "json", "params")


class Parcel:
    """A body that knows whether sending it has begun: until then the other side cannot have handled the request."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self.begun = False

    def __len__(self) -> int:
        return len(self._content)

    def __iter__(self) -> Iterator[bytes]:
        self.begun = True
        yield self._content


class Nod:
    """What Mastodon.py hears, whatever the server said."""

    ok = True
    status_code = 200
    reason = "OK"
    headers: Mapping[str, str] = MappingProxyType({})
    content = b"{}"

    def json(self) -> dict[str, Any]:
        """Give nothing to cast."""
        return {}


class Wire:
    """One connection, kept alive. One request at a time: whoever shares it takes turns.

    The environment has no say: neither its proxies nor a ``.netrc``, whose password would take the token's place.
    ``proxy`` is the configured one.
    """

    def __init__(self, proxy: str | None = None) -> None:
        self._session = requests.Session()
        self._session.trust_env = False
        if proxy:
            self._session.proxies = {"http": proxy, "https": proxy}
        self._also: Mapping[str, object] = {}
        self._heard: list[Answer | Loss] = []

    def hear(self, say: Callable[[], object], also: Mapping[str, object]) -> Answer | Loss:
        """Let Mastodon.py make exactly one request, and give what came of it.

        ``also`` is what Mastodon.py has no word for: it is added to the parameters on their way out.
        """
        self._also = also
        self._heard.clear()
        say()
        [heard] = self._heard
        return heard

    def request(self, method: str, url: str, *, timeout: float, **parts: Any) -> Nod:
        """Make a request, as ``requests.Session`` would. Mastodon.py calls this."""
        self._heard.append(self._sent(self._prepared(method, url, parts), timeout))
        return Nod()

    def close(self) -> None:
        """Give the connection back. A later request opens another."""
        self._session.close()

    def _prepared(self, method: str, url: str, parts: dict[str, Any]) -> requests.PreparedRequest:
        part = next(name for name in PARTS if name in parts)
        added = parts | {part: {**parts[part], **self._also}}
        # Takahe knows no address with a slash at its end, and Mastodon.py asks for /api/v2/instance/.
        return self._session.prepare_request(requests.Request(method, url.rstrip("/"), **added))

    def _sent(self, prepared: requests.PreparedRequest, timeout: float) -> Answer | Loss:
        parcel = _parcel(prepared.body)
        if parcel is not None:
            prepared.body = parcel  # type: ignore[assignment]  # requests and urllib3 take any iterable with a length
        settings = self._session.merge_environment_settings(prepared.url, {}, stream=True, verify=None, cert=None)
        try:
            response = self._session.send(prepared, timeout=timeout, allow_redirects=False, **settings)
            return _read(response, time.monotonic() + timeout, _credential(prepared))
        except (requests.RequestException, HTTPError) as error:
            return Loss(
                sent=parcel.begun if parcel is not None else _may_have_left(error),
                timed_out=isinstance(error, (requests.Timeout, ReadTimeoutError)),
                reason=_innermost(error),
            )


def _parcel(body: object) -> Parcel | None:
    """Wrap a body: requests makes text of a form, and bytes of JSON and of files."""
    content = body.encode() if isinstance(body, str) else body
    return Parcel(content) if isinstance(content, bytes) else None


def _credential(prepared: requests.PreparedRequest) -> bytes:
    """Give what follows ``Bearer`` in a request; nothing where there is too little to be one."""
    token = (prepared.headers.get("Authorization") or "").rpartition(" ")[2].encode()
    return token if len(token) >= SHORTEST_TOKEN else b""


def _read(response: requests.Response, deadline: float, credential: bytes) -> Answer:
    """Read the body as it comes, so that neither a large nor a dripping one can hold us.

    Servers that repeat what they refuse would have their words, and our token in them, shown to people.
    """
    body = bytearray()
    while piece := response.raw.read1(CHUNK, decode_content=True):
        body += piece
        if len(body) > MAX_BODY or time.monotonic() > deadline:
            response.close()
            raise requests.ReadTimeout("the answer was too long, or took too long")
    content = bytes(body).replace(credential, b"...") if credential else bytes(body)
    return Answer(status=response.status_code, headers=response.headers, content=content)


def _may_have_left(error: Exception) -> bool:
    """Tell whether a request without a body may have left: not when no connection ever stood."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return not isinstance(reason, (NewConnectionError, ConnectTimeoutError))


def _innermost(error: BaseException) -> str:
    """Give the cause at the bottom in its own words: refused, timed out, certificate, name not known."""
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    return f"{type(error).__name__}: {error}"[:200]
