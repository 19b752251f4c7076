"""The ways to sign in that a person has, as the overview of the account lists them (PAGES §3.1.13)."""

from dataclasses import dataclass

from idp.citizen.passkeys.listing import passkeys_of
from idp.credentials.service import has_second
from idp.ids import PersonId
from idp.transaction import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """What opens a session today: neither what has ended nor a password that others know."""

    has_national: bool
    passkeys: tuple[str, ...]
    """Their names."""
    has_password: bool
    has_totp: bool
    """Beside the password: no way by itself."""

    @property
    def count(self) -> int:
        """Return how many there are, each of which would do by itself."""
        return self.has_national + len(self.passkeys) + self.has_password


def ways_of(tx: Tx, person_id: PersonId) -> Ways:
    """Return a person's."""
    password = tx.passwords.get(person_id)
    return Ways(
        has_national=bool(tx.upstreams.of_person(person_id)),
        passkeys=tuple(one.name for one in passkeys_of(tx, person_id=person_id)),
        has_password=password is not None and password.compromised_at is None,
        has_totp=has_second(tx, person_id),
    )
