"""What a relying party asks to learn that somebody signed in or out – OpenID Connect Session Management 1.0 §2, §3. Pure.

The same formula is in idp/ui/assets/check_session.js, which computes it in the browser; a test compares the two.
"""

import hashlib
import re
from urllib.parse import urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}
BROWSER_STATE = re.compile(r"[A-Za-z0-9_-]{22,64}")


def session_state(*, client_id: str, redirect_uri: str, browser_state: str, salt: str) -> str | None:
    """Return the session_state of an answer to this address; None where no page of the web is behind it."""
    origin = _origin(redirect_uri)
    if origin is None:
        return None
    digest = hashlib.sha256(f"{client_id} {origin} {browser_state} {salt}".encode()).hexdigest()
    return f"{digest}.{salt}"


def _origin(redirect_uri: str) -> str | None:
    """Return the origin as browsers write it (RFC 6454 §6.2): lower case, without its scheme's own port."""
    parts = urlsplit(redirect_uri)
    if parts.scheme not in _DEFAULT_PORTS or parts.hostname is None:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = "" if parts.port in {None, _DEFAULT_PORTS[parts.scheme]} else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"
