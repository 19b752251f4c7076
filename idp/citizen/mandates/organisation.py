"""`/account/mandates/organisation`: who acts for an organisation the reader manages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from idp.citizen.account import account_page, holder_of, query
from idp.citizen.mandates.rows import HOME, organisation_names, person_names, power
from idp.days import last_day
from idp.edge import Answer, Call
from idp.ids import MandateId, OrganisationId, PersonId
from idp.mandates.model import Mandate, Removal, Source
from idp.mandates.rules import may_manage
from idp.transaction import Tx
from idp.ui.mandate_rows import Acting

MOST_CLIENTS = 2000
"""Clients of one firm that are looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Managed:
    """An organisation, and the mandate by which the reader manages it."""

    mandate_id: MandateId
    organisation_id: OrganisationId
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Organisation:
    managed: Managed
    people: tuple[Acting, ...]
    waiting: tuple[Acting, ...]
    removals: tuple[Acting, ...]
    firms: tuple[Acting, ...]
    clients: int


def managed_by(tx: Tx, person_id: PersonId, mandate_id: str, now: datetime) -> Managed | None:
    """Return the organisation that a person manages by this mandate."""
    mandate = tx.mandates.get(MandateId(mandate_id))
    if mandate is None or mandate.delegate_id != person_id or not may_manage(mandate, now):
        return None
    organisation = tx.organisations.get(OrganisationId(mandate.principal_id))
    if organisation is None:
        return None
    return Managed(
        mandate_id=mandate.mandate_id, organisation_id=organisation.organisation_id, name=organisation.name
    )


async def show(call: Call) -> Answer:
    """Show it, or go back if there is nothing to manage by this mandate."""
    holder = await holder_of(call)
    if isinstance(holder, Answer):
        return holder
    load = partial(_load, me=holder.person_id, mandate_id=query(call, "m"), now=call.provider.clock.now())
    found = await call.provider.database.read(load)
    if found is None:
        return Answer.redirect(HOME)
    return account_page(
        call,
        holder,
        "mandates_organisation.html",
        mandate_id=found.managed.mandate_id,
        name=found.managed.name,
        people=found.people,
        waiting=found.waiting,
        removals=found.removals,
        firms=found.firms,
        clients=found.clients,
    )


def _load(tx: Tx, *, me: PersonId, mandate_id: str, now: datetime) -> _Organisation | None:
    managed = managed_by(tx, me, mandate_id, now)
    if managed is None:
        return None
    organisation_id = managed.organisation_id
    mandate = tx.mandates.get(managed.mandate_id)
    kind = mandate.principal_kind if mandate else None
    held = () if kind is None else tx.mandates.of_principal(kind, organisation_id, since=now)
    live = [one for one in held if not one.is_over(now)]
    removals = [
        one
        for one in tx.mandate_removals.of_principal(organisation_id)
        if one.is_open(now) and any(each.mandate_id == one.mandate_id for each in live)
    ]
    people = [*(one.delegate_id for one in live), *(one.proposed_by for one in removals)]
    names = person_names(tx, people)
    return _Organisation(
        managed=managed,
        people=tuple(_acting(tx, one, names, now) for one in live),
        waiting=_waiting(tx, organisation_id, now),
        removals=tuple(_removal(one, live, names, me, now) for one in removals),
        firms=_firms(tx, organisation_id, now),
        clients=len(tx.mandate_firms.of_firm(organisation_id, MOST_CLIENTS)),
    )


def _acting(tx: Tx, mandate: Mandate, names: Mapping[str, str], now: datetime) -> Acting:
    name = names.get(mandate.delegate_id, "")
    if mandate.through_id is not None:
        name = f"{name} – {organisation_names(tx, [mandate.through_id]).get(mandate.through_id, '')}"
    return Acting(
        row_id=mandate.mandate_id,
        name=name,
        power=power(mandate.extent, now),
        may_end=mandate.source is Source.APPOINTED,
    )


def _waiting(tx: Tx, organisation_id: OrganisationId, now: datetime) -> tuple[Acting, ...]:
    return tuple(
        Acting(
            row_id=one.invitation_id,
            name=one.shown,
            power=power(one.extent, now),
            waits_until=last_day(one.expires_at),
        )
        for one in tx.mandate_invitations.of_principal(organisation_id)
        if one.is_open(now)
    )


def _removal(
    removal: Removal, live: list[Mandate], names: Mapping[str, str], me: PersonId, now: datetime
) -> Acting:
    target = next(one for one in live if one.mandate_id == removal.mandate_id)
    return Acting(
        row_id=removal.removal_id,
        name=names.get(target.delegate_id, ""),
        power=power(target.extent, now),
        may_end=removal.proposed_by != me,
        waits_until=last_day(removal.expires_at),
        proposer=names.get(removal.proposed_by, ""),
    )


def _firms(tx: Tx, organisation_id: OrganisationId, now: datetime) -> tuple[Acting, ...]:
    found = [one for one in tx.mandate_firms.of_principal(organisation_id, now) if not one.is_over(now)]
    names = organisation_names(tx, (one.firm_id for one in found))
    return tuple(
        Acting(
            row_id=one.appointment_id,
            name=names.get(one.firm_id, ""),
            power=power(one.extent, now),
            may_end=True,
        )
        for one in found
    )
