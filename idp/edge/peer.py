"""Who is calling: the socket's address, or the one a trusted proxy vouches for (SECURITY E12)."""

from collections.abc import Mapping
from ipaddress import ip_address


def peer_address(socket_peer: str, headers: Mapping[str, str], trusted_proxies: tuple[str, ...]) -> str:
    """Return the right-most address of X-Forwarded-For that is not itself a trusted proxy."""
    if socket_peer not in trusted_proxies:
        return socket_peer
    for part in reversed(headers.get("x-forwarded-for", "").split(",")):
        candidate = part.strip()
        if candidate in trusted_proxies:
            continue
        try:
            return str(ip_address(candidate))
        except ValueError:
            break
    return socket_peer


def peer_prefix(peer: str) -> str:
    """Return the network a log or summary may keep: /24 of IPv4, /48 of IPv6."""
    try:
        address = ip_address(peer)
    except ValueError:
        return "unknown"
    if address.version == 4:
        return ".".join(str(address).split(".")[:3]) + ".0/24"
    return ":".join(address.exploded.split(":")[:3]) + "::/48"
