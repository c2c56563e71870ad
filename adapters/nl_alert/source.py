"""NL-Alert, from the public JSON behind actueel.nl-alert.nl.

``GET <address>`` shows the newest alerts, newest first; ``?after=<id>`` those that come after an id in that list, which
are older ones; an empty list is the end. So a poll asks for the first page, and goes on only while a page shows nothing
that was known already. It is no documented contract, and another party's host: best effort, and never the only way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote
from zoneinfo import ZoneInfo

from adapters.alerts.json import JSON_TYPES, changed_shape, parse_json
from adapters.alerts.pause import heed, pause
from adapters.contract import Batch, Broken, Cursor, Document, Hints, NoOptions, Offload, SourceConfig
from adapters.digest import digest_of
from adapters.errors import AdapterError, Malformed, Temporary
from adapters.feed.answer import answer_hints
from adapters.feed.dates import read_date
from adapters.nl_alert.entry import NlAlert, read_alert, tell

if TYPE_CHECKING:
    from adapters.http import HttpClient, Response

SERVICE = "nl-alert"
MOST_PAGES = 5
"""Pages that one poll asks for: more than a page of new alerts at once has never been."""
_MOST_ALERTS = 1000
_MOST_SEEN = 1000
_RULE = 1
"""Which way of making digests the cursor's are of."""

_SENTENCES = {
    "nl-alert.broken": "alerts that cannot be read: {}",
    "nl-alert.too-many": "alerts left out because the document has too many: {}",
    "nl-alert.languages": "parts of alerts in a language that is not known: {}",
    "nl-alert.areas-left-out": "polygons left out because there are too many: {}",
    "date-without-zone": "times that name no zone and were read as {zone}: {}",
    "date-unreadable": "dates that cannot be read: {}",
}


class NlAlertSource:
    """The alerts of NL-Alert. See the law in ``adapters.contract``."""

    Options: ClassVar[type] = NoOptions
    secrets: ClassVar[tuple[str, ...]] = ()
    urgent: ClassVar[bool] = True
    mergeable: ClassVar[bool] = False

    def __init__(self, config: SourceConfig, http: HttpClient, offload: Offload) -> None:
        self._config = config
        self._http = http
        self._offload = offload

    async def fetch(self, cursor: Cursor) -> Batch:
        """Ask for the newest alerts, and for older ones as long as nothing known turns up.

        Raises what ``HttpClient.get`` raises; ``Temporary`` (``nl-alert.unavailable``) where the service shows a web
        page instead; ``Malformed`` where it answers with anything else.
        """
        heed(cursor)
        first = await self._ask("", cursor)
        if first.not_modified:
            return _nothing_new(cursor, first)
        current = cursor.get("rule") == _RULE
        if current and cursor.get("body") == digest_of(first.body):
            return _nothing_new(cursor, first, etag=first.etag, last_modified=first.last_modified)
        known = frozenset(cursor.get("seen", ())) if current else frozenset()
        pages = [await self._offload(_read_page, first, self._config)]
        # Where the list was empty before, all that is in it now is on the first page.
        most = 1 if current and not known else MOST_PAGES
        while len(pages) < most and (last := _goes_on(pages, known)):
            pages.append(await self._older(last))
        return await self._offload(_absorb, pages, known, first, self._config)

    async def _older(self, after: str) -> _Page:
        """Ask for a page of older alerts. One that cannot be had is an empty one: the newest alerts do not wait for it."""
        try:
            response = await self._ask(after, {})
            return await self._offload(_read_page, response, self._config)
        except AdapterError as error:
            return _Page(entries=(), trouble=error)

    async def _ask(self, after: str, cursor: Cursor) -> Response:
        from adapters.http import raise_for_status  # here, because reading a file needs no client

        response = await self._http.get(
            _address(self._config.url, after),
            accept=JSON_TYPES,
            etag=cursor.get("etag"),
            last_modified=cursor.get("last_modified"),
            named=True,
        )
        raise_for_status(response)
        return response

    @staticmethod
    def read(document: Document, config: SourceConfig) -> Batch:
        """Read one page.

        Raises ``Malformed``: ``nl-alert.empty``, ``.html``, ``.bad-json``, ``.too-deep``, ``.changed-shape``.
        """
        return _batch([_read(document, config)], frozenset(), None, config)

    @staticmethod
    def recognises(document: Document) -> bool:
        """Whether a document has the service's own words for an alert."""
        head = document.body[:65_536].lstrip(b"\xef\xbb\xbf\t\r\n ")
        if not head.startswith(b"{") or b'"data"' not in head:
            return False
        return all(word in head for word in (b'"message"', b'"start_at"', b'"area"')) or b'"nl-alert"' in head


# ── pages ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """One page of the list, in its order."""

    entries: tuple[NlAlert | Broken, ...]
    notes: Counter[str] = field(default_factory=Counter)
    trouble: AdapterError | None = None
    """Why it could not be had."""

    @property
    def last(self) -> str | None:
        """The id behind which the list goes on."""
        return next((one.id for one in reversed(self.entries) if isinstance(one, NlAlert) and one.id), None)

    def digests(self) -> frozenset[str]:
        """Give the digests of all its items."""
        return frozenset(
            telling.digest for one in self.entries if isinstance(one, NlAlert) for telling in one.tellings()
        )


def _goes_on(pages: Sequence[_Page], known: frozenset[str]) -> str | None:
    """Give the id to ask on from; None where the last page was empty, showed something known, or nothing else."""
    here = pages[-1].digests()
    before = frozenset().union(*(page.digests() for page in pages[:-1]))
    return None if here & known or here <= before else pages[-1].last


def _read_page(response: Response, config: SourceConfig) -> _Page:
    document = Document(
        body=response.body, url=response.url, content_type=response.content_type, charset=response.charset
    )
    try:
        return _read(document, config)
    except Malformed as error:
        if error.code != f"{SERVICE}.html":
            raise
        raise Temporary(
            "The service of NL-Alert shows a web page instead of alerts.",
            code=f"{SERVICE}.unavailable",
            status=response.status,
            remedy="It is tried again; if it stays, look at the address in a browser.",
        ) from error


def _read(document: Document, config: SourceConfig) -> _Page:
    value = parse_json(document, SERVICE)
    found = value.get("data") if isinstance(value, dict) else None
    if not isinstance(found, list):
        raise changed_shape(SERVICE, "an object with a list under `data` was expected")
    notes = Counter({f"{SERVICE}.too-many": max(0, len(found) - _MOST_ALERTS)})
    zone = ZoneInfo(config.time_zone)
    return _Page(entries=tuple(read_alert(one, zone, notes) for one in found[:_MOST_ALERTS]), notes=notes)


def _address(url: str, after: str) -> str:
    if not after:
        return url
    return f"{url}{'&' if '?' in url else '?'}after={quote(after, safe='')}"


# ── a poll ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _nothing_new(cursor: Cursor, response: Response, **changed: Any) -> Batch:
    return Batch(not_modified=True, cursor={**cursor, **changed}, hints=answer_hints(Hints(), response))


def _absorb(pages: Sequence[_Page], known: frozenset[str], response: Response, config: SourceConfig) -> Batch:
    shown = read_date(response.headers.get("Date", ""), UTC)
    now = shown.at if shown else datetime.now(UTC)
    batch = _batch(pages, known, now, config)
    digests = [one.digest for one in batch.items]
    return replace(
        batch,
        whole=len(pages) < MOST_PAGES or _goes_on(pages, known) is None,
        cursor={
            "rule": _RULE,
            "etag": response.etag,
            "last_modified": response.last_modified,
            "body": digest_of(response.body),
            "seen": [*digests, *sorted(batch.unchanged), *sorted(known - batch.unchanged)][:_MOST_SEEN],
            **pause((page.trouble for page in pages), now),
        },
        hints=answer_hints(Hints(), response),
    )


def _batch(pages: Sequence[_Page], known: frozenset[str], now: datetime | None, config: SourceConfig) -> Batch:
    """Give what pages show, each alert once. All are needed to know which of them a withdrawal means."""
    alerts = {one.tellings()[0].digest: one for page in pages for one in page.entries if isinstance(one, NlAlert)}
    broken = {one.digest: one for page in pages for one in page.entries if isinstance(one, Broken)}
    items = [item for told in tell(list(alerts.values()), now) for item in told]
    notes = sum((page.notes for page in pages), Counter({f"{SERVICE}.broken": len(broken)}))
    return Batch(
        items=tuple(item for item in items if item.digest not in known),
        unchanged=frozenset(item.digest for item in items if item.digest in known),
        broken=tuple(broken.values()),
        problems=(
            *(f"nl-alert.older: older alerts could not be had: {page.trouble}" for page in pages if page.trouble),
            *(
                f"{code}: {sentence.format(notes[code], zone=config.time_zone)}"
                for code, sentence in _SENTENCES.items()
                if notes[code]
            ),
        ),
    )
