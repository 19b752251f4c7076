"""The passwords of a person, as a sign-in tries them: a record merged into theirs keeps its own (adr/0036)."""

from dataclasses import dataclass

from idp.credentials.model import PasswordCredential
from idp.credentials.service import asks_for_second
from idp.ids import PersonId
from idp.transaction import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPassword:
    """A password, and whether a code is asked for beside it."""

    credential: PasswordCredential
    has_second: bool

    @property
    def opens(self) -> bool:
        """Tell whether it signs anybody in."""
        return self.credential.opens(has_second=self.has_second)


def passwords_of(tx: Tx, person_id: PersonId) -> tuple[OwnPassword, ...]:
    """Return those of all of a person's records, what opens nothing among them; that of the record that stands first."""
    found = []
    for record in tx.people.records_of(person_id):
        credential = tx.passwords.get(record)
        if credential is not None:
            second = asks_for_second(tx, record, standing=person_id)
            found.append(OwnPassword(credential=credential, has_second=second))
    return tuple(found)
