"""The database URL: the whole switch between the embedded engine and PostgreSQL, on one server or several."""

import re
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

_PORT = 5432
_PORTS = range(1, 65536)
_SEVERAL = re.compile(r"^(postgresql[^:/]*://)([^@/?]*@)?([^@/?]*,[^/?]*)(.*)$")
OPTIONS = frozenset(
    {
        "sslmode",
        "sslrootcert",
        "sslcert",
        "sslkey",
        "sslcrl",
        "sslpassword",
        "passfile",
        "target_session_attrs",
    }
)
"""What a URL may say beside the places: libpq's words with libpq's meaning."""
_WRITERS = frozenset({"read-write", "primary"})
_SSLMODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")


class UnusableUrl(ValueError):
    """The database can't be meant by this; the text says why, without the URL: a password may stand in it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a server listens; None: where the driver looks by default."""

    host: str | None
    port: int


def engine_url(url: str) -> URL:
    """Return the URL with our driver; raises UnusableUrl for what can't be meant."""
    several = _SEVERAL.match(url)
    try:
        target = make_url(f"{several[1]}{several[2] or ''}{several[4]}" if several else url)
    except (ArgumentError, ValueError):  # a port that is no number
        raise UnusableUrl("the database URL is no URL") from None
    backend = target.get_backend_name()
    if backend == "sqlite" and target.database not in {None, "", ":memory:"}:
        return target.set(drivername="sqlite")
    if backend != "postgresql":
        raise UnusableUrl("the database URL must be sqlite:///path or postgresql://…")
    if several:
        target = target.update_query_dict({"host": several[3]})
    target = target.set(drivername="postgresql+asyncpg")
    _check_postgresql(target)
    return target


def places_of(url: URL) -> tuple[Place, ...]:
    """Return the places of a URL: `h1:5432,h2`, or libpq's `host=h1,h2&port=…`; one port may stand for all."""
    hosts: list[str | None] = [*_parts(url.query.get("host"))] or [url.host]
    ports = _parts(url.query.get("port")) or [str(url.port or _PORT)]
    if len(ports) == 1:
        ports *= len(hosts)
    if len(ports) != len(hosts) or not all(port.isdecimal() for port in ports):
        raise UnusableUrl("the database URL must name one port, or one for each host")
    places = tuple(_place(host, int(port)) for host, port in zip(hosts, ports, strict=True))
    if any(place.port not in _PORTS for place in places):
        raise UnusableUrl("the database URL has a port beyond 65535, or 0")
    return places


def _check_postgresql(target: URL) -> None:
    places_of(target)
    if unknown := target.query.keys() - OPTIONS - {"host", "port"}:
        raise UnusableUrl(f"the database URL has an option that is not known: {', '.join(sorted(unknown))}")
    if target.query.get("target_session_attrs", "read-write") not in _WRITERS:
        raise UnusableUrl("target_session_attrs must be read-write: what nobody can write, nobody can revoke")
    if target.query.get("sslmode", "prefer") not in _SSLMODES:
        raise UnusableUrl(f"sslmode must be one of {', '.join(_SSLMODES)}")
    for name in ("sslrootcert", "sslcert", "sslkey", "sslcrl"):
        for path in _parts(target.query.get(name)):
            _check_readable(name, path)


def _check_readable(name: str, path: str) -> None:
    """Refuse a file that is no certificate or can't be read: else a node would try for ever, and name no file."""
    try:
        if name == "sslrootcert":
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
        else:
            Path(path).open("rb").close()
    except OSError as error:  # an SSLError is one
        raise UnusableUrl(f"{name}: {path} can't be read: {error.strerror}") from None


def _parts(value: str | Sequence[str] | None) -> list[str]:
    if value is None:
        return []
    return value.split(",") if isinstance(value, str) else list(value)


def _place(host: str | None, port: int) -> Place:
    if host and not host.startswith("/"):
        name, sign, own = host.rpartition(":")
        if sign and own.isdecimal() and (":" not in name or name.endswith("]")):
            host, port = name, int(own)
        host = host.removeprefix("[").removesuffix("]")
    return Place(host or None, port)
