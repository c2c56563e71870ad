"""CAP over HTTP: an index and the messages behind it, or messages themselves.

The index is asked first, with validators; then the messages that it lists and that were not read yet, the newest first,
one after the other and no more than ``MOST_ASKED`` in a poll. What is left over is read at the next polls: until then
the index is asked for in full, and the batch is not whole.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from adapters.alerts.pause import heed
from adapters.cap.address import neighbourhood
from adapters.cap.cursor import Memory, remember
from adapters.cap.gather import Poll, absorb, nothing_new, plain_batch
from adapters.cap.keys import Issuer, KeyProblem, read_issuer
from adapters.cap.leads import Answer, Lead, bounded, leads_of, unread
from adapters.cap.reading import looks_like_cap, survey
from adapters.cap.survey import Context
from adapters.contract import Batch, Cursor, Document, Offload, SourceConfig
from adapters.digest import digest_of
from adapters.errors import AdapterError, AuthFailed, Limited, Permanent, Temporary
from adapters.feed.address import first_web
from adapters.feed.entry import Setting

if TYPE_CHECKING:
    from adapters.http import HttpClient, Response

CAP_TYPES = (
    "application/cap+xml, application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.9,"
    " application/geo+json;q=0.8, application/json;q=0.7, text/html;q=0.2, */*;q=0.1"
)
MOST_ASKED = 30
"""Messages that one poll asks for: with the usual pause of a second between requests, half a minute."""
_MOST_FAILURES = 3
_LONGEST_ROUND = 60.0
"""Seconds after which a poll asks for no further message."""
_HOPS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LONGEST_ISSUER = 64 * 1024


@dataclass(frozen=True, slots=True)
class CapOptions:
    """What a source of CAP may be told.

    ``issuer``: whose signatures are believed, one or more: PEM of a certificate or public key, the path of a file with
    that, or ``sha256:`` and the fingerprint of one. Without any, signatures are not looked at. ``hosts``: further hosts
    on which the messages of an index may lie. ``details``: whether the messages behind an index are read; without, an
    item is what its entry tells.
    """

    issuer: str | tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    details: bool = True

    def __post_init__(self) -> None:
        """Refuse an issuer that can be seen to be none."""
        for one in self.issuers:
            if _is_written_out(one):
                read_issuer(one)
            elif not one.strip():
                raise KeyProblem("it is empty")

    @property
    def issuers(self) -> tuple[str, ...]:
        """The issuers, one or more."""
        return (self.issuer,) if isinstance(self.issuer, str) else tuple(self.issuer)


class CapSource:
    """One place that publishes CAP. See the law in ``adapters.contract``."""

    Options: ClassVar[type] = CapOptions
    secrets: ClassVar[tuple[str, ...]] = ()
    urgent: ClassVar[bool] = True
    mergeable: ClassVar[bool] = False

    def __init__(self, config: SourceConfig, http: HttpClient, offload: Offload) -> None:
        self._config = config
        self._options = _options(config)
        self._http = http
        self._offload = offload
        self._near = neighbourhood(config.url, self._options.hosts)
        self._issuers: tuple[Issuer, ...] | None = None

    async def fetch(self, cursor: Cursor) -> Batch:
        """Ask whether there is anything new, and for the messages that are.

        Raises what ``HttpClient.get`` raises; ``Malformed`` where the answer is no CAP (``survey`` lists the codes);
        ``Permanent`` (``cap.issuer``) where an issuer cannot be read.
        """
        from adapters.http import raise_for_status  # here, because reading a file needs no client

        heed(cursor)
        if self._issuers is None:
            self._issuers = await self._offload(_read_issuers, self._options)
        response = await self._http.get(
            self._config.url,
            accept=CAP_TYPES,
            etag=cursor.get("etag"),
            last_modified=cursor.get("last_modified"),
            named=True,
        )
        if response.not_modified:
            return nothing_new(cursor, response)
        raise_for_status(response)
        if cursor.get("body") is not None and digest_of(response.body) == cursor["body"]:
            return nothing_new(cursor, response, etag=response.etag, last_modified=response.last_modified)
        return await self._read(response, remember(cursor), self._issuers)

    async def _read(self, response: Response, memory: Memory, issuers: tuple[Issuer, ...]) -> Batch:
        context = _context(self._config, issuers)
        document = Document(
            body=response.body, url=response.url, content_type=response.content_type, charset=response.charset
        )
        listed = await self._offload(survey, document, context)
        leads: dict[str, Lead] = {}
        if self._options.details:
            listed = bounded(listed, self._near)
            leads = leads_of(listed, self._near)
        answers = await self._ask(unread(leads.values(), memory))
        poll = Poll(
            survey=listed,
            leads=leads,
            answers=answers,
            context=context,
            zone=self._config.time_zone,
            followed=self._options.details,
        )
        return await self._offload(absorb, poll, memory, response, datetime.now(UTC))

    async def _ask(self, leads: list[Lead]) -> list[Answer]:
        """Ask for messages until enough were read, or too many failed."""
        started, failures = monotonic(), 0
        answers: list[Answer] = []
        for lead in leads[:MOST_ASKED]:
            if failures >= _MOST_FAILURES or monotonic() - started > _LONGEST_ROUND:
                break
            answer = await self._ask_for(lead)
            answers.append(answer)
            failures += isinstance(answer.error, (Temporary, AuthFailed))
            if isinstance(answer.error, Limited):
                break
        return answers

    async def _ask_for(self, lead: Lead) -> Answer:
        try:
            return Answer(lead=lead, document=await self._document(lead.url))
        except AdapterError as error:
            return Answer(lead=lead, error=error)

    async def _document(self, url: str) -> Document:
        """Ask for one message. Redirects are followed by hand: each hop must stay among the hosts that may be asked."""
        from adapters.http import raise_for_status

        for _ in range(_HOPS):
            response = await self._http.get(url, accept=CAP_TYPES, named=self._near.is_same(url), redirects=0)
            if response.status not in _REDIRECTS:
                raise_for_status(response)
                return Document(
                    body=response.body, url=response.url, content_type=response.content_type, charset=response.charset
                )
            url = urljoin(response.url, response.headers.get("Location", ""))
            if not self._near.may_lead(response.url, url):
                break
        raise Permanent(
            "A message of the index redirects to a host that may not be asked, or in circles.",
            code="cap.elsewhere",
            remedy="If the host is right, name it in `hosts` of the source.",
        )

    @staticmethod
    def read(document: Document, config: SourceConfig) -> Batch:
        """Read a message, or an index as it tells of its messages itself.

        Raises ``Malformed``: ``cap.empty``, ``cap.html``, ``cap.not-cap``, ``cap.not-well-formed``, ``cap.bad-json``,
        ``cap.too-deep``, ``cap.too-many-tags``.
        """
        issuers = tuple(_issuer(one, None) for one in _options(config).issuers)
        return plain_batch(survey(document, _context(config, issuers)), config.time_zone)

    @staticmethod
    def recognises(document: Document) -> bool:
        """Whether the document says of itself that it is CAP, or an index whose entries are."""
        return looks_like_cap(document)


def _options(config: SourceConfig) -> CapOptions:
    return config.options if isinstance(config.options, CapOptions) else CapOptions()


def _context(config: SourceConfig, issuers: tuple[Issuer, ...]) -> Context:
    setting = Setting(base=first_web(config.url), zone=ZoneInfo(config.time_zone))
    return Context(setting=setting, issuers=issuers)


# ── issuers ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _read_issuers(options: CapOptions) -> tuple[Issuer, ...]:
    """Read every issuer, from files too. Raises ``Permanent`` (``cap.issuer``)."""
    return tuple(_issuer(one, _from_file) for one in options.issuers)


def _issuer(value: str, from_file: Callable[[str], str] | None) -> Issuer:
    if not _is_written_out(value):
        if from_file is None:
            return Issuer()  # reading touches no files: nobody's signature is believed then
        value = from_file(value)
    try:
        return read_issuer(value)
    except KeyProblem as problem:
        raise _unusable(f"An issuer cannot be used: {problem}.") from problem


def _is_written_out(issuer: str) -> bool:
    """Whether an issuer stands in the configuration itself, and not in a file that it names."""
    return issuer.strip().lower().startswith(("sha256:", "-----begin"))


def _from_file(path: str) -> str:
    try:
        with Path(path).open("rb") as file:
            return file.read(_LONGEST_ISSUER).decode("ascii", "replace")
    except OSError as error:
        raise _unusable(f"The issuer's file {path} cannot be read: {error.strerror}.") from error


def _unusable(sentence: str) -> Permanent:
    return Permanent(
        sentence,
        code="cap.issuer",
        remedy="Write PEM, the path of a PEM file, or sha256: with a fingerprint; only RSA keys are supported.",
    )
