"""Serving inside somebody else's loop: it says when it is ready, keeps out of signals, and names a taken port."""

from __future__ import annotations

import asyncio
import signal
import socket

import pytest

from bot.web.app import create_app
from bot.web.serve import CannotListen, PortTaken, serve
from tests.web.world import World


async def test_a_taken_port_is_an_error_that_instructs(world: World) -> None:
    """Where another program listens, that is said with the address and what to do, and nothing is left open."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=rf"127\.0\.0\.1:{port}: another program listens there") as caught:
            await serve(create_app(world.site()), "127.0.0.1", port, ready=None, stop=asyncio.Event())
    assert (caught.value.host, caught.value.port) == ("127.0.0.1", port)


@pytest.mark.parametrize("host", ["192.0.2.1", "geen.naam.invalid"])
async def test_an_address_that_is_not_ours_is_another_error(world: World, host: str) -> None:
    """An address that this machine does not have, or a name that leads nowhere, is not called a taken port."""
    with pytest.raises(CannotListen, match="cannot be served at") as caught:
        await serve(create_app(world.site()), host, 0, ready=None, stop=asyncio.Event())
    assert not isinstance(caught.value, PortTaken)


async def test_it_starts_and_stops_within_a_running_loop(world: World, capfd: pytest.CaptureFixture[str]) -> None:
    """It is told ready with its address, answers, ends when asked, frees its port, touches no signal and prints nothing."""
    before = (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT))
    stop, ready = asyncio.Event(), asyncio.get_running_loop().create_future()
    task = asyncio.create_task(serve(create_app(world.site()), "127.0.0.1", 0, ready=ready.set_result, stop=stop))
    url = await asyncio.wait_for(ready, 10)
    port = int(url.rpartition(":")[2].rstrip("/"))
    assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    assert (await reader.readline()).startswith(b"HTTP/1.1 200 ")
    stop.set()
    await asyncio.wait_for(task, 10)
    writer.close()
    with socket.create_server(("127.0.0.1", port)):
        pass
    assert capfd.readouterr() == ("", "")


async def test_cancelling_it_frees_the_port_too(world: World) -> None:
    """A caller that gives up on it leaves no listener behind."""
    ready = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(
        serve(create_app(world.site()), "127.0.0.1", 0, ready=ready.set_result, stop=asyncio.Event())
    )
    port = int((await asyncio.wait_for(ready, 10)).rpartition(":")[2].rstrip("/"))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with socket.create_server(("127.0.0.1", port)):
        pass
