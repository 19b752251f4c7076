"""The name under which a page is counted: its route as declared, never the path as somebody typed it."""

from collections.abc import Mapping
from typing import Any

from idp.metrics import OTHER

_STATIC = "/static"
_WITH_CODE = "/q/"


def page_route(scope: Mapping[str, Any], *, has_address: bool) -> str:
    """Return a page's address, or the route that the framework found; files share one name."""
    path: str = scope["path"] if has_address else getattr(scope.get("route"), "path", OTHER)
    return _STATIC if path.startswith(_STATIC) else path


def logged_path(path: str) -> str:
    """Return a path as log and record keep it: all of it, but for the code of a sign-in that waits (adr/0047)."""
    return f"{_WITH_CODE}…" if path.startswith(_WITH_CODE) else path
