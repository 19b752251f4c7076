"""Adding, changing and removing where a person is reached: by a code to the address, and the old address is told.

Handed to `transact`. A code is counted as tried before it is looked at, is good once, and dies with the next
one (SECURITY E08, E11). No answer depends on whether anybody else has the address (E16).
"""

import hmac
from dataclasses import dataclass, replace
from enum import StrEnum

from idp.audit.events import EventType
from idp.audit.occasion import Occasion, person_ref
from idp.database import Done, Refused
from idp.ids import PersonId
from idp.limits.model import Limit, address_key
from idp.messages.model import Channel
from idp.messages.model.codes import MOST_CODE_TRIES, code_message, new_code
from idp.messages.model.notices import Notice
from idp.people.contacts import (
    CODE_LASTS,
    MOST_CONTACTS,
    SCHEMES,
    Contact,
    PendingCode,
    code_material,
    same_address,
    with_contacts,
)
from idp.people.identifiers import normal_form
from idp.people.service.own_contacts import all_contacts, find_contact
from idp.transaction import Tx
from keys.envelope import Vault


class ContactOutcome(StrEnum):
    """What came of asking or confirming."""

    SENT = "sent"
    SOON = "soon"
    """One went there just now, and is good still."""
    ADDED = "added"
    WRONG = "wrong"
    OVER = "over"
    """There is no code any more: too old, tried too often, used, or replaced by another."""
    FULL = "full"
    """As many addresses as there may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactResult:
    """The outcome, and how often one may still try."""

    outcome: ContactOutcome
    tries_left: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NewContact:
    """What somebody asks for."""

    channel: Channel
    address: str
    """As `read_address` returns it."""
    language: str
    replaces: str = ""
    """Contact that it is to stand for."""


def ask(
    tx: Tx, person_id: PersonId, wanted: NewContact, *, vault: Vault, occasion: Occasion
) -> Done[ContactResult] | Refused:
    """Send a code to an address, if the person, the address and the network have not had too many; OverLimit."""
    if not _has_room(all_contacts(tx, person_id), wanted.channel, wanted.replaces):
        return Done(ContactResult(outcome=ContactOutcome.FULL))
    if _is_on_its_way(tx.contacts.pending(person_id, wanted.channel, occasion.now), wanted, occasion):
        return Done(ContactResult(outcome=ContactOutcome.SOON))
    counters = (
        (Limit.CONTACT_CODES, person_id),
        (Limit.CONTACT_CODES_OF_ADDRESS, normal_form(SCHEMES[wanted.channel], wanted.address)),
        (Limit.CONTACT_CODES_OF_NETWORK, address_key(occasion.peer)),
    )
    for limit, whose in counters:
        if over := tx.limits.count(limit, whose, occasion.now).over(limit, occasion.now):
            return Refused(over)
    code, until = new_code(occasion.clock.random_bytes(8)), occasion.now + CODE_LASTS[wanted.channel]
    pending = PendingCode(
        channel=wanted.channel,
        address=wanted.address,
        replaces=wanted.replaces,
        language=wanted.language,
        digest=b"",
        tries=0,
        expires_at=until,
    )
    tx.contacts.put_code(person_id, replace(pending, digest=_digest(vault, person_id, pending, code)))
    message = code_message(
        person_id,
        wanted.channel,
        to=wanted.address,
        language=wanted.language,
        code=code,
        until=until,
        occasion=occasion,
    )
    tx.outbox.add((message,))
    _record(tx, EventType.CONTACT_CODE_SENT, person_id, wanted.channel, occasion)
    return Done(ContactResult(outcome=ContactOutcome.SENT))


def confirm(
    tx: Tx, person_id: PersonId, channel: Channel, code: str, *, vault: Vault, occasion: Occasion
) -> Done[ContactResult]:
    """Take a code; the address is the person's from then on, and what it replaces is not."""
    pending = tx.contacts.reserve_try(person_id, channel, occasion.now)
    if pending is None:
        return Done(ContactResult(outcome=ContactOutcome.OVER))
    if not hmac.compare_digest(_digest(vault, person_id, pending, code), pending.digest):
        left = MOST_CODE_TRIES - pending.tries
        outcome = ContactOutcome.WRONG if left else ContactOutcome.OVER
        _record(tx, EventType.CONTACT_CODE_REFUSED, person_id, channel, occasion)
        return Done(ContactResult(outcome=outcome, tries_left=left))
    if not tx.contacts.spend_code(person_id, channel, pending.digest):
        return Done(ContactResult(outcome=ContactOutcome.OVER))
    tx.people.lock(person_id)
    held = all_contacts(tx, person_id)
    if not _has_room(held, channel, pending.replaces):
        return Done(ContactResult(outcome=ContactOutcome.FULL))
    is_known = any(
        one.channel is channel and same_address(channel, one.address, pending.address) for one in held
    )
    if not is_known:
        contact = Contact(
            contact_id=occasion.clock.token(9),
            channel=channel,
            address=pending.address,
            language=pending.language,
            verified_at=occasion.now,
        )
        tx.contacts.add(person_id, contact)
        tx.people.add_identifier(person_id, SCHEMES[channel], pending.address, now=occasion.now)
        _record(tx, EventType.CONTACT_ADDED, person_id, channel, occasion)
        _tell(tx, person_id, channel, occasion, change="added")
    if pending.replaces and not (is_known and _is_itself(held, pending)):
        _take_away(tx, person_id, pending.replaces, occasion)
    _keep_claims(tx, person_id, occasion)
    return Done(ContactResult(outcome=ContactOutcome.ADDED))


def remove(
    tx: Tx,
    person_id: PersonId,
    contact_id: str,
    *,
    actor: str = "",
    is_strangers: bool = False,
    occasion: Occasion,
) -> Done[bool]:
    """Take an address away and tell it so; False if it is not the person's. `actor`: who does, if not its person.

    `is_strangers`: its person says that it never was theirs, and it is told no more.
    """
    tx.people.lock(person_id)
    done = _take_away(tx, person_id, contact_id, occasion, actor=actor, is_strangers=is_strangers)
    if done:
        _keep_claims(tx, person_id, occasion)
    return Done(done)


def _has_room(held: tuple[Contact, ...], channel: Channel, replaces: str) -> bool:
    others = [one for one in held if one.channel is channel and one.contact_id != replaces]
    return len(others) < MOST_CONTACTS


def _is_on_its_way(pending: PendingCode | None, wanted: NewContact, occasion: Occasion) -> bool:
    if pending is None or pending.next_from(occasion.now) is None:
        return False
    is_same = same_address(wanted.channel, pending.address, wanted.address)
    return is_same and pending.replaces == wanted.replaces


def _is_itself(held: tuple[Contact, ...], pending: PendingCode) -> bool:
    return any(
        one.contact_id == pending.replaces and same_address(one.channel, one.address, pending.address)
        for one in held
    )


def _take_away(
    tx: Tx,
    person_id: PersonId,
    contact_id: str,
    occasion: Occasion,
    *,
    actor: str = "",
    is_strangers: bool = False,
) -> bool:
    found = find_contact(tx, person_id, contact_id)
    if found is None:
        return False
    record, gone = found
    if not tx.contacts.remove(record, contact_id):
        return False
    tx.people.end_identifier(record, SCHEMES[gone.channel], gone.address, now=occasion.now)
    _record(tx, EventType.CONTACT_REMOVED, person_id, gone.channel, occasion, actor=actor)
    old_address = "" if is_strangers else gone.address
    _tell(tx, person_id, gone.channel, occasion, change="removed", old_address=old_address)
    return True


def _keep_claims(tx: Tx, person_id: PersonId, occasion: Occasion) -> None:
    """Let services get the first address that is proved, where nothing better is known."""
    person = tx.people.get(person_id)
    if person is None:
        return
    profile = with_contacts(person.profile, tx.contacts.of_person(person_id), occasion.now)
    if profile != person.profile:
        tx.people.update(replace(person, profile=profile, updated_at=occasion.now))


def _digest(vault: Vault, person_id: PersonId, pending: PendingCode, code: str) -> bytes:
    return vault.digest(code_material(person_id, pending, code))


def _record(
    tx: Tx,
    event: EventType,
    person_id: PersonId,
    channel: Channel,
    occasion: Occasion,
    *,
    actor: str = "",
) -> None:
    by = actor or person_ref(person_id)
    tx.audit.add(occasion.event(event, actor=by, person_id=person_id, channel=channel.value))


def _tell(
    tx: Tx, person_id: PersonId, channel: Channel, occasion: Occasion, *, change: str, old_address: str = ""
) -> None:
    tx.outbox.notify(
        person_id,
        Notice.CONTACT_CHANGED,
        occasion=occasion,
        channel=channel.value,
        change=change,
        old_address=old_address,
    )
