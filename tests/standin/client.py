"""A bare client of the API: one connection per request, and nothing of our adapter in it."""

from __future__ import annotations

import http.client
import json
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from tests.standin.mastodon import Standin
from tests.standin.process import Remote

STATUSES = "/api/v1/statuses"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
MP4 = bytes(4) + b"ftypisom" + bytes(64)


class Heard(NamedTuple):
    """What came back."""

    status: int
    body: Any
    headers: dict[str, str]


class Client:
    """A client of one account."""

    def __init__(self, server: Standin | Remote, token: str | None = None, timeout: float = 5) -> None:
        self._host = urlsplit(server.url).netloc
        self._timeout = timeout
        self.token = server.token if token is None and isinstance(server, Standin) else token

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Heard:
        """Make one request; a body goes as JSON."""
        content = None if body is None else json.dumps(body)
        return self.send(method, path, content, {"Content-Type": "application/json", **headers})

    def send(self, method: str, path: str, content: str | bytes | None, headers: dict[str, str]) -> Heard:
        """Make one request with a body as it is."""
        connection = http.client.HTTPConnection(self._host, timeout=self._timeout)
        try:
            connection.request(method, path, content, {"Authorization": f"Bearer {self.token}", **headers})
            answer = connection.getresponse()
            return Heard(answer.status, _decoded(answer.read()), dict(answer.getheaders()))
        finally:
            connection.close()

    def post(self, text: str = "Brug open", key: str | None = None, **more: Any) -> Heard:
        """Publish."""
        headers = {"Idempotency-Key": key} if key else {}
        return self.ask("POST", STATUSES, {"status": text, **more}, **headers)

    def upload(self, content: bytes = PNG, alt: str = "") -> Heard:
        """Upload a file."""
        parts = f'--x\r\nContent-Disposition: form-data; name="description"\r\n\r\n{alt}\r\n--x\r\n'
        parts += 'Content-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        body = parts.encode() + content + b"\r\n--x--\r\n"
        return self.send("POST", "/api/v2/media", body, {"Content-Type": "multipart/form-data; boundary=x"})


def _decoded(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return content.decode()
