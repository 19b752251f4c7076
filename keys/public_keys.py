"""All public keys another party shows: those that verify and those to encrypt to – RFC 7517 §5. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from keys.encryption_keys import EncryptionKeySet
from keys.jwk import PRIVATE_MEMBERS, InvalidJwkSet, JwkSet, parse_entries

MOST_KEYS = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKeys:
    """One party's usable keys."""

    signing: JwkSet
    """What its assertions and request objects are verified with."""
    encryption: EncryptionKeySet
    """What answers to it may be encrypted to."""

    @classmethod
    def parse(cls, source: Mapping[str, object] | bytes | str) -> Self:
        """Return the usable keys, possibly none, or raise InvalidJwkSet."""
        entries = parse_entries(source)
        if len(entries) > MOST_KEYS:
            raise InvalidJwkSet(f"more than {MOST_KEYS} keys")
        members = {"keys": entries}
        return cls(signing=JwkSet.parse(members), encryption=EncryptionKeySet.parse(members))


NO_KEYS = PublicKeys(signing=JwkSet(keys=()), encryption=EncryptionKeySet(keys=()))


def check_public(source: Mapping[str, object] | bytes | str) -> PublicKeys:
    """Return the keys of a set given to us to keep; InvalidJwkSet also where it shows a secret or is of no use."""
    entries = parse_entries(source)
    if any(isinstance(entry, Mapping) and PRIVATE_MEMBERS & entry.keys() for entry in entries):
        raise InvalidJwkSet("a key is private or symmetric")
    keys = PublicKeys.parse({"keys": entries})
    if not (keys.signing.keys or keys.encryption.keys):
        raise InvalidJwkSet("no key is usable: of a type or curve not offered, weak, or malformed")
    return keys
