"""Asking an API for one reply: with which credential, what the status means, and what the reply itself says is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from adapters.errors import AdapterError, Limited, Malformed
from adapters.plainjson import load_json
from adapters.reply import mapping, moment

if TYPE_CHECKING:
    from adapters.http import HttpClient, Response

Refusal = Callable[["Response"], AdapterError | None]
"""Gives the error that a reply tells of, None where its status says it all."""

JSON = "application/json"
PAUSE = timedelta(minutes=15)
"""How long to wait where an API asks for a pause and does not say how long: the usual window of rate limits."""
_RESETS = ("ratelimit-reset", "x-ratelimit-reset", "x-rate-limit-reset")
_DELTA = timedelta(days=366)


async def get(
    http: HttpClient, url: str, refusal: Refusal, *, token: str = "", accept: str = JSON, named: bool = True
) -> Response:
    """Ask with GET. Raises what ``HttpClient.get`` raises, and what the reply means.

    ``named``: the address, or the base that it begins with, stands in the configuration or in our own code.
    """
    response = await http.get(url, accept=accept, headers=_bearer(token), named=named)
    return understood(response, refusal)


async def post(http: HttpClient, url: str, refusal: Refusal, *, token: str = "", **body: Any) -> Response:
    """Ask with POST, with ``json`` or ``form``. Raises as ``get`` does."""
    response = await http.post(url, accept=JSON, headers=_bearer(token), named=True, **body)
    return understood(response, refusal)


def understood(response: Response, refusal: Refusal) -> Response:
    """Give the reply back where it is one; raise what it means otherwise."""
    from adapters.http import raise_for_status  # here, because reading a file needs no client

    if error := refusal(response):
        raise error
    try:
        raise_for_status(response)
    except Limited as error:
        if error.until is None:
            error.until = until_reset(response.headers, datetime.now(UTC))
        raise
    return response


def complaint(response: Response) -> Mapping[str, Any]:
    """Give the JSON object in which an API says what is wrong; an empty one where there is none."""
    if response.status < 400:  # noqa: PLR2004 - RFC 9110, section 15.5
        return {}
    with suppress(ValueError, RecursionError, Malformed):
        return mapping(load_json(response.body))
    return {}


def until_reset(headers: Mapping[str, str], now: datetime) -> datetime:
    """Read the moment at which a limit is lifted: ISO 8601, seconds since 1970, or seconds from now. Else a while."""
    for name in _RESETS:
        value = headers.get(name, "").strip()
        found = moment(int(value) if value.isascii() and value.isdigit() and len(value) < 16 else value)  # noqa: PLR2004 - year 9999
        if found and found.year == 1970:  # noqa: PLR2004 - so small a number counts from now
            found = now + (found - datetime.fromtimestamp(0, UTC))
        if found and now < found < now + _DELTA:
            return found
    return now + PAUSE


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}
