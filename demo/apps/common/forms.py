"""Read a posted form: urlencoded, at most 64 KiB, each field once, Unicode in NFC."""

import unicodedata
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request

_LARGEST = 64 * 1024
_MOST_FIELDS = 50


async def read_form(request: Request) -> dict[str, str]:
    """Return the fields, or answer 400, 413 or 415."""
    media_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if media_type != "application/x-www-form-urlencoded":
        raise HTTPException(415)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST:
            raise HTTPException(413)
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
    except ValueError as error:
        raise HTTPException(400) from error
    fields = {name: unicodedata.normalize("NFC", value) for name, value in pairs}
    if len(fields) != len(pairs):
        raise HTTPException(400)
    return fields
