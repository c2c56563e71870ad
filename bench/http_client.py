"""What the HTTP client costs beside a bare aiohttp client: CPU per conditional request that is answered 304.

Both ask the same server, which runs in a process of its own, in many short rounds by turns, so that the noise of the
machine meets both alike; the ratio is the median over the pairs of rounds. Prints JSON: ``{"requests", "concurrency", "rounds", "answers",
"bare_us", "client_us", "ratio"}``, times in microseconds of CPU of this process per request.

    python bench/http_client.py --requests 1000 --concurrency 64
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from ipaddress import ip_network
from statistics import median

import aiohttp

from adapters.http import HttpClient, NetworkPolicy

ANSWER = b'HTTP/1.1 304 Not Modified\r\nETag: "v1"\r\nCache-Control: max-age=900\r\n\r\n'
AGENT = "Omroeper-bench/1.0 (+https://example.org)"
ACCEPT = "application/atom+xml, application/rss+xml;q=0.9, */*;q=0.1"


class NotModified(asyncio.Protocol):
    """Answers every request in the same way, as cheaply as it can be done."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.WriteTransport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer as many requests as ended in these bytes."""
        self.transport.write(ANSWER * data.count(b"\r\n\r\n"))


async def serve() -> None:
    """Serve until standard input closes; print the port first."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(NotModified, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


async def many(ask: Callable[[], Awaitable[int]], requests: int, concurrency: int) -> list[int]:
    """Ask so often, so many at a time; give the statuses."""
    left = iter(range(requests))
    statuses: list[int] = []

    async def worker() -> None:
        statuses.extend([await ask() for _ in left])

    await asyncio.gather(*(worker() for _ in range(concurrency)))
    return statuses


async def timed(ask: Callable[[], Awaitable[int]], requests: int, concurrency: int) -> tuple[float, list[int]]:
    """Give the CPU seconds of one round and its statuses."""
    started = time.process_time()
    statuses = await many(ask, requests, concurrency)
    return time.process_time() - started, statuses


async def measure(url: str, requests: int, concurrency: int, rounds: int) -> dict[str, object]:
    """Run both clients in turn."""
    timeout = aiohttp.ClientTimeout(total=30)
    connector = aiohttp.TCPConnector(limit=0)
    policy = NetworkPolicy(
        user_agent=AGENT,
        allow_private=(ip_network("127.0.0.0/8"),),
        concurrency=concurrency,
        private_per_host=concurrency,
    )
    headers = {"User-Agent": AGENT, "Accept": ACCEPT, "If-None-Match": '"v1"'}
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session, HttpClient(policy) as client:

        async def bare() -> int:
            async with session.get(url, headers=headers) as response:
                await response.read()
                return response.status

        async def ours() -> int:
            return (await client.get(url, accept=ACCEPT, etag='"v1"', named=True)).status

        for ask in (bare, ours):
            await many(ask, max(concurrency, requests // 10), concurrency)
        figures: dict[str, list[float]] = {"bare": [], "ours": []}
        answers: dict[int, int] = {}
        for _ in range(rounds):
            for name, ask in (("bare", bare), ("ours", ours)):
                spent, statuses = await timed(ask, requests, concurrency)
                figures[name].append(spent / requests * 1e6)
                for status in statuses:
                    answers[status] = answers.get(status, 0) + 1
    pairs = zip(figures["ours"], figures["bare"], strict=True)
    return {
        "requests": requests,
        "concurrency": concurrency,
        "rounds": rounds,
        "answers": answers,
        "bare_us": round(median(figures["bare"]), 1),
        "client_us": round(median(figures["ours"]), 1),
        "ratio": round(median(ours / bare for ours, bare in pairs), 3),
    }


def main() -> None:
    """Read the arguments, start the server, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=1000, help="requests per round")
    parser.add_argument("--concurrency", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        asyncio.run(serve())
        return
    command = [sys.executable, __file__, "--serve"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        url = f"http://127.0.0.1:{int(server.stdout.readline())}/feed.xml"
        figures = asyncio.run(measure(url, options.requests, options.concurrency, options.rounds))
        server.communicate()
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
