"""People: the profile sealed as one value; name fold, commune and birth year in clear (DESIGN 5.10).

`update` writes neither status nor roles: a sign-in that brings new attributes can't undo a lock that came
meanwhile.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    String,
    Text,
    and_,
    bindparam,
    func,
    insert,
    select,
    tuple_,
    update,
)

from idp.database.of_person import of_person, person_given
from idp.ids import PersonId, bucket_of
from idp.people.identifiers import normal_form, profile_identifiers
from idp.people.model import Holder, IdentifierScheme, Named, Person, PersonProfile, PersonStatus
from idp.people.rows import profile_of, profile_text, roles_of
from idp.people.store.addresses import AddressTime, add_first, addresses_of, replace_open
from idp.people.store.holders import find_named, one_of, who_holds
from idp.people.store.identifiers import (
    Holding,
    end,
    hold,
    holdings_of,
    reseal,
)
from idp.people.store.person_row import PROFILE_PURPOSE, person_row
from idp.people.store.table import people
from keys.envelope import Vault

_AFTER_ALL_LETTERS = "\U0010ffff"

_this_person = and_(*of_person(people))
_ADD = insert(people)
_GET = select(people).where(_this_person)
_STANDS_FOR_IT = select(people.c.canonical_id).where(_this_person)
_LOCK = select(people.c.person_id).where(_this_person).with_for_update()
_MERGED_INTO = (
    select(people)
    .where(people.c.canonical_id == bindparam("of_person"))
    .order_by(people.c.created_at, people.c.person_id)
)
_IDS_MERGED_INTO = select(people.c.person_id).where(people.c.canonical_id == bindparam("of_person"))
_MERGE = (
    update(people)
    .where(_this_person, people.c.canonical_id.is_(None))
    .values(canonical_id=bindparam("by_person"))
    .returning(people.c.person_id)
)
_SPLIT = (
    update(people)
    .where(_this_person, people.c.canonical_id == bindparam("by_person"))
    .values(canonical_id=None)
    .returning(people.c.person_id)
)
_SEARCH = (
    select(people)
    .where(people.c.name_fold >= bindparam("prefix"), people.c.name_fold < bindparam("beyond"))
    .order_by(people.c.name_fold, people.c.person_id)
    .limit(bindparam("most"))
)
_UPDATE = (
    update(people)
    .where(_this_person)
    .values(
        name_fold=bindparam("new_fold"),
        birth_year=bindparam("new_year"),
        commune_code=bindparam("new_commune"),
        account_level=bindparam("new_level"),
        profile=bindparam("new_profile"),
        updated_at=bindparam("now"),
    )
)
_SET_STATUS = (
    update(people)
    .where(_this_person, people.c.status != bindparam("new_status"))
    .values(status=bindparam("new_status"), status_reason=bindparam("reason"), updated_at=bindparam("now"))
    .returning(people.c.person_id)
)
_BORN_IN = (
    select(people)
    .where(
        people.c.birth_year == bindparam("of_year"),
        tuple_(people.c.bucket, people.c.person_id)
        > tuple_(bindparam("after_bucket", type_=String), bindparam("after_person", type_=Text)),
    )
    .order_by(people.c.bucket, people.c.person_id)
    .limit(bindparam("most"))
)
_COUNT = select(func.count()).select_from(people)
_ONE_REAL = select(people.c.person_id).where(people.c.synthetic.is_(False)).limit(1)


@dataclass(frozen=True, slots=True)
class PeopleStore:
    """The people of one transaction."""

    connection: Connection
    vault: Vault

    def get(self, person_id: PersonId) -> Person | None:
        """Return a person."""
        row = self.connection.execute(_GET, person_given(person_id)).one_or_none()
        return None if row is None else self._person(row)

    def of_row(self, row: Row[Any]) -> Person:
        """Return the person of a row of another statement, which has all columns of this table."""
        return self._person(row)

    def lock(self, person_id: PersonId) -> None:
        """Let no other transaction that locks this person go on before this one ends (the rule's root row)."""
        if self.connection.dialect.name != "sqlite":  # which has one writer anyway
            self.connection.execute(_LOCK, person_given(person_id))

    def lock_standing(self, person_id: PersonId) -> Person | None:
        """Lock the record that stands for this one with all it stands for; return it as it is then, None: there is none.

        In the order of their ids, as merges and splits do: else each might wait for the other.
        """
        expected = self.standing_id(person_id)
        merged = self.connection.scalars(_IDS_MERGED_INTO, {"of_person": expected})
        for one in sorted({expected, *map(PersonId, merged)}):
            self.lock(one)
        standing = self.canonical(person_id)
        if standing is not None and standing.person_id != expected:  # merged or split just now
            self.lock(standing.person_id)
            standing = self.get(standing.person_id)
        return standing

    def reseal_identifier(self, row: Mapping[str, Any]) -> bool:
        """Move an identifier, as stored, to the current version of the master key ."""
        return reseal(self.connection, self.vault, row)

    def canonical(self, person_id: PersonId) -> Person | None:
        """Return the record that stands for this one after merges (DESIGN 5.1): itself, or one that stands by itself."""
        person = self.get(person_id)
        if person is not None and person.canonical_id is not None:
            person = self.get(person.canonical_id)
        return None if person is None or person.canonical_id is not None else person

    def standing_id(self, person_id: PersonId) -> PersonId:
        """Return the id of the record that stands for this one; of a record that is not there, the same."""
        found = self.connection.execute(_STANDS_FOR_IT, person_given(person_id)).scalar_one_or_none()
        beyond = (
            None
            if found is None
            else self.connection.execute(_STANDS_FOR_IT, person_given(found)).one_or_none()
        )
        return PersonId(found) if found and beyond is not None and beyond.canonical_id is None else person_id

    def merged_into(self, person_id: PersonId) -> tuple[Person, ...]:
        """Return the records that this one stands for, the oldest first."""
        return tuple(
            self._person(row) for row in self.connection.execute(_MERGED_INTO, {"of_person": person_id})
        )

    def merge(self, person_id: PersonId, into: PersonId) -> bool:
        """Let another record stand for this one; False if one does already."""
        given = {**person_given(person_id), "by_person": into}
        return self.connection.execute(_MERGE, given).one_or_none() is not None

    def split(self, person_id: PersonId, off: PersonId) -> bool:
        """Let a record stand by itself again; False if that other one does not stand for it."""
        given = {**person_given(person_id), "by_person": off}
        return self.connection.execute(_SPLIT, given).one_or_none() is not None

    def find_by_identifier(self, scheme: IdentifierScheme, value: str) -> Person | None:
        """Return the one person this identifier names, after merges the one that stands; None: nobody, or several."""
        holder = self.find_holder(scheme, value)
        return None if holder is None else holder.person

    def find_holder(self, scheme: IdentifierScheme, value: str) -> Holder | None:
        """Return the one person this identifier names, and which of their records holds it; None: nobody, or several."""
        row = one_of(self.connection.execute(*who_holds(self.vault, scheme, value)).all())
        if row is None:
            return None
        return Holder(
            person=self._person(row), record_id=PersonId(row.record_id), record_level=row.record_level
        )

    def find_named(self, scheme: IdentifierScheme, value: str) -> Named | None:
        """Return whom an identifier names, opening nothing of theirs, at one cost for somebody and nobody."""
        return find_named(self.connection, self.vault, scheme, value)

    def search_by_name(self, folded_prefix: str, limit: int) -> tuple[Person, ...]:
        """Return people whose folded name begins so, in order of that name."""
        given = {"prefix": folded_prefix, "beyond": folded_prefix + _AFTER_ALL_LETTERS, "most": limit}
        return tuple(self._person(row) for row in self.connection.execute(_SEARCH, given))

    def add(self, person: Person) -> None:
        """Store a new person and the identifiers in the profile, or raise IdentifierTaken."""
        self.add_many((person,))

    def add_many(self, persons: Iterable[Person]) -> None:
        """Store new people, a few hundred at a time, or raise IdentifierTaken."""
        persons = tuple(persons)
        if not persons:
            return
        self.connection.execute(_ADD, [person_row(self.vault, person) for person in persons])
        add_first(self.connection, self.vault, persons)
        hold(
            self.connection,
            self.vault,
            [
                Holding(person_id=one.person_id, scheme=scheme, value=value, valid_from=one.created_at)
                for one in persons
                for scheme, value in profile_identifiers(one.profile).items()
            ],
        )

    def add_identifier(
        self,
        person_id: PersonId,
        scheme: IdentifierScheme,
        value: str,
        *,
        now: datetime,
        valid_to: datetime | None = None,
        cause: str = "",
    ) -> None:
        """Let a person be found by one more identifier, or raise IdentifierTaken."""
        holding = Holding(
            person_id=person_id,
            scheme=scheme,
            value=normal_form(scheme, value),
            valid_from=now,
            valid_to=valid_to,
            cause=cause,
        )
        hold(self.connection, self.vault, (holding,))

    def end_identifier(
        self, person_id: PersonId, scheme: IdentifierScheme, value: str, *, now: datetime, cause: str = ""
    ) -> None:
        """Let a person be found by this no more."""
        end(self.connection, self.vault, person_id, scheme, normal_form(scheme, value), now=now, cause=cause)

    def addresses_of(self, person_id: PersonId) -> tuple[AddressTime, ...]:
        """Return where a person is and was registered, in the order it became known."""
        return addresses_of(self.connection, self.vault, person_id)

    def identifiers_of(self, person_id: PersonId) -> tuple[Holding, ...]:
        """Return every identifier a person has or had, in the order they came."""
        return holdings_of(self.connection, self.vault, person_id)

    def update(self, person: Person, *, cause: str = "") -> None:
        """Store changed attributes (not status, not roles) and the identifiers that changed with them.

        `cause` is why identifiers that are replaced by it end.
        """
        before = self.get(person.person_id)
        if before is None:
            raise LookupError("no such person")
        new = person_row(self.vault, person)
        given = {
            **person_given(person.person_id),
            "new_fold": new["name_fold"],
            "new_year": person.birth_year,
            "new_commune": person.commune_code,
            "new_level": person.account_level,
            "new_profile": new["profile"],
            "now": person.updated_at,
        }
        self.connection.execute(_UPDATE, given)
        was, becomes = profile_identifiers(before.profile), profile_identifiers(person.profile)
        since = person.updated_at
        for scheme, value in sorted(was.items() - becomes.items()):
            end(self.connection, self.vault, person.person_id, scheme, value, now=since, cause=cause)
        begun = [
            Holding(person_id=person.person_id, scheme=scheme, value=value, valid_from=since)
            for scheme, value in sorted(becomes.items() - was.items())
        ]
        hold(self.connection, self.vault, begun)
        if before.profile.address != person.profile.address:
            replace_open(self.connection, self.vault, before, person)

    def set_status(self, person_id: PersonId, status: PersonStatus, reason: str, now: datetime) -> bool:
        """Set whether a person may sign in; True if this call changed it."""
        given = {**person_given(person_id), "new_status": status, "reason": reason, "now": now}
        return self.connection.execute(_SET_STATUS, given).one_or_none() is not None

    def records_of(self, person_id: PersonId) -> tuple[PersonId, ...]:
        """Return a record that stands for others, and all of those (DESIGN 5.1)."""
        return (person_id, *(one.person_id for one in self.merged_into(person_id)))

    def born_in(self, year: int, after: PersonId | None, most: int) -> tuple[Person, ...]:
        """Return people of a birth year in the order of their keys, those after one of them."""
        given = {"of_year": year, "after_person": after or "", "most": most}
        given["after_bucket"] = "" if after is None else bucket_of(after)
        return tuple(self._person(row) for row in self.connection.execute(_BORN_IN, given))

    @staticmethod
    def text_of(profile: PersonProfile) -> str:
        """Return a profile as the text of a row, for who keeps it for later: it is personal data, to be sealed."""
        return profile_text(profile)

    @staticmethod
    def profile_of(kept: str) -> PersonProfile:
        """Return the profile of such a text."""
        return profile_of(kept)

    def count(self) -> int:
        """Return how many records there are."""
        return self.connection.execute(_COUNT).scalar_one()

    def has_real(self) -> bool:
        """Tell whether anybody here is not invented."""
        return self.connection.execute(_ONE_REAL).first() is not None

    def _person(self, row: Row[Any]) -> Person:
        return Person(
            person_id=PersonId(row.person_id),
            status=PersonStatus(row.status),
            status_reason=row.status_reason,
            account_level=row.account_level,
            commune_code=row.commune_code,
            birth_year=row.birth_year,
            profile=profile_of(self.vault.open_text(row.profile, purpose=PROFILE_PURPOSE)),
            roles=roles_of(row.roles),
            synthetic=row.synthetic,
            created_at=row.created_at,
            updated_at=row.updated_at,
            canonical_id=None if row.canonical_id is None else PersonId(row.canonical_id),
            restricted_at=row.restricted_at,
        )
