"""Logos drawn anew: pixels come through, and nothing else does (SECURITY G08)."""

import hashlib
import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from idp.clients.logo import draw_logo
from idp.clients.model import UnusableLogo

SCRIPT = b"<script>alert(1)</script>"
_PNG = b"\x89PNG\r\n\x1a\n"


def image(
    width: int = 200, height: int = 100, *, mode: str = "RGBA", form: str = "PNG", **options: Any
) -> bytes:
    """A picture in one colour."""
    written = io.BytesIO()
    Image.new(mode, (width, height), color=0 if mode in "1LP" else None).save(written, form, **options)
    return written.getvalue()


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png_of(width: int, height: int, *, data: bytes = zlib.compress(b"\0" * 100), extra: bytes = b"") -> bytes:
    """A PNG that says it is that large, whatever is in it."""
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0))
    return _PNG + head + extra + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _chunks(png: bytes) -> set[bytes]:
    names, at = set(), len(_PNG)
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        names.add(png[at + 4 : at + 8])
        at += 12 + length
    assert at == len(png)
    return names


@pytest.mark.parametrize(
    ("width", "height", "options"),
    [
        (200, 100, {"mode": "RGBA"}),
        (200, 100, {"mode": "RGB"}),
        (200, 100, {"mode": "L"}),
        (200, 100, {"mode": "LA"}),
        (200, 100, {"mode": "P"}),
        (200, 100, {"mode": "1"}),
        (200, 100, {"mode": "I;16"}),
        (200, 100, {"mode": "RGB", "form": "JPEG"}),
        (200, 100, {"mode": "L", "form": "JPEG", "progressive": True}),
        (200, 100, {"mode": "CMYK", "form": "JPEG"}),
        (2000, 1000, {}),
        (1, 1, {}),
        (3000, 1, {}),
    ],
)
def test_an_image_comes_out_as_a_small_png_named_after_its_bytes(
    width: int, height: int, options: dict[str, Any]
) -> None:
    body = image(width, height, **options)
    logo = draw_logo(body)
    assert logo == draw_logo(body)
    assert logo.digest == hashlib.sha256(logo.image).hexdigest()
    with Image.open(io.BytesIO(logo.image), formats=["PNG"]) as drawn:
        assert max(drawn.size) <= 96
    assert _chunks(logo.image) == {b"IHDR", b"IDAT", b"IEND"}


def test_its_shape_and_its_colours_stay() -> None:
    written = io.BytesIO()
    Image.new("RGB", (400, 200), (200, 30, 30)).save(written, "PNG")
    with Image.open(io.BytesIO(draw_logo(written.getvalue()).image)) as drawn:
        assert drawn.size == (96, 48)
        assert drawn.getpixel((5, 5)) == (200, 30, 30, 255)


def test_what_a_file_says_beside_its_pixels_stays_behind() -> None:
    text = PngInfo()
    text.add_text("Comment", SCRIPT.decode())
    exif = Image.Exif()
    exif[0x010E] = SCRIPT.decode()
    plain = image()
    for body in (
        image(pnginfo=text),
        image(exif=exif),
        image(icc_profile=SCRIPT),
        image() + SCRIPT,
        image() + b"PK\x03\x04" + SCRIPT,
    ):
        assert SCRIPT in body or SCRIPT[:20] in body or len(body) > len(plain)
        assert draw_logo(body) == draw_logo(plain)
    assert SCRIPT not in draw_logo(image(mode="RGB", form="JPEG", comment=SCRIPT)).image


HOSTILE: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "a byte": lambda: b"\0",
    "svg": lambda: b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "html": lambda: b"<!doctype html>" + SCRIPT,
    "gif that is none": lambda: b"GIF89a" + SCRIPT,
    "gif": lambda: image(form="GIF", mode="P"),
    "webp": lambda: image(form="WEBP"),
    "bmp": lambda: image(form="BMP", mode="RGB"),
    "tiff": lambda: image(form="TIFF"),
    "ico": lambda: image(form="ICO"),
    "pdf": lambda: image(form="PDF", mode="RGB"),
    "eps": lambda: image(form="EPS", mode="RGB"),
    "eps by hand": lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(x) run",
    "png cut at its end": lambda: image()[:-30],
    "png cut at its head": lambda: image()[:40],
    "jpeg cut": lambda: image(mode="RGB", form="JPEG")[:200],
    "png of a signature": lambda: _PNG,
    "png of noise": lambda: _PNG + b"\xff" * 1000,
    "jpeg of noise": lambda: b"\xff\xd8\xff" + b"\xff" * 1000,
    "too many pixels": lambda: image(2001, 2000),
    "ten thousand million pixels": lambda: png_of(100_000, 100_000),
    "the largest size": lambda: png_of(2**31 - 1, 2**31 - 1),
    "no size": lambda: png_of(0, 0),
    "no width": lambda: png_of(0, 5),
    "not deflate": lambda: png_of(9, 9, data=b"not deflate"),
    "deflate of nothing": lambda: png_of(1900, 1900, data=zlib.compress(b"")),
    "text bomb": lambda: png_of(9, 9, extra=_chunk(b"zTXt", b"a\0\0" + zlib.compress(b"a" * 80_000_000))),
    "profile bomb": lambda: png_of(9, 9, extra=_chunk(b"iCCP", b"a\0\0" + zlib.compress(b"a" * 80_000_000))),
    "palette of a byte": lambda: png_of(9, 9, extra=_chunk(b"PLTE", b"a")),
    "a second head": lambda: png_of(9, 9, extra=_chunk(b"IHDR", b"")),
}
"""Made when they are tried: two hold 80 MB, and every test process reads this file."""


@pytest.mark.parametrize("name", HOSTILE)
def test_g08_anything_else_is_refused_whatever_it_does_to_the_library(name: str) -> None:
    with pytest.raises(UnusableLogo):
        draw_logo(HOSTILE[name]())


@settings(max_examples=300)
@given(
    st.deferred(
        lambda: st.sampled_from([image(9, 9), image(9, 9, mode="RGB", form="JPEG"), image(9, 9, mode="P")])
    ),
    st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), min_size=1, max_size=8),
    st.integers(0, 400),
)
def test_g08_a_broken_image_is_drawn_or_refused_and_nothing_else(
    body: bytes, changes: list[tuple[int, int]], cut: int
) -> None:
    broken = bytearray(body)
    for place, value in changes:
        broken[place % len(broken)] = value
    if cut:
        del broken[-cut:]
    try:
        logo = draw_logo(bytes(broken))
    except UnusableLogo:
        return
    assert _chunks(logo.image) == {b"IHDR", b"IDAT", b"IEND"}
