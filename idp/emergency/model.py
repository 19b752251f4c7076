"""Whose sessions and grants are meant, how far an address range reaches, and what would end. Pure."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import IPv4Network, IPv6Network, ip_network

from idp.audit.occasion import KEPT_BYTES
from idp.ids import ClientId, GrantId, PersonId, bucket_of

_WRAPPING_BITS = 96


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Whose sessions and grants are meant: all that answer to everything that is given here."""

    person_id: PersonId | None = None
    clients: tuple[ClientId, ...] | None = None
    """Grants of one of these; sessions that reached one of them."""
    idp: str | None = None
    """Who proved the person, as sessions and grants name it."""
    networks: tuple[bytes, bytes] | None = None
    """The lowest and the highest network."""
    since: datetime | None = None
    until: datetime | None = None
    """Begun, or proved again, from then on; begun before then."""

    @property
    def bucket(self) -> str | None:
        """Return where the rows of its person lie, None for everybody."""
        return None if self.person_id is None else bucket_of(self.person_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kinds:
    """What of it is meant."""

    sessions: bool
    grants: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressRange:
    """A range of addresses in whole networks, which are all that is kept."""

    networks: tuple[bytes, bytes]
    text: str
    is_wider: bool
    """More is meant than was asked for."""


def address_range(text: str) -> AddressRange:
    """Return a range widened to whole /24 of IPv4 or /48 of IPv6; ValueError if it is none."""
    asked = _plain(ip_network(text, strict=False))
    kept = KEPT_BYTES[asked.version]
    meant: IPv4Network | IPv6Network = asked
    if asked.prefixlen > kept * 8:
        meant = asked.supernet(new_prefix=kept * 8)
    mark = bytes([asked.version])
    lowest, highest = (one.packed[:kept] for one in (meant.network_address, meant.broadcast_address))
    return AddressRange(networks=(mark + lowest, mark + highest), text=str(meant), is_wider=meant != asked)


def _plain(asked: IPv4Network | IPv6Network) -> IPv4Network | IPv6Network:
    """Unwrap IPv4 that a log wrote as IPv6 (RFC 4291 §2.5.5.2): it is kept as the IPv4 network it is."""
    wrapped = asked.network_address.ipv4_mapped if isinstance(asked, IPv6Network) else None
    if wrapped is None or asked.prefixlen < _WRAPPING_BITS:
        return asked
    return IPv4Network((wrapped, asked.prefixlen - _WRAPPING_BITS))


@dataclass(frozen=True, slots=True, kw_only=True)
class AffectedSession:
    """A live session that would end."""

    session_id: str
    person_id: PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class AffectedGrant:
    """A live grant that would end, by itself or with its session."""

    grant_id: GrantId
    person_id: PersonId
    client_id: ClientId
    is_offline: bool
    has_family: bool
    """It holds a refresh token that is still good."""
    issued_at: datetime | None
    """When the last access token of it was issued, so far as its codes and refresh tokens tell."""


@dataclass(slots=True, kw_only=True)
class Affected:
    """How much would end, added up bucket by bucket: a person's rows lie in one."""

    people: int = 0
    sessions: int = 0
    grants: int = 0
    offline_grants: int = 0
    families: int = 0
    token_grants: int = 0
    """Grants whose access tokens may still be taken where they are checked offline."""
    last_token_at: datetime | None = None
    clients: set[ClientId] = field(default_factory=set)
    reached: Counter[ClientId] = field(default_factory=Counter)
    """Client → sessions that reached it."""
    unplaced: int = 0
    """Live sessions of which no network is known."""

    def add(
        self,
        sessions: list[AffectedSession],
        grants: list[AffectedGrant],
        *,
        issued_since: datetime,
    ) -> None:
        """Add what one bucket holds."""
        self.people += len({one.person_id for one in sessions} | {one.person_id for one in grants})
        self.sessions += len(sessions)
        self.grants += len(grants)
        self.clients.update(grant.client_id for grant in grants)
        for grant in grants:
            self.offline_grants += grant.is_offline
            self.families += grant.has_family
            if grant.issued_at is not None and grant.issued_at > issued_since:
                self.token_grants += 1
                self.last_token_at = max(self.last_token_at or grant.issued_at, grant.issued_at)
