"""What a process that collects needs of its machine: files enough for its connections, and a collector that leaves it in peace."""

from __future__ import annotations

import gc
import resource

FILES = 8192
"""Open files: a connection each, and some for everything else."""


def make_ready() -> None:
    """Prepare this process; called once, when everything is built and before the work begins."""
    allow_files(FILES)
    # What is here now stays until the end: it need not be gone through again and again. With the usual thresholds that
    # took two thirds of the time of a poll.
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def allow_files(wanted: int) -> int:
    """Raise the soft limit on open files as far as the hard one allows; give what it is now."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return soft
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return most
