"""Who is calling: the socket's address, or the one a trusted proxy vouches for (SECURITY E12)."""

from collections.abc import Mapping
from functools import lru_cache
from ipaddress import ip_address

from idp.setting_values import plain_address


def peer_address(socket_peer: str, headers: Mapping[str, str], trusted_proxies: tuple[str, ...]) -> str:
    """Return the right-most address of X-Forwarded-For that is not itself a trusted proxy."""
    peer = plain_address(socket_peer) or socket_peer
    if peer not in trusted_proxies:
        return peer
    for part in reversed(headers.get("x-forwarded-for", "").split(",")):
        candidate = plain_address(part.strip())
        if candidate is None:
            break
        if candidate not in trusted_proxies:
            return candidate
    return peer


@lru_cache(maxsize=4096)
def peer_prefix(peer: str) -> str:
    """Return the network a log or summary may keep: /24 of IPv4, /48 of IPv6."""
    plain = plain_address(peer)
    if plain is None:
        return "unknown"
    if "." in plain:
        return ".".join(plain.split(".")[:3]) + ".0/24"
    return ":".join(ip_address(plain).exploded.split(":")[:3]) + "::/48"
