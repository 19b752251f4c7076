"""Whether two devices are near each other, as far as addresses tell – RFC 10027 (proximity). Pure.

We know addresses alone, and of them no more than is kept anywhere: /24 of IPv4, /48 of IPv6. Two devices are near in
one such network, or where the operator says so: both in networks listed as the city's. What can't be compared (no
address, IPv4 here and IPv6 there) is far. Near is no proof: whoever shares the network, or comes through a machine
in it, is near too; so it stands beside the number, never in its place.
"""

from collections.abc import Iterable
from enum import StrEnum
from ipaddress import ip_network

from idp.setting_values import Network

_BYTES = {4: 4, 6: 16}


class Place(StrEnum):
    """Where the device that asks is, seen from the one that answers; the words are the string `qr_area_…`."""

    SAME_NETWORK = "same_network"
    CITY = "city"
    """Both in networks of the city."""
    FAR = "far"


def place_of(asks: bytes | None, answers: bytes | None, *, city: Iterable[Network]) -> Place:
    """Return where the one that asks is; both as `network_of` keeps addresses (idp/audit/occasion.py)."""
    if asks is None or answers is None:
        return Place.FAR
    if asks == answers:
        return Place.SAME_NETWORK
    listed = tuple(city)
    return Place.CITY if _is_in(asks, listed) and _is_in(answers, listed) else Place.FAR


def _is_in(kept: bytes, networks: Iterable[Network]) -> bool:
    version, first = kept[0], kept[1:]
    address = first + bytes(_BYTES[version] - len(first))
    network = ip_network((address, len(first) * 8))
    return any(
        one.prefixlen <= network.prefixlen and network.network_address in one
        for one in networks
        if one.version == version
    )
