"""What the overview warns of (PAGES §3.1.13): facts are loaded by one read, and one pure function says what they mean."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from idp.audit.events import EventType
from idp.audit.occasion import person_ref
from idp.cases.model import Case, CaseKind
from idp.citizen.account import Holder
from idp.citizen.methods.at_a_glance import Ways
from idp.data_rights.service import requests_of
from idp.days import day_of
from idp.ids import PersonId
from idp.life_events.rules import is_to_be_warned
from idp.mandates.service import choices_of
from idp.people.service import LOOKS
from idp.protocol.context import Choice
from idp.recovery.service import held_until
from idp.reports.history import history
from idp.risk.model import KnownDevice
from idp.transaction import Tx
from idp.ui.alert_rows import Alert, AlertKind

NEW_FOR = timedelta(days=30)
"""A new device is shown until its person says that it was them, for this long at most."""
CARD_BEFORE = timedelta(days=60)
MANDATE_BEFORE = timedelta(days=14)
LOOKED_FOR = timedelta(days=14)
CLOSED_FOR = timedelta(days=14)
_MOST_DEVICES = 50
_MOST_SIGN_INS = 50
_MOST_CASES = 50
_TWO = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of an account."""

    closes_at: datetime | None = None
    """When the account closes, if somebody asked for it."""
    case: Case | None = field(default=None, repr=False)
    """The latest about what the person said was not theirs."""
    held_until: datetime | None = None
    """Until when acts of high risk wait, after a recovery."""
    here: str = ""
    """The device this is seen on; empty: none."""
    password_known: bool = False
    """To others."""
    devices: tuple[KnownDevice, ...] = field(default=(), repr=False)
    card_expires_on: str = ""
    residence_until: str = ""
    ways: int = _TWO
    """How many ways to sign in, each of which would do by itself."""
    looked_at: datetime | None = None
    choices: tuple[Choice, ...] = field(default=(), repr=False)


def unsaid(known: Known, now: datetime) -> tuple[KnownDevice, ...]:
    """Return the devices of which nobody has said that they were theirs, the latest first.

    Not the one this is seen on: whoever is there would say so.
    """
    found = (
        one
        for one in known.devices
        if one.acknowledged_at is None and one.device_id != known.here and now - one.first_seen_at < NEW_FOR
    )
    return tuple(sorted(found, key=lambda one: one.first_seen_at, reverse=True))


def alerts(known: Known, *, now: datetime) -> tuple[Alert, ...]:
    """Return what to warn of, in the order it is shown."""
    today = day_of(now)
    each = (
        None if known.closes_at is None else Alert(kind=AlertKind.CLOSING, at=known.closes_at),
        _disputed(known.case, now),
        None if known.held_until is None else Alert(kind=AlertKind.HELD, at=known.held_until),
        Alert(kind=AlertKind.PASSWORD_KNOWN) if known.password_known else None,
        _new_device(unsaid(known, now)),
        _card(known.card_expires_on, today),
        _residence(known.residence_until, today),
        Alert(kind=AlertKind.ONE_METHOD) if known.ways < _TWO else None,
        _looked(known.looked_at, now),
        _mandates(known.choices, now),
    )
    return tuple(one for one in each if one is not None)


def load(tx: Tx, holder: Holder, ways: Ways, now: datetime) -> Known:
    """Return what is known of the holder's account."""
    person_id = holder.person_id
    papers = tx.life_states.get(person_id)
    looked = history(tx, person_id, LOOKS, most=1).events
    closing = (one.close_at for one in requests_of(tx, person_id) if one.closed_at is None)
    return Known(
        closes_at=next((at for at in closing if at is not None), None),
        case=_case(tx, person_id),
        held_until=held_until(tx, person_id, now),
        here=holder.session.device_id,
        password_known=tx.passwords.known_since(person_id) is not None,
        devices=tx.devices.of_person(person_id, now, _MOST_DEVICES),
        card_expires_on=papers.card_expires_on,
        residence_until=papers.residence_until,
        ways=ways.count,
        looked_at=looked[0].at if looked else None,
        choices=choices_of(tx, holder.person, now=now),
    )


def _case(tx: Tx, person_id: PersonId) -> Case | None:
    """Return the latest case about something disputed, an open one before those that are closed."""
    records = tx.people.records_of(person_id)
    found = (one for record in records for one in tx.cases.of_person(record, _MOST_CASES))
    disputed = (one for one in found if one.kind is CaseKind.NOT_ME)
    return max(disputed, key=lambda one: (one.closed_at is None, one.opened_at), default=None)


def sign_in_of(tx: Tx, holder: Holder, device: KnownDevice) -> str:
    """Return the event of a person's first sign-in on a device, empty if it is no more."""
    types = (EventType.SESSION_STARTED, EventType.SESSION_REAUTHENTICATED)
    latest = tx.audit.about(person_ref(holder.person_id), types, None, _MOST_SIGN_INS)
    return next((one.event_id for one in latest if one.at == device.first_seen_at), "")


def _disputed(case: Case | None, now: datetime) -> Alert | None:
    """Say that it is looked at; once it is closed, that it was, for some time."""
    if case is None or (case.closed_at is not None and now - case.closed_at > CLOSED_FOR):
        return None
    is_closed = case.closed_at is not None
    return Alert(
        kind=AlertKind.CASE, at=case.closed_at or case.opened_at, case=case.case_id, is_past=is_closed
    )


def _new_device(devices: tuple[KnownDevice, ...]) -> Alert | None:
    if not devices:
        return None
    latest = devices[0]
    return Alert(
        kind=AlertKind.NEW_DEVICE,
        at=latest.first_seen_at,
        device=latest.name,
        place=latest.place,
        device_id=latest.device_id,
        others=len(devices) - 1,
    )


def _card(expires_on: str, today: date) -> Alert | None:
    if not expires_on or (day := date.fromisoformat(expires_on)) > today + CARD_BEFORE:
        return None
    return Alert(kind=AlertKind.CARD, day=day, is_past=day < today)


def _residence(until: str, today: date) -> Alert | None:
    if not is_to_be_warned(until, today=today):
        return None
    return Alert(kind=AlertKind.RESIDENCE, day=date.fromisoformat(until))


def _looked(at: datetime | None, now: datetime) -> Alert | None:
    return None if at is None or now - at > LOOKED_FOR else Alert(kind=AlertKind.OFFICIAL_LOOKED, at=at)


def _mandates(choices: tuple[Choice, ...], now: datetime) -> Alert | None:
    """Warn of those that still hold and end soon, the first day of them named."""
    ending = [
        (one.ends_at, one.name)
        for one in choices
        if one.obstacle is None and one.ends_at is not None and now < one.ends_at <= now + MANDATE_BEFORE
    ]
    if not ending:
        return None
    first = min(at for at, _ in ending)
    return Alert(
        kind=AlertKind.MANDATE,
        at=first,
        names=tuple(dict.fromkeys(name for _, name in sorted(ending))),
    )
