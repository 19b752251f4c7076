"""The demo city's powers as mandates of the provider: of representatives, staff, firms, parents and guardians. Pure.

A power of or over somebody the provider keeps no record of is left out. Who acts through a firm and holds nothing of it
gets a mandate of the firm too, as whoever a firm names must (idp/mandates/rules.py).
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from demo.city import City
from demo.city import Mandate as CityMandate
from idp.days import end_of, start_of
from idp.ids import MandateId, OrganisationId, PersonId
from idp.mandates.archive import archive_of
from idp.mandates.model import FirmAppointment, Mandate, Powers, PrincipalKind, Role, Source

_BY = "operator:demo"
_DECISION = "Quyết định 12/2025/QĐ-TA (demo)"
_ROLES = {
    "register": Role.REPRESENTATIVE,
    "parent": Role.PARENT,
    "court": Role.GUARDIAN,
}
"""Source → role; who is appointed has the role that the city says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Ids of the people and organisations the provider keeps, by their keys in the city."""

    people: Mapping[str, PersonId]
    organisations: Mapping[str, OrganisationId]


def wards_of(city: City, people: Collection[str]) -> set[str]:
    """Return the keys of those for whom one of these people acts as parent or guardian."""
    return {
        one.principal for one in city.mandates if one.principal_kind == "person" and one.delegate in people
    }


def as_mandates(city: City, known: Known, now: datetime) -> tuple[list[FirmAppointment], list[Mandate]]:
    """Return the appointments of firms and all mandates."""
    appointments: dict[str, FirmAppointment] = {}
    mandates: dict[str, Mandate] = {}
    firms = Firms()
    for one in city.mandates:
        mandate, appointment = as_mandate(one, known, now)
        if mandate is None:
            continue
        if appointment is not None:
            appointments[appointment.appointment_id] = appointment
        mandates[mandate.mandate_id] = mandate
        firms.note(mandate)
        left = as_archive(mandate)
        if left is not None:
            mandates[left.mandate_id] = left
    return list(appointments.values()), [*mandates.values(), *firms.missing()]


def as_mandate(
    one: CityMandate, known: Known, now: datetime
) -> tuple[Mandate, FirmAppointment | None] | tuple[None, None]:
    """Return a mandate, and the appointment of the firm it hangs on; nothing if one of its ends is not known."""
    mandate = _mandate(one, known, now)
    if mandate is None:
        return None, None
    if mandate.through_id is None:
        return mandate, None
    appointment = _appointment(mandate)
    return replace(mandate, appointment_id=appointment.appointment_id), appointment


def as_archive(mandate: Mandate) -> Mandate | None:
    """Return what a representative was left whose power ended: in the city only a dissolution ends one."""
    if mandate.role is not Role.REPRESENTATIVE or mandate.ended_at is None:
        return None
    ended = mandate.ended_at
    return archive_of(replace(mandate, mandate_id=MandateId(f"{mandate.mandate_id}-a"), valid_from=ended))


class Firms:
    """Who acts through which firm; told of every mandate, it knows whose mandate of the firm itself is missing."""

    def __init__(self) -> None:
        self._held: set[tuple[str, PersonId]] = set()
        self._through: dict[tuple[str, PersonId], Mandate] = {}

    def note(self, one: Mandate) -> None:
        """Take notice of a mandate."""
        if one.principal_kind is not PrincipalKind.ORGANISATION:
            return
        if one.through_id is None:
            self._held.add((one.principal_id, one.delegate_id))
            return
        key = one.through_id, one.delegate_id
        longest = self._through.get(key, one)
        if longest.valid_to and one.valid_to:
            self._through[key] = one if one.valid_to > longest.valid_to else longest

    def missing(self) -> Iterator[Mandate]:
        """Return a mandate of the firm, for as long as any, for each who acts through it and holds none."""
        for (firm_id, delegate_id), one in self._through.items():
            if (firm_id, delegate_id) not in self._held:
                yield replace(
                    one,
                    mandate_id=MandateId(f"{firm_id[:8]}-{delegate_id[:8]}"),
                    principal_id=firm_id,
                    through_id=None,
                    appointment_id=None,
                )


def _mandate(one: CityMandate, known: Known, now: datetime) -> Mandate | None:
    ids: Mapping[str, str] = known.people if one.principal_kind == "person" else known.organisations
    delegate_id, principal_id = known.people.get(one.delegate), ids.get(one.principal)
    if delegate_id is None or principal_id is None:
        return None
    valid_to = _valid_to(one)
    ended_at, reason = _ending(one, valid_to)
    return Mandate(
        mandate_id=MandateId(one.key),
        principal_kind=PrincipalKind(one.principal_kind),
        principal_id=principal_id,
        delegate_id=delegate_id,
        through_id=None if one.through is None else known.organisations[one.through],
        source=Source(one.source),
        role=_ROLES.get(one.source) or Role(one.role),
        powers=Powers(one.powers),
        services=tuple(sorted(one.services)),
        valid_from=start_of(one.valid_from),
        valid_to=valid_to,
        ended_at=ended_at,
        end_reason=reason,
        contested=one.status == "blocked",
        appointed_by=_BY,
        reference=_DECISION if one.source == "court" else "",
        created_at=now,
    )


def _valid_to(one: CityMandate) -> datetime | None:
    """Return when the term is over: with the last day, or as the day of coming of age begins."""
    if one.valid_to is None:
        return None
    return start_of(one.valid_to) if one.principal_kind == "person" else end_of(one.valid_to)


def _ending(one: CityMandate, valid_to: datetime | None) -> tuple[datetime | None, str]:
    if one.status == "revoked" and one.revoked_on is not None:
        return start_of(one.revoked_on), "ended by the principal"
    return (valid_to, "term over") if one.status == "expired" else (None, "")


def _appointment(mandate: Mandate) -> FirmAppointment:
    """Return what lets the firm act, for as long as its person may."""
    if mandate.through_id is None or mandate.valid_to is None:
        raise ValueError("who acts through a firm does so until some day")
    return FirmAppointment(
        appointment_id=f"f-{mandate.mandate_id}",
        principal_id=OrganisationId(mandate.principal_id),
        firm_id=mandate.through_id,
        role=mandate.role,
        services=mandate.services,
        valid_from=mandate.valid_from,
        valid_to=mandate.valid_to,
        ended_at=mandate.ended_at,
        end_reason=mandate.end_reason,
        appointed_by=mandate.appointed_by,
        created_at=mandate.created_at,
    )
