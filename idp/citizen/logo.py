"""`/logo/<digest>.png`: the logo of a registered service, from our own origin (PAGES §2.4, SECURITY G08)."""

import re

from idp.edge import Answer, BadCall, Call
from idp.ui.headers import static_headers

_PATH = re.compile(r"/logo/([0-9a-f]{64})\.png")
_ALONE = ("content-security-policy", "default-src 'none'; sandbox")


async def show(call: Call) -> Answer:
    """Answer the image; what no client shows costs no statement."""
    provider = call.provider
    match = _PATH.fullmatch(call.path)
    digest = match[1] if match else ""
    if digest not in provider.configuration.logos:
        raise BadCall(404, "no such logo")
    image = await provider.database.read(lambda tx: tx.logos.find(digest))
    if image is None:
        raise BadCall(404, "no such logo")
    fixed = static_headers(https=provider.settings.is_https)
    headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in fixed)
    return Answer(status=200, headers=(("content-type", "image/png"), _ALONE, *headers), body=image)
