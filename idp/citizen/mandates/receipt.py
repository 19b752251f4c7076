"""`/account/mandates/receipt`: what was done, as it stands in the rows, for whoever it concerns; made to be printed."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from idp.citizen.account import account_page, holder_of, query
from idp.citizen.mandates.rows import HOME, firm_lines, mandate_lines, may_be_shown, offer_lines
from idp.days import last_day
from idp.edge import Answer, Call
from idp.ids import MandateId, OrganisationId, PersonId
from idp.mandates.model import FirmAppointment, Invitation, Mandate, PrincipalKind
from idp.mandates.rules import may_manage
from idp.transaction import Tx
from idp.ui.mandate_rows import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class _Receipt:
    what: str
    number: str
    at: datetime
    lines: tuple[Line, ...]


async def show(call: Call) -> Answer:
    """Show it."""
    holder = await holder_of(call)
    if isinstance(holder, Answer):
        return holder
    load = partial(
        _load, me=holder.person_id, what=query(call, "a"), of=query(call, "i"), now=call.provider.clock.now()
    )
    receipt = await call.provider.database.read(load)
    if receipt is None:
        return Answer.redirect(HOME)
    return account_page(
        call,
        holder,
        "mandate_receipt.html",
        what=receipt.what,
        number=receipt.number,
        at=receipt.at,
        lines=receipt.lines,
    )


def _load(tx: Tx, *, me: PersonId, what: str, of: str, now: datetime) -> _Receipt | None:
    match what:
        case "offered" | "closed":
            return _of_offer(tx, tx.mandate_invitations.get(of), me, what, now)
        case "firm" | "ended-firm":
            return _of_firm(tx, tx.mandate_firms.get(of), me, now)
        case "taken" | "ended" | "proposed":
            return _of_mandate(tx, tx.mandates.get(MandateId(of)), me, what, now)
    return None


def _of_offer(tx: Tx, offer: Invitation | None, me: PersonId, what: str, now: datetime) -> _Receipt | None:
    """Whoever manages the organisation sees whom it was offered to; who declined sees that it is closed."""
    if offer is None:
        return None
    if _manages(tx, offer.principal_id, me, now):
        lines = offer_lines(tx, offer, now, to_me=False)
        return _Receipt(
            what="closed" if offer.closed_at else "offered",
            number=offer.invitation_id,
            at=offer.closed_at or offer.created_at,
            lines=(*lines, Line(label="until", day=last_day(offer.expires_at))),
        )
    if what != "closed" or offer.closed_at is None:
        return None
    return _Receipt(what="closed", number=offer.invitation_id, at=offer.closed_at, lines=())


def _of_firm(tx: Tx, appointment: FirmAppointment | None, me: PersonId, now: datetime) -> _Receipt | None:
    if appointment is None:
        return None
    if not (_manages(tx, appointment.principal_id, me, now) or _manages(tx, appointment.firm_id, me, now)):
        return None
    return _Receipt(
        what="ended" if appointment.ended_at else "firm",
        number=appointment.appointment_id,
        at=appointment.ended_at or appointment.created_at,
        lines=(*firm_lines(tx, appointment, now), *_ended(appointment.ended_at)),
    )


def _of_mandate(tx: Tx, mandate: Mandate | None, me: PersonId, what: str, now: datetime) -> _Receipt | None:
    if mandate is None or not may_be_shown(tx, mandate, now):
        return None
    managed = (mandate.principal_id, *((mandate.through_id,) if mandate.through_id else ()))
    if mandate.delegate_id != me and not any(_manages(tx, one, me, now) for one in managed):
        return None
    lines = mandate_lines(tx, mandate, now)
    if mandate.ended_at is not None:
        return _Receipt(
            what="ended",
            number=mandate.mandate_id,
            at=mandate.ended_at,
            lines=(*lines, *_ended(mandate.ended_at)),
        )
    if what != "proposed":
        return _Receipt(what="taken", number=mandate.mandate_id, at=mandate.created_at, lines=lines)
    for removal in tx.mandate_removals.of_principal(_organisation(mandate)):
        if removal.mandate_id == mandate.mandate_id and removal.is_open(now):
            waits = Line(label="waits", day=last_day(removal.expires_at))
            return _Receipt(
                what="proposed", number=removal.removal_id, at=removal.created_at, lines=(*lines, waits)
            )
    return None


def _ended(at: datetime | None) -> tuple[Line, ...]:
    return () if at is None else (Line(label="ended", day=last_day(at)),)


def _organisation(mandate: Mandate) -> OrganisationId:
    return OrganisationId(mandate.principal_id)


def _manages(tx: Tx, organisation_id: str, me: PersonId, now: datetime) -> bool:
    held = tx.mandates.of_principal(PrincipalKind.ORGANISATION, organisation_id, since=now)
    return any(one.delegate_id == me and may_manage(one, now) for one in held)
