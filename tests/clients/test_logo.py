"""Logos drawn anew: pixels come through, and nothing else does (SECURITY G08)."""

import hashlib
import io
import struct
import zlib
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
    "body",
    [
        image(),
        image(mode="RGB"),
        image(mode="L"),
        image(mode="LA"),
        image(mode="P"),
        image(mode="1"),
        image(mode="I;16"),
        image(mode="RGB", form="JPEG"),
        image(mode="L", form="JPEG", progressive=True),
        image(mode="CMYK", form="JPEG"),
        image(2000, 1000),
        image(1, 1),
        image(3000, 1),
    ],
    ids=lambda body: hashlib.sha256(body).hexdigest()[:6],
)
def test_an_image_comes_out_as_a_small_png_named_after_its_bytes(body: bytes) -> None:
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


HOSTILE = [
    b"",
    b"\0",
    b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    b"<!doctype html>" + SCRIPT,
    b"GIF89a" + SCRIPT,
    image(form="GIF", mode="P"),
    image(form="WEBP"),
    image(form="BMP", mode="RGB"),
    image(form="TIFF"),
    image(form="ICO"),
    image(form="PDF", mode="RGB"),
    image(form="EPS", mode="RGB"),
    b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(x) run",
    image()[:-30],
    image()[:40],
    image(mode="RGB", form="JPEG")[:200],
    _PNG,
    _PNG + b"\xff" * 1000,
    b"\xff\xd8\xff" + b"\xff" * 1000,
    image(2001, 2000),
    png_of(100_000, 100_000),
    png_of(2**31 - 1, 2**31 - 1),
    png_of(0, 0),
    png_of(0, 5),
    png_of(9, 9, data=b"not deflate"),
    png_of(1900, 1900, data=zlib.compress(b"")),
    png_of(9, 9, extra=_chunk(b"zTXt", b"a\0\0" + zlib.compress(b"a" * 80_000_000))),
    png_of(9, 9, extra=_chunk(b"iCCP", b"a\0\0" + zlib.compress(b"a" * 80_000_000))),
    png_of(9, 9, extra=_chunk(b"PLTE", b"a")),
    png_of(9, 9, extra=_chunk(b"IHDR", b"")),
]


@pytest.mark.parametrize("body", HOSTILE, ids=lambda body: ascii(body[:24]))
def test_g08_anything_else_is_refused_whatever_it_does_to_the_library(body: bytes) -> None:
    with pytest.raises(UnusableLogo):
        draw_logo(body)


@settings(max_examples=300)
@given(
    st.sampled_from([image(9, 9), image(9, 9, mode="RGB", form="JPEG"), image(9, 9, mode="P")]),
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
