"""What a person's own word does to their record: nothing is sent on consent any more, or nothing is known of them.

`PeopleStore.update` writes none of it, so that no sign-in undoes it.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, update

from idp.database.of_person import of_person, person_given
from idp.ids import PersonId
from idp.people.model import PersonProfile
from idp.people.rows import profile_text, roles_text
from idp.people.store.addresses import forget_addresses
from idp.people.store.identifiers import forget_identifiers
from idp.people.store.person_row import PROFILE_PURPOSE
from idp.people.store.table import people
from keys.envelope import Vault

_this_person = and_(*of_person(people))
_RESTRICT = (
    update(people)
    .where(_this_person, people.c.restricted_at.is_(None))
    .values(restricted_at=bindparam("now"))
    .returning(people.c.person_id)
)
_LIFT = (
    update(people)
    .where(_this_person, people.c.restricted_at.is_not(None))
    .values(restricted_at=None)
    .returning(people.c.person_id)
)
_EMPTY = (
    update(people)
    .where(_this_person)
    .values(
        name_fold="",
        birth_year=None,
        commune_code="",
        account_level=0,
        roles=roles_text(frozenset()),
        profile=bindparam("new_profile"),
        restricted_at=None,
        updated_at=bindparam("now"),
    )
)


@dataclass(frozen=True, slots=True)
class PersonRightsStore:
    """What people's requests did to their records, in one transaction."""

    connection: Connection
    vault: Vault

    def restrict(self, person_id: PersonId, now: datetime) -> bool:
        """Let nothing of a record be sent on consent; True if this call changed it."""
        given = {**person_given(person_id), "now": now}
        return self.connection.execute(_RESTRICT, given).one_or_none() is not None

    def lift(self, person_id: PersonId) -> bool:
        """Let consent count again; True if this call changed it."""
        return self.connection.execute(_LIFT, person_given(person_id)).one_or_none() is not None

    def empty(self, person_id: PersonId, now: datetime) -> None:
        """Erase all that is known of a person; the row stays, since the record and each `sub` name it for ever."""
        nothing = profile_text(PersonProfile(full_name="", nationality=""))
        profile = self.vault.seal_text(nothing, purpose=PROFILE_PURPOSE)
        self.connection.execute(_EMPTY, {**person_given(person_id), "new_profile": profile, "now": now})
        forget_identifiers(self.connection, person_id)
        forget_addresses(self.connection, person_id)
