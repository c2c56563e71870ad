"""What a server's answer means when it is not what was wanted, and what its silence means.

Everything is judged by status and shape, never by the words: servers localise theirs, and families word them
differently. ``Answer`` and ``Loss`` are what came of one request; the functions turn them into ``adapters.errors``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from adapters.contract import Budget
from adapters.errors import AdapterError, AuthFailed, Gone, Limited, Refused, Temporary, Unknown

SETTLES = 2.0
"""Seconds after a dropped connection or a 5xx by which a server has finished what it was doing."""
TIMED_OUT_ELSEWHERE = frozenset({408, 499, 504, 524})
"""A gateway or server that stopped waiting: the request may still be running behind it."""
IN_DOUBT = TIMED_OUT_ELSEWHERE | {425}
ACCEPTED, ELSEWHERE, DECLINED = range(200, 300), range(300, 400), range(400, 500)
EXCERPT = 200
DIGITS = 11
EPOCH = range(1_000_000_000, 100_000_000_000)
"""Numbers that are a moment; smaller ones are seconds from now (mastodon-mock sends the one, some proxies the other)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server said. ``headers`` does not mind the case of names."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def accepted(self) -> bool:
        """Whether the server did what was asked."""
        return self.status in ACCEPTED

    def json(self) -> Any:
        """Give the body as JSON, None where it is none."""
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError):
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """No answer came. ``sent``: the request may have reached the server."""

    sent: bool
    timed_out: bool
    reason: str


def lost(loss: Loss, *, changes: bool, timeout: float) -> AdapterError:
    """Say what silence means. ``changes``: the request was to change something that people see."""
    if not loss.sent:
        return Temporary(
            f"The server cannot be reached: {loss.reason}",
            code="mastodon.unreachable",
            remedy="Check `server` of the account, and whether the server is up.",
        )
    if changes:
        settles = timeout if loss.timed_out else SETTLES
        return Unknown(f"The request left and no answer came: {loss.reason}", settles_after=settles)
    code = "mastodon.timeout" if loss.timed_out else "mastodon.connection"
    return Temporary(f"The server did not answer: {loss.reason}", code=code)


def declined(answer: Answer, *, changes: bool, timeout: float) -> AdapterError:
    """Say what an answer other than 2xx means."""
    status = answer.status
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return _limited(answer)
    if status in {401, 403}:
        return _denied(answer)
    if status in {404, 410}:
        return Gone(_sentence("It is not there (any more)", answer), code="mastodon.gone", status=status)
    if status in ELSEWHERE:
        return _redirected(answer)
    if status in DECLINED and status not in IN_DOUBT:
        return _refused(answer)
    return _failed(answer, changes=changes, timeout=timeout)


def unreadable(answer: Answer, *, changes: bool) -> AdapterError:
    """Say what an accepting answer means whose body is not what it should be."""
    if changes:
        return Unknown("The server's answer cannot be read", status=answer.status, settles_after=SETTLES)
    return Temporary(
        "The server's answer is not what the Mastodon API promises",
        code="mastodon.unreadable",
        remedy="Check that `server` of the account is a server with the Mastodon API, and not a page before it.",
        status=answer.status,
    )


def budget(answer: Answer) -> Budget | None:
    """Read what the rate headers say is left, None where they say nothing that can be read."""
    with suppress(KeyError, ValueError):
        until = moment(answer.headers["X-RateLimit-Reset"])
        remaining, limit = int(answer.headers["X-RateLimit-Remaining"]), int(answer.headers["X-RateLimit-Limit"])
        return Budget(remaining=max(remaining, 0), until=until, limit=limit) if until else None
    return None


def moment(value: str) -> datetime | None:
    """Read a point in time: ISO 8601 (Mastodon, GoToSocial), seconds since the epoch, or an HTTP date."""
    if (number := _number(value)) is not None:
        return datetime.fromtimestamp(number, UTC) if number in EPOCH else None
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        with suppress(ValueError, OverflowError):
            found = read(value.strip())
            return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    return None


def _limited(answer: Answer) -> Limited:
    return Limited(
        "The server asks for a pause",
        code="mastodon.limited",
        status=answer.status,
        retry_after=_seconds(answer, "Retry-After") or _seconds(answer, "X-RateLimit-Reset"),
        until=_until(answer, "Retry-After") or _until(answer, "X-RateLimit-Reset"),
    )


def _until(answer: Answer, name: str) -> datetime | None:
    return moment(answer.headers.get(name, ""))


def _seconds(answer: Answer, name: str) -> float | None:
    number = _number(answer.headers.get(name, ""))
    return None if number is None or number >= EPOCH.start else float(number)


def _number(value: str) -> int | None:
    text = value.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= DIGITS else None


def _denied(answer: Answer) -> AuthFailed:
    if answer.status == HTTPStatus.UNAUTHORIZED:
        return AuthFailed(
            _sentence("The server does not accept the token", answer),
            code="mastodon.token",
            remedy="Make a new token and put it where `token_env` or `token_file` points.",
            status=401,
        )
    if answer.json() is None:
        return AuthFailed(
            "The server turns this address away",
            code="mastodon.blocked",
            remedy="Ask the server's admin whether the address of this machine is blocked.",
            status=403,
        )
    return AuthFailed(
        _sentence("The account may not do this", answer),
        code="mastodon.forbidden",
        remedy="Log in as the account: it may be suspended, or the token may lack a scope (write:statuses, write:media).",
        status=403,
    )


def _redirected(answer: Answer) -> Temporary:
    where = urlsplit(answer.headers.get("Location", "")).hostname or "somewhere else"
    return Temporary(
        f"The server sends us to {where}; a token is never carried elsewhere",
        code="mastodon.redirected",
        remedy="If the server has moved, change `server` of the account.",
        status=answer.status,
    )


def _refused(answer: Answer) -> Refused:
    said = answer.json()
    if isinstance(said, dict) and "unexpected_accounts" in said:
        return Refused("The text would notify somebody", code="mastodon.mentions", status=answer.status, about="text")
    return Refused(_sentence("The server refuses this", answer), code="mastodon.refused", status=answer.status)


def _failed(answer: Answer, *, changes: bool, timeout: float) -> AdapterError:
    wait = _seconds(answer, "Retry-After")
    if changes:
        settles = timeout if answer.status in TIMED_OUT_ELSEWHERE else SETTLES
        sentence = f"The server failed ({answer.status}) and does not say whether it was handled"
        return Unknown(sentence, status=answer.status, settles_after=settles, retry_after=wait)
    sentence = _sentence(f"The server failed ({answer.status})", answer)
    return Temporary(sentence, code="mastodon.unavailable", status=answer.status, retry_after=wait)


def _sentence(ours: str, answer: Answer) -> str:
    """Add the server's own words, for people."""
    said = answer.json()
    words = said.get("error") if isinstance(said, dict) else None
    return f"{ours}: {' '.join(words.split())[:EXCERPT]}" if isinstance(words, str) and words.strip() else ours
