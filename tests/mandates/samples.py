"""Mandates as tests need them: valid by default, each call another one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from idp.clock import Clock
from idp.ids import MandateId, OrganisationId, PersonId
from idp.mandates.model import (
    Extent,
    FirmAppointment,
    Mandate,
    Powers,
    PrincipalKind,
    Removal,
    Role,
    Source,
)

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
DAY = timedelta(days=1)
YEAR = 365 * DAY
COMPANY = OrganisationId("company")
FIRM = OrganisationId("firm")

_fresh = Clock(lambda: NOW)


def person(name: str) -> PersonId:
    return PersonId(f"00-{name}")


def make_extent(**changes: Any) -> Extent:
    extent = Extent(
        role=Role.MAKER, services=("tax",), valid_from=NOW, valid_to=NOW + 90 * DAY, powers=Powers.LISTED
    )
    return replace(extent, **changes)


def make_mandate(delegate_id: PersonId, **changes: Any) -> Mandate:
    mandate = Mandate(
        mandate_id=MandateId(_fresh.token(9)),
        principal_kind=PrincipalKind.ORGANISATION,
        principal_id=COMPANY,
        delegate_id=delegate_id,
        source=Source.APPOINTED,
        role=Role.MAKER,
        powers=Powers.LISTED,
        services=("tax",),
        valid_from=NOW - DAY,
        valid_to=NOW + YEAR,
        appointed_by="operator:test",
        created_at=NOW,
    )
    return replace(mandate, **changes)


def make_representative(delegate_id: PersonId, **changes: Any) -> Mandate:
    values: dict[str, Any] = {
        "source": Source.REGISTER,
        "role": Role.REPRESENTATIVE,
        "powers": Powers.FULL,
        "services": (),
        "valid_to": None,
    }
    return make_mandate(delegate_id, **(values | changes))


def make_administrator(delegate_id: PersonId, **changes: Any) -> Mandate:
    values: dict[str, Any] = {"role": Role.ADMINISTRATOR, "services": ("customs", "tax")}
    return make_mandate(delegate_id, **(values | changes))


def make_appointment(**changes: Any) -> FirmAppointment:
    appointment = FirmAppointment(
        appointment_id=_fresh.token(9),
        principal_id=COMPANY,
        firm_id=FIRM,
        role=Role.MAKER,
        services=("tax",),
        valid_from=NOW - DAY,
        valid_to=NOW + YEAR,
        appointed_by="operator:test",
        created_at=NOW,
    )
    return replace(appointment, **changes)


def make_removal(target: Mandate, proposed_by: PersonId, **changes: Any) -> Removal:
    removal = Removal(
        removal_id=_fresh.token(9),
        mandate_id=target.mandate_id,
        principal_id=OrganisationId(target.principal_id),
        proposed_by=proposed_by,
        created_at=NOW,
        expires_at=NOW + 7 * DAY,
    )
    return replace(removal, **changes)
