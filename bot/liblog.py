"""What libraries log, and warn of, in their own way: on stderr, without credentials, and without anything that steers a terminal.

The service's own log (``bot.log``) is written by the same rules. This is apart from it because every command needs it, and
it loads nothing but what the standard library has.
"""

from __future__ import annotations

import logging

from bot.redact import without_credentials
from bot.terminal import plain_line, set_off


class Redacting(logging.Formatter):
    """Makes a record fit to be written. The base class is the standard library's own seam."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record. Only a traceback has lines of its own."""
        record.message = record.getMessage()
        head = plain_line(without_credentials(self.formatMessage(record)))
        trace = self.formatException(record.exc_info) if record.exc_info else record.exc_text
        return f"{head}\n{set_off(without_credentials(trace))}" if trace else head


def listen() -> None:
    """Hear what libraries have to say, from warnings on. May be called twice."""
    handler = logging.lastResort  # the one that writes to stderr as it is at that moment
    assert handler is not None, "nobody takes it away"
    handler.setFormatter(Redacting("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    logging.captureWarnings(True)
    logging.getLogger("apscheduler").setLevel(logging.WARNING)  # two lines a run otherwise
