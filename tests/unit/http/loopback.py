"""Servers of bytes on loopback: each writes what a test says, well formed or not, and counts who came."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from adapters.http import HttpClient, NetworkPolicy

Answer = Callable[["Visit"], Awaitable[None]]
TLS = Path(__file__).parent / "tls"
AGENT = "Omroeper/test (+https://example.org; redactie@example.org)"


@dataclass(slots=True)
class Visit:
    """One request: its head as text, its body, and the way back; ``neighbour`` is the port of another server."""

    head: str
    body: bytes
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    neighbour: int

    @property
    def path(self) -> str:
        """What is asked for, with its query."""
        return self.head.split(" ", 2)[1]

    @property
    def headers(self) -> dict[str, str]:
        """The request's headers, names in lower case."""
        lines = self.head.split("\r\n")[1:]
        return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}

    async def send(self, data: bytes) -> None:
        """Write bytes as they are."""
        self.writer.write(data)
        await self.writer.drain()

    async def reply(self, status: int = 200, body: bytes = b"", headers: Mapping[str, str] | None = None) -> None:
        """Answer in due form."""
        lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        await self.send(("\r\n".join(lines) + "\r\n\r\n").encode() + body)


@dataclass(slots=True)
class Server:
    """A server that runs."""

    port: int
    neighbour: int
    scheme: str = "http"
    connections: int = 0
    visits: list[Visit] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"{self.scheme}://127.0.0.1:{self.port}"


@asynccontextmanager
async def serving(
    answer: Answer,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    tls: ssl.SSLContext | None = None,
    greeting: bytes | None = None,
    neighbour: int = 0,
) -> AsyncIterator[Server]:
    """Serve until the context ends. With a ``greeting``: say that to whoever connects, and nothing else."""
    found = Server(port=0, neighbour=neighbour, scheme="https" if tls else "http")
    working: set[asyncio.Task[Any]] = set()

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        found.connections += 1
        task = asyncio.current_task()
        assert task is not None
        working.add(task)
        try:
            if greeting is not None:
                writer.write(greeting)
                await asyncio.sleep(3600)
            await _converse(found, answer, reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the other side left, or the test is over
        finally:
            working.discard(task)
            writer.transport.abort()

    server = await asyncio.start_server(converse, host, port, ssl=tls)
    found.port = server.sockets[0].getsockname()[1]
    try:
        yield found
    finally:
        server.close()
        for task in list(working):
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)
        await asyncio.sleep(0)


async def _converse(found: Server, answer: Answer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        visit = Visit(head=head, body=b"", reader=reader, writer=writer, neighbour=found.neighbour)
        visit.body = await reader.readexactly(int(visit.headers.get("content-length", "0")))
        found.visits.append(visit)
        await answer(visit)
        if writer.is_closing() or visit.headers.get("connection") == "close":
            with suppress(OSError):
                await writer.drain()
            return


async def fine(visit: Visit) -> None:
    """Answer that all is well."""
    await visit.reply(200, b"alles is goed")


def policy(**changed: Any) -> NetworkPolicy:
    """Give manners for tests: this machine may be asked, without a pause."""
    usual: dict[str, Any] = {
        "user_agent": AGENT,
        "allow_private": (ip_network("127.0.0.1/32"),),
        "host_gap": 0.0,
    }
    return NetworkPolicy(**(usual | changed))


def client(
    *, names: Mapping[str, Sequence[str]] | None = None, tls: ssl.SSLContext | None = None, **changed: Any
) -> HttpClient:
    """Give a client whose names are those of the table, each with its addresses."""

    def lookup(host: str) -> Sequence[str]:
        if names is None or host not in names:
            raise OSError(-2, "Name or service not known")
        return names[host]

    return HttpClient(policy(**changed), lookup=lookup, tls=tls)


def server_tls() -> ssl.SSLContext:
    """Give the certificate of veilig.voorbeeldstad.example, from an authority that only these tests know."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / "server.pem")
    return context


def client_tls() -> ssl.SSLContext:
    """Trust that authority, as strictly as any."""
    return ssl.create_default_context(cafile=str(TLS / "authority.pem"))
