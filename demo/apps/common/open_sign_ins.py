"""Where Authlib's client keeps the sign-ins a browser has open: in that browser's session (RFC 6749 §10.12).

Several at once, so that two tabs don't spoil each other's; the oldest goes first, all go after an hour.
"""

import time
from collections.abc import MutableMapping
from typing import Any

_PREFIX = "open:"
_MOST = 4
_SECONDS = 3600


class OpenSignIns:
    """The part of Authlib's framework integration that its Starlette client calls."""

    async def set_state_data(self, session: MutableMapping[str, Any], state: str, data: Any) -> None:
        """Remember a sign-in (or sign-out) that was begun."""
        now = time.time()
        begun = sorted((session[key]["at"], key) for key in session if key.startswith(_PREFIX))
        for at, key in begun:
            if at < now - _SECONDS or len(begun) >= _MOST:
                begun = begun[1:]
                del session[key]
        session[_PREFIX + state] = {"at": now, "data": data}

    async def get_state_data(self, session: MutableMapping[str, Any], state: str | None) -> Any:
        """Return what was remembered for a state value, if it was begun in this browser and not long ago."""
        kept = session.get(f"{_PREFIX}{state}")
        return kept["data"] if kept and kept["at"] > time.time() - _SECONDS else None

    async def clear_state_data(self, session: MutableMapping[str, Any], state: str | None) -> None:
        """Forget it: an answer is taken once."""
        session.pop(f"{_PREFIX}{state}", None)
