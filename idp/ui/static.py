"""Our own style, scripts and icons, in memory, under names that hold their digest (PAGES §5: no other host).

`STATIC` is what the application serves, `static(name)` the address a template writes. The files: assets/.
"""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

_ASSETS = Path(__file__).parent / "assets"
_CONTENT_TYPES = {
    "hpid.css": "text/css; charset=utf-8",
    "hpid.js": "text/javascript; charset=utf-8",
    "passkey.js": "text/javascript; charset=utf-8",
    "waiting_for_phone.js": "text/javascript; charset=utf-8",
    "going_on.js": "text/javascript; charset=utf-8",
    "check_session.js": "text/javascript; charset=utf-8",
    "favicon.svg": "image/svg+xml",
    "favicon.png": "image/png",
}
_NAMED = re.compile(r"/static/([a-z_]+)\.[0-9a-f]{8}\.([a-z]+)")


def static(name: str) -> str:
    """Return the path of a file in assets/; a name we don't serve is a KeyError."""
    return _PATHS[name]


def of_another_release(path: str) -> str | None:
    """Return our path of the file that another release serves under this one; None: we have none of that name."""
    named = _NAMED.fullmatch(path)
    return _PATHS.get(f"{named[1]}.{named[2]}") if named else None


def _load() -> tuple[dict[str, str], dict[str, tuple[str, bytes]]]:
    paths: dict[str, str] = {}
    files: dict[str, tuple[str, bytes]] = {}
    for name, content_type in _CONTENT_TYPES.items():
        body = (_ASSETS / name).read_bytes()
        stem, _, extension = name.rpartition(".")
        path = f"/static/{stem}.{hashlib.sha256(body).hexdigest()[:8]}.{extension}"
        paths[name] = path
        files[path] = (content_type, body)
    return paths, files


_PATHS, _FILES = _load()
STATIC: Mapping[str, tuple[str, bytes]] = MappingProxyType(_FILES)
"""Path → (content type, body); immutable, send with `static_headers`."""
