"""The one HTTP client: polite, bounded, and closed to private networks.

    async with HttpClient(NetworkPolicy(user_agent="Omroeper/1.0 (+https://example.org; redactie@example.org)")) as http:
        response = await http.get(url, accept="application/rss+xml", etag=known.etag, named=True)
        raise_for_status(response)

What it raises, and nothing else:

| code | error | what happened |
|---|---|---|
| ``http.bad-url`` | ``Permanent`` | not an http(s) address without credentials, in a usual spelling |
| ``http.private-address`` | ``Permanent`` | leads into a private network that this request may not enter |
| ``http.dns`` | ``Temporary`` | the name has no address |
| ``http.connect``, ``http.proxy`` | ``Temporary`` | nobody accepts the connection |
| ``http.tls`` | ``Temporary`` | no TLS, or a certificate that does not hold |
| ``http.timeout`` | ``Temporary`` | one of the four time caps: connect, silence, all together |
| ``http.dropped``, ``http.truncated`` | ``Temporary`` | the connection ended before the answer, or in its middle |
| ``http.bad-response`` | ``Temporary`` | an answer that makes no sense in HTTP |
| ``http.busy`` | ``Temporary`` | too many large answers at once |
| ``http.redirect-loop``, ``http.redirect-off-https``, ``http.too-many-redirects`` | ``Temporary`` | not followed |
| ``http.headers-too-large``, ``http.too-large``, ``http.bad-encoding`` | ``Malformed`` | over a cap, or undecodable |

Any status is an answer; ``raise_for_status`` says what it means.
"""

from __future__ import annotations

from adapters.http.client import HttpClient
from adapters.http.policy import NetworkPolicy
from adapters.http.response import Hop, Response, raise_for_status

__all__ = ["Hop", "HttpClient", "NetworkPolicy", "Response", "raise_for_status"]
