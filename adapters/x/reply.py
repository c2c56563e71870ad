"""An answer of X: posts, or what is wrong, which it says by status or in an answer of 200."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from adapters.api import complaint
from adapters.errors import AdapterError, AuthFailed, Gone, Limited
from adapters.reply import listed, mapping, parse, string, unexpected
from adapters.x.meter import next_month

if TYPE_CHECKING:
    from adapters.http import Response


def read_reply(body: bytes) -> Mapping[str, Any]:
    """Read an answer. Raises ``Malformed``, and ``Gone`` or ``AuthFailed`` where it is only errors about the account."""
    reply = parse(body)
    if not isinstance(reply, dict) or not reply.keys() & {"data", "errors", "meta"}:
        raise unexpected("it has neither posts nor errors")
    if "data" not in reply and "meta" not in reply:
        _raise_for_errors(reply)
    return reply


def missing_posts(reply: Mapping[str, Any]) -> frozenset[str]:
    """Give the ids that were looked up and that X does not know any more."""
    return frozenset(string(error.get("value")) for error in _errors(reply) if _is_about(error, "resource-not-found"))


def _errors(reply: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [mapping(error) for error in listed(reply.get("errors"))]


def _is_about(error: Mapping[str, Any], problem: str) -> bool:
    return string(error.get("type")).endswith(f"/problems/{problem}")


def _raise_for_errors(reply: Mapping[str, Any]) -> None:
    """Raise for an answer that is only errors about the account; one about posts alone is an answer."""
    about_accounts = [error for error in _errors(reply) if error.get("resource_type") == "user"]
    if any(_is_about(error, "not-authorized-for-resource") for error in about_accounts):
        raise AuthFailed(
            "X does not show this account to us: it is protected.",
            code="account.protected",
            remedy="Only public accounts are read; ask the body, or retire the source.",
        )
    if about_accounts:
        raise Gone(
            "X knows no such account, or has suspended it.",
            code="account.gone",
            remedy="Look at the account's page; change the address, or retire the source.",
        )


def refusal(response: Response) -> AdapterError | None:
    """Give the error of an answer where it says more than its status."""
    if response.status == 402:  # noqa: PLR2004 - X says so when the credits are used up
        return AuthFailed(
            "The credits for the API of X are used up.",
            code="x.no-credits",
            remedy="Buy credits in the developer console, or disable the source.",
            status=402,
        )
    said = complaint(response)
    if response.status == 429 and _is_about(said, "usage-capped"):  # noqa: PLR2004 - RFC 6585, section 4
        return Limited(
            "The developer account has used what its plan at X allows in a month.",
            code="x.usage-capped",
            remedy="Raise the limit in the developer console, or wait for the next month.",
            status=429,
            until=next_month(datetime.now(UTC)),
        )
    return None
