"""What is said when the program falls over: the traceback, without credentials, and without anything that steers a terminal."""

from __future__ import annotations

import sys
import threading
from types import TracebackType


def last_words(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    """Say on stderr where it fell, never with the values of variables. For ``sys.excepthook``."""
    import traceback

    from bot.redact import without_credentials
    from bot.terminal import set_off

    said = "".join(traceback.format_exception(kind, error, trace))
    sys.stderr.write(f"{kind.__name__}: the program fell over; please report what follows.\n")
    sys.stderr.write(set_off(without_credentials(said)) + "\n")


def _of_a_thread(fallen: threading.ExceptHookArgs) -> None:
    if fallen.exc_type is not SystemExit:
        last_words(fallen.exc_type, fallen.exc_value, fallen.exc_traceback)


def install() -> None:
    """Have the last words of the program, and of each of its threads, said so."""
    sys.excepthook = last_words
    threading.excepthook = _of_a_thread
