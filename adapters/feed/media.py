"""The pictures, films and sounds of an entry: which they are, once each, in the best size on offer.

A feed shows the same picture as an enclosure, as several ``media:content`` in several sizes, as a thumbnail and once
more inside the text, and describes it in at most one of these places.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from lxml.etree import _Element

from adapters.contract import Media
from adapters.feed.address import absolute, is_web
from adapters.feed.html import Image, pixels
from adapters.feed.names import Children, Names
from adapters.feed.text import plain_text

_MOST = 50
"""Media that one entry may have; more is somebody's experiment."""

_SIZE_IN_NAME = re.compile(r"-\d{2,5}x\d{2,5}(?=\.[A-Za-z0-9]{1,5}$)")
_FILE = re.compile(r"\.(?:avif|gif|jpe?g|png|webp)$", re.IGNORECASE)


def read_media(children: Children, base: str, names: Names, images: Sequence[Image]) -> tuple[Media, ...]:
    """Give the media of an entry, those that were announced as such before the first picture of its text."""
    announced = without_copies([*_groups(children, base, names), *_enclosures(children, base)])
    if not any(map(_shows, announced)):
        thumbnails = [_captioned(one, _caption(children)) for one in _thumbnails(children, base)]
        announced = without_copies([*announced, *thumbnails, *_loose_images(children, base, names)])
    return described_by(media_in_text(announced, images), images)


def media_in_text(announced: list[Media], images: Sequence[Image]) -> list[Media]:
    """Add the first picture of the text where none was announced."""
    if any(map(_shows, announced)):
        return announced
    return announced + [_from_image(image) for image in images if not _is_pixel(image.width, image.height)][:1]


def without_copies(media: Iterable[Media]) -> list[Media]:
    """Take each picture once: the largest of its sizes, with whatever any copy says about it."""
    best: dict[str, Media] = {}
    for one in media:
        if not is_web(one.url) or _is_pixel(one.width, one.height) or len(best) >= _MOST:
            continue
        key = _picture(one.url)
        best[key] = _better(best[key], one) if key in best else one
    return list(best.values())


def described_by(media: Iterable[Media], images: Sequence[Image]) -> tuple[Media, ...]:
    """Take over the alt text that the same picture has inside the text."""
    alts = {_picture(image.url): image.alt for image in images if image.alt}
    return tuple(one if one.alt else replace(one, alt=alts.get(_picture(one.url))) for one in media)


def _groups(children: Children, base: str, names: Names) -> list[Media]:
    """Read Media RSS: the contents of the entry itself, and of each group one, as all in a group are the same thing."""
    caption = _caption(children)
    found = without_copies(_contents(children, base, names))
    if len(found) == 1:
        # What is said beside the contents says nothing about one of several.
        found = [_captioned(found[0], caption)]
    for group in children.get("media:group", ()):
        inside = names.children(group)
        alternatives = _contents(inside, base, names)
        chosen = alternatives and [max(alternatives, key=_preference)]
        if not any(map(_shows, alternatives)):
            chosen += _thumbnails(inside, base)
        found += [_captioned(_captioned(one, _caption(inside)), caption) for one in chosen]
    return found


def _contents(children: Children, base: str, names: Names) -> list[Media]:
    return [
        _captioned(_media(element, element.get("url", ""), base), _caption(names.children(element)))
        for element in children.get("media:content", ())
        if element.get("url")
    ]


def _enclosures(children: Children, base: str) -> list[Media]:
    links = [link for link in children.get("link", ()) if (link.get("rel") or "").lower() == "enclosure"]
    return [
        _media(element, element.get("url") or element.get("href") or "", base)
        for element in (*children.get("enclosure", ()), *links)
    ]


def _thumbnails(children: Children, base: str) -> list[Media]:
    """Give the largest thumbnail."""
    elements = children.get("media:thumbnail", ())
    found = [_media(element, element.get("url") or plain_text(element), base) for element in elements]
    return [replace(max(found, key=_preference), mime="image/*")] if found else []


def _loose_images(children: Children, base: str, names: Names) -> list[Media]:
    """Read what is no part of any standard and yet common: an image element in an entry, as address or with one."""
    found = [_media(one, one.get("href", ""), base) for one in children.get("itunes:image", ())]
    for element in children.get("image", ()):
        inside = names.children(element).get("url")
        address = plain_text(inside[0]) if inside else element.get("url") or element.get("href") or plain_text(element)
        found.append(_media(element, address, base))
    return [replace(one, mime="image/*") for one in found]


def _media(element: _Element, address: str, base: str) -> Media:
    medium = (element.get("medium") or "").lower()
    known = f"{medium}/*" if medium in {"image", "audio", "video"} else None
    return Media(
        url=absolute(address, base),
        mime=(element.get("type") or "").strip().lower() or known,
        width=pixels(element.get("width")),
        height=pixels(element.get("height")),
        length=_length(element.get("fileSize") or element.get("length")),
    )


def _caption(children: Children) -> tuple[str | None, str | None]:
    """Give the alt text and the credit that stand among these children."""
    alt = next(iter(_texts(children, "media:description")), None)
    credit = _texts(children, "media:credit") or _texts(children, "media:copyright")
    return alt, ", ".join(credit) or None


def _captioned(media: Media, caption: tuple[str | None, str | None]) -> Media:
    alt, credit = caption
    return replace(media, alt=media.alt or alt, credit=media.credit or credit) if alt or credit else media


def _texts(children: Children, name: str) -> list[str]:
    return [text for element in children.get(name, ()) if (text := plain_text(element))]


def _from_image(image: Image) -> Media:
    return Media(url=image.url, mime="image/*", alt=image.alt, width=image.width, height=image.height)


def _shows(media: Media) -> bool:
    """Whether it may be a picture: it is one, or nobody said what it is."""
    return media.mime is None or media.mime.startswith("image/")


def _is_pixel(width: int | None, height: int | None) -> bool:
    """Whether it is no picture but a counter of readers."""
    return (width is not None and width <= 1) or (height is not None and height <= 1)


def _picture(address: str) -> str:
    """Give what all sizes of one picture have in common: behind the name of a file, a query only says which size."""
    path, _, query = address.partition("#")[0].partition("?")
    return _SIZE_IN_NAME.sub("", path) if _FILE.search(path) else f"{path}?{query}"


def _preference(media: Media) -> tuple[bool, int]:
    return _shows(media), (media.width or 0) * (media.height or media.width or 0)


def _better(one: Media, other: Media) -> Media:
    kept, left = (other, one) if _preference(other) > _preference(one) else (one, other)
    mime = left.mime if kept.mime in {None, "image/*"} and left.mime else kept.mime
    return replace(kept, mime=mime, alt=kept.alt or left.alt, credit=kept.credit or left.credit)


def _length(value: str | None) -> int | None:
    digits = (value or "").strip()
    return int(digits) if re.fullmatch(r"[0-9]{1,15}", digits) else None
