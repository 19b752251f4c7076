"""`/account/mandates`: whom I act for, what is offered to me, who acts for me."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from idp.citizen.account import account_page, holder_of, query
from idp.citizen.mandates.rows import PAGE, organisation_names, page_number, person_names, power
from idp.days import last_day
from idp.edge import Answer, Call
from idp.mandates.model import Mandate, PrincipalKind, Role, Source
from idp.mandates.rules import may_manage
from idp.mandates.service import choices_of, offered_to
from idp.organisations.model import OrganisationScheme
from idp.people.model import Person
from idp.protocol.context import Choice
from idp.transaction import Tx
from idp.ui.errors import one_error
from idp.ui.mandate_rows import Acting, Held, Offered


@dataclass(frozen=True, slots=True, kw_only=True)
class _Overview:
    mine: tuple[Held, ...]
    more: bool
    offers: tuple[Offered, ...]
    for_me: tuple[Acting, ...]


async def show(call: Call) -> Answer:
    """Show it, fifty at a time."""
    holder = await holder_of(call)
    if isinstance(holder, Answer):
        return holder
    number = page_number(query(call, "p"))
    load = partial(_load, person=holder.person, number=number, now=call.provider.clock.now())
    found = await call.provider.database.read(load)
    return account_page(
        call,
        holder,
        "mandates.html",
        mine=found.mine,
        more=found.more,
        page=number,
        offers=found.offers,
        for_me=found.for_me,
        errors=one_error("mandate_over") if query(call, "d") == "over" else None,
    )


def _load(tx: Tx, *, person: Person, number: int, now: datetime) -> _Overview:
    choices = choices_of(tx, person, now=now)
    start = (number - 1) * PAGE
    by_id = {str(one.mandate_id): one for one in tx.mandates.of_delegate(person.person_id)}
    return _Overview(
        mine=tuple(_held(one, by_id[one.choice_id], now) for one in choices[start : start + PAGE]),
        more=len(choices) > start + PAGE,
        offers=_offers(tx, person, now),
        for_me=_for_me(tx, person, now),
    )


def _held(choice: Choice, mandate: Mandate, now: datetime) -> Held:
    usable = choice.obstacle is None
    reach = power(mandate.extent, now)
    if _is_of_owner(choice, mandate):
        reach = replace(reach, role="owner")
    return Held(
        mandate_id=mandate.mandate_id,
        name=choice.name,
        power=reach,
        age=choice.age,
        obstacle=None if choice.obstacle is None else choice.obstacle.value,
        obstacle_day=choice.obstacle_day,
        manages=usable and may_manage(mandate, now),
        may_end=mandate.source is Source.APPOINTED and not mandate.is_over(now),
    )


def _is_of_owner(choice: Choice, mandate: Mandate) -> bool:
    """Tell whether it is a household business in the hands of its owner, who is its representative."""
    found = choice.organisation
    is_household = found is not None and found.scheme == OrganisationScheme.PERSONAL_ID.value
    return is_household and mandate.role is Role.REPRESENTATIVE


def _offers(tx: Tx, person: Person, now: datetime) -> tuple[Offered, ...]:
    found = offered_to(tx, person, now=now)
    names = organisation_names(tx, (one.principal_id for one in found))
    return tuple(
        Offered(
            invitation_id=one.invitation_id,
            name=names.get(one.principal_id, ""),
            power=power(one.extent, now),
            waits_until=last_day(one.expires_at),
        )
        for one in found
    )


def _for_me(tx: Tx, person: Person, now: datetime) -> tuple[Acting, ...]:
    found: Sequence[Mandate] = tx.mandates.of_principal(PrincipalKind.PERSON, person.person_id, since=now)
    live = [one for one in found if not one.is_over(now)]
    names = person_names(tx, (one.delegate_id for one in live))
    return tuple(
        Acting(row_id=one.mandate_id, name=names.get(one.delegate_id, ""), power=power(one.extent, now))
        for one in live
    )
