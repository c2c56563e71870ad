"""What servers with the Mastodon API show, read into our values: posts, limits, and HTML as plain text.

Servers differ and leave things out; whatever has another type than expected counts as absent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from adapters.contract import Attached, Limits, Profile, ProfileLimits, RemotePost

Json = Mapping[str, Any]

URL = re.compile(r"https?://[^\s<>\"]{1,4096}")
TRAILING = ".,;:!?*'\"%[]~&|)"
COMPATIBLE = re.compile(r"\(compatible; (\w+)")
NUMBERED = re.compile(r"[1-9]\d?\.\d+\.\d+")
FAMILIES = {"pleroma": "pleroma", "akkoma": "pleroma", "takahe": "takahe", "gotosocial": "gotosocial"}
FEATURES = {
    "mastodon": frozenset({"edit", "delete", "boost", "source", "language", "idempotency"}),
    "pleroma": frozenset({"edit", "delete", "boost", "source", "idempotency"}),
    "gotosocial": frozenset({"edit", "delete", "boost", "source", "language"}),
    "takahe": frozenset({"edit", "delete", "boost", "source"}),
    "other": frozenset({"edit", "delete", "boost"}),
}
"""What each family can do. Only Mastodon and Pleroma honour the idempotency key (the others ignored it when tried)."""
QUOTES_SINCE = 7
"""``api_versions.mastodon`` from which a post may quote (Mastodon 4.5)."""
BLOCKS = frozenset({"p", "div", "blockquote", "pre", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6"})
CONTAINERS = frozenset({"html", "body", "div", "blockquote", "ul", "ol"})
"""Elements that hold blocks: white space alone in them, or after a block, stands in the markup for its own sake."""


def remote_post(status: Json) -> RemotePost:
    """Read a post. Raises ``KeyError`` where it has no id.

    The text is the source where the server shows it (GoToSocial does), else the content as plain text. A boost has no
    text of its own: what it shows inside is somebody's post, maybe one of ours, and must not be taken for another.
    """
    boosted = _mapping(status.get("reblog")).get("id")
    content = "" if boosted else _text(status.get("content"))
    text = "" if boosted else _text(status.get("text")) or plain(content)
    return RemotePost(
        remote_id=str(status["id"]),
        url=_text(status.get("url")) or _text(status.get("uri")) or None,
        text=text,
        links=_links(content, text),
        created=_time(status.get("created_at")),
        edited=bool(status.get("edited_at")),
        application=_text(_mapping(status.get("application")).get("name")) or None,
        in_reply_to=_id(status.get("in_reply_to_id")),
        visibility=_text(status.get("visibility")) or None,
        language=_text(status.get("language")) or None,
        media=tuple(_media(status.get("media_attachments"))),
        boost_of=_id(boosted),
    )


def limits(instance: Json) -> Limits:
    """Read what a server allows from its description, version 1 or 2."""
    family = family_of(instance)
    configured = _mapping(instance.get("configuration"))
    statuses, media = _mapping(configured.get("statuses")), _mapping(configured.get("media_attachments"))
    usual = Limits()
    reserved = _number(statuses.get("characters_reserved_per_url"), 0)
    return Limits(
        family=family,
        version=_text(instance.get("version")),
        max_characters=_number(statuses.get("max_characters") or instance.get("max_toot_chars"), usual.max_characters),
        # GoToSocial, Takahe and Pleroma advertise a price for addresses and then count every character.
        url_length=reserved if family == "mastodon" and reserved else None,
        max_media=_number(statuses.get("max_media_attachments"), usual.max_media),
        alt_length=_number(media.get("description_limit"), usual.alt_length),
        image_size=_number(media.get("image_size_limit"), usual.image_size),
        image_matrix=_number(media.get("image_matrix_limit"), usual.image_matrix),
        mime_types=_names(media.get("supported_mime_types")) or usual.mime_types,
        features=FEATURES[family] | _by_api_version(instance),
    )


def profile(me: Json, instance: Json) -> Profile:
    """Read how an account presents itself, from what its own token is shown, and what the server allows there."""
    source = _mapping(me.get("source"))
    fields = source.get("fields") if isinstance(source.get("fields"), list) else me.get("fields")
    found = [_mapping(one) for one in fields] if isinstance(fields, list) else []
    discoverable = me.get("discoverable")
    return Profile(
        name=_text(me.get("display_name")),
        note=_text(source.get("note")) or plain(_text(me.get("note"))),
        fields=tuple((_text(one.get("name")), plain(_text(one.get("value")))) for one in found),
        bot=me.get("bot") is True,
        discoverable=discoverable if isinstance(discoverable, bool) else None,
        language=_text(source.get("language")) or None,
        quotes=_text(source.get("quote_policy")) or None,
        avatar_alt=_text(me.get("avatar_description")) if "avatar_description" in me else None,
        limits=_profile_limits(_mapping(_mapping(instance.get("configuration")).get("accounts"))),
    )


def _profile_limits(accounts: Json) -> ProfileLimits:
    """Read the limits that servers tell since 4.6; before that they were the usual ones."""
    usual = ProfileLimits()
    return ProfileLimits(
        name=_number(accounts.get("max_display_name_length"), usual.name),
        note=_number(accounts.get("max_note_length"), usual.note),
        fields=_number(accounts.get("max_profile_fields"), usual.fields),
        field=min(
            _number(accounts.get("profile_field_name_limit"), usual.field),
            _number(accounts.get("profile_field_value_limit"), usual.field),
        ),
        avatar_alt=_number(accounts.get("max_avatar_description_length"), 0) or None,
    )


def family_of(instance: Json) -> str:
    """Recognise the software. Forks of Mastodon are Mastodon; software that only says it is compatible is not."""
    version, source = _text(instance.get("version")).lower(), _text(instance.get("source_url")).lower()
    if (named := COMPATIBLE.search(version)) is not None:
        return FAMILIES.get(named[1], "other")
    for name in ("takahe", "gotosocial"):
        if name in version or name in source:
            return name
    if "account_domain" in instance:
        return "gotosocial"
    return "mastodon" if NUMBERED.match(version) else "other"


def host(instance: Json, server: str) -> str:
    """Give the host that account names of this server end in, by its own word; else that of its address."""
    for name in ("account_domain", "domain", "uri"):
        if said := _text(instance.get(name)):
            return urlsplit(said if "//" in said else f"//{said}").netloc.lower()
    return urlsplit(server if "//" in server else f"//{server}").netloc.lower()


def plain(html: str) -> str:
    """Give the text that was once written to make this HTML.

    Paragraphs are parted by a blank line; an address stands in full where the page shows it shortened; mentions and tags
    stand as they are shown. Other links (somebody wrote them in markup) are their text.
    """
    root = _tree(html)
    if root is None:
        return ""
    return re.sub(r"\n{3,}", "\n\n", "".join(_pieces(root))).strip()


def _tree(html: str) -> etree._Element | None:
    body = html.replace("\0", "").encode("utf-8", "replace")
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    return etree.fromstring(body, parser) if body.strip() else None


def _pieces(root: etree._Element) -> Iterator[str]:
    """Walk the tree without recursion, since its depth is somebody else's choice."""
    inside: etree._Element | None = None
    for event, element in etree.iterwalk(root, events=("start", "end")):
        shown = inside is None
        if event == "start":
            href = _address(element) if shown else None
            inside = element if href else inside
            yield from _opening(element, href) if shown else ()
        else:
            inside = None if element is inside else inside
            yield from _closing(element) if inside is None else ()


def _opening(element: etree._Element, href: str | None) -> Iterator[str]:
    if href:
        yield href
        return
    yield "\n" if element.tag == "br" else "\n\n" if element.tag in BLOCKS else "\n- " if element.tag == "li" else ""
    yield _kept(element.text, element.tag in CONTAINERS)


def _closing(element: etree._Element) -> Iterator[str]:
    yield "\n\n" if element.tag in BLOCKS else ""
    tail = _kept(element.tail, element.tag in BLOCKS or element.tag == "li")
    yield tail.removeprefix("\n") if element.tag == "br" else tail


def _kept(text: str | None, among_blocks: bool) -> str:
    return "" if text is None or (among_blocks and not text.strip()) else text


def _address(element: etree._Element) -> str | None:
    """Give the address of a link that shows that same address, however shortened; None for a mention, a tag, a word."""
    if element.tag != "a" or "mention" in (element.get("class") or "") or element.get("rel") == "tag":
        return None
    href = element.get("href") or ""
    shown = "".join(element.itertext()).strip().rstrip("…")
    return href if shown and shown.split("://")[-1].removeprefix("www.") in href else None


def _links(html: str, text: str) -> tuple[str, ...]:
    """Give every address in a post: those of its links, and those in its text that the server made no link of."""
    root = _tree(html)
    anchors = [] if root is None else [element for element in root.iter("a") if _address(element)]
    hrefs = [element.get("href") or "" for element in anchors]
    bare = [found[0].rstrip(TRAILING) for found in URL.finditer(text)]
    return tuple(dict.fromkeys([*hrefs, *bare]))


def _media(attachments: object) -> Iterator[Attached]:
    for item in attachments if isinstance(attachments, list) else ():
        if remote_id := _id(_mapping(item).get("id")):
            yield Attached(remote_id=remote_id, alt=_text(item.get("description")))


def _by_api_version(instance: Json) -> frozenset[str]:
    """Give what came with later versions: the seat belt against mentions with 4.3, quotes with 4.5."""
    version = _number(_mapping(instance.get("api_versions")).get("mastodon"), 0)
    found = {"allowed_mentions"} if version and family_of(instance) == "mastodon" else set()
    return frozenset(found | ({"quote"} if found and version >= QUOTES_SINCE else set()))


def _mapping(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _id(value: object) -> str | None:
    return str(value) if isinstance(value, str | int) and str(value) else None


def _number(value: object, otherwise: int) -> int:
    return value if isinstance(value, int) and value > 0 else otherwise


def _names(value: object) -> frozenset[str]:
    return frozenset(name for name in value if isinstance(name, str)) if isinstance(value, list) else frozenset()


def _time(value: object) -> datetime | None:
    with suppress(ValueError, OverflowError):  # the last for a year 1 east of Greenwich
        found = datetime.fromisoformat(_text(value))
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    return None
