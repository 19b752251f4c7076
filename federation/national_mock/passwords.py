"""Argon2id hashes of the demonstration passwords – RFC 9106.

Cheaper than a real service may be: the file of accounts holds the same passwords in clear, and a
demonstration city starts with thousands of them. Entries with the same password share a hash for the same
reason.
"""

from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

_HASHER = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1)


@lru_cache(maxsize=256)
def _hash(password: str) -> str:
    return _HASHER.hash(password)


class PasswordHashes:
    """Hashes and checks passwords; an unknown account costs the time of a known one."""

    def __init__(self) -> None:
        self._nobody = _hash("nobody has this account")

    def hash(self, password: str) -> str:
        return _hash(password)

    def verify(self, known_hash: str | None, password: str) -> bool:
        """True if the password belongs to the hash; false, as slowly, when there is no hash."""
        try:
            _HASHER.verify(known_hash or self._nobody, password)
        except VerifyMismatchError:
            return False
        return known_hash is not None
