"""A token with the least rights: a program is registered, a person allows it in a browser, and a code becomes the token.

OAuth 2.0's authorization code (RFC 6749, 4.1) with the code shown to the person instead of carried along by a redirect, and PKCE
(RFC 7636) where the server says that it knows it. Only the paths that every server with this API has are asked: addresses out
of a server's own description are not followed. What a server says in refusing is never repeated once it knows a secret.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from base64 import urlsafe_b64encode
from contextlib import suppress
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from adapters.contract import AccountConfig
from adapters.errors import AdapterError, AuthFailed, Malformed, Refused
from adapters.mastodon.errors import Answer, Loss, declined, lost, unreadable
from adapters.mastodon.wire import Wire

NAME = "Omroeper"
SHOWN = "urn:ietf:wg:oauth:2.0:oob"
"""The redirect that goes nowhere: the server shows the code."""
POSTING = ("read:statuses", "write:statuses", "write:media")
"""What posting needs: to post, edit and remove, with pictures, and to see what is there."""
WHO, WHO_AT_LENGTH = "profile", "read:accounts"
"""Whose token it is; the second also reads other accounts, and is what servers before Mastodon 4.3 and other families know."""
TOKEN = re.compile(r"[A-Za-z0-9._~+/-]{8,4096}=*")
"""RFC 6750, 2.1: what can stand in a header, and in a line of an environment file."""
LONGEST_NAME = 200
DENIED = frozenset({400, 401, 403, 404, 422})


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A registered application that nobody has allowed yet. ``address`` is where a person does that."""

    address: str
    scopes: tuple[str, ...]
    client: str
    secret: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A token that the server accepts, and the account that it belongs to (``name@host``)."""

    token: str = field(repr=False)
    acct: str


class Login:
    """One way to a token: ``begin``, then ``finish`` with the code that the person was shown. ``token`` of the config is not used.

    Both raise ``AdapterError``; ``login.code``, ``login.scope`` and ``login.application`` are the codes of its own.
    """

    def __init__(self, config: AccountConfig) -> None:
        self._config = config
        self._wire = Wire(config.proxy)

    def begin(self) -> Pending:
        """Register the program with the least that the server knows."""
        described = self._described()
        who = WHO if WHO in _words(described, "scopes_supported") else WHO_AT_LENGTH
        scopes = (who, *POSTING)
        client, secret = self._registered(scopes)
        # RFC 7636, 4.1: 43 to 128 characters; 32 random bytes make 43
        knows_pkce = "S256" in _words(described, "code_challenge_methods_supported")
        verifier = secrets.token_urlsafe(32) if knows_pkce else ""
        address = self._address(client, scopes, verifier)
        return Pending(address=address, scopes=scopes, client=client, secret=secret, verifier=verifier)

    def finish(self, pending: Pending, code: str) -> Grant:
        """Exchange the code for a token and see whose it is. A token that turns out to be of no use is given back."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": SHOWN}
        proof = {"code_verifier": pending.verifier} if pending.verifier else {}
        answer = self._post("/oauth/token", form | proof | _credentials(pending))
        if not answer.accepted:
            raise _not_exchanged(answer)
        said = answer.json()
        token = said.get("access_token") if isinstance(said, dict) else None
        if not isinstance(token, str) or not TOKEN.fullmatch(token):
            raise unreadable(answer, changes=False)
        try:
            _check_scopes(said.get("scope"), pending.scopes)
            return Grant(token=token, acct=self._owner(token))
        except AdapterError:
            self.give_back(pending, token)
            raise

    def give_back(self, pending: Pending, token: str) -> None:
        """Let the server forget a token that nobody is going to use, if it can be asked."""
        with suppress(AdapterError):
            self._post("/oauth/revoke", {"token": token} | _credentials(pending))

    def close(self) -> None:
        """Give the connection back."""
        self._wire.close()

    def _described(self) -> dict[str, Any]:
        """Give what the server says about its OAuth (RFC 8414; Mastodon since 4.3), empty where it says nothing."""
        answer = self._ask("GET", "/.well-known/oauth-authorization-server", params={})
        said = answer.json() if answer.accepted else None
        return said if isinstance(said, dict) else {}

    def _registered(self, scopes: tuple[str, ...]) -> tuple[str, str]:
        form = {"client_name": NAME, "redirect_uris": SHOWN, "scopes": " ".join(scopes)}
        answer = self._post("/api/v1/apps", form)
        if not answer.accepted:
            raise _not_registered(answer)
        said = answer.json()
        found = [said.get(name) for name in ("client_id", "client_secret")] if isinstance(said, dict) else []
        match found:
            case [str(client), str(secret)] if client and secret:
                return client, secret
        raise unreadable(answer, changes=False)

    def _address(self, client: str, scopes: tuple[str, ...], verifier: str) -> str:
        query = {"response_type": "code", "client_id": client, "redirect_uri": SHOWN, "scope": " ".join(scopes)}
        if verifier:
            query |= {"code_challenge": _challenge(verifier), "code_challenge_method": "S256"}
        # Whoever is logged in as somebody else in that browser would give away a token of the wrong account.
        query["force_login"] = "true"
        return f"{self._config.server.rstrip('/')}/oauth/authorize?{urlencode(query, quote_via=quote)}"

    def _owner(self, token: str) -> str:
        headers = {"Authorization": f"Bearer {token}"}
        answer = self._ask("GET", "/api/v1/accounts/verify_credentials", params={}, headers=headers)
        if not answer.accepted:
            raise declined(_muted(answer), changes=False, timeout=self._config.timeout)
        said = answer.json()
        name = said.get("acct") if isinstance(said, dict) else None
        if not isinstance(name, str) or not name.strip():
            raise unreadable(answer, changes=False)
        # A name that repeats the token would show it: the wire has taken it out already.
        name = " ".join(name.split())[:LONGEST_NAME]
        return name if "@" in name else f"{name}@{urlsplit(self._config.server).netloc}"

    def _post(self, path: str, form: dict[str, str]) -> Answer:
        return self._ask("POST", path, data=form)

    def _ask(self, method: str, path: str, *, headers: dict[str, str] | None = None, **parts: dict[str, str]) -> Answer:
        config = self._config
        url, named = f"{config.server.rstrip('/')}{path}", {"User-Agent": config.user_agent} | (headers or {})
        outcome = self._wire.hear(
            lambda: self._wire.request(method, url, timeout=config.timeout, headers=named, **parts), {}
        )
        if isinstance(outcome, Loss):
            raise lost(outcome, changes=False, timeout=config.timeout)
        return outcome


def _credentials(pending: Pending) -> dict[str, str]:
    return {"client_id": pending.client, "client_secret": pending.secret}


def _challenge(verifier: str) -> str:
    """Give the S256 challenge of a verifier (RFC 7636, 4.2)."""
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _words(described: dict[str, Any], name: str) -> frozenset[str]:
    found = described.get(name)
    return frozenset(one for one in found if isinstance(one, str)) if isinstance(found, list) else frozenset()


def _check_scopes(said: object, wanted: tuple[str, ...]) -> None:
    """Refuse a token that cannot do the work. A wide scope holds the narrow ones; a server that says nothing is believed."""
    given = set(said.split()) if isinstance(said, str) and said.strip() else set(wanted)
    lacking = [one for one in wanted if not {one, one.partition(":")[0]} & given]
    if lacking:
        raise Refused(
            f"The server gave a token without {', '.join(lacking)}",
            code="login.scope",
            remedy="Log in again and allow everything that is asked for; it is the least that posting needs.",
        )


def _not_registered(answer: Answer) -> AdapterError:
    status = answer.status
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        sentence, remedy = "There is no Mastodon API at this address", "Check `server` of the account."
        return Malformed(sentence, code="mastodon.no-api", remedy=remedy, status=status)
    if status in DENIED:
        return AuthFailed(
            f"The server registers no application for this program ({status})",
            code="login.application",
            remedy="Ask the server's admin whether applications may be registered, and whether this address is blocked.",
            status=status,
        )
    return declined(answer, changes=False, timeout=0)


def _not_exchanged(answer: Answer) -> AdapterError:
    """Say why there is no token, by the word that RFC 6749, 5.2 has for it: everything else in the body is prose."""
    said, status = answer.json(), answer.status
    word = said.get("error") if isinstance(said, dict) else None
    if status not in DENIED:
        return declined(_muted(answer), changes=False, timeout=0)
    if word == "invalid_scope":
        sentence, remedy = (
            "The server refuses the rights that posting needs",
            "Ask the server's admin what an application may.",
        )
        return Refused(sentence, code="login.scope", remedy=remedy, status=status)
    if word in {"invalid_client", "unauthorized_client", "unsupported_grant_type"}:
        sentence, remedy = "The server no longer knows the application, or allows it nothing", "Run the command again."
        return AuthFailed(sentence, code="login.application", remedy=remedy, status=status)
    return Refused(
        "The server does not accept this code",
        code="login.code",
        remedy="Run the command again and copy the whole code: each works once, for a few minutes, with the address it came from.",
        status=status,
    )


def _muted(answer: Answer) -> Answer:
    """Give an answer without its words, but with what tells a server from a page before it: whether it was JSON."""
    return replace(answer, content=b"" if answer.json() is None else b"{}")
