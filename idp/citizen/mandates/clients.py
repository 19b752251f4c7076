"""`/account/mandates/clients`: a firm says which of its people act for which client."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from idp.citizen.account import Holder, account_page, holder_of, query
from idp.citizen.interaction import posted
from idp.citizen.mandates.errors import broken_rule
from idp.citizen.mandates.organisation import MOST_CLIENTS, Managed, managed_by
from idp.citizen.mandates.rows import HOME, PAGE, organisation_names, page_number, person_names, power
from idp.edge import Answer, Call
from idp.ids import MandateId, PersonId
from idp.mandates.model import FirmAppointment, MandateRefused, PrincipalKind
from idp.mandates.rules import works_for
from idp.mandates.service import name_delegate
from idp.transaction import Tx
from idp.ui.errors import one_error
from idp.ui.mandate_rows import Acting, Client


@dataclass(frozen=True, slots=True, kw_only=True)
class _Clients:
    managed: Managed
    clients: tuple[Client, ...]
    more: bool
    people: tuple[tuple[MandateId, str], ...]
    """Of the firm: the mandate that makes them one, and their name."""


async def show(call: Call) -> Answer:
    """Show the firm's clients, fifty at a time."""
    holder = await holder_of(call, fresh=True)
    return holder if isinstance(holder, Answer) else await _page(call, holder)


async def name(call: Call) -> Answer:
    """Let one of the firm's people act for a client."""
    holder = await holder_of(call, fresh=True)
    if isinstance(holder, Answer):
        return holder
    form = posted(call)
    find = partial(_find_person, mandate_id=form.get("person", ""))
    delegate_id = await call.provider.database.read(find)
    if delegate_id is None:
        return await _page(call, holder, key="mandate_not_of_the_firm")
    outcome = await holder.transact(
        partial(
            name_delegate,
            appointment_id=form.get("appointment", ""),
            delegate_id=delegate_id,
            by=holder.person_id,
            occasion=call.occasion(),
        )
    )
    try:
        named = outcome.unwrap()
    except MandateRefused as error:
        return await _page(call, holder, key=broken_rule(error, in_form=False).items[0].key)
    return Answer.redirect(f"{HOME}/receipt?a=taken&i={named.mandate_id}")


async def _page(call: Call, holder: Holder, *, key: str | None = None) -> Answer:
    number = page_number(query(call, "p"))
    load = partial(
        _load,
        me=holder.person_id,
        mandate_id=query(call, "m"),
        number=number,
        now=call.provider.clock.now(),
    )
    found = await call.provider.database.read(load)
    if found is None:
        return Answer.redirect(HOME)
    return account_page(
        call,
        holder,
        "mandates_clients.html",
        mandate_id=found.managed.mandate_id,
        name=found.managed.name,
        clients=found.clients,
        more=found.more,
        page=number,
        people=found.people,
        errors=None if key is None else one_error(key),
    )


def _load(tx: Tx, *, me: PersonId, mandate_id: str, number: int, now: datetime) -> _Clients | None:
    managed = managed_by(tx, me, mandate_id, now)
    if managed is None:
        return None
    firm_id, start = managed.organisation_id, (number - 1) * PAGE
    appointed = [one for one in tx.mandate_firms.of_firm(firm_id, MOST_CLIENTS) if not one.is_over(now)]
    of_firm = tx.mandates.of_principal(PrincipalKind.ORGANISATION, firm_id, since=now)
    people = {one.delegate_id: one.mandate_id for one in of_firm if works_for(one, now)}
    names = person_names(tx, people)
    shown = appointed[start : start + PAGE]
    clients = organisation_names(tx, (one.principal_id for one in shown))
    return _Clients(
        managed=managed,
        clients=tuple(_client(tx, one, clients.get(one.principal_id, ""), now) for one in shown),
        more=len(appointed) > start + PAGE,
        people=tuple((people[PersonId(one)], text) for one, text in names.items()),
    )


def _client(tx: Tx, appointment: FirmAppointment, name: str, now: datetime) -> Client:
    acting = [one for one in tx.mandates.of_appointment(appointment.appointment_id) if not one.is_over(now)]
    names = person_names(tx, (one.delegate_id for one in acting))
    return Client(
        appointment_id=appointment.appointment_id,
        name=name,
        power=power(appointment.extent, now),
        delegates=tuple(
            Acting(
                row_id=one.mandate_id,
                name=names.get(one.delegate_id, ""),
                power=power(one.extent, now),
                may_end=True,
            )
            for one in acting
        ),
    )


def _find_person(tx: Tx, *, mandate_id: str) -> PersonId | None:
    """Return whose mandate this is; whether it is one of the firm, the rule says."""
    mandate = tx.mandates.get(MandateId(mandate_id))
    return None if mandate is None else mandate.delegate_id
