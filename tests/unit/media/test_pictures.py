"""What leaves of a picture from outside: its pixels, upright, within the server's limits, and nothing about who made it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from adapters.contract import Limits
from bot.media.encoded import NoPicture
from bot.media.pictures import SHOWN_SIDE, made_fit

RED, BLUE = (200, 30, 30), (30, 30, 200)
ORIENTATION, GPS, MAKER = 0x0112, 0x8825, 0x010F


def two_colours(size: tuple[int, int], mode: str = "RGB") -> Image.Image:
    """Make a picture that is red at its left and blue at its right, so that one sees how it lies."""
    found = Image.new("RGB", size, RED)
    found.paste(BLUE, (size[0] // 2, 0, *size))
    return found.convert(mode)


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    """Encode a picture."""
    body = BytesIO()
    picture.save(body, kind, **options)
    return body.getvalue()


def opened(body: bytes) -> Image.Image:
    """Decode what was made."""
    found = Image.open(BytesIO(body))
    found.load()
    return found


def noted(orientation: int) -> bytes:
    """Make the notes of a camera: how it was held, where it was, who made it."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[MAKER] = "Camera van Jan"
    exif[GPS] = {1: "N", 2: (52.0, 5.0, 1.0)}
    return exif.tobytes()


def near(pixel: object, colour: tuple[int, int, int]) -> bool:
    """Whether a pixel has about a colour."""
    assert isinstance(pixel, tuple)
    return all(abs(one - other) < 30 for one, other in zip(pixel[:3], colour, strict=True))


@pytest.mark.parametrize("size", [(640, 480), (4000, 3000)])
def test_a_photograph_stands_upright_and_says_nothing_of_its_camera(size: tuple[int, int]) -> None:
    """Turned as the camera was held, also where it is made smaller; place, camera and colour notes stay behind."""
    body = saved(two_colours(size), "JPEG", exif=noted(6), comment=b"geheim", icc_profile=b"")
    assert b"Camera van Jan" in body
    made = made_fit(body, Limits())
    found = opened(made.body)
    assert made.mime == "image/jpeg"
    assert found.height > found.width
    assert max(found.size) <= SHOWN_SIDE
    assert near(found.getpixel((10, 10)), RED)
    assert near(found.getpixel((10, found.height - 10)), BLUE)
    assert not found.getexif()
    assert not {"exif", "comment", "icc_profile", "xmp"} & set(found.info)
    assert b"Jan" not in made.body
    assert b"geheim" not in made.body


def test_what_is_written_into_a_drawing_stays_behind() -> None:
    """A PNG keeps its edges and transparency, and loses its texts."""
    note = PngInfo()
    note.add_text("Author", "Jan")
    made = made_fit(saved(two_colours((200, 200), "RGBA"), "PNG", pnginfo=note), Limits())
    assert made.mime == "image/png"
    assert b"Jan" not in made.body
    assert near(opened(made.body).getpixel((0, 0)), RED)


@pytest.mark.parametrize(
    "body",
    [
        saved(two_colours((300, 200), "P"), "GIF"),
        saved(two_colours((300, 200)), "GIF", save_all=True, append_images=[Image.new("RGB", (300, 200), "green")]),
        saved(two_colours((300, 200), "CMYK"), "JPEG"),
        saved(two_colours((300, 200), "L"), "JPEG"),
        saved(two_colours((300, 200)), "WEBP"),
        saved(two_colours((300, 200)), "AVIF"),
        saved(two_colours((300, 200), "LA"), "PNG"),
        saved(Image.new("I;16", (300, 200), 32_768), "PNG"),
        saved(two_colours((300, 200), "1"), "PNG"),
    ],
    ids=["gif", "moving", "print", "grey", "webp", "avif", "grey-alpha", "deep", "one-bit"],
)
def test_every_kind_of_picture_is_shown(body: bytes) -> None:
    """What a page may show can be posted; of something that moves the first picture is shown."""
    found = opened(made_fit(body, Limits()).body)
    assert found.size == (300, 200)
    assert found.mode in {"RGB", "RGBA"}
    assert getattr(found, "n_frames", 1) == 1


def test_a_grey_picture_of_sixteen_bits_stays_grey() -> None:
    """What scanners make is not burnt to white."""
    found = opened(made_fit(saved(Image.new("I;16", (300, 200), 32_768), "PNG"), Limits()).body)
    assert near(found.convert("RGB").getpixel((9, 9)), (128, 128, 128))


@settings(max_examples=25, deadline=None)
@given(st.integers(80, 900), st.integers(80, 900), st.integers(20_000, 200_000), st.integers(10_000, 500_000))
def test_a_picture_keeps_the_limits_of_its_server(width: int, height: int, size: int, matrix: int) -> None:
    """Bytes and pixels stay within what the server says, however little that is, and the form of the picture stays."""
    noise = Image.effect_noise((width, height), 90).convert("RGB")
    limits = Limits(image_size=size, image_matrix=matrix, mime_types=frozenset({"image/jpeg"}))
    made = None
    with suppress(NoPicture):  # so little is left of some that nothing could be seen
        made = made_fit(saved(noise, "PNG"), limits)
    if made is None:
        assert size < 0.3 * width * height
        return
    found = opened(made.body)
    assert len(made.body) <= size
    assert found.width * found.height <= matrix
    assert abs(found.width / found.height - width / height) < 0.15 * width / height


@pytest.mark.parametrize(
    ("mime_types", "expected"),
    [({"image/png"}, "image/png"), ({"image/webp"}, "image/webp"), ({"image/jpeg", "image/png"}, "image/jpeg")],
)
def test_a_server_gets_what_it_takes(mime_types: set[str], expected: str) -> None:
    """The kind of picture is one that the server names."""
    made = made_fit(saved(two_colours((300, 200)), "JPEG"), Limits(mime_types=frozenset(mime_types)))
    assert made.mime == expected


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: b"", "picture.unknown"),
        (lambda: b"<!doctype html><title>Even geduld</title>", "picture.unknown"),
        (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "picture.unknown"),
        (lambda: saved(two_colours((79, 400)), "PNG"), "picture.too-small"),
        (lambda: saved(two_colours((300, 200)), "JPEG")[:400], "picture.broken"),
        (lambda: saved(Image.new("1", (20_001, 90)), "PNG"), "picture.bomb"),
    ],
)
def test_what_cannot_be_shown_is_refused_by_name(make: Callable[[], bytes], code: str) -> None:
    """Pages, drawings that run programs, icons, halves and bombs each have a code that ``why`` shows."""
    with pytest.raises(NoPicture) as caught:
        made_fit(make(), Limits())
    assert caught.value.code == code
