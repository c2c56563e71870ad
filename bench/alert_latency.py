"""From alert to post: how long an alert takes from the moment its source shows it until it is on the account.

    python bench/alert_latency.py [--waiting 10000] [--alerts 20] [--every 1] [--latency 0.05]

The real service runs against a strict server in a process of its own, with so many posts waiting on the same account. Alerts appear
at random moments of the poll. Prints JSON; ``beyond_one_poll`` is the 95th percentile less the interval, in seconds.
"""

from __future__ import annotations

import argparse
import json
import random
import sqlite3
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.e2e.feeds import FeedHost
from tests.e2e.installation import Installation
from tests.standin.process import Remote, spawned

PATIENCE = 60.0
ENTRIES = 1000
"""Entries of one feed; documents with many thousands are cut."""

MESSAGE = """<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>vrv-{number}</identifier>
<sender>alarm@voorbeeldland.example</sender><sent>{sent}</sent><status>Actual</status><msgType>Alert</msgType>
<scope>Public</scope><info><language>nl-NL</language><category>Fire</category><event>Grote brand</event>
<urgency>Immediate</urgency><severity>Extreme</severity><certainty>Observed</certainty><expires>{expires}</expires>
<senderName>Veiligheidsregio Voorbeeldland</senderName><headline>Grote brand in wijk {number}</headline>
<description>De rook gaat naar het noorden.</description><instruction>Ga naar binnen.</instruction>
<web>https://alarm.voorbeeldland.example/{number}</web><area><areaDesc>Wijk {number}</areaDesc></area></info></alert>"""


class AlertHost:
    """An index of alerts on loopback, to which alerts are added."""

    def __init__(self) -> None:
        self.messages: list[str] = []
        host = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                name = self.path.strip("/")
                body = (host.index() if name == "alarm" else host.messages[int(name)]).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/atom+xml" if name == "alarm" else "application/cap+xml")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Serve for as long as the block lasts."""
        thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()

    def index(self) -> str:
        """Give the index, newest first."""
        entries = "".join(
            f"<entry><id>urn:{number}</id><title>Alarm {number}</title><updated>2026-11-23T06:00:00Z</updated>"
            f'<link rel="alternate" type="application/cap+xml" href="{self.url}/{number}"/></entry>'
            for number in reversed(range(len(self.messages)))
        )
        return (
            '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><id>urn:alarm</id><title>Alarm</title>'
            f"<updated>2026-11-23T06:00:00Z</updated>{entries}</feed>"
        )

    def add(self) -> int:
        """Show a new alert; give its number."""
        now = datetime.now(UTC).replace(microsecond=0)
        number = len(self.messages)
        expires = now + timedelta(hours=4)
        self.messages.append(MESSAGE.format(number=number, sent=now.isoformat(), expires=expires.isoformat()))
        return number


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--waiting", type=int, default=10_000)
    parser.add_argument("--alerts", type=int, default=20)
    parser.add_argument("--every", type=int, default=1, help="seconds between two polls")
    parser.add_argument("--latency", type=float, default=0.05, help="seconds that the server takes to answer")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    print(json.dumps(measured(**vars(arguments)), indent=2))


def measured(*, waiting: int, alerts: int, every: int, latency: float, seed: int) -> dict[str, Any]:
    """Let alerts appear while so many posts wait; give how long each took."""
    chance = random.Random(seed)
    host = AlertHost()
    with (
        tempfile.TemporaryDirectory() as folder,
        FeedHost() as feeds,
        host.serving(),
        spawned("--latency", str(latency)) as server,
    ):
        installation = _prepared(Path(folder), feeds, host, server, waiting=waiting, every=every)
        queued = _queued(installation)
        service = installation.start("run")
        try:
            time.sleep(2 * every + 3)
            took = [_one(host, server, chance.uniform(0, every)) for _ in range(alerts)]
        finally:
            service.terminate()
            service.communicate(timeout=90)
    took.sort()
    p95 = took[min(len(took) - 1, round(0.95 * len(took)))]
    return {
        "waiting": queued,
        "alerts": len(took),
        "every": every,
        "median": round(statistics.median(took), 2),
        "p95": round(p95, 2),
        "slowest": round(took[-1], 2),
        "beyond_one_poll": round(p95 - every, 2),
    }


def _prepared(
    folder: Path, feeds: FeedHost, host: AlertHost, server: Remote, *, waiting: int, every: int
) -> Installation:
    """Let the account be met and the queue fill: its budget lets a single post through."""
    names = [f"nieuws{number}" for number in range(-(-waiting // ENTRIES))]
    for name in names:
        feeds.feed(name).add("oud")
    installation = Installation(folder=folder, token=next(iter(server.accounts.values())))
    extra = (
        '[[agency]]\nid = "vrv"\nname = "Veiligheidsregio Voorbeeldland"\ndomains = ["voorbeeldland.example"]\n'
        f'[[source]]\nid = "alarm"\nagency = "vrv"\nkind = "cap"\nurl = "{host.url}/alarm"\nto = ["account"]\n'
        f'every = "{every}s"\n'
    )
    installation.configure(
        server=server.url,
        sources={name: f"{feeds.url}/{name}" for name in names},
        account="posts_per_hour = 1",
        source="burst = 0",
        extra=extra,
    )
    installation.once()
    for number in range(waiting):
        feeds.feed(names[number // ENTRIES]).add(str(number))
    installation.once(timeout=600)
    return installation


def _queued(installation: Installation) -> int:
    with closing(sqlite3.connect(installation.database)) as memory:
        found: tuple[int] = memory.execute("select count(*) from publication where state = 'queued'").fetchone()
    return found[0]


def _one(host: AlertHost, server: Remote, pause: float) -> float:
    """Show an alert at some moment of the poll, and give the seconds until it is on the account."""
    time.sleep(pause)
    start = time.monotonic()
    number = host.add()
    while time.monotonic() - start < PATIENCE:
        if any(f"wijk {number}" in text for text in _texts(server)):
            return time.monotonic() - start
        time.sleep(0.02)
    raise TimeoutError(f"alert {number} did not appear within {PATIENCE:.0f} s")


def _texts(server: Remote) -> list[str]:
    return [post["text"] for post in server.ask("GET", "state")["posts"]]


if __name__ == "__main__":
    main()
