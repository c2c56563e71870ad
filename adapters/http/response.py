"""A response as the rest of the program sees it, and what its status means."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from multidict import CIMultiDictProxy
from yarl import URL

from adapters.errors import AdapterError, AuthFailed, Gone, Limited, Permanent, Refused, Temporary
from adapters.http import freshness
from adapters.http.address import shown
from adapters.http.redirects import PERMANENT

_OK = range(200, 300)
_NOT_MODIFIED = 304


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """A redirect that was followed: its status, and where it led."""

    status: int
    url: str


@dataclass(slots=True, kw_only=True, weakref_slot=True)
class Response:
    """What a server answered, received in full and decoded. ``address`` is what answered, after all hops. Nobody changes it.

    It can be watched for its end, because a large body counts until then. It is not frozen, because one is made for every
    poll and that would take twice as long.
    """

    status: int
    address: URL
    headers: CIMultiDictProxy[str] = field(repr=False)
    body: bytes = field(default=b"", repr=False)
    hops: tuple[Hop, ...] = ()

    @property
    def url(self) -> str:
        """The address as text."""
        return str(self.address)

    @property
    def not_modified(self) -> bool:
        """Whether the server says that nothing changed."""
        return self.status == _NOT_MODIFIED

    @property
    def etag(self) -> str | None:
        """The validator to send back byte for byte; None where there is none, or none that can be sent back so."""
        return _sendable(self.headers.get("ETag"))

    @property
    def last_modified(self) -> str | None:
        """The other validator, likewise as text and not as a date."""
        return _sendable(self.headers.get("Last-Modified"))

    @property
    def content_type(self) -> str:
        """The media type in lower case, without parameters; "" where none was sent."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    @property
    def charset(self) -> str | None:
        """The charset that ``Content-Type`` names, in lower case."""
        _, _, parameters = self.headers.get("Content-Type", "").partition(";")
        for parameter in parameters.split(";"):
            name, _, value = parameter.partition("=")
            if name.strip().lower() == "charset":
                return value.strip().strip("\"'").strip().lower() or None
        return None

    @property
    def moved_to(self) -> str | None:
        """Where this lives now, if every redirect on the way said "permanently" (301, 308)."""
        permanent = self.hops and all(hop.status in PERMANENT for hop in self.hops)
        return self.hops[-1].url if permanent else None

    def retry_after(self, now: datetime) -> float | None:
        """Seconds for which the server asks to be left alone; None where it does not."""
        return freshness.retry_after(self.headers, now)

    def fresh_for(self, now: datetime) -> float | None:
        """Seconds for which asking again is useless (``Cache-Control``, ``Expires``); None where it does not say."""
        return freshness.fresh_for(self.headers, now)


def raise_for_status(response: Response, *, now: datetime | None = None) -> None:
    """Raise what the status means; 2xx and 304 pass.

    401 and 403 ``AuthFailed``; 404 and 410 ``Gone``; 429, and 503 with ``Retry-After``, ``Limited``; 400, 413 and 422
    ``Refused``; 408, 421, 425 and the rest of 5xx ``Temporary``; anything else ``Permanent``. ``now`` (the clock's
    own by default) is where ``until`` is counted from.
    """
    if response.status in _OK or response.status == _NOT_MODIFIED:
        return
    raise _meaning(response, now or datetime.now(UTC))


_AGAIN = "It is tried again; if it stays, tell whoever runs that server."
_CHALLENGE = "A bot filter stands before this site: ask its owner to let our User-Agent through."
_CREDENTIAL = "Check the credential, or ask the owner whether programs may read this address."
_ELSEWHERE = "Configure the address where this one leads."
_LIMITED = "It is left alone for as long as it asks; a longer interval prevents this."
_LOST = "Look on the site where this went, and change the address or retire the source."
_WRONG = "Open the address in a browser and check how it is configured."
_MEANINGS: dict[int, tuple[type[AdapterError], str, str]] = {
    400: (Refused, "http.refused", _WRONG),
    401: (AuthFailed, "http.unauthorised", _CREDENTIAL),
    403: (AuthFailed, "http.unauthorised", _CREDENTIAL),
    404: (Gone, "http.not-found", _LOST),
    408: (Temporary, "http.unavailable", _AGAIN),
    410: (Gone, "http.gone", _LOST),
    413: (Refused, "http.refused", _WRONG),
    421: (Temporary, "http.unavailable", _AGAIN),
    422: (Refused, "http.refused", _WRONG),
    425: (Temporary, "http.unavailable", _AGAIN),
}


def _meaning(response: Response, now: datetime) -> AdapterError:
    status, pause = response.status, response.retry_after(now)
    sentence = f"{shown(response.url)} answers {status}."
    if status == 429 or (status == 503 and pause is not None):  # noqa: PLR2004 - RFC 6585, section 4
        return _limited(sentence, status, pause, now)
    if status >= 500:  # noqa: PLR2004 - RFC 9110, section 15.6
        return Temporary(sentence, code="http.unavailable", status=status, remedy=_AGAIN, retry_after=pause)
    if status == 403 and response.headers.get("cf-mitigated") == "challenge":  # noqa: PLR2004
        return AuthFailed(sentence, code="http.challenge", status=status, remedy=_CHALLENGE)
    if status < 400:  # noqa: PLR2004 - RFC 9110, section 15.4
        return Permanent(sentence, code="http.redirected", status=status, remedy=_ELSEWHERE)
    kind, code, remedy = _MEANINGS.get(status, (Permanent, "http.refused", _WRONG))
    return kind(sentence, code=code, status=status, remedy=remedy)


def _limited(sentence: str, status: int, pause: float | None, now: datetime) -> Limited:
    until = None if pause is None else now + timedelta(seconds=pause)
    return Limited(sentence, code="http.limited", status=status, remedy=_LIMITED, retry_after=pause, until=until)


def _sendable(validator: str | None) -> str | None:
    """Leave out what is empty, and what was not UTF-8: such bytes can neither be stored nor sent back unchanged."""
    if not validator or any("\ud800" <= letter <= "\udfff" for letter in validator):
        return None
    return validator
