"""Showing a code, answering it on the phone, and beginning the session it was for – RFC 10027; PAGES §3.1.9.

Who answers has proved who they are, so each answer is one event, refusals too; who shows a code has proved nothing, and
is counted. What decides stands in one statement of the store.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from idp.audit.events import EventType
from idp.audit.occasion import Occasion, person_ref
from idp.clock import Clock
from idp.cross_device.model import MOST_WRONG, Asked, Standing, make_code, make_number
from idp.cross_device.near import Place, place_of
from idp.database import Done, Refused
from idp.limits.model import Counted
from idp.limits.service import Counter
from idp.messages.model.notices import Notice
from idp.protocol.cross_device import carried_acr, carried_amr, may_confirm, suffices
from idp.protocol.facts import ClientFacts
from idp.risk.model import Arrival
from idp.sessions.model import Session
from idp.sessions.service import Begun, Proof, start_session
from idp.setting_values import Network
from idp.settings import Lifetimes
from idp.transaction import Tx

_TRIES = 3
"""Codes that are drawn before giving up: two alike among some 2³⁴ are seldom."""


class Step(Enum):
    """What the phone's page is to say."""

    SIGN_IN = "nobody is signed in here, or in a way that confirms nothing"
    PROVE_ANEW = "who is signed in here must prove it again, or better"
    NONE = "no such code waits: it never did, does no more, or another session answers it"
    FAR = "the devices are not near each other"
    ASK = "show it, and ask for the number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """Where somebody answers."""

    cookie: str | None = field(repr=False)
    """Of the session there."""
    life: Lifetimes
    city: Sequence[Network]
    """Networks that count as one place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What was found under a code."""

    step: Step
    session: Session | None = field(default=None, repr=False)
    asked: Asked | None = None
    place: Place = Place.FAR
    done: Asked | None = None
    """What this very session has answered: a form that is pressed twice, or loaded anew, says so again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What came of an answer."""

    step: Step
    asked: Asked | None = None
    place: Place = Place.FAR
    event_id: str = ""
    """Under which it stands in the person's history."""

    @property
    def tries_left(self) -> int:
        """Return how many more numbers may be typed."""
        return 0 if self.asked is None else MOST_WRONG - self.asked.wrong


def with_new_code(asked: Asked, clock: Clock) -> Asked:
    """Return the same with a code and a number that nobody has seen."""
    return replace(asked, code=make_code(clock.random_bytes(16)), number=make_number(clock.random_bytes(8)))


def begin(tx: Tx, *, asked: Asked, counter: Counter, occasion: Occasion) -> Done[Counted]:
    """Let a sign-in wait, in the place of the one before in its interaction; count it."""
    for _ in range(_TRIES):
        if tx.cross_device.begin(with_new_code(asked, occasion.clock)):
            return Done(tx.limits.count(*counter, occasion.now))
    raise RuntimeError("no code was free")


def look(tx: Tx, *, code: str, phone: Phone, occasion: Occasion, locks_person: bool = False) -> Looked:
    """Find what waits under a code, for whoever is signed in on this phone."""
    session = tx.sessions.find(phone.cookie, locks_person=locks_person) if phone.cookie else None
    if session is None or not session.is_live(occasion.now, phone.life) or not may_confirm(session.facts()):
        return Looked(step=Step.SIGN_IN)
    asked = tx.cross_device.find(code, session.session_id, occasion.now)
    if asked is None:
        done = tx.cross_device.answered(code, session.session_id)
        return Looked(step=Step.NONE, session=session, done=done)
    place = place_of(asked.network, occasion.network, city=phone.city)
    step = Step.FAR if place is Place.FAR else Step.ASK
    return Looked(step=step, session=session, asked=asked, place=place)


def answer(
    tx: Tx,
    *,
    code: str,
    number: str,
    client: ClientFacts,
    upstream_down: bool,
    phone: Phone,
    occasion: Occasion,
) -> Done[Answered]:
    """Confirm with the number on the other screen; a wrong one counts, and the third ends it."""
    looked = look(tx, code=code, phone=phone, occasion=occasion, locks_person=True)
    session, asked = looked.session, looked.asked
    if session is None or asked is None:
        return Done(Answered(step=looked.step))
    if looked.step is Step.FAR:
        return Done(_stop(tx, looked, Standing.FAR, occasion))
    if asked.client_id != client.client_id:
        return Done(Answered(step=Step.NONE))
    if not suffices(session.facts(), client, asked.needed, upstream_down=upstream_down):
        return Done(Answered(step=Step.PROVE_ANEW))
    after = tx.cross_device.answer(code, number, session.session_id, occasion.now)
    if after is None:
        return Done(Answered(step=Step.NONE))
    if after.standing is Standing.CONFIRMED:
        tx.sessions.touch(session.session_id, occasion.now)
        place = looked.place.value
        event_id = _record(tx, EventType.CROSS_DEVICE_CONFIRMED, session, after, occasion, place=place)
    else:
        event_id = _refused(tx, session, after, occasion)
    return Done(Answered(step=Step.ASK, asked=after, place=looked.place, event_id=event_id))


def refuse(tx: Tx, *, code: str, standing: Standing, phone: Phone, occasion: Occasion) -> Done[Answered]:
    """End one that waits: its person said that it is not theirs, or it is too far away; both are on record."""
    looked = look(tx, code=code, phone=phone, occasion=occasion, locks_person=True)
    if looked.session is None or looked.asked is None:
        return Done(Answered(step=looked.step))
    return Done(_stop(tx, looked, standing, occasion))


def settle(
    tx: Tx,
    *,
    interaction_id: str,
    client: ClientFacts,
    cookie: str | None,
    arrival: Arrival,
    life: Lifetimes,
    occasion: Occasion,
) -> Done[Begun | Standing] | Refused:
    """Use the confirmation up and begin the session, in the browser that showed the code; else say how it stands.

    It is worth what the phone's session is worth at this moment, and lasts no longer.
    """
    spent = None
    if not tx.interactions.is_finished(interaction_id):
        spent = tx.cross_device.spend(interaction_id, occasion.now)
    if spent is None:
        asked = tx.cross_device.of_interaction(interaction_id)
        return Done(Standing.EXPIRED if asked is None else asked.as_of(occasion.now).standing)
    session = _held(tx, spent.session_id or "")
    may = session is not None and session.is_live(occasion.now, life) and may_confirm(session.facts())
    if session is None or not may or spent.client_id != client.client_id:
        tx.cross_device.lose(interaction_id)
        return Done(Standing.PHONE_GONE)
    begun = start_session(tx, _carried(session), cookie=cookie, arrival=arrival, life=life, occasion=occasion)
    if isinstance(begun, Refused):
        return begun
    tx.upstream_sessions.inherit(begun.value.cookie, session.session_id)
    _tell(tx, session, spent, "confirmed", occasion)
    return Done(begun.value)


def _held(tx: Tx, session_id: str) -> Session | None:
    """Return the phone's session as it stands with nobody ending all of its person's sessions before this is done."""
    session = tx.sessions.get(session_id)
    if session is None:
        return None
    tx.people.lock(session.person_id)
    return tx.sessions.get(session_id)


def _carried(session: Session) -> Proof:
    facts = session.facts()
    return Proof(
        person_id=session.person_id,
        auth_time=session.auth_time,
        acr=carried_acr(facts),
        amr=carried_amr(facts),
        ial=session.ial,
        idp=session.idp,
        degraded=session.degraded,
        ial_at=session.ial_at,
        not_after=session.expires_at,
    )


def _stop(tx: Tx, looked: Looked, standing: Standing, occasion: Occasion) -> Answered:
    asked, session = looked.asked, looked.session
    if asked is None or session is None:
        return Answered(step=looked.step)
    after = tx.cross_device.stop(asked.code, standing, session.session_id, occasion.now)
    if after is None:
        return Answered(step=Step.NONE)
    event_id = _refused(tx, session, after, occasion)
    step = Step.FAR if standing is Standing.FAR else Step.ASK
    return Answered(step=step, asked=after, place=looked.place, event_id=event_id)


def _tell(tx: Tx, session: Session, asked: Asked, deed: str, occasion: Occasion) -> None:
    """Tell the person by another way than they answered; what they did themselves too, for it may not be theirs."""
    facts = {"deed": deed, "client_id": asked.client_id}
    if asked.device:
        facts["browser"] = asked.device
    tx.outbox.notify(session.person_id, Notice.CROSS_DEVICE, occasion=occasion, once_a_day=False, **facts)


def _refused(tx: Tx, session: Session, asked: Asked, occasion: Occasion) -> str:
    """Record a refusal, and tell of one that ended it; return the event's id."""
    is_over = asked.standing is not Standing.WAITING
    reason = asked.standing.value.replace("-", " ") if is_over else "wrong number"
    if is_over:
        _tell(tx, session, asked, "refused", occasion)
    return _record(tx, EventType.CROSS_DEVICE_REFUSED, session, asked, occasion, reason=reason)


def _record(
    tx: Tx, event_type: EventType, session: Session, asked: Asked, occasion: Occasion, **payload: str
) -> str:
    event = occasion.event(
        event_type,
        actor=person_ref(session.person_id),
        person_id=session.person_id,
        client_id=asked.client_id,
        **({"device": asked.device} if asked.device else {}),
        **payload,
    )
    tx.audit.add(event)
    return event.event_id
