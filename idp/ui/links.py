"""Which addresses a page may link to – attack rows A10 and A11: no script, no other host in disguise.

Registrations are checked when they come in; here stands the second lock, at the place that does the harm.
"""

import re
from urllib.parse import urlsplit

_OWN_PATH = re.compile(r"/(?![/\\])[!-~]*")


def web_url(url: str | None) -> str | None:
    """Let addresses of the web through, for policy and terms; `javascript:` and its kin are dropped."""
    return url if url is not None and _scheme(url) in {"http", "https"} else None


def return_url(url: str) -> str | None:
    """Let web addresses through, and the private-use schemes of native applications (RFC 8252 §7.1)."""
    return url if web_url(url) or "." in _scheme(url) else None


def own_path(url: str | None) -> str | None:
    """Let a path on this host through; two slashes, or a slash and a backslash, name another host."""
    return url if url is not None and _OWN_PATH.fullmatch(url) else None


def _scheme(url: str) -> str:
    try:
        return urlsplit(url).scheme
    except ValueError:  # a bracket out of place
        return ""
