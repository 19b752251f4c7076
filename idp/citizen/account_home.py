"""`/account`: whose account it is, how surely, how it opens, and what happened last (PAGES §3.1.13)."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from idp.citizen.account import Holder, account_page, holder_of
from idp.citizen.alerts import Known, alerts, load, sign_in_of, unsaid
from idp.citizen.history import row, service_name, types_of
from idp.citizen.methods.at_a_glance import Ways, ways_of
from idp.citizen.methods.own_passwords import passwords_of
from idp.edge import Answer, Call
from idp.merges.model import Span
from idp.people.model import Attribute
from idp.reports.history import HistoryPage, history
from idp.transaction import Tx
from idp.ui.alert_rows import Alert, AlertKind
from idp.ui.formatting import mask_id_number

_LATEST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    latest: HistoryPage = field(repr=False)
    spans: tuple[Span, ...]
    ways: Ways = field(repr=False)
    known: Known = field(repr=False)


async def show(call: Call) -> Answer:
    """Show the account at a glance."""
    holder = await holder_of(call)
    if isinstance(holder, Answer):
        return holder
    person, profile = holder.person, holder.person.profile
    number = profile.personal_id or profile.foreigner_id
    stated = profile.origins.get(Attribute.ID_NUMBER)
    now = call.provider.clock.now()
    found = await call.provider.database.read(partial(_load, holder=holder, now=now))
    return account_page(
        call,
        holder,
        "account_home.html",
        name=profile.full_name,
        number=mask_id_number(number) if number else None,
        level=person.account_level,
        level_on=stated.at if stated is not None else None,
        alerts=[await _named(call, one, found.known, holder) for one in alerts(found.known, now=now)],
        ways=found.ways,
        latest=[await row(call, event, holder, found.spans) for event in found.latest.events],
    )


async def _named(call: Call, alert: Alert, known: Known, holder: Holder) -> Alert:
    """Return an alert of a new device with the service it was for, and the event it is disputed by."""
    if alert.kind is not AlertKind.NEW_DEVICE:
        return alert
    device = unsaid(known, call.provider.clock.now())[0]
    event_id = await call.provider.database.read(partial(sign_in_of, holder=holder, device=device))
    service = await service_name(call, device.client_id)
    return replace(alert, service=service, event_id=event_id)


def _load(tx: Tx, *, holder: Holder, now: datetime) -> _Found:
    ways = ways_of(tx, holder.person_id, passwords_of(tx, holder.person_id))
    return _Found(
        latest=history(tx, holder.person_id, types_of(None), most=_LATEST),
        spans=tx.merges.spans_of(holder.person_id),
        ways=ways,
        known=load(tx, holder, ways, now),
    )
