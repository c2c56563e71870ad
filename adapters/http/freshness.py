"""What headers say about time: when to come back, and how long an answer stays fresh. Pure arithmetic."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import NamedTuple

from multidict import MultiMapping

LONGEST = float(2**31)
"""Seconds. A larger number is read as this one (RFC 9111, section 1.2.2), so that nobody's arithmetic overflows."""

_SECONDS = re.compile(r"[0-9]{1,20}")
_DIRECTIVE = re.compile(r'([a-z-]+)(?:=(?:"([^"]{0,40})"|([^\s",;]{0,40})))?', re.IGNORECASE)
_LONGEST_DATE = 64


def http_date(text: str | None) -> datetime | None:
    """Read a date in any of the three forms of RFC 9110, section 5.6.7; None for anything else."""
    if not text or len(text) > _LONGEST_DATE:
        return None
    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def retry_after(headers: MultiMapping[str], now: datetime) -> float | None:
    """Give the seconds for which the server asks to be left alone; None where it names none that can be read.

    A date is taken relative to the server's own ``Date``: its clock may be wrong, the difference is not.
    """
    value = headers.get("Retry-After", "").strip()
    if _SECONDS.fullmatch(value):
        return min(float(value), LONGEST)
    return _until(http_date(value), headers, now)


def fresh_for(headers: MultiMapping[str], now: datetime) -> float | None:
    """Give the seconds for which asking again is useless (RFC 9111, section 4.2); None where the server does not say.

    ``max-age`` less the age that caches on the way report, else ``Expires``. ``no-cache`` and ``no-store`` say nothing
    about when to come back, and ``Expires: 0``, a common way to write "already stale", is 0.
    """
    said = _cache_control(",".join(headers.getall("Cache-Control", ())))
    if said.silent:
        return None
    if said.lifetime is not None:
        age = _seconds(headers["Age"]) if "Age" in headers else None
        return max(0.0, said.lifetime - (age or 0.0))
    if "Expires" not in headers:
        return None
    return _until(http_date(headers["Expires"]), headers, now) or 0.0


def _until(moment: datetime | None, headers: MultiMapping[str], now: datetime) -> float | None:
    if moment is None:
        return None
    start = http_date(headers.get("Date")) or now
    return min(max(0.0, (moment - start).total_seconds()), LONGEST)


class _CacheControl(NamedTuple):
    """What ``Cache-Control`` says about time: nothing that counts (``silent``), or for how many seconds an answer is fresh."""

    silent: bool = False
    lifetime: float | None = None


@lru_cache(maxsize=512)
def _cache_control(text: str) -> _CacheControl:
    """Read what many hosts send in the same words."""
    found = (match.groups("") for match in _DIRECTIVE.finditer(text))
    directives = {name.lower(): quoted or token for name, quoted, token in found}
    if "no-cache" in directives or "no-store" in directives:
        return _CacheControl(silent=True)
    if "max-age" not in directives:
        return _CacheControl()
    lifetime = _seconds(directives["max-age"])
    return _CacheControl(silent=lifetime is None, lifetime=lifetime)


def _seconds(text: str) -> float | None:
    return min(float(text), LONGEST) if _SECONDS.fullmatch(text.strip()) else None
