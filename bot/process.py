"""What a process that collects needs of its machine: files enough for its connections, and a collector that leaves it in peace."""

from __future__ import annotations

import gc
import resource
from contextlib import suppress

FILES = 8192
"""Open files: a connection each, and some for everything else."""

FEW_FILES = 512
"""With fewer, hosts that hang can keep the others waiting: worth a word to the operator."""


def make_ready() -> int:
    """Prepare this process; called once, when everything is built and before the work begins. Gives how many files it may open."""
    files = allow_files(FILES)
    # What is here now stays until the end: it need not be gone through again and again. With the usual thresholds that
    # took two thirds of the time of a poll.
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)
    return files


def allow_files(wanted: int) -> int:
    """Raise the soft limit on open files as far as the hard one allows; give what it is now.

    Where the machine refuses, the limit stays: the HTTP client then keeps fewer connections open at a time.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return soft
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]
