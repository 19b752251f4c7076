"""Makes a screenshot smaller: its 256 commonest colours, every other pixel as the nearest of them (PNG, third edition).

Pages are flat: those colours are 99 of 100 pixels, and the rest are the edges of letters.
"""

import struct
import zlib
from collections import Counter
from collections.abc import Callable

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_RGB, _PALETTE = 2, 3
_BYTES = 3


def with_palette(png: bytes) -> bytes:
    """Return an 8-bit RGB picture as one with a palette (§11.2.1, §11.2.2)."""
    chunks = _chunks(png)
    width, height, depth, kind = struct.unpack_from(">IIBB", chunks[b"IHDR"])
    assert (depth, kind) == (8, _RGB), "a browser's screenshot is 8-bit RGB"
    pixels = _pixels(zlib.decompress(chunks[b"IDAT"]), width * _BYTES)
    counted = Counter(pixels)
    colours = [colour for colour, _ in counted.most_common(256)]
    index = {colour: _nearest(colour, colours) for colour in counted}
    rows = (pixels[start : start + width] for start in range(0, width * height, width))
    lines = b"".join(b"\0" + bytes(index[pixel] for pixel in row) for row in rows)
    header = struct.pack(">IIBBBBB", width, height, 8, _PALETTE, 0, 0, 0)
    parts = {b"IHDR": header, b"PLTE": b"".join(colours), b"IDAT": zlib.compress(lines, 9), b"IEND": b""}
    return _SIGNATURE + b"".join(_chunk(name, content) for name, content in parts.items())


def _chunks(png: bytes) -> dict[bytes, bytes]:
    """Return the chunks by name; those of one name belong together (§11.2.3)."""
    found: dict[bytes, bytes] = {}
    at = len(_SIGNATURE)
    while at < len(png):
        length, name = struct.unpack_from(">I4s", png, at)
        found[name] = found.get(name, b"") + png[at + 8 : at + 8 + length]
        at += length + 12
    return found


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def _pixels(lines: bytes, stride: int) -> list[bytes]:
    """Undo the filter of each line (§9.2)."""
    pixels: list[bytes] = []
    above = bytes(stride)
    for start in range(0, len(lines), stride + 1):
        line = bytearray(lines[start + 1 : start + 1 + stride])
        _unfilter(lines[start], line, above)
        pixels += [bytes(line[at : at + _BYTES]) for at in range(0, stride, _BYTES)]
        above = bytes(line)
    return pixels


def _unfilter(kind: int, line: bytearray, above: bytes) -> None:
    if kind == 0:
        return
    guess = _GUESSES[kind]
    for at in range(len(line)):
        left = line[at - _BYTES] if at >= _BYTES else 0
        corner = above[at - _BYTES] if at >= _BYTES else 0
        line[at] = (line[at] + guess(left, above[at], corner)) % 256


def _paeth(left: int, above: int, corner: int) -> int:
    """Return whichever of the three is nearest to left + above - corner (§9.4)."""
    guess = left + above - corner
    return min((left, above, corner), key=lambda one: abs(guess - one))


_GUESSES: dict[int, Callable[[int, int, int], int]] = {
    1: lambda left, _above, _corner: left,
    2: lambda _left, above, _corner: above,
    3: lambda left, above, _corner: (left + above) // 2,
    4: _paeth,
}


def _nearest(colour: bytes, colours: list[bytes]) -> int:
    return min(
        range(len(colours)),
        key=lambda at: sum((one - other) ** 2 for one, other in zip(colour, colours[at], strict=True)),
    )
