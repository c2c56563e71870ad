"""A sample day: feeds of bodies that do not exist, served on loopback over real HTTP, changing from round to round.

The documents are in ``config/demo``. Marks in them become moments around now (``{{-35m rss}}``), and parts between
``{{from 2}}`` (or ``{{from 1 to 1}}``) and ``{{end}}`` are shown in those rounds alone.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from hashlib import blake2b
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from bot.durations import parse

TYPES = {
    ".rss": "application/rss+xml; charset=utf-8",
    ".atom": "application/atom+xml; charset=utf-8",
    ".json": "application/feed+json",
    ".png": "image/png",
    ".cap": "application/cap+xml",
}
_MARK = re.compile(r"\{\{([^{}]{1,40})\}\}")
_FROM = re.compile(r"from (\d+)(?: to (\d+))?")
_MOMENT = re.compile(r"([+-])(\w+) (rss|iso)")


@dataclass(slots=True)
class SampleDay:
    """The sample feeds in one round of the day; ``asked`` counts requests and how many of them were conditional hits."""

    folder: Path
    now: datetime
    round: int = 0
    address: str = ""
    asked: dict[str, int] = field(default_factory=lambda: {"200": 0, "304": 0})

    def document(self, name: str) -> bytes | None:
        """Give a document as it is in this round; None where there is none of that name."""
        path = self.folder / name
        if path.suffix not in TYPES or path.name != name or not path.is_file():
            return None
        if path.suffix == ".png":
            return path.read_bytes()
        return render(path.read_text(encoding="utf-8"), self.round, self.now).encode()


def render(text: str, round_: int, now: datetime) -> str:
    """Fill in the marks of a sample document."""
    shown = [True]
    parts: list[str] = []
    end = 0
    for mark in _MARK.finditer(text):
        parts += [text[end : mark.start()]] if all(shown) else []
        end = mark.end()
        between = _FROM.fullmatch(mark[1])
        if between:
            shown.append(int(between[1]) <= round_ <= int(between[2] or round_))
        elif mark[1] == "end":
            shown.pop()
        elif all(shown):
            parts.append(_moment(mark[1], now))
    return "".join([*parts, text[end:]])


def _moment(mark: str, now: datetime) -> str:
    found = _MOMENT.fullmatch(mark)
    if not found:
        raise ValueError(f"not a mark of a sample document: {mark}")
    away = parse(found[2])
    moment = (now + away if found[1] == "+" else now - away).replace(microsecond=0)
    return format_datetime(moment, usegmt=True) if found[3] == "rss" else moment.isoformat()


@contextmanager
def served(day: SampleDay) -> Iterator[SampleDay]:
    """Serve a sample day on a free port of loopback, with validators, for as long as the context is open."""

    class Answer(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = day.document(self.path.removeprefix("/"))
            if body is None:
                self.send_error(404)
                return
            etag = f'"{blake2b(body, digest_size=8).hexdigest()}"'
            known = self.headers.get("If-None-Match") == etag
            day.asked["304" if known else "200"] += 1
            self.send_response(304 if known else 200)
            self.send_header("ETag", etag)
            self.send_header("Content-Type", TYPES[Path(self.path).suffix])
            self.send_header("Content-Length", "0" if known else str(len(body)))
            self.end_headers()
            if not known:
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
            """Keep the terminal for what the demonstration has to tell."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    server.daemon_threads = True
    day.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield day
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
