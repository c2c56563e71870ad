"""Logs: readable lines on a terminal, JSON elsewhere; always on stderr, and never with a secret.

One place decides what a line may hold: values whose name says that they are secret are not written, nor is anything that
looks like a credential inside an address or a header; and no text from outside can look like the next line, or steer a
terminal. Libraries that log in their own way are heard by ``bot.liblog``, which keeps the same rules.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

from bot.liblog import listen
from bot.redact import without_credentials
from bot.terminal import plain, plain_line, set_off

_SECRET_NAMES = re.compile(r"token|secret|passw|authorization|api_?key|cookie|credential", re.IGNORECASE)
_MANY_LINES = frozenset({"exception", "stack"})
_DEEP = 6


def redact(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Take out what nobody should read."""
    for name, value in line.items():
        line[name] = _fit(name, value, _DEEP)
    return line


def mark(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Set tracebacks off: an error's words may have several lines, and one of them may look like an event of ours."""
    for name in _MANY_LINES & line.keys():
        line[name] = set_off(str(line[name]))
    return line


def _fit(name: str, value: Any, deep: int) -> Any:
    """Give a value as it may be written; ``deep`` is how many levels of it are looked at."""
    if _SECRET_NAMES.search(name):
        return "…"
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping) and deep:
        return {plain_line(str(key)): _fit(str(key), inner, deep - 1) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset) and deep:
        return [_fit("", inner, deep - 1) for inner in value]
    # bytes, addresses, errors and all else become text here, before a renderer makes text of them out of our sight
    return (plain if name in _MANY_LINES else plain_line)(without_credentials(str(value)))


def configure() -> None:
    """Set logging up for the whole program."""
    terminal = sys.stderr.isatty()
    # the renderer's own tracebacks show the values of variables, and tokens are among them
    console = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    show: Any = console if terminal else structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redact,
            *((mark,) if terminal else ()),
            show,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    listen()
