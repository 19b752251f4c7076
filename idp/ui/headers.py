"""The headers of every page – Content Security Policy Level 3, RFC 6797 (HSTS), DESIGN 5.13, attack row H06.

Nothing comes from another host, nothing is inline (but the one script of the page that posts an answer), nobody may
frame us, and a form may lead only to ourselves and to the origins its page names, since browsers check `form-action`
along redirects too. One page frames others: services that are told of a sign-out, and no other origin. One page may be
framed: the session iframe of the certification profile; and an empty one by the national system alone.
"""

import hashlib
import re
from base64 import b64encode
from collections.abc import Sequence
from urllib.parse import urlsplit

Headers = tuple[tuple[bytes, bytes], ...]

_SOURCE = re.compile(r"[a-z][a-z0-9+.-]*:(?://[a-z0-9.-]+(?::[0-9]{1,5})?)?")
_WEB = ("http", "https")
_FOR_ALL: Headers = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_FOR_PAGES: Headers = (
    (b"cache-control", b"no-store"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
_HSTS = (b"strict-transport-security", b"max-age=63072000; includeSubDomains")


def page_headers(
    *, form_action: Sequence[str] = (), frame_src: Sequence[str] = (), asks_us: bool = False, https: bool
) -> Headers:
    """Return the headers of an HTML page.

    `form_action` holds sources made by `form_action_source`, `frame_src` origins of web pages, made by it too.
    `asks_us`: its script asks our own origin how things stand.
    """
    text = _policy(form_action, frame_src=frame_src, asks_us=asks_us)
    policy = (b"content-security-policy", text.encode())
    return (policy, *_FOR_PAGES, *_FOR_ALL, *((_HSTS,) if https else ()))


def shared_headers(*, seconds: int, https: bool) -> Headers:
    """Return the headers of a page that is the same for all who ask alike, and may be kept for so many seconds.

    Alike: our cookies say language and appearance, and a browser says what languages it is set to (RFC 9111 §4.1).
    """
    kept = (
        (b"cache-control", b"public, max-age=%d" % seconds),
        (b"vary", b"Accept-Language, Cookie"),
    )
    dressed = page_headers(https=https)
    return (*(one for one in dressed if one[0] != b"cache-control"), *kept)


def posting_headers(*, source: str, script: str, https: bool) -> Headers:
    """Return the headers of a page that posts an answer to one origin and does nothing else.

    `source` is made by `form_action_source`; `script` is the text of the page's one script, allowed by its digest. Nobody
    types anything here, so that where the service redirects to is its own affair, by the scheme it came with.
    """
    scheme = f"{source.partition(':')[0]}:"
    digest = b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = _policy(
        tuple(dict.fromkeys((source, scheme))), own_forms=False, script=f"'sha256-{digest}'"
    ).encode()
    return ((b"content-security-policy", policy), *_FOR_PAGES, *_FOR_ALL, *((_HSTS,) if https else ()))


def headers_framed_by(ancestor: str, *, https: bool) -> Headers:
    """Return the headers of an empty page that one origin may frame: where an upstream tells of a sign-out."""
    policy = f"default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors {ancestor}"
    return (
        (b"content-security-policy", policy.encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
        (b"cross-origin-resource-policy", b"cross-origin"),
        *((_HSTS,) if https else ()),
    )


def framed_headers(*, https: bool) -> Headers:
    """Return the headers of the page that any site may frame (Session Management §3.3): it has a script of ours alone."""
    policy = b"default-src 'none'; script-src 'self'; form-action 'none'; base-uri 'none'"
    return (
        (b"content-security-policy", policy),
        (b"cache-control", b"public, max-age=300"),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
        (b"cross-origin-resource-policy", b"cross-origin"),
        *((_HSTS,) if https else ()),
    )


def static_headers(*, https: bool, is_named_so: bool = True) -> Headers:
    """Return the headers of a file whose name holds its digest: it never changes (RFC 8246). Of any other: not kept."""
    cache = b"public, max-age=31536000, immutable" if is_named_so else b"no-store"
    return ((b"cache-control", cache), *_FOR_ALL, *((_HSTS,) if https else ()))


def form_action_source(uri: str) -> str:
    """Return the CSP source a form's answer may redirect to for this checked redirect URI.

    CSP has no syntax for an IPv6 literal, so `http://[::1]:…` of a native application becomes its scheme;
    so does a private-use scheme (RFC 8252 §7.1).
    """
    parts = urlsplit(uri)
    host = (parts.hostname or "").lower()
    if parts.scheme.lower() not in _WEB or ":" in host:
        return f"{parts.scheme.lower()}:"
    port = "" if parts.port is None else f":{parts.port}"
    return f"{parts.scheme.lower()}://{host}{port}"


def _policy(
    form_action: Sequence[str],
    *,
    own_forms: bool = True,
    script: str = "'self'",
    frame_src: Sequence[str] = (),
    asks_us: bool = False,
) -> str:
    for source in (*form_action, *frame_src):
        if not _SOURCE.fullmatch(source) or (source in frame_src and "://" not in source):
            raise ValueError("a source must be an origin, or for form-action a scheme")
    return "; ".join(
        (
            "default-src 'none'",
            "style-src 'self'",
            f"script-src {script}",
            "img-src 'self'",
            *(("connect-src 'self'",) if asks_us else ()),
            *((" ".join(("frame-src", *frame_src)),) if frame_src else ()),
            " ".join(("form-action", *(("'self'",) if own_forms else ()), *form_action)),
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    )
