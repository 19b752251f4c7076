"""Employment records: found by id, number, person, post or subtree of agencies; names and the awaited number sealed.

Race rule (PostgreSQL): whoever changes a record or its posts locks its row; an issue under a post holds that row too
(FOR SHARE), so that it comes wholly before the end of the post, and ends with it, or wholly after, and finds it ended.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from idp.database import UtcTime
from idp.database.of_person import person_given
from idp.database.standing import records_of_person
from idp.ids import OfficialId, PersonId, PostId, bucket_of
from idp.officials.model import AgencyRole, Official, OfficialStatus, Post, RecordRefused
from idp.officials.query import GroupQuery, Query
from idp.officials.rows import profile_of, profile_text
from idp.officials.store import external_ids
from idp.officials.store import groups as stored_groups
from idp.officials.store import posts as stored_posts
from idp.officials.store.search import counted, found
from idp.officials.store.table import AWAITED_ID, PROFILE, all_officials, is_within, officials, posts
from keys.envelope import Vault

_t = officials.c
_is_kept = _t.removed_at.is_(None)
_this_official = _t.official_id == bindparam("this_official")
_ADD = (
    insert(officials)
    .on_conflict_do_nothing(index_elements=["number_fold"], index_where=_is_kept)
    .returning(_t.official_id)
)
_GET = all_officials.where(_this_official)
_LOCK = _GET.with_for_update(of=officials)
_HOLD_OF_POST = all_officials.where(
    _t.official_id
    == select(posts.c.official_id).where(posts.c.post_id == bindparam("this_post")).scalar_subquery()
).with_for_update(read=True, of=officials)
_BY_NUMBER = all_officials.where(_t.number_fold == bindparam("of_number"), _is_kept)
_records = records_of_person()
_OF_PERSON = all_officials.join(
    _records, and_(_t.bucket == _records.c.bucket, _t.person_id == _records.c.person_id)
).order_by(_t.created_at, _t.official_id)
_WITHIN = and_(_is_kept, is_within(_t.agency_code, bindparam("root")))
_PAGE = (
    all_officials.where(_WITHIN, _t.number_fold > bindparam("after"))
    .order_by(_t.number_fold)
    .limit(bindparam("most"))
)
_UPDATE = (
    update(officials)
    .where(_this_official)
    .values(
        bucket=bindparam("new_bucket"),
        person_id=bindparam("new_person"),
        employee_number=bindparam("new_number"),
        number_fold=bindparam("new_fold"),
        agency_code=bindparam("new_agency"),
        status=bindparam("new_status"),
        profile=bindparam("new_profile"),
        awaited_id=bindparam("new_awaited"),
        looked_at=bindparam("new_looked", type_=UtcTime),
        version=_t.version + 1,
        updated_at=bindparam("now", type_=UtcTime),
    )
)
_REMOVE = update(officials).where(_this_official).values(removed_at=bindparam("now", type_=UtcTime))
_COUNT = select(func.count()).select_from(officials)
_WAITING = (
    select(_t.official_id)
    .where(_t.awaited_id.is_not(None), _t.looked_at <= bindparam("before", type_=UtcTime))
    .order_by(_t.looked_at)
    .limit(bindparam("most"))
)
_LINK = (
    update(officials)
    .where(_this_official)
    .values(
        bucket=bindparam("new_bucket"), person_id=bindparam("new_person"), awaited_id=None, looked_at=None
    )
)
_LOOKED = update(officials).where(_this_official).values(looked_at=bindparam("now", type_=UtcTime))


@dataclass(frozen=True, slots=True)
class OfficialStore:
    """The officials of one transaction."""

    connection: Connection
    vault: Vault

    def get(self, official_id: OfficialId) -> Official | None:
        """Return a record, removed ones too."""
        return next(
            iter(self._all(self.connection.execute(_GET, {"this_official": official_id}).all())), None
        )

    def lock(self, official_id: OfficialId) -> Official | None:
        """Return a record that no other transaction changes before this one ends (the rule's root row)."""
        return next(
            iter(self._all(self.connection.execute(_LOCK, {"this_official": official_id}).all())), None
        )

    def hold_of_post(self, post_id: PostId) -> Official | None:
        """Return the record a post is of; it does not change before this transaction ends."""
        return next(
            iter(self._all(self.connection.execute(_HOLD_OF_POST, {"this_post": post_id}).all())), None
        )

    def find_by_number(self, employee_number: str) -> Official | None:
        """Return the record of an employee number, of those that were not removed; case does not matter."""
        return next(
            iter(
                self._all(
                    self.connection.execute(_BY_NUMBER, {"of_number": employee_number.casefold()}).all()
                )
            ),
            None,
        )

    def of_person(self, person_id: PersonId) -> tuple[Official, ...]:
        """Return all records of a person, the oldest first."""
        given = person_given(person_id)
        return self._all(self.connection.execute(_OF_PERSON, given).all())

    def page(self, root: str, *, after: str = "", limit: int) -> tuple[Official, ...]:
        """Return the records of an agency and those below it after a number, in the order of numbers."""
        given = {"root": root, "after": after.casefold(), "most": limit}
        return self._all(self.connection.execute(_PAGE, given).all())

    def count(self) -> int:
        """Return how many records there are, removed ones too."""
        number: int = self.connection.execute(_COUNT).scalar_one()
        return number

    def search(self, query: Query) -> tuple[int, tuple[Official, ...]]:
        """Return how many records a query finds in all, and those of its stretch."""
        total: int = self.connection.execute(counted(query)).scalar_one()
        return total, self._all(self.connection.execute(found(query)).all()) if query.limit else ()

    def external_ids(self, client_id: str, official_ids: Sequence[OfficialId]) -> dict[OfficialId, str]:
        """Return what an HR system calls these records."""
        return external_ids.of_officials(self.connection, client_id, official_ids)

    def call(self, client_id: str, official_id: OfficialId, external_id: str) -> None:
        """Keep what an HR system calls a record; empty: nothing."""
        external_ids.put(self.connection, client_id, official_id, external_id)

    def groups(self, query: GroupQuery, *, skip: int, limit: int) -> tuple[int, tuple[AgencyRole, ...]]:
        """Return how many agencies and roles somebody holds now, and a stretch of them."""
        return stored_groups.groups(self.connection, query, skip=skip, limit=limit)

    def members(self, group: AgencyRole, *, root: str, now: datetime, limit: int) -> tuple[OfficialId, ...]:
        """Return who holds a role in an agency now, of the records an HR system sees."""
        return stored_groups.members(self.connection, group, root=root, now=now, limit=limit)

    def add(self, official: Official) -> bool:
        """Store a new record with its posts; False if its number is another's, and then nothing is stored."""
        if self.connection.execute(_ADD, official_row(self.vault, official)).one_or_none() is None:
            return False
        stored_posts.add(self.connection, official.posts)
        return True

    def update(self, official: Official) -> None:
        """Store a record that was locked, but for its posts; its version is one more.

        Raises RecordRefused if its number became another's meanwhile: then the transaction must roll back.
        """
        row = official_row(self.vault, official)
        given = {
            "this_official": official.official_id,
            "new_bucket": row["bucket"],
            "new_person": row["person_id"],
            "new_number": row["employee_number"],
            "new_fold": row["number_fold"],
            "new_agency": row["agency_code"],
            "new_status": row["status"],
            "new_profile": row["profile"],
            "new_awaited": row["awaited_id"],
            "new_looked": row["looked_at"],
            "now": official.updated_at,
        }
        try:
            self.connection.execute(_UPDATE, given)
        except IntegrityError as error:
            if "number_fold" not in str(error.orig):  # of a row that travelled along (adr/0034)
                raise
            raise RecordRefused("employee_number", "another record has it", is_taken=True) from error

    def remove(self, official_id: OfficialId, now: datetime) -> None:
        """Take a record that was locked from what HR sees; it stays for the record, and its number is free."""
        self.connection.execute(_REMOVE, {"this_official": official_id, "now": now})

    def add_posts(self, new: Sequence[Post]) -> None:
        """Store posts of a record that was locked."""
        stored_posts.add(self.connection, new)

    def correct_post(self, post: Post, *, now: datetime) -> None:
        """Put position and days of an open post right."""
        stored_posts.correct(self.connection, post, now=now)

    def close_post(self, post: Post, *, now: datetime, reason: str) -> bool:
        """Mark a post as ended; True if this call did it."""
        return stored_posts.close(self.connection, post, now=now, reason=reason)

    def overdue(self, now: datetime, limit: int) -> tuple[OfficialId, ...]:
        """Return whose posts are over by this moment and not closed, those that are over longest first."""
        return stored_posts.overdue(self.connection, now, limit)

    def waiting(self, looked_before: datetime, limit: int) -> tuple[OfficialId, ...]:
        """Return which records wait for a person and have not been looked at since."""
        rows = self.connection.execute(_WAITING, {"before": looked_before, "most": limit})
        return tuple(OfficialId(row.official_id) for row in rows)

    def link(self, official_id: OfficialId, person_id: PersonId) -> None:
        """Say who a record that was locked is of; its version stays, so that HR can't tell by it whom the city knows."""
        given = {
            "this_official": official_id,
            "new_bucket": bucket_of(person_id),
            "new_person": person_id,
        }
        self.connection.execute(_LINK, given)

    def looked(self, official_id: OfficialId, now: datetime) -> None:
        """Note that the person of a record was looked for."""
        self.connection.execute(_LOOKED, {"this_official": official_id, "now": now})

    def _all(self, rows: Sequence[Row[Any]]) -> tuple[Official, ...]:
        if not rows:
            return ()
        posts = self.connection.execute(
            stored_posts.OF_OFFICIALS, {"these": [row.official_id for row in rows]}
        )
        held = stored_posts.by_official(posts)
        return tuple(self._official(row, held.get(OfficialId(row.official_id), ())) for row in rows)

    def _official(self, row: Row[Any], held: tuple[Post, ...]) -> Official:
        awaited = row.awaited_id
        return Official(
            official_id=OfficialId(row.official_id),
            person_id=None if row.stands is None else PersonId(row.stands),
            record_id=None if row.person_id is None else PersonId(row.person_id),
            awaited_id=self.vault.open_text(awaited, purpose=AWAITED_ID) if awaited else "",
            employee_number=row.employee_number,
            agency_code=row.agency_code,
            profile=profile_of(self.vault.open_text(row.profile, purpose=PROFILE)),
            status=OfficialStatus(row.status),
            posts=held,
            version=row.version,
            created_at=row.created_at,
            updated_at=row.updated_at,
            removed_at=row.removed_at,
        )


def official_row(vault: Vault, official: Official) -> dict[str, object]:
    """Return the row of a new record, sealed; its posts have rows of their own."""
    person_id, awaited = official.record_id or official.person_id, official.awaited_id
    return {
        "official_id": official.official_id,
        "bucket": None if person_id is None else bucket_of(person_id),
        "person_id": person_id,
        "employee_number": official.employee_number,
        "number_fold": official.employee_number.casefold(),
        "agency_code": official.agency_code,
        "status": official.status.value,
        "profile": vault.seal_text(profile_text(official.profile), purpose=PROFILE),
        "awaited_id": vault.seal_text(awaited, purpose=AWAITED_ID) if awaited else None,
        "looked_at": official.updated_at if awaited else None,
        "version": official.version,
        "created_at": official.created_at,
        "updated_at": official.updated_at,
    }
