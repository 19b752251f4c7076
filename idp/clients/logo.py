"""A service's logo as pages show it: read from what its server gave, and drawn anew (SECURITY G08, PAGES §2.4).

What goes out are pixels that we have encoded: no format but PNG, no script, no metadata, nothing after its end. PNG and
JPEG alone come in: other decoders reserve memory before the size of the image is known to us. Pure.
"""

import hashlib
import io
import struct
import zlib

from PIL import Image

from idp.clients.model import Logo, UnusableLogo

_FORMATS = ("PNG", "JPEG")
_MOST_PIXELS = 4_000_000
_SIDE = 96
"""Boxes are 48 px, on screens of twice the density."""
_BROKEN = (
    OSError,
    ValueError,
    TypeError,
    SyntaxError,
    EOFError,
    ArithmeticError,
    LookupError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)
"""What the library raises on images made to break it."""


def draw_logo(body: bytes) -> Logo:
    """Return the image drawn anew, or raise UnusableLogo; takes some milliseconds of a processor."""
    try:
        with Image.open(io.BytesIO(body), formats=_FORMATS) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                raise UnusableLogo("too many pixels")
            pixels = picture.convert("RGBA")
        pixels.thumbnail((_SIDE, _SIDE))
        bare = Image.new("RGBA", pixels.size)  # what the file said beside its pixels stays behind
        bare.paste(pixels)
        drawn = io.BytesIO()
        bare.save(drawn, "PNG", optimize=True)
    except _BROKEN as error:
        raise UnusableLogo(f"{type(error).__name__}: {error}") from None
    image = drawn.getvalue()
    return Logo(digest=hashlib.sha256(image).hexdigest(), image=image)
