"""How a person or a service manager ends a command: once asks it to end well, twice ends it."""

from __future__ import annotations

import signal
import threading
from types import FrameType


def on_signals(stopping: threading.Event) -> None:
    """Let SIGTERM and SIGINT set ``stopping``; a second one interrupts."""

    def stop(number: int, frame: FrameType | None) -> None:
        del number, frame
        if stopping.is_set():
            raise KeyboardInterrupt
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
