"""Mandates, offers and firms as rows of a page."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from idp.days import day_of, last_day
from idp.ids import OrganisationId, PersonId
from idp.mandates.model import Extent, FirmAppointment, Invitation, Mandate, PrincipalKind
from idp.mandates.rules import knows_name
from idp.transaction import Tx
from idp.ui.mandate_rows import Line, Power

HOME = "/account/mandates"
PAGE = 50
"""Rows of one page."""
_MOST_PAGES = 1000
_PAGE_NUMBER = re.compile(r"[0-9]{1,4}", re.ASCII)


def page_number(unverified: str) -> int:
    """Return which page of rows an address asks for; the first for what is no number of one."""
    asked = int(unverified) if _PAGE_NUMBER.fullmatch(unverified) else 1
    return max(1, min(asked, _MOST_PAGES))


def power(extent: Extent, now: datetime) -> Power:
    """Return how far something reaches, in words; its first day only while that has not come."""
    first = day_of(extent.valid_from)
    return Power(
        role=extent.role.value,
        areas=extent.services,
        first_day=first if extent.valid_from > now else None,
        last_day=None if extent.valid_to is None else last_day(extent.valid_to),
    )


def organisation_names(tx: Tx, ids: Iterable[str]) -> Mapping[str, str]:
    """Return the names of organisations."""
    found = tx.organisations.get_many(OrganisationId(one) for one in dict.fromkeys(ids))
    return {one.organisation_id: one.name for one in found}


def person_names(tx: Tx, ids: Iterable[PersonId]) -> Mapping[str, str]:
    """Return the names of people; the few who act for one principal."""
    found = (tx.people.get(one) for one in dict.fromkeys(ids))
    return {one.person_id: one.profile.full_name for one in found if one is not None}


def may_be_shown(tx: Tx, mandate: Mandate, now: datetime) -> bool:
    """Tell whether its lines say nothing that came after its end: the name a ward was given since."""
    if mandate.principal_kind is not PrincipalKind.PERSON:
        return True
    ward = tx.people.get(PersonId(mandate.principal_id))
    return ward is not None and knows_name(mandate, ward.profile, now)


def mandate_lines(tx: Tx, mandate: Mandate, now: datetime) -> tuple[Line, ...]:
    """Return what a mandate is: for whom, by whom, how far."""
    if mandate.principal_kind is PrincipalKind.PERSON:
        names = person_names(tx, [PersonId(mandate.principal_id)])
    else:
        names = organisation_names(tx, [mandate.principal_id])
    return (
        Line(label="principal", text=names.get(mandate.principal_id, "")),
        Line(label="delegate", text=person_names(tx, [mandate.delegate_id]).get(mandate.delegate_id, "")),
        Line(label="power", power=power(mandate.extent, now)),
    )


def offer_lines(tx: Tx, offer: Invitation, now: datetime, *, to_me: bool) -> tuple[Line, ...]:
    """Return what is offered; the inviter reads whom they typed, the invited one does not."""
    names = organisation_names(tx, [offer.principal_id])
    return (
        Line(label="principal", text=names.get(offer.principal_id, "")),
        *(() if to_me else (Line(label="invitee", text=offer.shown),)),
        Line(label="power", power=power(offer.extent, now)),
    )


def firm_lines(tx: Tx, appointment: FirmAppointment, now: datetime) -> tuple[Line, ...]:
    """Return what a firm was appointed to."""
    names = organisation_names(tx, [appointment.principal_id, appointment.firm_id])
    return (
        Line(label="principal", text=names.get(appointment.principal_id, "")),
        Line(label="firm", text=names.get(appointment.firm_id, "")),
        Line(label="power", power=power(appointment.extent, now)),
    )
