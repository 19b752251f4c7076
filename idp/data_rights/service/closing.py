"""Closing an account because its person asked: what stands against it, and what ends and is erased (adr/0049).

Nothing of others breaks: who alone represents an organisation or a child does not close. `sub`s stay taken for ever. The
record of what happened stays as long as the law says; it names the person by an id that leads nowhere any more.
"""

from collections.abc import Iterable

from idp.audit.events import EventType
from idp.audit.occasion import Occasion, person_ref
from idp.data_rights.model import NotTaken
from idp.ids import OrganisationId, PersonId
from idp.life_events.ends import ENDS, Happening
from idp.life_events.model import Ground
from idp.life_events.service import carry_out
from idp.mandates.model import Mandate, PrincipalKind, Role
from idp.messages.model import Channel
from idp.messages.model.notices import Notice
from idp.officials.model import OfficialStatus
from idp.organisations.service import representatives_of
from idp.people.ages import consents_through_representative
from idp.people.contacts import counter_of
from idp.people.model import Person, PersonStatus
from idp.transaction import Tx

_REASON = "closed by the holder"
_FOR_WARDS = frozenset({Role.PARENT, Role.GUARDIAN})


def why_not_closed(tx: Tx, person: Person, *, occasion: Occasion) -> NotTaken | None:
    """Return what stands against closing an account now."""
    if person.status is not PersonStatus.ACTIVE:
        return NotTaken.NOT_ACTIVE
    if consents_through_representative(person, occasion.now):
        return NotTaken.UNDER_AGE
    posts = tx.officials.of_person(person.person_id)
    if person.roles or any(one.status is OfficialStatus.ACTIVE for one in posts):
        return NotTaken.HOLDS_POST
    held = _held(tx, person.person_id, occasion)
    if any(_is_last_representative(tx, one, person.person_id, occasion) for one in held):
        return NotTaken.LAST_REPRESENTATIVE
    if any(_is_last_parent(tx, one, person.person_id, occasion) for one in held):
        return NotTaken.LAST_PARENT
    return None


def hold_represented(tx: Tx, person_id: PersonId, *, occasion: Occasion) -> None:
    """Let nobody else who represents the same organisation or ward stop doing so before this transaction ends.

    Two who alone represent one would else be closed at once, each in sight of the other.
    """
    held = {one.principal for one in _held(tx, person_id, occasion)}
    for principal in sorted(held, key=lambda one: one.ref):  # in one order, so that none waits for another
        tx.mandates.lock_principal(principal)


def close_account(tx: Tx, person: Person, request_id: str, *, occasion: Occasion) -> None:
    """End and erase all of a person that is theirs to end; the person's row is locked by then."""
    person_id = person.person_id
    _tell(tx, person, occasion)
    records = tx.people.records_of(person_id)
    ended = carry_out(tx, ENDS[Happening.CLOSING], person_id, _REASON, actor="system", occasion=occasion)
    for record in records:
        _forget_ways_in(tx, record, occasion)
        consents = tx.consents.of_person(record)
        for client_id in {one.client_id for one in consents}:
            scopes = {one.scope for one in consents if one.client_id == client_id}
            tx.consents.withdraw(record, client_id, scopes, occasion.now)
        for contact in tx.contacts.of_person(record):
            tx.contacts.remove(record, contact.contact_id)
        tx.life_states.forget(record)
        tx.life_readings.forget(record)
        tx.devices.forget_others(record)
        tx.dispute_links.end_all(record)
        tx.data_copies.drop(record)
        tx.life_grounds.open(record, Ground.CLOSED, "", occasion.now)
        tx.people.set_status(record, PersonStatus.LOCKED, _REASON, occasion.now)
        tx.person_rights.empty(record, occasion.now)
    tx.audit.add(
        occasion.event(
            EventType.PERSON_CLOSED,
            actor=person_ref(person_id),
            person_id=person_id,
            request_id=request_id,
            sessions=ended.sessions,
            grants=ended.grants,
        )
    )


def _forget_ways_in(tx: Tx, record: PersonId, occasion: Occasion) -> None:
    tx.upstreams.unlink(record)
    tx.passwords.remove(record)
    tx.totp.remove(record)
    tx.recovery_codes.clear(record)
    for counter in (record, counter_of(record)):
        tx.attempts.settle(counter)
    for passkey in tx.passkeys.of_person(record):
        tx.passkeys.end(passkey, occasion.now)


def _tell(tx: Tx, person: Person, occasion: Occasion) -> None:
    """Tell every verified address while it is known: afterwards nobody could be told."""
    records = tx.people.records_of(person.person_id)
    to = {one.address: one.channel for record in records for one in tx.contacts.of_person(record)}
    profile = person.profile
    if profile.phone and profile.phone_verified:
        to.setdefault(profile.phone, Channel.PHONE)
    if profile.email and profile.email_verified:
        to.setdefault(profile.email, Channel.EMAIL)
    for address, channel in to.items():
        tx.outbox.notify(
            person.person_id,
            Notice.ACCOUNT_CLOSED,
            occasion=occasion,
            channel=channel.value,
            old_address=address,
        )


def _held(tx: Tx, person_id: PersonId, occasion: Occasion) -> Iterable[Mandate]:
    records = tx.people.records_of(person_id)
    held = (one for record in records for one in tx.mandates.of_delegate(record, since=occasion.now))
    return [one for one in held if not one.is_over(occasion.now)]


def _is_last_representative(tx: Tx, mandate: Mandate, person_id: PersonId, occasion: Occasion) -> bool:
    if mandate.principal_kind is not PrincipalKind.ORGANISATION or mandate.role is not Role.REPRESENTATIVE:
        return False
    organisation_id = OrganisationId(mandate.principal_id)
    others = representatives_of(tx, organisation_id, now=occasion.now)
    return all(tx.people.standing_id(one) == person_id for one in others)


def _is_last_parent(tx: Tx, mandate: Mandate, person_id: PersonId, occasion: Occasion) -> bool:
    if mandate.principal_kind is not PrincipalKind.PERSON:
        return False
    held = tx.mandates.of_principal(mandate.principal_kind, mandate.principal_id, since=occasion.now)
    return not any(
        one.role in _FOR_WARDS
        and not one.is_over(occasion.now)
        and tx.people.standing_id(one.delegate_id) != person_id
        for one in held
    )
