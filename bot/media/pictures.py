"""Pictures from outside made fit to be shown: recognised by what they are, bounded, turned upright, and encoded anew.

What leaves is pixels and nothing else: no place, no camera, no comment, no second picture behind the first. What a source
says about size and kind is not believed; what would cost too much memory or time is refused before it is decoded.
"""

from __future__ import annotations

import struct
import warnings
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from typing import Final

from PIL import Image, ImageCms, ImageFile, ImageOps, UnidentifiedImageError

from adapters.contract import Limits
from bot.media.encoded import Encoded, NoPicture

MEMORY: Final = 160 * 1024 * 1024
"""Bytes that making one picture fit may take. A WebP of 34 bytes took five times as much before this was counted."""
COST: Final = {"JPEG": 4, "GIF": 8, "PNG": 14, "AVIF": 18, "WEBP": 23}
"""Bytes of memory for each pixel of a picture, until it is encoded anew (measured; a JPEG is made smaller while it is decoded)."""
COST_FOR_PRINT: Final = 10
"""The same for a JPEG in the four colours of print."""
LONGEST_SIDE: Final = 20_000
SMALLEST_SIDE: Final = 80
"""A picture is refused below this: it is an icon, or counts visitors."""
SHOWN_SIDE: Final = 2560
"""Pixels that the longer side of a picture is brought down to: no server shows more."""

_FORMATS = tuple(COST)
_SMALL: dict[str, dict[str, object]] = {"image/jpeg": {"optimize": True, "progressive": True}, "image/webp": {}}
_QUALITIES = (85, 75, 60)
_LARGEST_DRAWING = 1_000_000
"""Bytes from which on a PNG is worth less than a JPEG that loads."""
_SHRINK = 0.7
_TRIES = 6

Image.MAX_IMAGE_PIXELS = MEMORY // min(COST.values())
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")  # it says what is odd; we look ourselves


def made_fit(body: bytes, limits: Limits) -> Encoded:
    """Make a picture of bytes from outside that a server with these limits takes. Raises ``NoPicture``.

    Of something that moves, the first picture is shown. Takes up to some seconds and ``MEMORY``: to be called off the loop,
    for one picture at a time.
    """
    found = _decoded(body)
    drawn = found.format in {"PNG", "GIF"}
    picture = _in_common_colours(_upright(_within(_in_eight_bits(found), limits)))
    for candidate in _smaller(picture):
        encoded = _encoded(candidate, limits, drawn=drawn)
        if encoded is not None:
            return encoded
    raise NoPicture("The picture cannot be made small enough for the server.", "picture.too-large")


def _decoded(body: bytes) -> ImageFile.ImageFile:
    """Read the pixels, after a look at the header alone."""
    try:
        with Image.open(BytesIO(body), formats=_FORMATS) as found:
            _check(found.size, COST_FOR_PRINT if found.mode == "CMYK" else COST[str(found.format)])
            if found.format == "JPEG":
                found.draft("RGB", (SHOWN_SIDE, SHOWN_SIDE))  # decodes no more than is needed
            found.load()
            return found
    except NoPicture:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise NoPicture("The picture has too many pixels.", "picture.bomb") from error
    except UnidentifiedImageError as error:
        raise NoPicture("This is no picture.", "picture.unknown") from error
    except _BROKEN as error:
        raise NoPicture("The picture is broken.", "picture.broken") from error


# What Pillow's decoders raise on broken bytes: what its documentation names, and what fuzzing brought out.
_BROKEN = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    RuntimeError,
    LookupError,
    TypeError,
    ArithmeticError,
    MemoryError,
    struct.error,
)


def _check(size: tuple[int, int], cost: int) -> None:
    width, height = size
    if max(size) > LONGEST_SIDE or width * height * cost > MEMORY:
        raise NoPicture(f"The picture has too many pixels ({width} × {height}).", "picture.bomb")
    if min(size) < SMALLEST_SIDE:
        raise NoPicture(f"The picture is too small to show anything ({width} × {height}).", "picture.too-small")


def _in_eight_bits(picture: Image.Image) -> Image.Image:
    """Give a picture of sixteen bits of grey, as scanners make them, the eight that are shown: a plain conversion burns it."""
    if not picture.mode.startswith("I"):
        return picture
    return picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")


def _upright(picture: Image.Image) -> Image.Image:
    """Turn it as its camera was held."""
    with suppress(*_BROKEN):  # a note about the camera that cannot be read says nothing about the picture
        picture = ImageOps.exif_transpose(picture)
    return picture


def _in_common_colours(picture: Image.Image) -> Image.Image:
    """Give it the colours that every screen knows."""
    wanted = "RGBA" if picture.has_transparency_data else "RGB"
    profile = picture.info.get("icc_profile")
    if profile and picture.mode in {"RGB", "RGBA", "CMYK", "L"}:
        mode = "RGBA" if picture.mode == "RGBA" else "RGB"
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            converted = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode=mode)
        except (ImageCms.PyCMSError, OSError):
            converted = None  # a profile that fits the pixels badly is worse than none
        picture = converted or picture
    return picture if picture.mode == wanted else picture.convert(wanted)


def _within(picture: Image.Image, limits: Limits) -> Image.Image:
    """Bring it down to what is shown, and to the server's own number of pixels, before anything else costs memory."""
    width, height = picture.size
    factor = min(1.0, SHOWN_SIDE / max(width, height), (limits.image_matrix / (width * height)) ** 0.5)
    return _scaled(picture, factor)


def _scaled(picture: Image.Image, factor: float) -> Image.Image:
    if factor >= 1.0:
        return picture
    if picture.mode in {"P", "PA", "1"}:  # colours by number cannot be mixed
        picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    size = (max(1, int(picture.width * factor)), max(1, int(picture.height * factor)))
    small = picture.resize(size, Image.Resampling.LANCZOS)
    small.info = picture.info
    return small


def _smaller(picture: Image.Image) -> Iterator[Image.Image]:
    for step in range(_TRIES):
        yield _scaled(picture, _SHRINK**step)


def _encoded(picture: Image.Image, limits: Limits, *, drawn: bool) -> Encoded | None:
    """Encode it as small as the server wants; None where it does not get there."""
    for mime, most, options in _ways(picture, limits, drawn=drawn):
        body = _saved(picture, mime, options)
        if len(body) <= min(most, limits.image_size):
            return Encoded(body=body, mime=mime)
    return None


def _ways(picture: Image.Image, limits: Limits, *, drawn: bool) -> Iterator[tuple[str, int, dict[str, object]]]:
    """Give the ways to encode, the best first: media type, bytes at most, options.

    What is drawn keeps its edges and its transparency while it is small; everything else is small as JPEG.
    """
    if "image/png" in limits.mime_types and (drawn or picture.mode == "RGBA"):
        yield "image/png", _LARGEST_DRAWING, {}
    for mime, options in [one for one in _SMALL.items() if one[0] in limits.mime_types][:1]:
        for quality in _QUALITIES:
            yield mime, limits.image_size, {"quality": quality, **options}
    if "image/png" in limits.mime_types:
        yield "image/png", limits.image_size, {}


def _saved(picture: Image.Image, mime: str, options: dict[str, object]) -> bytes:
    if mime == "image/jpeg" and picture.mode == "RGBA":
        ground = Image.new("RGB", picture.size, "white")
        ground.paste(picture, mask=picture.getchannel("A"))
        picture = ground
    bare = Image.frombytes(picture.mode, picture.size, picture.tobytes())  # leaves behind whatever came along
    body = BytesIO()
    bare.save(body, format=mime.removeprefix("image/").upper(), **options)
    return body.getvalue()
