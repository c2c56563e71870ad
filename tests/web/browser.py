"""A real browser without a window, driven over its own protocol: what a page looks like is asked, not guessed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import aiohttp

CHROMIUM = Path("/usr/bin/chromium")
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-port=0",
)


@dataclass(slots=True)
class Tab:
    """One page in the browser. ``events`` are what the browser told meanwhile."""

    socket: aiohttp.ClientWebSocketResponse
    session: str = ""
    count: int = 0
    events: list[dict[str, Any]] = field(default_factory=list)

    async def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command, and give its result."""
        self.count += 1
        message: dict[str, Any] = {"id": self.count, "method": method, "params": parameters}
        await self.socket.send_json(message | ({"sessionId": self.session} if self.session else {}))
        while True:
            found = await self._next()
            if found.get("id") == self.count:
                assert "error" not in found, found
                result: dict[str, Any] = found["result"]
                return result

    async def open(self, url: str, *, width: int, scheme: Literal["light", "dark"] = "light") -> None:
        """Go to a page as a reader with this screen and taste would see it, and wait until it is whole."""
        await self.ask("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=False)
        await self.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.events.clear()
        await self.ask("Page.navigate", url=url)
        while not any(one.get("method") == "Page.loadEventFired" for one in self.events):
            await self._next()

    async def value(self, expression: str) -> Any:
        """Evaluate an expression in the page; the page's own rules against scripts do not reach here."""
        found = await self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    async def _next(self) -> dict[str, Any]:
        message = await asyncio.wait_for(self.socket.receive(), 20)
        found: dict[str, Any] = json.loads(message.data)
        if "method" in found:
            self.events.append(found)
        return found


@asynccontextmanager
async def browsing(folder: Path) -> AsyncIterator[Tab]:
    """Start a browser with nothing in it, and end it with the block."""
    process = await asyncio.create_subprocess_exec(
        str(CHROMIUM),
        *_FLAGS,
        f"--user-data-dir={folder}",
        "about:blank",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        address = await _address(folder / "DevToolsActivePort")
        async with aiohttp.ClientSession() as http, http.ws_connect(address, max_msg_size=0) as socket:
            yield await _tab(socket)
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


async def _address(file: Path) -> str:
    """Wait for the browser to write down where it listens."""
    async with asyncio.timeout(30):
        while len(found := _lines(file)) != 2:  # noqa: ASYNC110  # the browser tells by a file alone
            await asyncio.sleep(0.05)
    return f"ws://127.0.0.1:{found[0]}{found[1]}"


def _lines(file: Path) -> list[str]:
    return file.read_text().split() if file.exists() else []


async def _tab(socket: aiohttp.ClientWebSocketResponse) -> Tab:
    tab = Tab(socket)
    target = await tab.ask("Target.createTarget", url="about:blank")
    attached = await tab.ask("Target.attachToTarget", targetId=target["targetId"], flatten=True)
    tab.session = attached["sessionId"]
    for domain in ("Page", "Runtime", "Network", "Log", "Accessibility"):
        await tab.ask(f"{domain}.enable")
    return tab
