"""Answers: every one with the headers that keep a reader safe, and so that nothing is sent twice that did not change."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

_SAFE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; "
    "form-action 'none'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), "
    "gyroscope=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_HSTS = {"Strict-Transport-Security": "max-age=31536000"}
_OPEN = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}

HTML = "text/html; charset=utf-8"
MINUTE = "public, max-age=60"
"""Short, so that what is taken away is soon away everywhere."""
YEAR = "public, max-age=31536000, immutable"
"""For what has its own hash in its address."""
NEVER = "no-store"


def safe_headers(public_url: str | None) -> dict[str, str]:
    """Give the headers that every answer has; browsers are told to stay with https only where citizens come over https."""
    return _SAFE | (_HSTS if (public_url or "").startswith("https://") else {})


def answer(
    request: Request, body: str | bytes, media_type: str, *, cache: str, feed: bool = False, status: int = 200
) -> Response:
    """Answer a request; with 304 and no body where the reader has exactly this already (RFC 9110, section 13.1.2).

    There is no Last-Modified: when something is taken away, what remains is older, and yet it is news.
    ``feed``: other sites may read it too.
    """
    content = body.encode() if isinstance(body, str) else body
    etag = f'"{blake2b(content, digest_size=16).hexdigest()}"'
    headers = {"Cache-Control": cache} | (_OPEN if feed else {})
    headers |= {"Vary": "Accept-Language"} if media_type == HTML else {}
    if status != HTTPStatus.OK:
        return Response(content, status, headers, media_type)
    headers["ETag"] = etag
    if _has_it(request.headers, etag):
        return Response(None, HTTPStatus.NOT_MODIFIED, headers)
    return Response(content, status, headers, media_type)


def _has_it(headers: Mapping[str, str], etag: str) -> bool:
    asked = headers.get("if-none-match", "")
    return asked.strip() == "*" or etag in {one.strip().removeprefix("W/") for one in asked.split(",")}
