"""Signatures that need no second proof: those this process made, or has proved already.

Two thirds of what a token costs whoever is shown it is its signature, and who was just given one comes back with it.
Remembered is the SHA-256 of the whole token, never the token, among the keys of one moment: with other keys begins
another memory. All else about a token is looked at each time.
"""

from collections import OrderedDict
from hashlib import sha256

_MOST = 10_000


class Proved:
    """What was signed or proved last under one set of keys."""

    __slots__ = ("_digests",)

    def __init__(self) -> None:
        self._digests: OrderedDict[bytes, None] = OrderedDict()

    def add(self, token: str) -> None:
        """Remember a token whose signature is known to be right."""
        self._digests[sha256(token.encode()).digest()] = None
        if len(self._digests) > _MOST:
            self._digests.popitem(last=False)

    def __contains__(self, unverified_token: str) -> bool:
        return sha256(unverified_token.encode()).digest() in self._digests
