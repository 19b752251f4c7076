"""Setting, changing and removing a person's own factors, and what each change ends (SP 800-63B-4 §4; SECURITY E05).

Every change holds the person's row, is one event, and is told to the person (`_told`). Who changes one has proved
themselves anew with something else; binding a factor anew forgets the failures that made it rest (§3.2.2).
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from idp.audit.events import EventType
from idp.audit.occasion import Occasion, person_ref
from idp.credentials.model import PasswordCredential, TotpCredential
from idp.credentials.recovery_code import SALT_BYTES
from idp.database import Done, Refused
from idp.ids import PersonId
from idp.messages.model import Channel
from idp.messages.model.notices import Factor, Notice
from idp.people.model import PersonStatus
from idp.protocol.errors import AccessDenied, Refusal, ToPage
from idp.sessions.model import Session
from idp.sessions.service import end_session
from idp.transaction import Tx


class Kind(StrEnum):
    """What a person may set and remove."""

    PASSWORD = "password"  # noqa: S105 - a name, not a secret
    TOTP = "totp"
    RECOVERY_CODES = "recovery-codes"


class SecondFactorNeeded(Exception):
    """The password is too short to stand alone: first a longer one, then the second factor may go (§3.1.1.2)."""

    def __init__(self) -> None:
        super().__init__("the password is too short to sign in alone")


def set_password(
    tx: Tx, person_id: PersonId, password_hash: str, *, needs_second: bool, keep: str, occasion: Occasion
) -> Done[None] | Refused:
    """Set a password in place of all that this person's records had; every session but `keep` ends."""
    if not _hold(tx, person_id, keep):
        return _gone()
    if needs_second and not asks_for_second(tx, person_id, standing=person_id):
        return Refused(SecondFactorNeeded())
    for record in tx.people.records_of(person_id):
        tx.passwords.remove(record)
    tx.passwords.put(
        PasswordCredential(
            person_id=person_id,
            password_hash=password_hash,
            changed_at=occasion.now,
            needs_second=needs_second,
        )
    )
    ended = _end_sessions(tx, person_id, occasion, keep=keep)
    return _bound(tx, person_id, Kind.PASSWORD, occasion, ended)


def bind_totp(tx: Tx, credential: TotpCredential, *, keep: str, occasion: Occasion) -> Done[None] | Refused:
    """Bind an authenticator that has shown a right code, in place of the one before."""
    person_id = credential.person_id
    if not _hold(tx, person_id, keep):
        return _gone()
    replaces = has_second(tx, person_id)
    tx.totp.put(credential)
    ended = _end_sessions(tx, person_id, occasion, keep=keep, only=_is_local) if replaces else 0
    return _bound(tx, person_id, Kind.TOTP, occasion, ended)


def set_recovery_codes(
    tx: Tx, person_id: PersonId, codes: Sequence[str], *, keep: str = "", occasion: Occasion
) -> Done[None] | Refused:
    """Give a person new recovery codes; the old ones open nothing more. `keep`: the session they are asked for in."""
    if not _hold(tx, person_id, keep):
        return _gone()
    salt = occasion.clock.random_bytes(SALT_BYTES)
    tx.recovery_codes.set(person_id, codes, salt=salt, now=occasion.now)
    return _bound(tx, person_id, Kind.RECOVERY_CODES, occasion, 0)


def remove(tx: Tx, person_id: PersonId, kind: Kind, *, keep: str, occasion: Occasion) -> Done[None] | Refused:
    """Remove a factor; sessions opened with it end. Nothing happens where there is none."""
    if not _hold(tx, person_id, keep):
        return _gone()
    if kind is Kind.TOTP and _needs_second(tx, person_id):
        return Refused(SecondFactorNeeded())
    records = tx.people.records_of(person_id)
    if not sum(_REMOVE[kind](tx, record) for record in records):
        return Done(None)
    opened_by = _by_recovery_code if kind is Kind.RECOVERY_CODES else _is_local
    ended = _end_sessions(tx, person_id, occasion, keep=keep, only=opened_by)
    _told(tx, person_id, EventType.CREDENTIAL_REMOVED, occasion, kind=kind.value, sessions=ended)
    return Done(None)


def mark_compromised(
    tx: Tx, person_id: PersonId, *, reason: str, actor: str, occasion: Occasion
) -> int | None:
    """Note that others know a person's password: every session ends, and it opens nothing until another is set.

    Returns how many sessions ended; None: there is no password, or it is marked already.
    """
    tx.people.lock(person_id)
    records = tx.people.records_of(person_id)
    if not sum(tx.passwords.mark_compromised(record, occasion.now) for record in records):
        return None
    ended = _end_sessions(tx, person_id, occasion, keep="", actor=actor)
    told = {"kind": Kind.PASSWORD.value, "reason": reason, "sessions": ended}
    _told(tx, person_id, EventType.CREDENTIAL_COMPROMISED, occasion, actor=actor, **told)
    return ended


def put_to_sleep(
    tx: Tx, person_id: PersonId, factors: Collection[Factor], *, reason: str, actor: str, occasion: Occasion
) -> None:
    """Let factors that may be in other hands open nothing until they are bound anew (§4.3).

    Password and app stay, marked; passkeys and recovery codes end, since each is bound anew as it was at first. The
    caller tells the person.
    """
    records = tx.people.records_of(person_id)
    for factor in sorted(factors):
        if sum(_SLEEP[factor](tx, record, occasion.now) for record in records):
            what = {"kind": factor.value.replace("_", "-"), "reason": reason, "sessions": 0}
            event = EventType.CREDENTIAL_COMPROMISED
            tx.audit.add(occasion.event(event, actor=actor, person_id=person_id, **what))


def use_recovery_code(tx: Tx, person_id: PersonId, code: str, *, occasion: Occasion) -> bytes | None:
    """Spend a code in the place of a second factor; its digest for the one winner."""
    spent = tx.recovery_codes.spend(person_id, code, occasion.now)
    if spent is not None:
        left = tx.recovery_codes.state(person_id).left
        _told(tx, person_id, EventType.RECOVERY_CODE_USED, occasion, left=left)
    return spent


def replace_recovery_code(
    tx: Tx, person_id: PersonId, spent: bytes, code: str, *, occasion: Occasion
) -> bool:
    """Put the code a person has just written down in the place of the one used (§4.2.1.1)."""
    if not tx.recovery_codes.replace(person_id, spent, code, occasion.now):
        return False
    left = tx.recovery_codes.state(person_id).left
    _told(tx, person_id, EventType.RECOVERY_CODE_REPLACED, occasion, left=left)
    return True


def asks_for_second(tx: Tx, record_id: PersonId, *, standing: PersonId) -> bool:
    """Tell whether a sign-in by a password of this very record asks for a second factor.

    Its own, or else that of the record that stands for it: never of another that was merged into that one.
    """
    is_asked = _is_confirmed(tx.totp.get(record_id))
    return is_asked if is_asked or record_id == standing else _is_confirmed(tx.totp.get(standing))


def has_second(tx: Tx, person_id: PersonId) -> bool:
    """Tell whether any of this person's records has a second factor."""
    return any(_is_confirmed(tx.totp.get(record)) for record in tx.people.records_of(person_id))


def _is_confirmed(totp: TotpCredential | None) -> bool:
    return totp is not None and totp.confirmed


def _needs_second(tx: Tx, person_id: PersonId) -> bool:
    found = (tx.passwords.get(record) for record in tx.people.records_of(person_id))
    return any(one is not None and one.needs_second for one in found)


_NOTICES: Mapping[EventType, Notice] = {
    EventType.CREDENTIAL_SET: Notice.NEW_FACTOR,
    EventType.CREDENTIAL_REMOVED: Notice.FACTOR_REMOVED,
    EventType.CREDENTIAL_COMPROMISED: Notice.FACTOR_REMOVED,
    EventType.RECOVERY_CODE_USED: Notice.RECOVERY,
}
"""That a used code was replaced is not told again: its use just was."""
_FACTORS: Mapping[Kind, Factor] = {
    Kind.PASSWORD: Factor.PASSWORD,
    Kind.TOTP: Factor.TOTP,
    Kind.RECOVERY_CODES: Factor.RECOVERY_CODES,
}
_REMOVE: Mapping[Kind, Callable[[Tx, PersonId], bool]] = {
    Kind.PASSWORD: lambda tx, record: tx.passwords.remove(record),
    Kind.TOTP: lambda tx, record: tx.totp.remove(record),
    Kind.RECOVERY_CODES: lambda tx, record: bool(tx.recovery_codes.clear(record)),
}


def _close_addresses(tx: Tx, record: PersonId, channel: Channel) -> bool:
    """Let codes to these addresses sign nobody in; they go on bringing notices."""
    those = (one for one in tx.contacts.of_person(record) if one.channel is channel)
    return bool(sum(tx.contacts.let_sign_in(record, one.contact_id, None) for one in those))


def _end_passkeys(tx: Tx, record: PersonId, now: datetime) -> bool:
    return bool(sum(tx.passkeys.end(one, now) for one in tx.passkeys.of_person(record)))


_SLEEP: Mapping[Factor, Callable[[Tx, PersonId, datetime], bool]] = {
    Factor.PASSWORD: lambda tx, record, now: tx.passwords.mark_compromised(record, now),
    Factor.TOTP: lambda tx, record, now: tx.totp.put_to_sleep(record, now),
    Factor.PASSKEY: _end_passkeys,
    Factor.RECOVERY_CODES: lambda tx, record, _: bool(tx.recovery_codes.clear(record)),
    Factor.EMAIL_CODE: lambda tx, record, _: _close_addresses(tx, record, Channel.EMAIL),
    Factor.PHONE_CODE: lambda tx, record, _: _close_addresses(tx, record, Channel.PHONE),
}


def _hold(tx: Tx, person_id: PersonId, session_id: str) -> bool:
    """Hold the person's row; False if they were locked or merged meanwhile, or the session this is done in has ended.

    A recovery that ends a thief's session must not be followed by the password the thief sent a moment before.
    """
    tx.people.lock(person_id)
    session = tx.sessions.get(session_id) if session_id else None
    if session_id and (session is None or session.ended_at is not None):
        return False
    person = tx.people.get(person_id)
    return person is not None and person.status is PersonStatus.ACTIVE and person.canonical_id is None


def _gone() -> Refused:
    error = AccessDenied("this account can't be changed", detail="locked, merged or signed out meanwhile")
    return Refused(Refusal(error, ToPage(case="locked", status=403)))


def _bound(tx: Tx, person_id: PersonId, kind: Kind, occasion: Occasion, ended: int) -> Done[None]:
    tx.attempts.settle(person_id)
    _told(tx, person_id, EventType.CREDENTIAL_SET, occasion, kind=kind.value, sessions=ended)
    return Done(None)


def _is_local(session: Session) -> bool:
    return session.idp == "haiphong"


def _by_recovery_code(session: Session) -> bool:
    return _is_local(session) and "recovery" in session.amr


def _end_sessions(
    tx: Tx,
    person_id: PersonId,
    occasion: Occasion,
    *,
    keep: str,
    only: Callable[[Session], bool] = lambda _: True,
    actor: str = "",
) -> int:
    """End sessions, and passwords proved that wait for a second factor; return how many sessions."""
    for record in tx.people.records_of(person_id):
        tx.interactions.end_proofs_of(record, occasion.now)
    ended = [one for one in tx.sessions.of_person(person_id) if one.session_id != keep and only(one)]
    for session in ended:
        end_session(tx, session, reason="a factor was changed", occasion=occasion, actor=actor)
    return len(ended)


def _told(
    tx: Tx, person_id: PersonId, event: EventType, occasion: Occasion, *, actor: str = "", **payload: object
) -> None:
    """Put a change on record and tell the person of it by another way than they made it (rows 30, 32 and 36)."""
    by = actor or person_ref(person_id)
    tx.audit.add(occasion.event(event, actor=by, person_id=person_id, **payload))
    if event in _NOTICES:
        factor = _FACTORS[Kind(str(payload.get("kind", Kind.RECOVERY_CODES)))]
        tx.outbox.notify(person_id, _NOTICES[event], occasion=occasion, factor=factor.value)
