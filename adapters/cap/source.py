"""CAP over HTTP: an index and the messages behind it, or messages themselves.

The index is asked first, with validators; then the messages that it lists and that were not read yet, the newest first,
one after the other and no more than ``MOST_ASKED`` in a poll. What is left over is read at the next polls: until then
the index is asked for in full and the batch is not whole.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from adapters.cap.address import Neighbourhood, neighbourhood
from adapters.cap.cursor import pause_of, remember
from adapters.cap.gather import MISSES, Answer, Lead, absorb, leads_of, nothing_new, plain_batch
from adapters.cap.keys import Issuer, KeyProblem, read_issuer
from adapters.cap.reading import looks_like_cap, survey
from adapters.cap.survey import Context, Survey
from adapters.contract import Batch, Cursor, Document, Offload, SourceConfig
from adapters.errors import AdapterError, AuthFailed, Gone, Limited, Malformed, Permanent, Temporary
from adapters.feed_entry import Setting
from adapters.feed_prune import digest_of

if TYPE_CHECKING:
    from adapters.http import HttpClient, Response
