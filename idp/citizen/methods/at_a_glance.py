"""The ways to sign in that a person has, as the overview of the account lists them (PAGES §3.1.13)."""

from collections.abc import Sequence
from dataclasses import dataclass

from idp.citizen.methods.own_passwords import OwnPassword
from idp.citizen.passkeys.listing import passkeys_of
from idp.ids import PersonId
from idp.transaction import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """What opens a session today: neither what has ended nor a password that others know."""

    has_national: bool
    passkeys: tuple[str, ...]
    """Their names."""
    has_password: bool
    """One that opens something, of whichever of their records."""
    has_totp: bool
    """Beside every such password: no way by itself."""

    @property
    def count(self) -> int:
        """Return how many there are, each of which would do by itself."""
        return self.has_national + len(self.passkeys) + self.has_password


def ways_of(tx: Tx, person_id: PersonId, passwords: Sequence[OwnPassword]) -> Ways:
    """Return a person's."""
    opening = [one for one in passwords if one.opens]
    return Ways(
        has_national=bool(tx.upstreams.of_person(person_id)),
        passkeys=tuple(one.name for one in passkeys_of(tx, person_id=person_id)),
        has_password=bool(opening),
        has_totp=bool(opening) and all(one.has_second for one in opening),
    )
