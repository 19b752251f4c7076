"""People lock their own account: because something was not theirs, or because they want to (PAGES §3.1.18, §3.1.22)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from idp.audit.events import AuditEvent
from idp.audit.occasion import Occasion, person_ref
from idp.cases.model import CaseKind
from idp.cases.service import open_case
from idp.credentials.service import put_to_sleep
from idp.ids import MandateId, PersonId
from idp.life_events.disputed import (
    Added,
    Said,
    address_of_event,
    address_of_notice,
    factors_of_event,
    factors_of_notice,
    factors_said,
    given_by_event,
    given_by_notice,
    taken_by_event,
)
from idp.life_events.model import Ground
from idp.life_events.service.standing import open_ground
from idp.mandates.service import end_given, end_taken, end_unanswered, others_act
from idp.messages.model.notices import Act, Factor, Notice
from idp.people.service import all_contacts, remove
from idp.transaction import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lock:
    """What is locked for, and which factors may be in other hands."""

    kind: CaseKind
    about: str
    facts: Mapping[str, str] = field(repr=False)
    factors: frozenset[Factor] = frozenset()
    added: Added | None = None
    """The address that was not theirs."""
    given_at: datetime | None = None
    """When power was given that was not theirs to give."""
    taken: MandateId | None = None
    """What they hold and have not taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """What came of it."""

    case: str
    """The number of the case."""
    others_act: bool
    """Whether others go on acting for an organisation of theirs: power given at other times is theirs to look at."""


def disown(
    tx: Tx, person_id: PersonId, event: AuditEvent, said: Said | None, *, occasion: Occasion
) -> Locked:
    """Lock the account over an event that was not its holder's."""
    facts = {"event_id": event.event_id, "event": event.type.value, "said": _word(said)}
    lock = _Lock(
        kind=CaseKind.NOT_ME,
        about=event.event_id,
        facts=facts,
        factors=factors_of_event(event) | factors_said(said),
        added=address_of_event(event),
        given_at=given_by_event(event),
        taken=taken_by_event(event),
    )
    return _lock(tx, person_id, lock, occasion=occasion)


def disown_by_link(tx: Tx, unverified_link: str, said: Said | None, *, occasion: Occasion) -> Locked | None:
    """Lock the account that a notice's link is bound to; None: it was used, is over, or never was.

    All other links of the person end with it: what one of them could do is done.
    """
    known = tx.dispute_links.peek(unverified_link, occasion.now)
    if known is not None:
        tx.people.lock(tx.people.standing_id(known.person_id))  # before the link, which every lock ends
    disputed = tx.dispute_links.spend(unverified_link, occasion.now)
    if disputed is None:
        return None
    lock = _Lock(
        kind=CaseKind.NOT_ME,
        about="\n".join(f"{name}={value}" for name, value in sorted(disputed.facts.items())),
        facts={**disputed.facts, "way": "link", "said": _word(said)},
        factors=factors_of_notice(disputed.facts) | factors_said(said),
        added=address_of_notice(disputed.facts),
        given_at=given_by_notice(disputed.facts),
    )
    return _lock(tx, tx.people.standing_id(disputed.person_id), lock, occasion=occasion)


def lock_own(tx: Tx, person_id: PersonId, way: str, *, occasion: Occasion) -> Locked:
    """Lock the account because its holder says so. `way`: how they proved to be it."""
    lock = _Lock(kind=CaseKind.LOCKED, about="", facts={"way": way})
    return _lock(tx, person_id, lock, occasion=occasion)


def _lock(tx: Tx, person_id: PersonId, lock: _Lock, *, occasion: Occasion) -> Locked:
    """Open the case, lock, which ends every session and grant, put factors to sleep, and tell every address.

    Every browser is new again: whichever comes after it is told. What they offered and proposed for organisations ends,
    and the power that was given or taken in what is disputed.
    """
    tx.people.lock(person_id)  # before all else, as whoever signs in does: else each might wait for the other
    actor = person_ref(person_id)
    facts = {**lock.facts, "factors": " ".join(sorted(one.value for one in lock.factors))}
    case = open_case(tx, lock.kind, person_id, facts, about=lock.about, actor=actor, occasion=occasion)
    is_new = open_ground(tx, person_id, Ground.HOLDER, f"case {case}", actor=actor, occasion=occasion)
    if not is_new:  # a second word is as good as a first against whoever is on the way to unlock
        tx.life_grounds.say_again(person_id, Ground.HOLDER, occasion.now)
    put_to_sleep(tx, person_id, lock.factors, reason=f"case {case}", actor=actor, occasion=occasion)
    _remove_address(tx, person_id, lock.added, occasion)
    # before the offers: whoever takes one holds its organisation's row first, then the offer
    if lock.given_at is not None:
        end_given(tx, person_id, lock.given_at, occasion=occasion)
    if lock.taken is not None:
        end_taken(tx, person_id, lock.taken, occasion=occasion)
    end_unanswered(tx, person_id, "locked by its holder", occasion=occasion)
    for record in tx.people.records_of(person_id):
        tx.dispute_links.end_all(record)
        tx.devices.forget_others(record)
    if is_new:
        act = Act.LOCKED.value
        tx.outbox.notify(person_id, Notice.HIGH_RISK_ACT, occasion=occasion, act=act, case=case)
    return Locked(case=case, others_act=others_act(tx, person_id, occasion.now))


def _remove_address(tx: Tx, person_id: PersonId, added: Added | None, occasion: Occasion) -> None:
    """Remove an address that was not theirs: it would be told of everything, and services go on being told it."""
    if added is None:
        return
    for contact in all_contacts(tx, person_id):
        if (contact.channel.value, contact.verified_at) == (added.channel, added.at):
            remove(tx, person_id, contact.contact_id, is_strangers=True, occasion=occasion)


def _word(said: Said | None) -> str:
    return "" if said is None else said.value
