"""Firms that organisations let act for them: one row an appointment, whoever of the firm then acts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Index, Row, Table, Text, bindparam, insert, or_, select, update

from idp.database import UtcTime, metadata
from idp.database.erasing import delete_oldest, erase
from idp.ids import OrganisationId
from idp.mandates.model import FirmAppointment, Role
from idp.mandates.store.columns import services_of, services_text
from keys.envelope import Vault

mandate_firms = Table(
    "mandate_firms",
    metadata,
    Column("appointment_id", Text, primary_key=True),
    Column("principal_id", Text, nullable=False),
    Column("firm_id", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("services", Text, nullable=False),
    Column("valid_from", UtcTime, nullable=False),
    Column("valid_to", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
    Column("end_reason", Text, nullable=False),
    Column("appointed_by", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Index("ix_mandate_firms_principal", "principal_id"),
    Index("ix_mandate_firms_firm", "firm_id"),
    Index("ix_mandate_firms_over", "ended_at", "valid_to"),
)

_t = mandate_firms.c
_goes_on = _t.ended_at.is_(None)
_in_order = (_t.created_at, _t.appointment_id)
_ADD = insert(mandate_firms)
_GET = select(mandate_firms).where(_t.appointment_id == bindparam("of_appointment"))
_is_recent = or_(_goes_on, _t.ended_at >= bindparam("since", type_=UtcTime))
_OF_PRINCIPAL = (
    select(mandate_firms).where(_t.principal_id == bindparam("of_principal"), _is_recent).order_by(*_in_order)
)
_OF_FIRM = (
    select(mandate_firms)
    .where(_t.firm_id == bindparam("of_firm"), _goes_on)
    .order_by(*_in_order)
    .limit(bindparam("most"))
)
_DUE = (
    select(mandate_firms)
    .where(_goes_on, _t.valid_to <= bindparam("now"))
    .order_by(_t.valid_to)
    .limit(bindparam("most"))
)
_END = (
    update(mandate_firms)
    .where(_t.appointment_id == bindparam("of_appointment"), _goes_on)
    .values(ended_at=bindparam("at"), end_reason=bindparam("reason"))
    .returning(*mandate_firms.columns)
)
_CUT = (
    update(mandate_firms)
    .where(
        or_(_t.principal_id == bindparam("of_organisation"), _t.firm_id == bindparam("of_organisation")),
        _goes_on,
        _t.valid_to > bindparam("now"),
    )
    .values(valid_to=bindparam("now"), end_reason=bindparam("reason"))
    .returning(*mandate_firms.columns)
)
_ERASE = delete_oldest((_t.appointment_id,), _t.ended_at)


@dataclass(frozen=True, slots=True)
class FirmStore:
    """The appointments of firms in one transaction."""

    connection: Connection
    vault: Vault

    def add(self, appointment: FirmAppointment) -> None:
        """Store a new appointment."""
        self.connection.execute(_ADD, firm_row(appointment))

    def get(self, appointment_id: str) -> FirmAppointment | None:
        """Return an appointment, an ended one too."""
        row = self.connection.execute(_GET, {"of_appointment": appointment_id}).one_or_none()
        return None if row is None else _appointment(row)

    def of_principal(self, principal_id: OrganisationId, since: datetime) -> tuple[FirmAppointment, ...]:
        """Return the firms of an organisation, and those that ended since a moment."""
        given = {"of_principal": principal_id, "since": since}
        return _all(self.connection.execute(_OF_PRINCIPAL, given).all())

    def of_firm(self, firm_id: OrganisationId, most: int) -> tuple[FirmAppointment, ...]:
        """Return what a firm was appointed to and has not ended."""
        return _all(self.connection.execute(_OF_FIRM, {"of_firm": firm_id, "most": most}).all())

    def due(self, now: datetime, most: int) -> tuple[FirmAppointment, ...]:
        """Return appointments whose term is over, and that nobody has ended."""
        return _all(self.connection.execute(_DUE, {"now": now, "most": most}).all())

    def cut(self, organisation_id: OrganisationId, now: datetime, reason: str) -> tuple[FirmAppointment, ...]:
        """Let the term of an organisation's firms, and of a firm's clients, be over; return those this call cut."""
        given = {"of_organisation": organisation_id, "now": now, "reason": reason}
        return _all(self.connection.execute(_CUT, given).all())

    def end(self, appointment_id: str, at: datetime, reason: str) -> FirmAppointment | None:
        """End an appointment; return it if this call did it."""
        given = {"of_appointment": appointment_id, "at": at, "reason": reason}
        row = self.connection.execute(_END, given).one_or_none()
        return None if row is None else _appointment(row)

    def erase_ended(self, before: datetime, limit: int) -> int:
        """Delete appointments that ended by this moment."""
        return erase(self.connection, _ERASE, before, limit)


def _all(rows: Sequence[Row[Any]]) -> tuple[FirmAppointment, ...]:
    return tuple(_appointment(row) for row in rows)


def _appointment(row: Row[Any]) -> FirmAppointment:
    return FirmAppointment(
        appointment_id=row.appointment_id,
        principal_id=OrganisationId(row.principal_id),
        firm_id=OrganisationId(row.firm_id),
        role=Role(row.role),
        services=services_of(row.services),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        ended_at=row.ended_at,
        end_reason=row.end_reason,
        appointed_by=row.appointed_by,
        created_at=row.created_at,
    )


def firm_row(appointment: FirmAppointment) -> dict[str, object]:
    """Return the row of an appointment."""
    return {
        "appointment_id": appointment.appointment_id,
        "principal_id": appointment.principal_id,
        "firm_id": appointment.firm_id,
        "role": appointment.role.value,
        "services": services_text(appointment.services),
        "valid_from": appointment.valid_from,
        "valid_to": appointment.valid_to,
        "ended_at": appointment.ended_at,
        "end_reason": appointment.end_reason,
        "appointed_by": appointment.appointed_by,
        "created_at": appointment.created_at,
    }
