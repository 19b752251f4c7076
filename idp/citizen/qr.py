"""The key of an authenticator app as a picture and as text; both are drawn here, nothing is asked from elsewhere."""

import segno
from markupsafe import Markup

from idp.credentials.totp import provisioning_uri

ISSUER = "Hải Phòng ID"


def totp_picture(secret: str, account: str) -> Markup:
    """Return the QR code that an authenticator app scans."""
    uri = provisioning_uri(secret, account=account, issuer=ISSUER)
    code = segno.make(uri, error="m")
    svg = code.svg_inline(
        border=4, omitsize=True, svgclass=None, lineclass=None, dark="#10222b", light="#ffffff"
    )
    return Markup(svg)  # noqa: S704 - drawn by segno from our own text


def in_fours(secret: str) -> str:
    """Return the key as it is typed: in groups of four."""
    return " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
