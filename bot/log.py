"""Logs: readable lines on a terminal, JSON elsewhere; always on stderr, and never with a secret.

One place decides what a line may hold: values whose name says that they are secret are not written, nor is anything that
looks like a credential inside an address or a header.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_SECRET_NAMES = re.compile(r"token|secret|password|authorization|api_?key|cookie", re.IGNORECASE)
_CREDENTIALS = re.compile(r"(?i)(bearer\s+|://[^/\s:@]{1,200}:)[^\s@/]{1,500}")


def redact(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Take out what nobody should read."""
    for name, value in line.items():
        if _SECRET_NAMES.search(name):
            line[name] = "…"
        elif isinstance(value, str):
            line[name] = _CREDENTIALS.sub(r"\1…", value)
    return line


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
    logging.getLogger("apscheduler").setLevel(logging.WARNING)  # two lines a run otherwise
