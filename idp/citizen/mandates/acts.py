"""`/account/mandates/act`: one thing to do, shown in full before it is done: take, decline, take back, end, confirm.

Each needs a sign-in of the last ten minutes, and shows nothing to whom it is no business of.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from idp.audit.occasion import Occasion
from idp.citizen.account import account_page, holder_of, query
from idp.citizen.interaction import posted
from idp.citizen.mandates.errors import broken_rule
from idp.citizen.mandates.rows import HOME, firm_lines, mandate_lines, may_be_shown, offer_lines
from idp.database import Done, Refused
from idp.days import last_day
from idp.edge import Answer, Call
from idp.ids import MandateId
from idp.mandates.model import Mandate, MandateRefused, PrincipalKind
from idp.mandates.rules import Ending, check_ending, managing
from idp.mandates.service import (
    accept,
    confirm_removal,
    decline,
    end_by_person,
    end_firm,
    held_of_firm,
    offered_to,
    take_back,
)
from idp.people.model import Person
from idp.transaction import Tx
from idp.ui.mandate_rows import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What the page asks about: the words, the lines, and the day it would end by itself."""

    act: str
    lines: tuple[Line, ...]
    ends_on: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Doing:
    """What doing it takes."""

    id: str
    person: Person
    says_yes: bool
    waits: timedelta
    occasion: Occasion


@dataclass(frozen=True, slots=True, kw_only=True)
class _Act:
    ask: Callable[[Tx, Person, str, datetime], _Asked | None]
    do: Callable[[Tx, _Doing], Done[str] | Refused]


async def show(call: Call) -> Answer:
    """Show what would be done."""
    return await _page(call)


async def do(call: Call) -> Answer:
    """Do it, and lead to the receipt; what a rule forbids is said on the same page."""
    holder = await holder_of(call, fresh=True)
    if isinstance(holder, Answer):
        return holder
    form, act = posted(call), ACTS.get(query(call, "a"))
    if act is None:
        return Answer.redirect(HOME)
    doing = _Doing(
        id=query(call, "i"),
        person=holder.person,
        says_yes=form.get("go") == "yes",
        waits=call.provider.settings.life.mandate_removal,
        occasion=call.occasion(),
    )
    outcome = await holder.transact(lambda tx: act.do(tx, doing))
    try:
        return Answer.redirect(f"{HOME}/receipt?{outcome.unwrap()}")
    except MandateRefused as error:
        return await _page(call, error)


async def _page(call: Call, error: MandateRefused | None = None) -> Answer:
    holder = await holder_of(call, fresh=True)
    if isinstance(holder, Answer):
        return holder
    slug, of = query(call, "a"), query(call, "i")
    act = ACTS.get(slug)
    ask = partial(_ask, act=act, person=holder.person, of=of, now=call.provider.clock.now())
    asked = await call.provider.database.read(ask)
    if asked is None:
        return Answer.redirect(f"{HOME}?d=over" if act is not None else HOME)
    here = f"{HOME}/act?a={slug}&i={of}"
    return account_page(
        call,
        holder,
        "mandate_act.html",
        act=asked.act,
        action=here,
        place=here,
        back=HOME,
        kept=(),
        lines=asked.lines,
        ends_on=None if asked.ends_on is None else last_day(asked.ends_on),
        errors=None if error is None else broken_rule(error, in_form=False),
    )


def _ask(tx: Tx, *, act: _Act | None, person: Person, of: str, now: datetime) -> _Asked | None:
    return None if act is None else act.ask(tx, person, of, now)


def _ask_take(tx: Tx, person: Person, of: str, now: datetime) -> _Asked | None:
    found = next((one for one in offered_to(tx, person, now=now) if one.invitation_id == of), None)
    if found is None:
        return None
    return _Asked(act="take", lines=offer_lines(tx, found, now, to_me=True), ends_on=found.valid_to)


def _take(tx: Tx, doing: _Doing) -> Done[str] | Refused:
    by, occasion = doing.person.person_id, doing.occasion
    if not doing.says_yes:
        closed = decline(tx, doing.id, by=by, occasion=occasion)
        return closed if isinstance(closed, Refused) else Done(f"a=closed&i={doing.id}")
    taken = accept(tx, doing.id, by=by, occasion=occasion)
    return taken if isinstance(taken, Refused) else Done(f"a=taken&i={taken.value.mandate_id}")


def _ask_take_back(tx: Tx, person: Person, of: str, now: datetime) -> _Asked | None:
    found = tx.mandate_invitations.get(of)
    if found is None or not _manages(tx, person, found.principal_id, now):
        return None
    return _Asked(act="take-back", lines=offer_lines(tx, found, now, to_me=False))


def _take_back(tx: Tx, doing: _Doing) -> Done[str] | Refused:
    closed = take_back(tx, doing.id, by=doing.person.person_id, occasion=doing.occasion)
    return closed if isinstance(closed, Refused) else Done(f"a=closed&i={doing.id}")


def _ask_end(tx: Tx, person: Person, of: str, now: datetime) -> _Asked | None:
    found = tx.mandates.get(MandateId(of))
    if found is None or not _concerns(tx, person, found, now) or not may_be_shown(tx, found, now):
        return None
    held = tx.mandates.of_principal(found.principal_kind, found.principal_id, since=now)
    of_firm = held_of_firm(tx, found, now)
    ending = check_ending(found, by=person.person_id, held=held, held_of_firm=of_firm, now=now)
    act = "propose" if ending is Ending.PROPOSED else "end"
    return _Asked(act=act, lines=mandate_lines(tx, found, now))


def _end(tx: Tx, doing: _Doing) -> Done[str] | Refused:
    occasion = doing.occasion
    outcome = end_by_person(
        tx,
        MandateId(doing.id),
        by=doing.person.person_id,
        waits_until=occasion.now + doing.waits,
        occasion=occasion,
    )
    if isinstance(outcome, Refused):
        return outcome
    return Done(f"a={'ended' if outcome.value.removal is None else 'proposed'}&i={doing.id}")


def _ask_end_firm(tx: Tx, person: Person, of: str, now: datetime) -> _Asked | None:
    found = tx.mandate_firms.get(of)
    if found is None:
        return None
    if not (_manages(tx, person, found.principal_id, now) or _manages(tx, person, found.firm_id, now)):
        return None
    return _Asked(act="end-firm", lines=firm_lines(tx, found, now))


def _end_firm(tx: Tx, doing: _Doing) -> Done[str] | Refused:
    ended = end_firm(tx, doing.id, by=doing.person.person_id, occasion=doing.occasion)
    return ended if isinstance(ended, Refused) else Done(f"a=ended-firm&i={doing.id}")


def _ask_confirm(tx: Tx, person: Person, of: str, now: datetime) -> _Asked | None:
    removal = tx.mandate_removals.get(of)
    if removal is None or not _manages(tx, person, removal.principal_id, now):
        return None
    found = tx.mandates.get(removal.mandate_id)
    return None if found is None else _Asked(act="confirm", lines=mandate_lines(tx, found, now))


def _confirm(tx: Tx, doing: _Doing) -> Done[str] | Refused:
    outcome = confirm_removal(tx, doing.id, by=doing.person.person_id, occasion=doing.occasion)
    if isinstance(outcome, Refused):
        return outcome
    return Done(f"a=ended&i={outcome.value.mandate.mandate_id}")


def _manages(tx: Tx, person: Person, organisation_id: str, now: datetime) -> bool:
    held = tx.mandates.of_principal(PrincipalKind.ORGANISATION, organisation_id, since=now)
    return bool(managing(held, person.person_id, now))


def _concerns(tx: Tx, person: Person, mandate: Mandate, now: datetime) -> bool:
    """Tell whether it is theirs, their organisation's, or held through their firm."""
    managed = (mandate.principal_id, *((mandate.through_id,) if mandate.through_id else ()))
    return mandate.delegate_id == person.person_id or any(_manages(tx, person, one, now) for one in managed)


ACTS: Mapping[str, _Act] = {
    "take": _Act(ask=_ask_take, do=_take),
    "take-back": _Act(ask=_ask_take_back, do=_take_back),
    "end": _Act(ask=_ask_end, do=_end),
    "end-firm": _Act(ask=_ask_end_firm, do=_end_firm),
    "confirm": _Act(ask=_ask_confirm, do=_confirm),
}
