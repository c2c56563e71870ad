"""Failures of the transport, in our own terms.

The originals stay behind: they carry the full address and the headers of the request, and with them credentials.
"""

from __future__ import annotations

import os
import ssl

import aiohttp
from aiohttp import http_exceptions

from adapters.errors import AdapterError, Malformed, Permanent, Temporary
from adapters.http.address import shown
from adapters.http.body import truncated

TRANSPORT = (aiohttp.ClientError, http_exceptions.HttpProcessingError, OSError)
"""What can come out of aiohttp while it asks; ``TimeoutError`` is an ``OSError``."""


def translate(error: BaseException, url: object) -> AdapterError:
    """Say in our terms what went wrong while ``url`` was asked."""
    place = shown(str(url))
    for kinds, code, sentence, remedy in _FAILURES:
        if isinstance(error, kinds):
            return Temporary(f"{place} {sentence}{_reason(error)}.", code=code, remedy=remedy)
    if isinstance(error, aiohttp.ClientPayloadError):
        return _broken_body(error, url)
    if isinstance(error, (aiohttp.ClientResponseError, http_exceptions.HttpProcessingError)):
        return _broken_head(error, place)
    if isinstance(error, aiohttp.InvalidURL):
        return Permanent(f"{place} cannot be asked.", code="http.bad-url", remedy="Check how the address is written.")
    return Temporary(f"{place} cannot be asked{_reason(error)}.", code="http.dropped", remedy=_AGAIN)


_AGAIN = "It is tried again; if it stays, tell whoever runs that server."
_FAILURES: tuple[tuple[tuple[type[BaseException], ...], str, str, str], ...] = (
    (
        (aiohttp.ClientConnectorCertificateError, aiohttp.ClientSSLError),
        "http.tls",
        "offers no valid certificate or no TLS",
        "Open the address in a browser; if that warns too, tell whoever runs that server. Never switch the check off.",
    ),
    ((aiohttp.ServerTimeoutError,), "http.timeout", "did not answer in time", _AGAIN),
    (
        (aiohttp.ClientProxyConnectionError, aiohttp.ClientHttpProxyError),
        "http.proxy",
        "cannot be reached through the proxy",
        "Check network.proxy.",
    ),
    ((aiohttp.ClientConnectorError,), "http.connect", "accepts no connection", _AGAIN),
    ((aiohttp.ServerDisconnectedError, aiohttp.ClientOSError), "http.dropped", "dropped the connection", _AGAIN),
    ((TimeoutError,), "http.timeout", "did not answer in time", _AGAIN),
)


_CUT = (http_exceptions.ContentLengthError, http_exceptions.TransferEncodingError, OSError)
_TOO_MANY = "Too many headers"  # aiohttp has a class for a line that is too long, and only this text for too many lines


def _broken_body(error: BaseException, url: object) -> AdapterError:
    cut = any(isinstance(cause, _CUT) for cause in _causes(error))
    return truncated(url) if cut else nonsense(shown(str(url)))


def _broken_head(error: BaseException, place: str) -> AdapterError:
    for cause in _causes(error):
        if isinstance(cause, http_exceptions.LineTooLong) or _TOO_MANY in str(cause):
            sentence = f"{place} answers with headers that are too large or too many."
            return Malformed(sentence, code="http.headers-too-large", remedy=_AGAIN)
    return nonsense(place)


def nonsense(place: str) -> Temporary:
    """Give the error for an answer that makes no sense."""
    return Temporary(
        f"{place} answers with something that makes no sense in HTTP.", code="http.bad-response", remedy=_AGAIN
    )


def _causes(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found


def _reason(error: BaseException) -> str:
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        reason = getattr(error.certificate_error, "verify_message", "")
    elif isinstance(error, aiohttp.ClientConnectorError) and isinstance(error.os_error, ssl.SSLError):
        reason = (error.os_error.reason or "").replace("_", " ").lower()
    else:
        code = error.errno if isinstance(error, OSError) else None
        reason = os.strerror(code).lower() if code and code > 0 else ""
    return f" ({reason})" if reason else ""
