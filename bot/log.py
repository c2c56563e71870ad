"""Logs: readable lines on a terminal, JSON elsewhere; always on stderr, and never with a secret.

One place decides what a line may hold: values whose name says that they are secret are not written, nor is anything that
looks like a credential inside an address or a header; and no text from outside can look like the next line, or steer a
terminal. Libraries that log in their own way pass there too.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from bot.terminal import plain, plain_line

_SECRET_NAMES = re.compile(r"token|secret|password|authorization|api_?key|cookie", re.IGNORECASE)
_CREDENTIALS = re.compile(
    r"(?i)(bearer\s{1,9}|://[^/\s:@]{1,200}:|[?&;][\w.-]{0,40}(?:token|secret|key|sig|signature|password|passwd|pwd)=)"
    r"[^\s@/&\"']{1,500}"
)
_MANY_LINES = frozenset({"exception", "stack"})


def redact(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Take out what nobody should read."""
    for name, value in line.items():
        if _SECRET_NAMES.search(name):
            line[name] = "…"
        elif isinstance(value, str):
            line[name] = (plain if name in _MANY_LINES else plain_line)(without_credentials(value))
    return line


def without_credentials(text: str) -> str:
    """Take what looks like a credential out of a text."""
    return _CREDENTIALS.sub(r"\1…", text)


class _Redacting(logging.Formatter):
    """What libraries log, fit to be written. The base class is the standard library's own seam."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record."""
        return plain(without_credentials(super().format(record)))


def configure() -> None:
    """Set logging up for the whole program."""
    terminal = sys.stderr.isatty()
    show: Any = structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redact,
            show,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    others = logging.StreamHandler(sys.stderr)
    others.setFormatter(_Redacting("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(handlers=[others], level=logging.WARNING)
    logging.getLogger("apscheduler").setLevel(logging.WARNING)  # two lines a run otherwise
