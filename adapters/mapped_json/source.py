"""JSON of any kind, read by a mapping that the configuration gives."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar

from adapters.account import origin_of
from adapters.api import JSON, get
from adapters.contract import Batch, Cursor, Document, Offload, SourceConfig
from adapters.feed.address import first_web
from adapters.mapped_json.guess import guess, written
from adapters.mapped_json.mapping import JsonPaths, Reader
from adapters.mapped_json.path import parse_path
from adapters.reply import parse
from adapters.window import Window, look, opened

if TYPE_CHECKING:
    from adapters.http import HttpClient

_PLAIN_FORM = re.compile(rb'[\xef\xbb\xbf\s]{0,16}\{[^{}\[\]]{0,1000}"omroeper"\s{0,9}:\s{0,9}1\b')


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonOptions:
    """``paths``: where things are. ``html``: texts are HTML. ``base``: where relative addresses start, if not at ``url``."""

    paths: JsonPaths = field(default_factory=JsonPaths)
    html: bool = False
    base: str = ""


class JsonSource:
    """A JSON document with a list of announcements. See the law in ``adapters.contract``."""

    Options: ClassVar[type] = JsonOptions
    secrets: ClassVar[tuple[str, ...]] = ()
    urgent: ClassVar[bool] = False
    mergeable: ClassVar[bool] = False

    def __init__(self, config: SourceConfig, http: HttpClient, offload: Offload) -> None:
        self._config = config
        self._http = http
        self._offload = offload

    async def fetch(self, cursor: Cursor) -> Batch:
        """Ask for the document, and for the pages that follow it until something known is met.

        Raises what ``HttpClient.get`` raises, and ``Malformed`` (``json.no-items``).
        """
        from adapters.http import raise_for_status  # here, because reading a file needs no client

        validators = {name: cursor.get(name) for name in ("etag", "last_modified")}
        response = await self._http.get(self._config.url, accept=JSON, named=True, **validators)
        if response.not_modified:
            return Batch(not_modified=True, cursor=cursor)
        raise_for_status(response)
        reader = _reader(self._config, response.url)
        window = opened(reader.shape(), cursor)

        async def page(place: str) -> bytes:
            named = origin_of(place) == origin_of(self._config.url)
            return (await get(self._http, place, lambda _: None, named=named)).body if place else response.body

        await look(window, page, self._offload)
        return window.batch(
            cursor, problems=reader.problems(), etag=response.etag, last_modified=response.last_modified
        )

    @staticmethod
    def read(document: Document, config: SourceConfig) -> Batch:
        """Read a document; where the configuration has no mapping and the plain form does not fit, by a guess.

        Raises ``Malformed``.
        """
        reply = parse(document.body)
        reader, problems = _reader(config, document.url), []
        if config.options is None and not parse_path(reader.paths.items).leads_to_an_array(reply):
            guessed = guess(reply)
            reader.paths = guessed or reader.paths
            reader.html = guessed is not None and ".rendered" in guessed.title
            problems = [f"json.guessed: check this and write it in the source: {written(guessed)}"] if guessed else []
        window = Window(shape=reader.shape())
        window.take(reply)
        batch = window.batch({}, problems=[*problems, *reader.problems()])
        return replace(batch, cursor={})

    @staticmethod
    def recognises(document: Document) -> bool:
        """Whether it says itself that it is in our plain form. JSON of other kinds is read when one is told to."""
        return _PLAIN_FORM.match(document.body[:2048]) is not None


def _reader(config: SourceConfig, url: str) -> Reader:
    options: JsonOptions = config.options or JsonOptions()
    base = first_web(options.base, url, config.url)
    return Reader(paths=options.paths, html=options.html, base=base, zone=config.time_zone)
