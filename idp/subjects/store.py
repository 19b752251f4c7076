"""The `sub` of a person in a sector: chosen once and stored – OpenID Connect Core §8.1, DESIGN 5.1.

A sector that knew only a record that was merged into this one keeps the `sub` of that record; of several, that of
whichever was merged first, so that a later merge does not change it. Nothing is written for that: a split gives each its
own back.
"""

from dataclasses import dataclass

from sqlalchemy import (
    Column,
    Connection,
    ForeignKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    bindparam,
    column,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import insert

from idp.database import metadata
from idp.database.of_person import of_person
from idp.ids import PersonId, bucket_of
from keys.envelope import Vault

subjects = Table(
    "subjects",
    metadata,
    Column("bucket", String(2), primary_key=True),
    Column("person_id", Text, primary_key=True),
    Column("sector", Text, primary_key=True),
    Column("sub", Text, nullable=False),
    ForeignKeyConstraint(["bucket", "person_id"], ["people.bucket", "people.person_id"]),
    UniqueConstraint("sector", "sub"),
)

_people = table("people", column("bucket", String), column("person_id", Text), column("canonical_id", Text))
_merges = table("merges", column("loser_id", Text), column("state", Text), column("merged_at"))
_GET = select(subjects.c.sub).where(
    *of_person(subjects),
    subjects.c.sector == bindparam("in_sector"),
)
_OF_MERGED = (
    select(subjects.c.sub)
    .join(_people, and_(_people.c.bucket == subjects.c.bucket, _people.c.person_id == subjects.c.person_id))
    .join(_merges, and_(_merges.c.loser_id == _people.c.person_id, _merges.c.state == "merged"))
    .where(_people.c.canonical_id == bindparam("of_person"), subjects.c.sector == bindparam("in_sector"))
    .order_by(_merges.c.merged_at, subjects.c.person_id)
    .limit(1)
)
_OF_RECORD = select(subjects.c.sector, subjects.c.sub).where(*of_person(subjects)).order_by(subjects.c.sector)
_ADD = insert(subjects).on_conflict_do_nothing(index_elements=["bucket", "person_id", "sector"])
_ADOPT = insert(subjects).on_conflict_do_nothing().returning(subjects.c.sub)
_PERSON_OF = select(subjects.c.person_id).where(
    subjects.c.sector == bindparam("in_sector"), subjects.c.sub == bindparam("this_sub")
)


@dataclass(frozen=True, slots=True)
class SubjectStore:
    """The subjects of one transaction."""

    connection: Connection
    vault: Vault

    def sub_for(self, person_id: PersonId, sector: str, first: str) -> str:
        """Return the person's `sub` in a sector; `first` becomes it if there is none yet.

        The read before the write only spares the write: who loses the race is given the winner's value.
        """
        known = self.find(person_id, sector)
        return self.choose(person_id, sector, first) if known is None else known

    def choose(self, person_id: PersonId, sector: str, first: str) -> str:
        """Make `first` the person's `sub` in a sector where `find` knew none; return what it is now."""
        bucket = bucket_of(person_id)
        self.connection.execute(
            _ADD, {"bucket": bucket, "person_id": person_id, "sector": sector, "sub": first}
        )
        given = {"of_bucket": bucket, "of_person": person_id, "in_sector": sector}
        return str(self.connection.execute(_GET, given).scalar_one())

    def adopt(self, person_id: PersonId, sector: str, sub: str) -> bool:
        """Make a value of the sector's own the person's `sub`; False if they have one, or it is somebody's already."""
        row = {"bucket": bucket_of(person_id), "person_id": person_id, "sector": sector, "sub": sub}
        return self.connection.execute(_ADOPT, row).one_or_none() is not None

    def find(self, person_id: PersonId, sector: str) -> str | None:
        """Return the person's `sub` in a sector, if it has been chosen."""
        given = {"of_bucket": bucket_of(person_id), "of_person": person_id, "in_sector": sector}
        known = self.connection.execute(_GET, given).scalar_one_or_none()
        if known is None:
            merged = {"of_person": person_id, "in_sector": sector}
            known = self.connection.execute(_OF_MERGED, merged).scalar_one_or_none()
        return None if known is None else str(known)

    def of_record(self, person_id: PersonId) -> dict[str, str]:
        """Return the `sub` of every sector that met this record, without those of records merged into it."""
        given = {"of_bucket": bucket_of(person_id), "of_person": person_id}
        return {row.sector: row.sub for row in self.connection.execute(_OF_RECORD, given)}

    def person_of(self, sector: str, sub: str) -> PersonId | None:
        """Return whom a `sub` of a sector was given to; a merge does not change that."""
        given = {"in_sector": sector, "this_sub": sub}
        person_id = self.connection.execute(_PERSON_OF, given).scalar_one_or_none()
        return None if person_id is None else PersonId(person_id)
