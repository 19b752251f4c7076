"""Carrying a recovery out, in one transaction: what is lost opens nothing, everything open ends, everybody is told.

Refresh tokens end too, offline ones as well: the device they lie on may be the one that is lost (adr/0048).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from idp.audit.events import EventType
from idp.audit.occasion import Occasion, person_ref
from idp.data_rights.service import take_closing_back
from idp.database import Done, Refused
from idp.ids import PersonId
from idp.mandates.service import end_unanswered
from idp.messages.model.notices import Factor, Notice
from idp.people.model import PersonStatus
from idp.protocol.assurance import Acr
from idp.protocol.errors import AccessDenied, Refusal, ToPage
from idp.recovery.model import Lost, Recovery, Way
from idp.sessions.service import end_session, tell_of_ended
from idp.transaction import Tx

_REASON = "the account was recovered"
_FACTORS: Mapping[Way, Factor] = {Way.NATIONAL: Factor.NATIONAL, Way.DESK: Factor.DESK}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """What a recovery has done."""

    removed: tuple[Lost, ...]
    held_until: datetime


def recover(
    tx: Tx, person_id: PersonId, recovery: Recovery, *, occasion: Occasion
) -> Done[Recovered] | Refused:
    """Recover an account: the caller has proved who asks, with something at least as strong as what they lost."""
    tx.people.lock(person_id)
    person = tx.people.get(person_id)
    if person is None or person.status is not PersonStatus.ACTIVE or person.canonical_id is not None:
        error = AccessDenied("this account can't be changed", detail="locked or merged meanwhile")
        return Refused(Refusal(error, ToPage(case="locked", status=403)))
    records = tx.people.records_of(person_id)
    removed = tuple(
        kind
        for kind in Lost
        if kind in recovery.lost and sum([_REMOVE[kind](tx, one, occasion.now) for one in records])
    )
    sessions = _end_sessions(tx, person_id, records, recovery.keep, occasion)
    ended = [grant for one in records for grant in tx.grants.revoke_of_person(one, occasion.now, _REASON)]
    tell_of_ended(tx, ended, occasion=occasion)
    until = occasion.now + recovery.hold
    tx.recovery_holds.hold(person_id, until=until, now=occasion.now)
    tx.audit.add(
        occasion.event(
            EventType.ACCOUNT_RECOVERED,
            actor=person_ref(person_id),
            person_id=person_id,
            by=recovery.way.value,
            removed=[kind.value for kind in removed],
            sessions=sessions,
            grants=len(ended),
            held_until=until.isoformat(),
            **({"case_id": recovery.case_id} if recovery.case_id else {}),
        )
    )
    take_closing_back(tx, person_id, reason=_REASON, occasion=occasion)
    end_unanswered(tx, person_id, _REASON, occasion=occasion)
    tx.outbox.notify(person_id, Notice.RECOVERY, occasion=occasion, factor=_FACTORS[recovery.way].value)
    return Done(Recovered(removed=removed, held_until=until))


def _end_sessions(
    tx: Tx, person_id: PersonId, records: tuple[PersonId, ...], keep: str, occasion: Occasion
) -> int:
    """End every session but one, and what is half way to one; the one left is lowered.

    Every browser but its own is new again: on the phone that was lost lies a cookie that would keep a sign-in quiet.
    """
    ended = 0
    here = tx.sessions.get(keep) if keep else None
    for record in records:
        tx.interactions.end_proofs_of(record, occasion.now)
        tx.desk_cases.end_open(record, occasion.now)
        tx.contacts.drop_codes(record)
        for session in tx.sessions.of_person(record):
            if session.session_id != keep:
                end_session(tx, session, reason=_REASON, occasion=occasion, actor=person_ref(person_id))
                ended += 1
        tx.sessions.lower(record, Acr.SUBSTANTIAL)
        tx.devices.forget_others(record, here.device_id if here is not None else "")
    return ended


def _end_passkeys(tx: Tx, record: PersonId, now: datetime) -> bool:
    return bool(sum([tx.passkeys.end(one, now) for one in tx.passkeys.of_person(record)]))


def _close_addresses(tx: Tx, record: PersonId, _: datetime) -> bool:
    held = tx.contacts.of_person(record)
    return bool(sum([tx.contacts.let_sign_in(record, one.contact_id, None) for one in held]))


_REMOVE: Mapping[Lost, Callable[[Tx, PersonId, datetime], bool]] = {
    Lost.PASSWORD: lambda tx, record, _: tx.passwords.remove(record),
    Lost.TOTP: lambda tx, record, _: tx.totp.remove(record),
    Lost.RECOVERY_CODES: lambda tx, record, _: bool(tx.recovery_codes.clear(record)),
    Lost.PASSKEYS: _end_passkeys,
    Lost.SENT_CODES: _close_addresses,
}
