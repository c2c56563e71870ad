"""A login at TikTok that lasts: an access token lives for a day and is had for a refresh token, which lives for a year.

Access tokens stay in memory. TikTok may hand out a new refresh token in place of the old one; nothing but a person can
put that where secrets are, so that the problem is told until somebody does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from adapters.api import PAUSE, complaint, post
from adapters.errors import AdapterError, AuthFailed, Gone, Limited, Temporary
from adapters.meta.graph import AHEAD
from adapters.reply import mapping, number, parse, string, unexpected

if TYPE_CHECKING:
    from adapters.http import HttpClient, Response

_EARLY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """An access token until it ends, and what is to be told of the refresh token behind it."""

    account: str
    token: str = field(repr=False)
    ends: datetime
    problems: tuple[str, ...] = ()

    def holds(self, now: datetime) -> bool:
        """Whether it can still be used."""
        return now < self.ends - _EARLY


async def log_in(http: HttpClient, api: str, secrets: Mapping[str, str], now: datetime) -> Login:
    """Ask for an access token. Raises ``AuthFailed`` (``token.refused``) where the refresh token is not taken any more."""
    form = {
        "client_key": secrets.get("client_key", ""),
        "client_secret": secrets.get("client_secret", ""),
        "grant_type": "refresh_token",
        "refresh_token": secrets.get("refresh_token", ""),
    }
    reply = mapping(parse((await post(http, f"{api}/v2/oauth/token/", refusal, form=form)).body))
    if "error" in reply:  # it says so with status 200 as well
        raise _refused(string(reply.get("error")), 200) or AuthFailed(
            "TikTok refuses the login.", code="token.refused", remedy=_AGAIN
        )
    token, account, lasts = (
        string(reply.get("access_token")),
        string(reply.get("open_id")),
        number(reply.get("expires_in")),
    )
    if not token or not account or lasts is None:
        raise unexpected("the login has no token, no account or no end")
    return Login(
        account=account,
        token=token,
        ends=now + min(timedelta(seconds=lasts), timedelta(days=1)),
        problems=tuple(_problems(reply, form["refresh_token"], now)),
    )


def _problems(reply: Mapping[str, Any], known: str, now: datetime) -> list[str]:
    found = []
    seconds = number(reply.get("refresh_expires_in"))
    if seconds is not None and seconds <= AHEAD.total_seconds():
        ends = now + timedelta(seconds=seconds)
        found.append(f"token.expires: the login of this source ends on {ends:%Y-%m-%d}; log in again before that day")
    if string(reply.get("refresh_token")) not in ("", known):
        found.append(
            "token.replaced: TikTok gave out a new refresh token; log in again, so that the new one is configured"
        )
    return found


def refusal(response: Response) -> AdapterError | None:
    """Give the error that an answer tells of, where it says more than its status."""
    said = complaint(response)
    nested = mapping(said.get("error"))
    code = string(nested.get("code")) or string(said.get("error"))
    return _refused(code, response.status)


_AGAIN = "Log in again, and configure the new refresh token."
_CODES: dict[str, tuple[type[AdapterError], str, str]] = {
    "access_token_invalid": (AuthFailed, "token.refused", _AGAIN),
    "invalid_grant": (AuthFailed, "token.refused", _AGAIN),
    "invalid_client": (AuthFailed, "token.refused", "Check client_key and client_secret."),
    "scope_not_authorized": (AuthFailed, "token.scope", "Log in again, and grant video.list."),
    "scope_permission_missed": (AuthFailed, "token.scope", "Log in again, and grant video.list."),
    "rate_limit_exceeded": (Limited, "http.limited", "It is left alone for a while; a longer interval prevents this."),
    "internal_error": (Temporary, "http.unavailable", "It is tried again; if it stays, tell TikTok."),
    "user_not_found": (Gone, "account.gone", "Look at the account's page, or retire the source."),
}


def _refused(code: str, status: int) -> AdapterError | None:
    """Give the error for a code that we know; the status speaks for all others."""
    if code not in _CODES:
        return None
    kind, name, remedy = _CODES[code]
    found = kind(f"TikTok answers with {code}.", code=name, remedy=remedy, status=status)
    if isinstance(found, Limited):
        found.retry_after = PAUSE.total_seconds()
    return found
