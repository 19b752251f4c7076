"""The limits as one table, and whose they are. Pure.

They count failures and what strangers make, never a success: a healthy service writes nothing here. Numbers are wide
where many people share one address (a mobile network, a one-stop desk), because an account has counters of its own
(NIST SP 800-63B-4 §3.2.2).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from functools import lru_cache
from ipaddress import ip_address, ip_network

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """At most so many in a window that begins with the first."""

    name: str
    most: int
    window: timedelta
    of: str
    """Whose count it is, for the reference page."""
    counts: str
    """What is counted, for the reference page."""


class Limit(Enum):
    """Every limit there is; docs/reference/limits.md is written from it."""

    CLIENT_AUTHENTICATION = Rule(
        name="client-authentication",
        most=300,
        window=_MINUTE,
        of="client and address",
        counts="failed client authentications, at any endpoint",
    )
    CLIENT_AUTHENTICATION_OF_ADDRESS = Rule(
        name="client-authentication-of-address",
        most=1_000,
        window=_MINUTE,
        of="address",
        counts="failed client authentications, whichever client is named",
    )
    SIGN_IN = Rule(
        name="sign-in",
        most=300,
        window=timedelta(minutes=10),
        of="address",
        counts="failed sign-ins with city credentials, whichever account is named",
    )
    DESK_CODES = Rule(
        name="desk-codes",
        most=10,
        window=timedelta(minutes=30),
        of="case of a desk and address",
        counts="wrong codes beside a case number, so that nobody elsewhere uses up the tries of whose paper it is",
    )
    QR_CODES = Rule(
        name="qr-codes",
        most=600,
        window=timedelta(minutes=10),
        of="address",
        counts="QR codes shown to be confirmed on a phone, each of which keeps a row until it is over",
    )
    QR_GUESSES = Rule(
        name="qr-guesses",
        most=10,
        window=timedelta(minutes=10),
        of="person",
        counts="codes of other devices that a signed-in person typed or opened and that were none",
    )
    QR_GUESSES_OF_ADDRESS = Rule(
        name="qr-guesses-of-address",
        most=300,
        window=timedelta(minutes=10),
        of="address",
        counts="the same, whoever is signed in",
    )
    WEAK_SIGN_INS = Rule(
        name="weak-sign-ins",
        most=300,
        window=timedelta(hours=1),
        of="address",
        counts="people who sign in in a browser new to them (`HPID_RISK_ACCOUNTS_AT_ADDRESS`); beyond it a password "
        "alone waits ten minutes in such a browser, and every stronger way goes on",
    )
    UPSTREAM = Rule(
        name="upstream",
        most=6_000,
        window=timedelta(minutes=10),
        of="address",
        counts="departures to the national system, each of which keeps a row until it is over",
    )
    LARGE_REQUESTS = Rule(
        name="large-requests",
        most=600,
        window=timedelta(minutes=10),
        of="address",
        counts="authorization requests too large for a cookie, each of which keeps a row until it is over",
    )
    DECLINED = Rule(
        name="declined",
        most=6_000,
        window=timedelta(minutes=10),
        of="address",
        counts="ways back to a service without signing in, each of which keeps a row until the sign-in would be over",
    )
    PUSHED_REQUESTS = Rule(
        name="pushed-requests",
        most=600,
        window=_MINUTE,
        of="client and address",
        counts="requests pushed by a public client, which proves nothing",
    )
    REGISTRATIONS = Rule(
        name="registrations",
        most=600,
        window=timedelta(hours=1),
        of="address",
        counts="registrations and changes of them by clients themselves, and tokens for either that are refused",
    )
    CONTACT_CODES = Rule(
        name="contact-codes",
        most=10,
        window=timedelta(days=1),
        of="person",
        counts="codes sent to addresses that somebody wants to be reached at",
    )
    CONTACT_CODES_OF_ADDRESS = Rule(
        name="contact-codes-of-address",
        most=5,
        window=timedelta(hours=1),
        of="e-mail address or phone number",
        counts="codes sent to it, whoever asked",
    )
    CONTACT_CODES_OF_NETWORK = Rule(
        name="contact-codes-of-network",
        most=300,
        window=timedelta(hours=1),
        of="address",
        counts="codes that people there had sent",
    )
    SIGN_IN_CODES = Rule(
        name="sign-in-codes",
        most=10,
        window=timedelta(days=1),
        of="account",
        counts="codes to sign in; who asks for more is told the same, and none is sent",
    )
    SIGN_IN_CODES_OF_ADDRESS = Rule(
        name="sign-in-codes-of-address",
        most=5,
        window=timedelta(hours=1),
        of="e-mail address or phone number",
        counts="codes to sign in asked for it, whoever asked and whether it is anybody's",
    )
    SIGN_IN_CODES_OF_NETWORK = Rule(
        name="sign-in-codes-of-network",
        most=300,
        window=timedelta(hours=1),
        of="address",
        counts="codes to sign in that people there asked for",
    )


class OverLimit(Exception):
    """Too many; answered 429 with Retry-After (RFC 6585 §4)."""

    def __init__(self, limit: Limit, *, retry_after: int) -> None:
        super().__init__(limit.value.name)
        self.limit = limit
        self.retry_after = retry_after

    @classmethod
    def until(cls, ends_at: datetime, limit: Limit, *, now: datetime) -> "OverLimit":
        """Return the refusal of what is over a limit until its window ends."""
        return cls(limit, retry_after=max(1, round((ends_at - now).total_seconds())))


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Where a count stands."""

    count: int
    ends_at: datetime

    def over(self, limit: Limit, now: datetime) -> OverLimit | None:
        """Return the refusal, if this is more than may be; None: it is not."""
        return OverLimit.until(self.ends_at, limit, now=now) if self.count > limit.value.most else None


@lru_cache(maxsize=4096)
def address_key(peer: str) -> str:
    """Return what one caller is counted by: an IPv4 address, or the /64 that one IPv6 line is given."""
    return _network(peer, 64)


def site_key(peer: str) -> str:
    """Return whose network a caller is in: an IPv4 address, or the /48 that one IPv6 site may be given (RFC 6177 §2)."""
    return _network(peer, 48)


def _network(peer: str, prefix: int) -> str:
    try:
        address = ip_address(peer)
    except ValueError:
        return "unknown"
    return str(address) if address.version == 4 else str(ip_network((address, prefix), strict=False))
