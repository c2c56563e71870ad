"""From what a source showed to what an item says: plain text, one identity, one hash of its meaning. Pure.

With any change to what a hash or a canonical link depends on, ``bot.rule`` is raised.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b

from adapters.contract import Alert, Batch, Item, Text
from bot.language import guess
from bot.model import Content, Observed, Place, SourcePolicy
from bot.policy import platform_of
from bot.text import (
    canonical_link,
    clean,
    collapse,
    entities,
    host_of,
    is_landing_page,
    same_site,
    to_text,
    without_tracking,
)
from bot.variants import without_language

LONGEST_TEXT = 10_000
"""Characters of an item's text that are kept: more than any server takes, less than a hostile one sends."""

LONGEST_MARKUP = 1_000_000
"""Characters of it that are looked at, mark-up and pictures inside it included."""

MOST_LINKS = 20
"""Addresses of an item that are kept beside its own."""

_HASH_BYTES = 12
_YEARS = range(1900, 2200)
_TRUNCATED = ("…", "...", "[…]", "[...]", "(…)", "(...)")


def normalise(batch: Batch, policy: SourcePolicy, place: Place) -> tuple[Observed, ...]:
    """Give the items of a batch, normalised, in document order; the same entry shown twice is given once."""
    crowded = _crowded(batch.items) if policy.identity in {"auto", "guid"} else frozenset()
    found: dict[str, Observed] = {}
    for item in batch.items:
        observed = _observe(item, batch, policy, place, crowded=item.native_id in crowded)
        found.setdefault(observed.key, observed)
    return tuple(found.values())


def _observe(item: Item, batch: Batch, policy: SourcePolicy, place: Place, *, crowded: bool) -> Observed:
    content = _content(item, batch, policy, place)
    link = canonical_link(content.url) if content.url else None
    return Observed(
        key=_key(item, policy.identity, crowded=crowded),
        native_id=item.native_id,
        link=link if link and not is_landing_page(link) else None,
        digest=item.digest,
        meaning=_meaning(content),
        content=content,
        references=tuple(dict.fromkeys(canonical_link(one) for one in _links(item, place))),
        group=item.group,
        variant=without_language(link) if link else None,
        withdrawn=item.withdrawn,
        raw=item.raw,
    )


# ── identity ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _crowded(items: Iterable[Item]) -> frozenset[str | None]:
    """Native ids that different entries of one document share: no identity by themselves."""
    entries = {(item.native_id, item.url, _one_line(item.title)) for item in items if item.native_id}
    return frozenset(one for one, times in Counter(native for native, _, _ in entries).items() if times > 1)


def _key(item: Item, rule: str, *, crowded: bool) -> str:
    """Give the identity of an item within its source.

    ``auto`` and ``guid``: the native id; where entries of one document share it, with the link, else the date. Without
    one: the link, else title and date. The other rules say what they use.
    """
    link = canonical_link(item.url) if item.url else ""
    title_and_date = f"title:{_short(_one_line(item.title), _date(item.published))}"
    if rule == "title":
        return f"title:{_short(_one_line(item.title))}"
    if rule == "link" and link:
        return f"link:{link}"
    if rule == "guid+date" and item.native_id:
        return f"{item.native_id}\n{_date(item.published or item.updated)}"
    if not item.native_id:
        return f"link:{link}" if link and not is_landing_page(link) else title_and_date
    return f"{item.native_id}\n{link or title_and_date}" if crowded else item.native_id


def _date(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


# ── content ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _content(item: Item, batch: Batch, policy: SourcePolicy, place: Place) -> Content:
    text, body = _texts(item)
    url, own_page = _address(item, place)
    return Content(
        title=_one_line(item.title)[:LONGEST_TEXT],
        text=text,
        body=body,
        url=url,
        own_page=own_page,
        links=_elsewhere(item, url),
        language=_language(item, text, batch, policy, place),
        published=_possible(item.published),
        updated=_possible(item.updated),
        media=item.media,
        categories=tuple(dict.fromkeys(filter(None, map(collapse, item.categories)))),
        alert=_legible(item.alert) if item.alert else None,
        boost=item.boost,
    )


def _legible(alert: Alert) -> Alert:
    """Give the alert with its names as one tidy line each: they stand in posts and pages as they are."""
    return replace(
        alert,
        event=collapse(alert.event),
        sender=collapse(alert.sender),
        areas=tuple(replace(area, name=collapse(area.name)) for area in alert.areas),
        sent=_possible(alert.sent),
        onset=_possible(alert.onset),
        expires=_possible(alert.expires),
        ended=_possible(alert.ended),
    )


def _possible(moment: datetime | None) -> datetime | None:
    """Give a time, unless it is a placeholder or nonsense: at the ends of the calendar no clock can count on from it."""
    return moment if moment is not None and moment.year in _YEARS else None


def _texts(item: Item) -> tuple[str, str]:
    """Choose what a post is made of, and the whole story where there is more of it.

    The summary speaks, unless it is only the first words of the content, cut by the source's own system.
    """
    summary, content = _plain(item.summary), _plain(item.content)
    if not summary:
        return content, ""
    if summary.endswith(_TRUNCATED) and content.startswith(summary.rstrip(".…[]() ")[:200]):
        return content, ""
    return summary, content if len(content) > len(summary) else ""


def _plain(text: Text | None) -> str:
    if text is None:
        return ""
    value = text.value[:LONGEST_MARKUP]
    return clean(to_text(value) if text.markup else value)[:LONGEST_TEXT]


def _one_line(text: Text | None) -> str:
    return collapse(_plain(text))


def _address(item: Item, place: Place) -> tuple[str | None, bool]:
    """Choose the address: the agency's own page wherever there is one, and whether it is that.

    A post on a platform that points to a page of the agency is about that page.
    """
    if place.platform:
        links = _links(item, place)
        own = next((one for one in links if same_site(host_of(one), place.domains) and not is_landing_page(one)), None)
        if own:
            return without_tracking(own), True
    if item.url is None:
        return None, False
    own_site = same_site(host_of(item.url), place.domains) if place.domains else not place.platform
    return without_tracking(item.url), own_site


def _elsewhere(item: Item, url: str | None) -> tuple[str, ...]:
    """Give where else an item leads, where its own address is on a platform that a post may not lead to."""
    if url is None or platform_of(url) is None:
        return ()
    return tuple(dict.fromkeys(map(without_tracking, item.links)))[:MOST_LINKS]


def _links(item: Item, place: Place) -> tuple[str, ...]:
    """Give the addresses that an item points to; a platform's text often has them as plain words."""
    if not place.platform:
        return item.links
    text = "\n".join(_plain(one) for one in (item.title, item.summary, item.content) if one)
    written = (one.value for one in entities(text) if one.kind == "url")
    return tuple(dict.fromkeys((*item.links, *written)))


def _language(item: Item, text: str, batch: Batch, policy: SourcePolicy, place: Place) -> str:
    """Give the language: what the item says of itself, else what its words tell, else what feed or source say."""
    own = primary_language(item.language or "")
    if own or not place.languages:
        return own or primary_language(batch.language or policy.language or "")
    guessed = guess(f"{_one_line(item.title)}\n{text}", place.languages)
    return primary_language(guessed or batch.language or policy.language or "")


def primary_language(tag: str) -> str:
    """Give the language of a tag as servers take it: ``nl-NL`` and ``nl_NL`` are ``nl``; "" for none or nonsense."""
    primary = tag.strip().replace("_", "-").partition("-")[0].lower()
    return primary if primary.isascii() and primary.isalpha() and len(primary) in {2, 3} else ""


# ── meaning ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _meaning(content: Content) -> str:
    """Hash what a reader would notice. Dates, pictures and categories move without anything being said differently."""
    return _short(
        collapse(content.title),
        collapse(content.text),
        canonical_link(content.url or ""),
        *_alert_meaning(content.alert),
    )


def _alert_meaning(alert: Alert | None) -> tuple[str, ...]:
    if alert is None:
        return ()
    return (
        alert.status,
        alert.message,
        alert.severity,
        _date(alert.expires),
        _date(alert.ended),
        _plain(alert.instruction),
        *sorted(area.name for area in alert.areas),
    )


def _short(*parts: str) -> str:
    return blake2b("\x1f".join(parts).encode(errors="surrogatepass"), digest_size=_HASH_BYTES).hexdigest()
