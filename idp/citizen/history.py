"""`/account/history`: what happened with an account, in words, for nobody but its holder (PAGES §3.1.17)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import groupby

from idp.audit.events import AuditEvent, EventType
from idp.audit.occasion import person_ref
from idp.citizen.account import Holder, account_page, holder_of, query
from idp.citizen.history_said import OPERATOR, said
from idp.citizen.history_sent import sent
from idp.citizen.services.found import load
from idp.days import day_of
from idp.edge import Answer, Call
from idp.edge.page import language_of, relying_party
from idp.ids import ClientId
from idp.merges.model import Span
from idp.reports.history import HistoryPage, history
from idp.transaction import Tx
from idp.ui.account_rows import Day, Happened
from idp.ui.data_rows import ServiceOption
from idp.ui.history_words import WORDS, Kind
from idp.ui.pages import name_in, shown_name

HOME = "/account/history"
_USUAL = tuple(event for event, shown in WORDS.items() if shown.is_usual)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loaded:
    page: HistoryPage
    spans: tuple[Span, ...]
    services: tuple[ClientId, ...]


async def show(call: Call) -> Answer:
    """Show it by day, fifty at a time, of one kind or service if that is asked for."""
    holder = await holder_of(call)
    if isinstance(holder, Answer):
        return holder
    kind = kind_of(call)
    work = partial(
        _load,
        holder=holder,
        types=types_of(kind),
        client_id=query(call, "service"),
        before=query(call, "b"),
        now=call.provider.clock.now(),
    )
    found = await call.provider.database.read(work)
    options = [await _option(call, one) for one in found.services]
    chosen = query(call, "service") if query(call, "service") in found.services else ""
    return account_page(
        call,
        holder,
        "account_history.html",
        days=await by_day(call, found.page.events, holder, found.spans),
        spans=found.spans,
        kinds=tuple(Kind),
        kind=kind,
        services=tuple(one for one in options if one is not None),
        service=chosen,
        older=_older(found.page, kind, chosen),
        file=_address(f"{HOME}/file", kind, chosen),
        now=call.provider.clock.now(),
        today=day_of(call.provider.clock.now()),
    )


def kind_of(call: Call) -> Kind | None:
    """Return the kind that is asked for, if there is such a one."""
    return next((one for one in Kind if one.value == query(call, "kind")), None)


def types_of(kind: Kind | None) -> tuple[EventType, ...]:
    """Return the types a filter asks for; without one, all that are listed unasked."""
    return _USUAL if kind is None else tuple(event for event, shown in WORDS.items() if shown.kind is kind)


async def by_day(
    call: Call, events: tuple[AuditEvent, ...], holder: Holder, spans: Sequence[Span]
) -> tuple[Day, ...]:
    """Return the rows, day by day."""
    rows = [await row(call, event, holder, spans) for event in events]
    days = groupby(rows, key=lambda one: day_of(one.at))
    return tuple(Day(day=day, rows=tuple(of_day)) for day, of_day in days)


async def row(call: Call, event: AuditEvent, holder: Holder, spans: Sequence[Span] = ()) -> Happened:
    """Return one event as its person reads it; `spans`: while their record was another's too."""
    shown, client_id = WORDS[event.type], str(event.payload.get("client_id", ""))
    device = str(event.payload.get("device", ""))
    is_own = event.actor in {event.subject_ref, person_ref(holder.person_id)}
    return Happened(
        event_id=event.event_id,
        at=event.at,
        what=f"event_{event.type.value.replace(':', '_').replace('-', '_')}",
        icon="phone" if device.endswith(("Android", "iOS")) else shown.icon,
        service=await service_name(call, ClientId(client_id)) if client_id else "",
        said=said(event, is_own=is_own, may_be_anothers=any(one.has(event.at) for one in spans)),
        device=device,
        disputable=shown.disputable and is_own,
        askable=shown.kind is Kind.LOOKED and event.actor.startswith(OPERATOR),
        sent=sent(event, holder.person, call.provider.clock.now()),
    )


async def service_name(call: Call, client_id: ClientId) -> str:
    """Return the name of a service, empty if it is no more."""
    client = await call.provider.configuration.client(client_id)
    if client is None:
        return ""
    return shown_name(relying_party(client.facts, client.facts.first_redirect_uri), language_of(call))


async def _option(call: Call, client_id: ClientId) -> ServiceOption | None:
    client = await call.provider.configuration.client(client_id)
    if client is None:
        return None
    rp = relying_party(client.facts, client.facts.first_redirect_uri)
    name, language = name_in(rp, language_of(call))
    return ServiceOption(client_id=client_id, name=name, language=language)


def _load(
    tx: Tx, *, holder: Holder, types: tuple[EventType, ...], client_id: str, before: str, now: datetime
) -> _Loaded:
    return _Loaded(
        page=history(tx, holder.person_id, types, client_id=client_id, unverified_before=before),
        spans=tx.merges.spans_of(holder.person_id),
        services=tuple(one.client_id for one in load(tx, person_id=holder.person_id, now=now)),
    )


def _older(found: HistoryPage, kind: Kind | None, service: str) -> str | None:
    return _address(HOME, kind, service, found.older_than) if found.older_than else None


def _address(path: str, kind: Kind | None, service: str, before: str = "") -> str:
    asked = (("kind", kind.value if kind else ""), ("service", service), ("b", before))
    given = "&".join(f"{name}={value}" for name, value in asked if value)
    return f"{path}?{given}" if given else path
