"""The mandates, and the row by which changes of one principal's mandates wait for each other.

Race rule (DESIGN 5.7): whoever counts or compares the mandates of a principal locks its row in `mandate_principals`
first; what ends a mandate locks it too, so that a code is issued wholly before or wholly after an ending. However many
mandates hang on one thing, one statement lets their term be over (`cut_…`), and they are ended after that in batches.

What is read names who holds a mandate, and for whom, after merges of records (idp/database/standing.py); the rows keep
the records they were made with, so that a split gives each its own back.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    ForeignKeyConstraint,
    FromClause,
    Index,
    Row,
    String,
    Subquery,
    Table,
    Text,
    and_,
    bindparam,
    case,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from idp.database import Sealed, UtcTime, metadata
from idp.database.erasing import delete_oldest, erase
from idp.database.of_person import person_given
from idp.database.standing import records_of_person, standing
from idp.ids import MandateId, OrganisationId, PersonId, bucket_of
from idp.mandates.model import Mandate, Powers, Principal, PrincipalKind, Role, Source
from idp.mandates.store.columns import services_of, services_text
from keys.envelope import Vault

_PURPOSE = "mandate.reference"

mandate_principals = Table(
    "mandate_principals",
    metadata,
    Column("principal_kind", Text, primary_key=True),
    Column("principal_id", Text, primary_key=True),
)

mandates = Table(
    "mandates",
    metadata,
    Column("bucket", String(2), primary_key=True),  # of the delegate
    Column("mandate_id", Text, primary_key=True, unique=True),
    Column("principal_kind", Text, nullable=False),
    Column("principal_id", Text, nullable=False),
    Column("delegate_id", Text, nullable=False),
    Column("through_id", Text),
    Column("appointment_id", Text),
    Column("source", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("powers", Text, nullable=False),
    Column("services", Text, nullable=False),
    Column("valid_from", UtcTime, nullable=False),
    Column("valid_to", UtcTime),
    Column("ended_at", UtcTime),
    Column("end_reason", Text, nullable=False),
    Column("contested", Boolean, nullable=False),
    Column("appointed_by", Text, nullable=False),
    Column("reference", Sealed(_PURPOSE)),
    Column("created_at", UtcTime, nullable=False),
    ForeignKeyConstraint(["bucket", "delegate_id"], ["people.bucket", "people.person_id"]),
    Index("ix_mandates_principal", "principal_kind", "principal_id"),
    Index("ix_mandates_delegate", "bucket", "delegate_id"),
    Index("ix_mandates_through", "through_id", "delegate_id"),
    Index("ix_mandates_appointment", "appointment_id"),
    Index("ix_mandates_over", "ended_at", "valid_to"),
)


def _held_by(people: Subquery, of: FromClause) -> ColumnElement[bool]:
    return and_(of.c.bucket == people.c.bucket, of.c.delegate_id == people.c.person_id)


def _for(people: Subquery, of: FromClause) -> ColumnElement[bool]:
    return and_(of.c.principal_kind == PrincipalKind.PERSON.value, of.c.principal_id == people.c.person_id)


_t = mandates.c
_roots = mandate_principals.c
_goes_on = _t.ended_at.is_(None)
_is_for_a_person = _t.principal_kind == PrincipalKind.PERSON.value
_stands = (
    standing(_t.delegate_id).label("delegate"),
    case((_is_for_a_person, standing(_t.principal_id)), else_=_t.principal_id).label("principal"),
)
_as_written = (_t.delegate_id.label("delegate"), _t.principal_id.label("principal"))
_ALL = select(mandates, *_stands)
_ADD = insert(mandates)
_GET = _ALL.where(_t.mandate_id == bindparam("of_mandate"))
_LOCK = _GET.with_for_update(of=mandates)
_ADD_ROOT = upsert(mandate_principals).on_conflict_do_nothing()
_LOCK_ROOT = (
    select(_roots.principal_id)
    .where(_roots.principal_kind == bindparam("of_kind"), _roots.principal_id == bindparam("of_principal"))
    .with_for_update()
)
_in_order = (_t.created_at, _t.mandate_id)
_records, _theirs = records_of_person(), mandates.alias("theirs")
_of_delegate = _t.mandate_id.in_(
    select(_theirs.c.mandate_id).join_from(_records, _theirs, _held_by(_records, _theirs))
)
_of_ward = _t.mandate_id.in_(
    select(_theirs.c.mandate_id).join_from(_records, _theirs, _for(_records, _theirs))
)
_of_organisation = and_(
    _t.principal_kind == PrincipalKind.ORGANISATION.value, _t.principal_id == bindparam("of_principal")
)
_OF_DELEGATE = _ALL.join(_records, _held_by(_records, mandates)).order_by(*_in_order)
_OF_DELEGATE_SINCE = _OF_DELEGATE.where(or_(_goes_on, _t.ended_at >= bindparam("since", type_=UtcTime)))
_OF_ORGANISATION = _ALL.where(_of_organisation).order_by(*_in_order)
_OF_ORGANISATION_SINCE = _OF_ORGANISATION.where(
    or_(_goes_on, _t.ended_at >= bindparam("since", type_=UtcTime))
)
_OF_WARD = _ALL.join(_records, _for(_records, mandates)).order_by(*_in_order)
_OF_WARD_SINCE = _OF_WARD.where(or_(_goes_on, _t.ended_at >= bindparam("since", type_=UtcTime)))
_not_over = and_(_goes_on, or_(_t.valid_to.is_(None), _t.valid_to > bindparam("now")))
_held, _over_them = (
    select(func.count()).join_from(_records, mandates, theirs(_records, mandates)).where(_not_over)
    for theirs in (_held_by, _for)
)
_COUNT_OF_PERSON = select(_held.scalar_subquery() + _over_them.scalar_subquery())
_OF_APPOINTMENT = _ALL.where(_t.appointment_id == bindparam("of_appointment")).order_by(*_in_order)
_NAMED_AT = _ALL.where(_t.through_id == bindparam("of_firm"), _t.created_at == bindparam("at"))
_DUE = _ALL.where(_goes_on, _t.valid_to <= bindparam("now")).order_by(_t.valid_to).limit(bindparam("most"))
_is_of_record = or_(
    and_(_t.bucket == bindparam("of_bucket"), _t.delegate_id == bindparam("of_person")),
    and_(_is_for_a_person, _t.principal_id == bindparam("of_person")),
)
_WRITTEN_SINCE = (
    select(mandates, *_as_written)
    .where(_is_of_record, _goes_on, _t.created_at >= bindparam("since", type_=UtcTime))
    .order_by(*_in_order)
)
_MOVE_HELD = (
    update(mandates)
    .where(_t.mandate_id == bindparam("of_mandate"), _t.delegate_id == bindparam("off_person"))
    .values(bucket=bindparam("new_bucket"), delegate_id=bindparam("new_person"))
)
_MOVE_FOR = (
    update(mandates)
    .where(
        _t.mandate_id == bindparam("of_mandate"),
        _is_for_a_person,
        _t.principal_id == bindparam("off_person"),
    )
    .values(principal_id=bindparam("new_person"))
)
_END = (
    update(mandates)
    .where(_t.mandate_id == bindparam("of_mandate"), _goes_on)
    .values(ended_at=bindparam("at"), end_reason=bindparam("reason"))
    .returning(*mandates.columns, *_as_written)
)
_cut = (
    update(mandates)
    .where(_goes_on, or_(_t.valid_to.is_(None), _t.valid_to > bindparam("now")))
    .values(valid_to=bindparam("now"), end_reason=bindparam("reason"))
    .returning(*mandates.columns, *_as_written)
)
_CUT_OF_ORGANISATION = _cut.where(_of_organisation)
_CUT_OF_WARD = _cut.where(_of_ward)
_CUT_OF_APPOINTMENT = _cut.where(_t.appointment_id == bindparam("of_appointment"))
_CUT_THROUGH = _cut.where(_t.through_id == bindparam("of_firm"))
_CUT_THROUGH_BY = _CUT_THROUGH.where(_of_delegate)
_CUT_OF_DELEGATE = _cut.where(_of_delegate)
_SET_TERM = (
    update(mandates)
    .where(_t.mandate_id == bindparam("of_mandate"), _goes_on)
    .values(valid_to=bindparam("until"))
    .returning(_t.mandate_id)
)
_CONTEST = (
    update(mandates)
    .where(
        _of_ward,
        _goes_on,
        _t.source == Source.PARENT.value,
        _t.contested != bindparam("is_contested", type_=Boolean),
    )
    .values(contested=bindparam("is_contested", type_=Boolean))
    .returning(*mandates.columns, *_as_written)
)
_ERASE = delete_oldest((_t.bucket, _t.mandate_id), _t.ended_at)


@dataclass(frozen=True, slots=True)
class MandateStore:
    """The mandates of one transaction."""

    connection: Connection
    vault: Vault

    def lock_principal(self, principal: Principal) -> None:
        """Let no other transaction that locks this principal's mandates go on before this one ends."""
        self.connection.execute(
            _ADD_ROOT, {"principal_kind": principal.kind.value, "principal_id": principal.id}
        )
        if self.connection.dialect.name != "sqlite":  # which has one writer anyway
            self.connection.execute(
                _LOCK_ROOT, {"of_kind": principal.kind.value, "of_principal": principal.id}
            )

    def add(self, found: Iterable[Mandate]) -> None:
        """Store new mandates."""
        rows = [mandate_row(self.vault, mandate) for mandate in found]
        if rows:
            self.connection.execute(_ADD, rows)

    def get(self, mandate_id: MandateId) -> Mandate | None:
        """Return a mandate, an ended one too."""
        row = self.connection.execute(_GET, {"of_mandate": mandate_id}).one_or_none()
        return None if row is None else self._mandate(row)

    def lock(self, mandate_id: MandateId) -> Mandate | None:
        """Return a mandate that nobody changes before this transaction ends."""
        row = self.connection.execute(_LOCK, {"of_mandate": mandate_id}).one_or_none()
        return None if row is None else self._mandate(row)

    def of_delegate(self, person_id: PersonId, since: datetime | None = None) -> tuple[Mandate, ...]:
        """Return the mandates a person holds, and those that ended, all or since a moment."""
        return self._since(_OF_DELEGATE, _OF_DELEGATE_SINCE, person_given(person_id), since)

    def of_principal(
        self, kind: PrincipalKind, principal_id: str, since: datetime | None = None
    ) -> tuple[Mandate, ...]:
        """Return the mandates for a principal, and those that ended, all or since a moment."""
        if kind is PrincipalKind.PERSON:
            return self._since(_OF_WARD, _OF_WARD_SINCE, person_given(PersonId(principal_id)), since)
        return self._since(_OF_ORGANISATION, _OF_ORGANISATION_SINCE, {"of_principal": principal_id}, since)

    def count_of_person(self, person_id: PersonId, now: datetime) -> int:
        """Return how many mandates a person holds or is the ward of, but for what is over."""
        given = {**person_given(person_id), "now": now}
        return int(self.connection.execute(_COUNT_OF_PERSON, given).scalar_one())

    def of_appointment(self, appointment_id: str) -> tuple[Mandate, ...]:
        """Return the mandates that hang on a firm's appointment, ended ones too."""
        return self._all(self.connection.execute(_OF_APPOINTMENT, {"of_appointment": appointment_id}).all())

    def named_at(self, firm_id: OrganisationId, at: datetime) -> tuple[Mandate, ...]:
        """Return those by which a firm let its people act from a moment on, ended ones too."""
        return self._all(self.connection.execute(_NAMED_AT, {"of_firm": firm_id, "at": at}).all())

    def due(self, now: datetime, most: int) -> tuple[Mandate, ...]:
        """Return mandates whose term is over, and that nobody has ended."""
        return self._all(self.connection.execute(_DUE, {"now": now, "most": most}).all())

    def end(self, mandate_id: MandateId, at: datetime, reason: str) -> Mandate | None:
        """End a mandate; return it if this call did it."""
        given = {"of_mandate": mandate_id, "at": at, "reason": reason}
        row = self.connection.execute(_END, given).one_or_none()
        return None if row is None else self._mandate(row)

    def set_term(self, mandate_id: MandateId, until: datetime) -> bool:
        """Move the end of a mandate that goes on; False if it doesn't."""
        given = {"of_mandate": mandate_id, "until": until}
        return self.connection.execute(_SET_TERM, given).one_or_none() is not None

    def cut_of_principal(self, principal: Principal, now: datetime, reason: str) -> tuple[Mandate, ...]:
        """Let the term of all mandates for a principal be over; return those this call cut. `end` comes after it."""
        if principal.kind is PrincipalKind.PERSON:
            return self._cut(_CUT_OF_WARD, person_given(PersonId(principal.id)), now, reason)
        return self._cut(_CUT_OF_ORGANISATION, {"of_principal": principal.id}, now, reason)

    def cut_of_appointment(self, appointment_id: str, now: datetime, reason: str) -> tuple[Mandate, ...]:
        """Let the term of what hangs on a firm's appointment be over."""
        return self._cut(_CUT_OF_APPOINTMENT, {"of_appointment": appointment_id}, now, reason)

    def cut_through(
        self, firm_id: OrganisationId, now: datetime, reason: str, person_id: PersonId | None = None
    ) -> tuple[Mandate, ...]:
        """Let the term of all that is held through a firm (by one of its people) be over."""
        if person_id is None:
            return self._cut(_CUT_THROUGH, {"of_firm": firm_id}, now, reason)
        return self._cut(_CUT_THROUGH_BY, {"of_firm": firm_id, **person_given(person_id)}, now, reason)

    def cut_of_delegate(self, person_id: PersonId, now: datetime, reason: str) -> tuple[Mandate, ...]:
        """Let the term of all that a person holds be over."""
        return self._cut(_CUT_OF_DELEGATE, person_given(person_id), now, reason)

    def set_contested(self, ward: Principal, *, contested: bool) -> tuple[Mandate, ...]:
        """Block or free the parents' mandates for a child; return those this call changed."""
        given = {**person_given(PersonId(ward.id)), "is_contested": contested}
        return self._all(self.connection.execute(_CONTEST, given).all())

    def written_since(self, record_id: PersonId, since: datetime) -> tuple[Mandate, ...]:
        """Return what was made since a moment with this very record, by it or for it, and goes on; merges don't count."""
        given = {**person_given(record_id), "since": since}
        return self._all(self.connection.execute(_WRITTEN_SINCE, given).all())

    def move(self, mandate_id: MandateId, off: PersonId, to: PersonId) -> None:
        """Write another record into a mandate where this one stands: for a split, when somebody said so."""
        given = {
            "of_mandate": mandate_id,
            "off_person": off,
            "new_bucket": bucket_of(to),
            "new_person": to,
        }
        self.connection.execute(_MOVE_HELD, given)
        self.connection.execute(_MOVE_FOR, {name: given[name] for name in given if name != "new_bucket"})

    def erase_ended(self, before: datetime, limit: int) -> int:
        """Delete mandates that ended by this moment."""
        return erase(self.connection, _ERASE, before, limit)

    def _cut(
        self, statement: Any, given: Mapping[str, object], now: datetime, reason: str
    ) -> tuple[Mandate, ...]:
        return self._all(self.connection.execute(statement, {**given, "now": now, "reason": reason}).all())

    def _since(
        self, whole: Any, recent: Any, given: Mapping[str, object], since: datetime | None
    ) -> tuple[Mandate, ...]:
        if since is None:
            return self._all(self.connection.execute(whole, given).all())
        return self._all(self.connection.execute(recent, {**given, "since": since}).all())

    def _all(self, rows: Sequence[Row[Any]]) -> tuple[Mandate, ...]:
        return tuple(self._mandate(row) for row in rows)

    def _mandate(self, row: Row[Any]) -> Mandate:
        sealed = row.reference
        return Mandate(
            mandate_id=MandateId(row.mandate_id),
            principal_kind=PrincipalKind(row.principal_kind),
            principal_id=row.principal,
            delegate_id=PersonId(row.delegate),
            through_id=None if row.through_id is None else OrganisationId(row.through_id),
            appointment_id=row.appointment_id,
            source=Source(row.source),
            role=Role(row.role),
            powers=Powers(row.powers),
            services=services_of(row.services),
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            ended_at=row.ended_at,
            end_reason=row.end_reason,
            contested=row.contested,
            appointed_by=row.appointed_by,
            reference="" if sealed is None else self.vault.open_text(sealed, purpose=_PURPOSE),
            created_at=row.created_at,
        )


def mandate_row(vault: Vault, mandate: Mandate) -> dict[str, object]:
    """Return the row of a mandate; the court's decision sealed."""
    sealed = vault.seal_text(mandate.reference, purpose=_PURPOSE) if mandate.reference else None
    return {
        "bucket": bucket_of(mandate.delegate_id),
        "mandate_id": mandate.mandate_id,
        "principal_kind": mandate.principal_kind.value,
        "principal_id": mandate.principal_id,
        "delegate_id": mandate.delegate_id,
        "through_id": mandate.through_id,
        "appointment_id": mandate.appointment_id,
        "source": mandate.source.value,
        "role": mandate.role.value,
        "powers": mandate.powers.value,
        "services": services_text(mandate.services),
        "valid_from": mandate.valid_from,
        "valid_to": mandate.valid_to,
        "ended_at": mandate.ended_at,
        "end_reason": mandate.end_reason,
        "contested": mandate.contested,
        "appointed_by": mandate.appointed_by,
        "reference": sealed,
        "created_at": mandate.created_at,
    }
