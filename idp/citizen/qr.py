"""What phones scan, as pictures: the key of an authenticator app, an address of ours.

Drawn here, nothing is asked from elsewhere; dark on white with four modules of quiet, in dark mode too (ISO/IEC 18004).
"""

import segno
from markupsafe import Markup

from idp.credentials.totp import provisioning_uri

ISSUER = "Hải Phòng ID"


def totp_picture(secret: str, account: str) -> Markup:
    """Return the QR code that an authenticator app scans."""
    return picture(provisioning_uri(secret, account=account, issuer=ISSUER))


def in_fours(secret: str) -> str:
    """Return the key as it is typed: in groups of four."""
    return " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))


def picture(content: str) -> Markup:
    """Return a QR code; `content` is an address we made."""
    code = segno.make(content, error="m", micro=False)
    svg = code.svg_inline(
        border=4, omitsize=True, svgclass=None, lineclass=None, dark="#10222b", light="#ffffff"
    )
    return Markup(svg)  # noqa: S704 - drawn by segno from our own text
