"""Where networks are, as far as the operator says: one line a network. Pure.

    203.0.113.0/24	Hải Phòng	20.86	106.68

Of several networks that hold an address the smallest counts. Nobody is asked where an address is, and what no line names
has no place.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path

from idp.risk.model import Place
from idp.settings import UnsafeSettings

MOST = 20_000
"""Lines that are read at most."""

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Networks and their places."""

    by_network: Mapping[Network, str] = field(default_factory=dict)
    by_name: Mapping[str, Place] = field(default_factory=dict)
    lengths: tuple[tuple[int, int], ...] = ()
    """Version and prefix length that occur, the longest first."""

    def of(self, peer: str) -> str:
        """Return the name of an address's place, empty if no line names it."""
        try:
            address = ip_address(peer)
        except ValueError:
            return ""
        for version, length in self.lengths:
            if version == address.version:
                found = self.by_network.get(ip_network((address, length), strict=False))
                if found is not None:
                    return found
        return ""


def places_of(path: Path | None) -> Places:
    """Return what a file says; nobody's place is known without one. UnsafeSettings: it says no such thing."""
    if path is None:
        return Places()
    try:
        with path.open(encoding="utf-8") as lines:
            return read_places(lines)
    except (OSError, UnicodeDecodeError) as error:
        raise UnsafeSettings(f"HPID_RISK_PLACES can't be read: {type(error).__name__}") from error


def read_places(lines: Iterable[str]) -> Places:
    """Read the lines of a file; blank ones and those that begin with `#` are passed over. UnsafeSettings."""
    networks: dict[Network, str] = {}
    names: dict[str, Place] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        network, place = _read(line, number)
        if names.setdefault(place.name, place) != place:
            raise UnsafeSettings(
                f"HPID_RISK_PLACES, line {number}: {place.name} is somewhere else in a line above"
            )
        if networks.setdefault(network, place.name) != place.name or len(networks) > MOST:
            raise UnsafeSettings(f"line {number}: the network has another place above, or there are too many")
    lengths = sorted({(one.version, one.prefixlen) for one in networks}, reverse=True)
    return Places(by_network=networks, by_name=names, lengths=tuple(lengths))


def _read(line: str, number: int) -> tuple[Network, Place]:
    parts = [part.strip() for part in line.rstrip("\n").split("\t")]
    try:
        network, name, latitude, longitude = parts
        place = Place(name=name, latitude=float(latitude), longitude=float(longitude))
        is_on_earth = abs(place.latitude) <= 90 and abs(place.longitude) <= 180
        if name and is_on_earth:
            return ip_network(network), place
    except ValueError:
        pass
    raise UnsafeSettings(
        f"HPID_RISK_PLACES, line {number}: network, place, latitude and longitude, with tabs between"
    )


def is_within(peer: str, networks: Iterable[Network]) -> bool:
    """Tell whether an address is in one of these networks."""
    try:
        address = ip_address(peer)
    except ValueError:
        return False
    return any(address in network for network in networks)
