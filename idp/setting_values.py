"""The words that settings take, and what can be told of a value by itself. Pure."""

import re
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Literal
from urllib.parse import parse_qs, urlsplit

Network = IPv4Network | IPv6Network
LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]
_LONGEST_PREFIX = {4: 24, 6: 48}
_PORT = re.compile(r":[0-9]+$")
THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


class UnsafeSettings(ValueError):
    """These settings must not serve people; the text says which and why."""


class DeploymentProfile(StrEnum):
    """What this installation is for."""

    DEVELOPMENT = "development"
    CERTIFICATION = "certification"
    PRODUCTION = "production"


class RegistrationMode(StrEnum):
    """Who may register clients at the registration endpoint (RFC 7591 §3)."""

    OFF = "off"
    TOKEN = "token"  # noqa: S105 - a word
    OPEN = "open"


class SentCode(StrEnum):
    """Where a code that signs somebody in may be sent."""

    PHONE = "phone"
    """By SMS."""
    EMAIL = "email"


class MailTls(StrEnum):
    """How the connection to the mail server is kept from others (RFC 8314)."""

    IMPLICIT = "implicit"
    STARTTLS = "starttls"
    NONE = "none"


def unsent_codes(codes: frozenset[SentCode], *, mail_host: str | None, sms_url: str | None) -> str:
    """Return where codes are to go though nothing sends there, for a message; empty: nowhere."""
    sends = {SentCode.EMAIL: mail_host, SentCode.PHONE: sms_url}
    return ", ".join(sorted(one.value for one in codes if sends[one] is None))


def no_addresses(texts: Iterable[str]) -> str:
    """Return those that are not one IP address, which would match nobody without a word; empty: none."""
    return ", ".join(text for text in texts if plain_address(text) is None)


@lru_cache(maxsize=4096)
def plain_address(text: str) -> str | None:
    """Return an address as it is usually written: no zone, and IPv4 that a dual-stack socket wrapped unwrapped."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or IPv6Address(int(address)))
    return str(address)


def networks_of(text: str) -> tuple[Network, ...]:
    """Read networks from a text with commas; none smaller than what is kept of an address (idp/audit/occasion.py)."""
    networks = tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
    for one in networks:
        if one.prefixlen > _LONGEST_PREFIX[one.version]:
            raise ValueError(f"{one} is smaller than /{_LONGEST_PREFIX[one.version]}")
    return networks


def is_certain_of_its_database(url: str) -> bool:
    """Tell whether nobody can stand between us and the database: it is on this machine, or proves whose it is."""
    parts = urlsplit(url)
    if not parts.scheme.startswith("postgresql"):
        return True
    asked = parse_qs(parts.query)
    named = ",".join(asked.get("host", [parts.netloc.rpartition("@")[2]])).split(",")
    hosts = {_PORT.sub("", one).strip("[]") for one in named}
    is_here = all(host in THIS_MACHINE or not host or host.startswith("/") for host in hosts)
    return is_here or asked.get("sslmode") in (["verify-full"], ["verify-ca"])
