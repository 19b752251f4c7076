"""CORS (DESIGN 5.13): exact origins of public clients, only where a browser app has business; none on /authorize."""

PATHS = frozenset(
    {
        "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/jwks", "/par", "/token",
        "/userinfo", "/revoke",
    }
)  # fmt: skip

VARY = ("vary", "Origin")
"""Says to caches that an answer is not the same for every origin (RFC 9110 §12.5.5)."""


def cors_headers(
    origin: str | None, origins: frozenset[str], *, preflight: bool
) -> tuple[tuple[str, str], ...]:
    """Return the headers for this origin: none unless it is registered, never a wildcard, never credentials."""
    if origin is None or origin not in origins:
        return (VARY,) if origin is not None else ()
    headers = (("access-control-allow-origin", origin), VARY)
    if not preflight:
        return (*headers, ("access-control-expose-headers", "WWW-Authenticate, Retry-After"))
    return (
        *headers,
        ("access-control-allow-methods", "GET, POST"),
        ("access-control-allow-headers", "Authorization, Content-Type"),
        ("access-control-max-age", "600"),
    )
