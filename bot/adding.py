"""Adding sources: the feeds behind an address, what would be written of them, and writing it.

What is found is looked at over the network, what would be written is worked out from values alone, and a file is only
touched when the configuration with the addition loads. A page's words are data: they end up quoted, on one line.
"""

from __future__ import annotations

import json
import os
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from adapters import load_source
from adapters.contract import Document
from adapters.errors import AdapterError, Permanent
from adapters.feed.address import is_web
from adapters.feed.charset import decode
from adapters.feed.page import is_page, named_feeds
from adapters.http import HttpClient, NetworkPolicy, raise_for_status
from adapters.http.address import parse
from adapters.http.guard import EVERYWHERE
from adapters.http.redirects import PERMANENT, same_place
from bot import hosts
from bot.health import moment
from bot.problems import Problem
from bot.reading import Inspection, inspect, unreachable
from bot.settings import Agency, Settings, SourceSettings, load
from bot.terminal import plain_line
from bot.text import collapse

MOST = 20
"""Feeds of one page that are looked at."""
LONGEST_NAME = 120
LONGEST_ID = 48
TIME_ZONE = "Europe/Amsterdam"
"""The zone in which a source is read unless it is configured otherwise."""

_NOT_IN_ID = re.compile(r"[^a-z0-9]+")


class NotAddedError(Exception):
    """Nothing was written: why, and what to do about it."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one address showed. ``kind`` is None where nothing could be read.

    ``url`` is the address to configure and ``addresses`` all under which it may be known; ``page`` is where it was named,
    "" where a person named it. ``people``: it also shows who is wanted or missing.
    """

    url: str
    kind: str | None
    title: str = ""
    items: int = 0
    newest: datetime | None = None
    problems: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    page: str = ""
    people: bool = False

    @property
    def counted(self) -> str:
        """How many items there are, and how new they are."""
        items = f"{self.items} item{'' if self.items == 1 else 's'}"
        return f"{items}, the newest of {self.newest:%Y-%m-%d}" if self.newest else items


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """The agency that a source is written under. ``new``: it has to be written too."""

    id: str
    name: str
    domains: tuple[str, ...]
    new: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What would become of a find. ``id`` is None where nothing was read, ``owner`` also where it is configured already."""

    found: Found
    id: str | None = None
    owner: Owner | None = None

    def as_json(self, *, added: bool) -> dict[str, Any]:
        """Give the JSON of ``add``; ``added``: what is new in the proposals was written."""
        return {
            "kind": self.found.kind,
            "url": self.found.url,
            "title": self.found.title or None,
            "items": self.found.items,
            "newest": moment(self.found.newest),
            "problems": list(self.found.problems),
            "id": self.id,
            "added": added and self.owner is not None,
        }


# ── looking ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def look(url: str, user_agent: str) -> tuple[Found, ...]:
    """Look at an address that a person named: the source that it is, or each feed that the page there names.

    A host in a private network is entered only where the person named it. Errors are problems of a find, never raised.
    """
    async with HttpClient(NetworkPolicy(user_agent=user_agent, allow_private=EVERYWHERE)) as http:
        try:
            document, address = await _ask(http, url, named=True)
        except AdapterError as error:
            return (_examined(url, url, unreachable(error)),)
        own = examined(document, url, address)
        feeds = () if own.kind else feeds_of(document)
        found = [await _look_at(http, feed, page=document.url, named=url) for feed in feeds[:MOST]]
    if len(feeds) > MOST:
        many = f"add.many: the page names {len(feeds)} feeds; {MOST} were looked at."
        found[-1] = replace(found[-1], problems=(*found[-1].problems, many))
    distinct: dict[str, Found] = {}
    for one in found:
        distinct.setdefault(one.url, one)
    return tuple(distinct.values()) or (own,)


async def _look_at(http: HttpClient, feed: str, *, page: str, named: str) -> Found:
    """Look at a feed that a page names."""
    try:
        # A page's link never enters a private network, except that a host whom the person named may name itself.
        own = same_place(parse(feed), parse(named)) and same_place(parse(page), parse(named))
        document, address = await _ask(http, feed, named=own)
    except AdapterError as error:
        return _examined(feed, feed, unreachable(error), page)
    return examined(document, feed, address, page)


async def _ask(http: HttpClient, url: str, *, named: bool) -> tuple[Document, str]:
    """Fetch a document; give also the address to configure: where it moved for good, else what was asked."""
    response = await http.get(url, named=named)
    raise_for_status(response)
    moved = all(hop.status in PERMANENT for hop in response.hops)
    document = Document(
        body=response.body, url=response.url, content_type=response.content_type, charset=response.charset
    )
    return document, response.url if moved else normal(url)


# ── what it is: pure ─────────────────────────────────────────────────────────────────────────────────────────────────


def normal(url: str) -> str:
    """Write an address as it is asked, so that two spellings of one are equal; what is no address stays."""
    try:
        return str(parse(url))
    except Permanent:
        return url


def feeds_of(document: Document) -> tuple[str, ...]:
    """Give the addresses of the feeds that a page names, in its order; none where it is no page."""
    text = decode(document.body, document.charset)
    if not is_page(text):
        return ()
    feeds = (normal(one.url) for one in named_feeds(text, document.url) if is_web(one.url))
    return tuple(one for one in dict.fromkeys(feeds) if one != document.url)


def examined(document: Document, asked: str, address: str, page: str = "") -> Found:
    """Say what a document is."""
    return _examined(asked, address, inspect(document, kind=None, time_zone=TIME_ZONE), page)


def _examined(asked: str, address: str, seen: Inspection, page: str = "") -> Found:
    batch = seen.batch
    kind = seen.kind if batch.items or batch.title or not seen.problems else None
    shows_people = getattr(load_source(kind), "shows_people", None) if kind else None
    return Found(
        url=address,
        kind=kind,
        title=_name(batch.title or ""),
        items=len(batch.items),
        newest=max((at for item in batch.items if (at := item.published or item.updated)), default=None),
        problems=tuple(map(plain_line, seen.problems)),
        addresses=(normal(asked), address),
        page=page,
        people=bool(shows_people and shows_people(address)),
    )


def _name(text: str) -> str:
    return plain_line(collapse(text))[:LONGEST_NAME].strip()


# ── what would be written: pure ──────────────────────────────────────────────────────────────────────────────────────


def proposals(found: Iterable[Found], agencies: Sequence[Agency], sources: Sequence[SourceSettings]) -> list[Proposal]:
    """Say of each find under which id and agency it would be written; of those that are configured, under which they are."""
    known = {normal(source.url): source.id for source in sources}
    owners = [Owner(id=one.id, name=one.name, domains=one.domains) for one in agencies]
    ids = {source.id for source in sources}
    made = []
    for one in found:
        configured = next((known[address] for address in one.addresses if address in known), None)
        if one.kind is None or configured:
            made.append(Proposal(found=one, id=configured))
            continue
        owner = _owner(one, owners)
        made.append(Proposal(found=one, id=_free(_source_id(one, owner), ids), owner=owner))
    return made


def _owner(found: Found, owners: list[Owner]) -> Owner:
    """Find the agency that owns the host, by its longest domain; else make one, which owns it from now on."""
    host = hosts.host_of(found.url)
    owning = [(len(name), one) for one in owners for name in one.domains if hosts.belongs(host, (name,))]
    if owning:
        return max(owning, key=lambda pair: pair[0])[1]
    page = _domain(hosts.host_of(found.page))
    domain = page if page and hosts.belongs(host, (page,)) else _domain(host)
    short = domain if hosts.literal(domain) else domain.rpartition(".")[0] or domain
    id_ = _free(_slug(short) or "agency", {one.id for one in owners})
    owner = Owner(id=id_, name=found.title or domain, domains=(domain,), new=True)
    owners.append(owner)
    return owner


def _domain(host: str) -> str:
    return host.removeprefix("www.")


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return _NOT_IN_ID.sub("-", plain)[:LONGEST_ID].strip("-")


def _source_id(found: Found, owner: Owner) -> str:
    """Name a source after its agency and what its title says besides: ``voorbeeldstad-nieuws``."""
    said = owner.id.split("-")
    rest = "-".join(word for word in _slug(found.title).split("-") if word and word not in said)
    return f"{owner.id}-{rest or _slug(found.kind or '')}"[: 2 * LONGEST_ID].strip("-")


def _free(wanted: str, taken: set[str]) -> str:
    """Give an id that is not taken, and take it."""
    number, id_ = 1, wanted
    while id_ in taken:
        number += 1
        id_ = f"{wanted}-{number}"
    taken.add(id_)
    return id_


def toml(made: Iterable[Proposal], *, asked: str, accounts: Sequence[str], today: date) -> str:
    """Write the tables of what is new; "" where nothing is. ``accounts`` are those that the sources go to."""
    written: set[str] = set()
    blocks = []
    for one in made:
        if one.owner is None:
            continue
        lines = [_proof(one.found, asked, today)]
        if one.owner.new and one.owner.id not in written:
            lines += _agency(one.owner)
        written.add(one.owner.id)
        blocks.append("\n".join([*lines, *_source(one, one.owner, accounts)]) + "\n")
    return "\n".join(blocks)


def _proof(found: Found, asked: str, today: date) -> str:
    named = "" if not found.page else "named there, " if found.page == normal(asked) else f"named on {found.page}, "
    return plain_line(f"# {today}: omroeper add {asked}: {named}read as {found.kind}, {found.counted}.")


def _agency(owner: Owner) -> list[str]:
    return [
        "[[agency]]",
        f"id = {_quoted(owner.id)}",
        f"name = {_quoted(owner.name)}  # as the source calls itself: put the official name here",
        f"domains = {_list(owner.domains)}",
        "",
    ]


def _source(one: Proposal, owner: Owner, accounts: Sequence[str]) -> list[str]:
    lines = [
        "[[source]]",
        f"id = {_quoted(one.id or '')}",
        f"agency = {_quoted(owner.id)}",
        f"kind = {_quoted(one.found.kind or '')}",
        f"url = {_quoted(one.found.url)}",
        f"to = {_list(accounts)}" if accounts else '# to = ["…"]  # no account was chosen: name those that it goes to',
    ]
    if one.found.people:
        lines.append("personal = true  # it also shows people who are wanted or missing")
    return lines


def _quoted(text: str) -> str:
    """Write a text as a basic string of TOML, whose escapes are those of JSON; one line, nothing that steers."""
    return json.dumps(plain_line(text), ensure_ascii=False)


def _list(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(_quoted, texts))}]"


# ── writing ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def put(
    block: str, target: Path, settings: Settings, ids: Collection[str], environ: Mapping[str, str]
) -> list[Problem]:
    """Append tables to a file of the configuration; give what ``check`` will say of them.

    Nothing that stands there is touched, and nothing is written where the configuration would no longer load, or would not
    have the sources ``ids``. Raises ``NotAddedError``, and ``OSError`` for a file that cannot be read or written.
    """
    fresh = _make(target)
    try:
        before = target.read_bytes()
        addition = _fitted(before, block)
        said = _tried(target, before + addition, settings.path, ids, environ)
        _append(target, before, addition)
    except (NotAddedError, OSError):
        if fresh:
            target.unlink(missing_ok=True)
        raise
    line = before.count(b"\n")
    return [one for one in said if one.file and Path(one.file).resolve() == target.resolve() and (one.line or 0) > line]


def _make(target: Path) -> bool:
    """Make a file that is not there, because only a file that exists is found by ``include = ["sources.d/*.toml"]``."""
    try:
        target.open("xb").close()
    except FileExistsError:
        return False
    return True


def _fitted(before: bytes, block: str) -> bytes:
    """Give the bytes to append: behind an empty line, with the line ends of the file."""
    gap = "" if not before else "\n" if before.endswith(b"\n") else "\n\n"
    text = gap + block
    return (text.replace("\n", "\r\n") if b"\r\n" in before else text).encode()


def _tried(
    target: Path, content: bytes, config: Path, ids: Collection[str], environ: Mapping[str, str]
) -> tuple[Problem, ...]:
    """Load the configuration as it would be; give its warnings. Raises ``NotAddedError``."""
    trial = load(config, environ, instead={target.resolve(): content})
    if trial.errors or trial.settings is None:
        reasons = "\n".join(map(str, trial.errors))
        raise NotAddedError(f"The configuration would not load with this in {target}; nothing is written.\n{reasons}")
    if not set(ids) <= {source.id for source in trial.settings.source}:
        raise NotAddedError(
            f"{target} is no part of the configuration {config}; nothing is written.",
            "Name it there first, in include = […], or leave --to out.",
        )
    return trial.problems


def _append(target: Path, before: bytes, addition: bytes) -> None:
    with target.open("r+b") as file:
        if file.read() != before:
            raise NotAddedError(f"{target} was changed in the meantime; nothing is written.", "Try again.")
        try:
            file.write(addition)
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            os.ftruncate(file.fileno(), len(before))
            raise
