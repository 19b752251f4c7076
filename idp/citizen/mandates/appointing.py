"""`/account/mandates/person` and `/firm`: appoint somebody, in a form, a page to review it, and a receipt.

Both pages need a sign-in of the last ten minutes. Whether a number is anybody's is told by neither (adr/0029).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from idp.audit.occasion import Occasion
from idp.citizen.account import Holder, account_page, holder_of, query
from idp.citizen.interaction import posted
from idp.citizen.mandates.errors import broken_rule
from idp.citizen.mandates.fields import (
    NAMES,
    Wanted,
    area_picks,
    first_values,
    kept_fields,
    read_fields,
    role_picks,
)
from idp.citizen.mandates.organisation import Managed, managed_by
from idp.citizen.mandates.rows import HOME, power
from idp.database import Done, Refused
from idp.days import last_day
from idp.edge import Answer, Call
from idp.ids import OrganisationId, PersonId
from idp.mandates.model import MandateRefused
from idp.mandates.service import Offer, appoint_firm, invitee_of, offer, shown_as
from idp.organisations.identifiers import InvalidIdentifier, normal_identifier
from idp.organisations.model import Organisation, OrganisationScheme, OrganisationStatus
from idp.transaction import Tx
from idp.ui.errors import ErrorSummary, one_error
from idp.ui.mandate_rows import Line

PERSON, FIRM = "person", "firm"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """What both pages need: who fills it in, for which organisation, of which kind."""

    holder: Holder
    managed: Managed
    kind: str


async def show(call: Call) -> Answer:
    """Show the empty form."""
    form = await _open(call)
    if isinstance(form, Answer):
        return form
    return _page(call, form, first_values(call.provider.clock.now()))


async def post(call: Call) -> Answer:
    """Check the form and show it for review; then do what was reviewed, or show the form as it was filled in."""
    form = await _open(call)
    if isinstance(form, Answer):
        return form
    values = posted(call)
    if values.get("go") == "change":
        return _page(call, form, values)
    now = call.provider.clock.now()
    wanted = read_fields(values, form.kind, now)
    if isinstance(wanted, ErrorSummary):
        return _page(call, form, values, errors=wanted)
    firm = None
    if form.kind == FIRM:
        firm = await call.provider.database.read(partial(_find_firm, tax_code=wanted.tax_code))
        if firm is None:
            return _page(call, form, values, errors=one_error("mandate_tax_code_unknown", at="tax-code"))
    if values.get("go") != "yes":
        return _review(call, form, values, wanted, firm)
    try:
        return await _appoint(call, form, wanted, firm)
    except MandateRefused as error:
        return _page(call, form, values, errors=broken_rule(error))


async def _open(call: Call) -> _Form | Answer:
    holder = await holder_of(call, fresh=True)
    if isinstance(holder, Answer):
        return holder
    find = partial(_find, me=holder.person_id, mandate_id=query(call, "m"), now=call.provider.clock.now())
    managed = await call.provider.database.read(find)
    if managed is None:
        return Answer.redirect(HOME)
    return _Form(holder=holder, managed=managed, kind=call.path.rpartition("/")[2])


def _page(
    call: Call, form: _Form, values: Mapping[str, str], *, errors: ErrorSummary | None = None
) -> Answer:
    return account_page(
        call,
        form.holder,
        "mandate_form.html",
        kind=form.kind,
        mandate_id=form.managed.mandate_id,
        name=form.managed.name,
        fields={name: values.get(name, "") for name in NAMES},
        roles=role_picks(values, form.kind),
        areas=area_picks(values),
        errors=errors,
    )


def _review(
    call: Call, form: _Form, values: Mapping[str, str], wanted: Wanted, firm: Organisation | None
) -> Answer:
    extent, now = wanted.extent, call.provider.clock.now()
    whom = Line(label="invitee", text=shown_as(wanted.number, wanted.full_name))
    if firm is not None:
        whom = Line(label="firm", text=firm.name)
    here = f"{call.path}?m={form.managed.mandate_id}"
    return account_page(
        call,
        form.holder,
        "mandate_act.html",
        act="offer" if firm is None else FIRM,
        action=here,
        back=here,
        place=here,
        kept=kept_fields(values),
        lines=(
            Line(label="principal", text=form.managed.name),
            whom,
            Line(label="power", power=power(extent, now)),
        ),
        ends_on=None if extent.valid_to is None else last_day(extent.valid_to),
    )


async def _appoint(call: Call, form: _Form, wanted: Wanted, firm: Organisation | None) -> Answer:
    """Do it, and lead to the receipt."""
    by, occasion = form.holder.person_id, call.occasion()
    if firm is not None:
        appoint = partial(
            _appoint_firm, managed=form.managed, firm=firm, wanted=wanted, by=by, occasion=occasion
        )
        return Answer.redirect((await form.holder.transact(appoint)).unwrap())
    invite = partial(
        _offer,
        managed=form.managed,
        wanted=wanted,
        by=by,
        waits=call.provider.settings.life.mandate_offer,
        occasion=occasion,
    )
    return Answer.redirect((await form.holder.transact(invite)).unwrap())


def _offer(
    tx: Tx, *, managed: Managed, wanted: Wanted, by: PersonId, waits: timedelta, occasion: Occasion
) -> Done[str] | Refused:
    given = Offer(
        principal_id=managed.organisation_id,
        invitee=invitee_of(wanted.number, wanted.full_name),
        extent=wanted.extent,
        shown=shown_as(wanted.number, wanted.full_name),
        waits_until=occasion.now + waits,
    )
    outcome = offer(tx, given, by=by, occasion=occasion)
    if isinstance(outcome, Refused):
        return outcome
    return Done(f"{HOME}/receipt?a=offered&i={outcome.value.invitation_id}")


def _appoint_firm(
    tx: Tx, *, managed: Managed, firm: Organisation, wanted: Wanted, by: PersonId, occasion: Occasion
) -> Done[str] | Refused:
    firm_id = OrganisationId(firm.organisation_id)
    outcome = appoint_firm(tx, managed.organisation_id, firm_id, wanted.extent, by=by, occasion=occasion)
    if isinstance(outcome, Refused):
        return outcome
    return Done(f"{HOME}/receipt?a=firm&i={outcome.value.appointment_id}")


def _find(tx: Tx, *, me: PersonId, mandate_id: str, now: datetime) -> Managed | None:
    return managed_by(tx, me, mandate_id, now)


def _find_firm(tx: Tx, *, tax_code: str) -> Organisation | None:
    try:
        number = normal_identifier(OrganisationScheme.TAX_CODE, tax_code)
    except InvalidIdentifier:
        return None
    found = tx.organisations.find(OrganisationScheme.TAX_CODE, number)
    return found if found is not None and found.status is OrganisationStatus.ACTIVE else None
