"""A small city whose people live fast: what may happen to them, one step after the other in one transaction.

Steps call the use cases that endpoints, jobs and commands call. A step that a rule refuses is one that did not happen.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, cast

from idp.audit.occasion import Occasion
from idp.clock import Clock
from idp.database import Done, Refused
from idp.ids import ClientId, Gid, GrantId, MandateId, OrganisationId, PersonId, Sid
from idp.life_events.model import (
    Decision,
    Ground,
    LifeEvent,
    LifeEventType,
    LockRequest,
    Outcome,
    Subject,
    Wish,
)
from idp.life_events.service import (
    Letter,
    apply_event,
    came_of_age,
    decide_request,
    enter_request,
    lift_ground,
    open_ground,
    settle_card,
    settle_residence,
)
from idp.mandates import service as mandates
from idp.mandates.model import Extent, Invitation, Role
from idp.mandates.service.endings import end_one
from idp.mandates.service.firm_endings import end_appointment
from idp.merges.model import Cause
from idp.merges.service import Wanted, confirm, made_meanwhile, propose, split
from idp.people.ages import vietnam_day
from idp.people.model import Person
from idp.protocol.assurance import Acr
from idp.protocol.context import context_of
from idp.protocol.facts import GrantFacts, Realm
from idp.sessions.service import Proof, start_session
from idp.settings import Lifetimes
from tests.invariants import Subjects
from tests.organisations.samples import make_organisation
from tests.stores.mandate_samples import make_citizen
from tests.stores.samples import NOW, make_client

LIFE = Lifetimes()
ADULTS, CHILDREN, COMPANIES = 5, 2, 3
YEAR = timedelta(days=366)
_CLIENTS = ("first", "second")
_MERGE_WAITS = timedelta(days=7)


@dataclass
class City:
    """Who there is; the same for every sequence, which is rolled back."""

    adults: tuple[Person, ...]
    children: tuple[Person, ...]
    foreigner: Person
    companies: tuple[OrganisationId, ...]
    codes: tuple[str, ...]

    @property
    def people(self) -> tuple[Person, ...]:
        return (*self.adults, *self.children, self.foreigner)


def make_city() -> City:
    """Return people and organisations; `settle` stores them."""
    children = tuple(_born(f"20{10 + 4 * n}-06-0{n + 1}") for n in range(CHILDREN))
    foreigner = make_citizen()
    number = f"F{foreigner.profile.personal_id[1:]}"
    profile = replace(foreigner.profile, personal_id="", foreigner_id=number, nationality="KOR")
    codes = ("0200000007", "0201234569", "0800123459")
    return City(
        adults=tuple(make_citizen() for _ in range(ADULTS)),
        children=children,
        foreigner=replace(foreigner, profile=profile),
        companies=(),
        codes=codes,
    )


def _born(day: str) -> Person:
    person = make_citizen(birth_year=int(day[:4]))
    return replace(person, profile=replace(person.profile, birthdate=day))


def settle(tx: Any, city: City) -> None:
    """Store the city: each company with a director, each child with two parents."""
    occasion = Occasion(clock=Clock(lambda: NOW), now=NOW, txn="city")
    tx.people.add_many(city.people)
    for client_id in _CLIENTS:
        address = f"https://{client_id}.example/bcl"
        tx.clients.put(make_client(client_id, sector=client_id, backchannel_logout_uri=address), NOW)
    companies = [make_organisation(identifier=code) for code in city.codes]
    city.companies = tuple(one.organisation_id for one in companies)
    for place, company in enumerate(companies):
        tx.organisations.add(company)
        director = city.adults[place].person_id
        mandates.replace_representatives(
            tx, company.organisation_id, [director], actor="register:test", occasion=occasion
        )
    for place, child in enumerate(city.children):
        parents = [city.adults[place].person_id, city.adults[place + 1].person_id]
        mandates.replace_parents(tx, child.person_id, parents, actor="register:test", occasion=occasion)


@dataclass
class Life:
    """One sequence of steps in one transaction."""

    tx: Any
    city: City
    now: datetime = NOW
    subjects: Subjects = field(default_factory=Subjects)
    applied: list[LifeEvent] = field(default_factory=list)
    requests: list[LockRequest] = field(default_factory=list)
    merges: list[str] = field(default_factory=list)
    sessions: list[tuple[PersonId, str]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    _count: int = 0

    @property
    def occasion(self) -> Occasion:
        return Occasion(clock=Clock(lambda: self.now), now=self.now, txn="life")

    def one(self, place: int) -> Person:
        """Return a person, as they are now."""
        people = self.city.people
        return cast("Person", self.tx.people.get(people[place % len(people)].person_id))

    def one_number(self, person: Person) -> str:
        """Return the number somebody has now."""
        profile = cast("Person", self.tx.people.get(person.person_id)).profile
        return profile.personal_id or profile.foreigner_id

    def step(self, name: str, *numbers: int) -> None:
        """Do one thing, a second after the one before; count what came of it."""
        self.now += timedelta(seconds=1)
        came = STEPS[name](self, *numbers)
        self.counts[f"{name} {came}"] = self.counts.get(f"{name} {came}", 0) + 1

    def new_id(self) -> str:
        self._count += 1
        return f"{self._count}-{self.occasion.clock.token(4)}"


def _came(outcome: Any) -> str:
    if isinstance(outcome, Refused):
        return "refused"
    return "done" if isinstance(outcome, Done) else str(outcome)


# ---- what registers say ------------------------------------------------------------------------------------------


def _facts(life: Life, event_type: LifeEventType, n: int) -> Mapping[str, object]:
    """Return what an event of a type may say."""
    match event_type:
        case LifeEventType.DIED:
            return {"died_on": None}
        case LifeEventType.LOCKED | LifeEventType.UNLOCKED:
            return {"reference": "n"}
        case LifeEventType.CARD:
            return {"status": ("valid", "lost", "expired")[n % 3], "expires_on": _day(life, n)}
        case LifeEventType.RESIDENCE:
            return {"until": _day(life, n)}
        case LifeEventType.LEVEL:
            return {"account_level": n % 3}
        case LifeEventType.CORRECTED:
            return {"birthdate": f"{2004 + n % 16}-02-2{n % 9}", "gender": "female"}
        case LifeEventType.NUMBER_CHANGED:
            return _number(life, n)
        case LifeEventType.RELATIONS:
            return {"relations": _relations(life, n)}
        case _:
            return {}


_HAPPENS = tuple(one for one in LifeEventType if not one.value.startswith("organisation."))


def _day(life: Life, n: int) -> str | None:
    """Return a day around now, or none."""
    return None if n % 5 == 0 else (vietnam_day(life.now) + timedelta(days=n % 400 - 100)).isoformat()


def _number(life: Life, n: int) -> Mapping[str, object]:
    new = life.one(n).profile.personal_id if n % 4 == 0 else f"0311{n % 10_000_0000:08d}"
    return {"new": new or "031199999999", "cause": "data-corrected"}


def _relations(life: Life, n: int) -> list[dict[str, object]]:
    parents = [life.city.adults[(n + place) % ADULTS] for place in range(n % 3)]
    said: list[dict[str, object]] = [
        {"kind": "parent", "personal_id": life.one_number(one), "contested": n % 7 == 0} for one in parents
    ]
    if n % 2:
        guardian = life.city.adults[(n + 3) % ADULTS]
        said.append({"kind": "guardian", "personal_id": life.one_number(guardian), "contested": False})
    return said


def event_of_a_person(life: Life, kind: int, who: int, n: int, late: int) -> str:
    """A register speaks of somebody; it may have entered it up to some hours ago."""
    event_type = _HAPPENS[kind % len(_HAPPENS)]
    person = life.one(who)
    return _apply(
        life,
        LifeEvent(
            event_id=life.new_id(),
            type=event_type,
            entered_at=life.now - timedelta(hours=late),
            subject=Subject(personal_id=life.one_number(person)),
            facts=_facts(life, event_type, n),
        ),
    )


def event_of_an_organisation(life: Life, place: int, n: int, late: int) -> str:
    """A register speaks of an organisation: its status, or who represents it."""
    statuses = ("active", "suspended", "dissolved", "dissolving")
    kind, facts = LifeEventType.STATUS, cast("dict[str, object]", {"status": statuses[n % 4 if n % 3 else 0]})
    if n % 2 == 0:
        who = [life.city.adults[(n + at) % ADULTS] for at in range(n % 3)]
        said = [{"personal_id": life.one_number(one), "from": None} for one in who]
        kind, facts = LifeEventType.REPRESENTATIVES, {"representatives": said}
    return _apply(
        life,
        LifeEvent(
            event_id=life.new_id(),
            type=kind,
            entered_at=life.now - timedelta(hours=late),
            subject=Subject(tax_code=life.city.codes[place % COMPANIES]),
            facts=facts,
        ),
    )


def event_again(life: Life, place: int) -> str:
    """The feed brings something once more: it does nothing."""
    if not life.applied:
        return "none"
    before = _fingerprint(life.tx)
    came = apply_event(
        life.tx, life.applied[place % len(life.applied)], actor="register:test", occasion=life.occasion
    )
    assert came is Outcome.REPEATED, came
    assert _fingerprint(life.tx) == before, "an event that was applied did something again"
    return came.value


def _apply(life: Life, event: LifeEvent) -> str:
    came = apply_event(life.tx, event, actor="register:test", occasion=life.occasion)
    if came is not Outcome.UNKNOWN:
        life.applied.append(event)
    return f"{event.type} {came.value}"


def _fingerprint(tx: Any) -> list[Any]:
    """What an event may change, in figures."""
    return [
        tx.connection.exec_driver_sql(f"SELECT count(*) FROM {table}{where}").scalar_one()  # noqa: S608 - ours
        for table, where in (
            ("audit_events", ""),
            ("outbox", ""),
            ("mandates", " WHERE ended_at IS NULL"),
            ("grants", " WHERE revoked_at IS NULL"),
            ("sessions", " WHERE ended_at IS NULL"),
            ("people", " WHERE status = 'active'"),
        )
    ]


# ---- what people do ----------------------------------------------------------------------------------------------


def sign_in(life: Life, who: int, level: int) -> str:
    """Somebody proves themselves, as their account's level lets them."""
    person = cast("Person", life.tx.people.canonical(life.one(who).person_id))
    acr = (Acr.LOW, Acr.SUBSTANTIAL, Acr.HIGH)[level % 3] if person.account_level == 2 else Acr.LOW
    proof = Proof(
        person_id=person.person_id,
        auth_time=life.now,
        acr=acr,
        amr=("pwd", "otp"),
        ial=person.account_level,
        idp="national",
    )
    came = start_session(life.tx, proof, cookie=None, life=LIFE, occasion=life.occasion, realm=Realm.CITIZEN)
    if isinstance(came, Done):
        life.sessions.append((person.person_id, came.value))
    return _came(came)


def grant(life: Life, place: int, choice: int, n: int) -> str:
    """Somebody signed in lets a service act: for themselves, or in the name of another."""
    if not life.sessions:
        return "none"
    tx = life.tx
    person_id, cookie = life.sessions[place % len(life.sessions)]
    session = tx.sessions.find(cookie)
    if session is None or not session.is_live(life.now, LIFE):
        return "no session"
    person = tx.people.get(person_id)
    tx.people.lock(person_id)
    choices = [one for one in mandates.choices_of(tx, person, now=life.now) if one.obstacle is None]
    context = None
    if choice % 2 and choices:
        held = mandates.held(tx, person_id, choices[n % len(choices)].choice_id, now=life.now)
        if held is None:
            return "not held"
        context = context_of(held)
    client = ClientId(_CLIENTS[n % len(_CLIENTS)])
    first = life.occasion.clock.token()
    about = PersonId(context.principal_id) if context and context.kind.value == "ward" else person_id
    facts = GrantFacts(
        grant_id=GrantId(life.occasion.clock.token()),
        gid=Gid(life.occasion.clock.token()),
        client_id=client,
        person_id=person_id,
        sid=Sid(f"{session.session_id} {client}"),
        scopes=frozenset({"openid"}),
        audience="https://api.example",
        auth_time=session.auth_time,
        acr=session.acr,
        amr=session.amr,
        ial=session.ial,
        idp=session.idp,
        sub=tx.subjects.sub_for(about, client, first),
        context=context,
    )
    ends = life.now + LIFE.refresh_absolute
    if context is not None and context.ends_at is not None:
        ends = min(ends, context.ends_at)
    tx.grants.add(facts, session_id=session.session_id, offline=bool(n % 3), expires_at=ends, now=life.now)
    return "done" if context is None else context.kind.value


def appoint(life: Life, place: int, by: int, to: int, role: int) -> str:
    """Somebody who manages an organisation offers a mandate, and it is taken."""
    tx, company = life.tx, life.city.companies[place % COMPANIES]
    giver, taker = (life.city.adults[n % ADULTS] for n in (place % COMPANIES if by % 2 else by, to))
    taker_now = tx.people.get(taker.person_id)
    number = taker_now.profile.personal_id
    wanted = mandates.Offer(
        principal_id=company,
        invitee=mandates.invitee_of(number, taker_now.profile.full_name),
        extent=_extent(life, (Role.ADMINISTRATOR, Role.MAKER)[role % 2]),
        shown="somebody",
        waits_until=life.now + timedelta(days=14),
    )
    offered = mandates.offer(tx, wanted, by=giver.person_id, occasion=life.occasion)
    if not isinstance(offered, Done):
        return "refused"
    invitation: Invitation = offered.value
    return _came(mandates.accept(tx, invitation.invitation_id, by=taker.person_id, occasion=life.occasion))


def appoint_firm(life: Life, place: int, by: int, n: int) -> str:
    """An organisation lets another act for it, and one of that firm's people is named."""
    tx, companies = life.tx, life.city.companies
    principal, firm = companies[place % COMPANIES], companies[(place + 1) % COMPANIES]
    appointed = mandates.appoint_firm(
        tx,
        principal,
        firm,
        _extent(life, Role.MAKER),
        by=life.city.adults[(place % COMPANIES if by % 2 else by) % ADULTS].person_id,
        occasion=life.occasion,
    )
    if not isinstance(appointed, Done):
        return "refused"
    director = (place + 1) % COMPANIES
    head, named = (life.city.adults[each % ADULTS].person_id for each in (director, director if n % 2 else n))
    return _came(
        mandates.name_delegate(tx, appointed.value.appointment_id, named, by=head, occasion=life.occasion)
    )


def lay_down(life: Life, who: int, n: int) -> str:
    """Somebody lays one of their mandates down."""
    person_id = life.city.adults[who % ADULTS].person_id
    held = [one for one in life.tx.mandates.of_delegate(person_id) if not one.is_over(life.now)]
    if not held:
        return "none"
    return _came(
        mandates.end_by_person(
            life.tx,
            MandateId(held[n % len(held)].mandate_id),
            by=person_id,
            waits_until=life.now + timedelta(days=7),
            occasion=life.occasion,
        )
    )


def _extent(life: Life, role: Role) -> Extent:
    return Extent(role=role, services=("tax",), valid_from=life.now, valid_to=life.now + timedelta(days=200))


# ---- what the city does ------------------------------------------------------------------------------------------


def lock_by_hand(life: Life, who: int, n: int) -> str:
    """An operator locks or unlocks a record."""
    person = life.tx.people.canonical(life.one(who).person_id)
    change = open_ground if n % 2 else lift_ground
    changed = change(
        life.tx, person.person_id, Ground.CITY, "case", actor="operator:an", occasion=life.occasion
    )
    return str(changed)


def request(life: Life, who: int, wish: int) -> str:
    """An authority writes."""
    letter = Letter(authority="police", reference="12/CV", received_at=life.now)
    came = enter_request(
        life.tx,
        life.one(who).person_id,
        (Wish.LOCK, Wish.UNLOCK)[wish % 2],
        letter,
        holidays=(),
        actor="operator:an",
        occasion=life.occasion,
    )
    if isinstance(came, Done):
        life.requests.append(came.value)
    return _came(came)


def decide(life: Life, place: int, decision: int, by: int) -> str:
    """Somebody decides it: never who entered it."""
    if not life.requests:
        return "none"
    actor = ("operator:an", "operator:binh")[by % 2]
    came = decide_request(
        life.tx,
        life.requests[place % len(life.requests)].request_id,
        (Decision.GRANTED, Decision.REFUSED)[decision % 2],
        "reason",
        actor=actor,
        occasion=life.occasion,
    )
    assert actor == "operator:binh" or isinstance(came, Refused), "one pair of eyes decided"
    return _came(came)


def merge(life: Life, winner: int, loser: int) -> str:
    """Two stewards find that two records are one person's."""
    one, other = (life.city.adults[n % ADULTS].person_id for n in (winner, loser))
    wanted = Wanted(
        winner_id=one,
        loser_id=other,
        cause=Cause.NUMBERED_TWICE,
        dead_with_living=True,
        reason="one person",
        letter="3/CV",
    )
    proposed = propose(life.tx, wanted, waits=_MERGE_WAITS, actor="operator:an", occasion=life.occasion)
    if not isinstance(proposed, Done):
        return "refused"
    came = confirm(life.tx, proposed.value.merge_id, actor="operator:binh", occasion=life.occasion)
    if isinstance(came, Done):
        life.merges.append(proposed.value.merge_id)
    return _came(came)


def split_again(life: Life, place: int, n: int) -> str:
    """It was a mistake: what was made meanwhile goes to one of the two."""
    if not life.merges:
        return "none"
    merge_id = life.merges[place % len(life.merges)]
    found = life.tx.merges.get(merge_id)
    made = [one.name for one in made_meanwhile(life.tx, found)]
    to_winner = [name for at, name in enumerate(made) if (at + n) % 2]
    came = split(
        life.tx,
        merge_id,
        winners=to_winner,
        losers=[name for name in made if name not in to_winner],
        reason="two people",
        letter="4/CV",
        actor="operator:an",
        occasion=life.occasion,
    )
    return _came(came)


def time_passes(life: Life, seconds: int, days: int) -> str:
    """Time passes, and the jobs run that wait for it."""
    life.now += timedelta(seconds=seconds, days=days)
    tx, occasion = life.tx, life.occasion
    for appointment in tx.mandate_firms.due(life.now, 100):
        end_appointment(
            tx, appointment, "term over", actor="system", occasion=occasion, at=appointment.valid_to
        )
    for mandate in tx.mandates.due(life.now, 100):
        end_one(tx, mandate, "term over", actor="system", occasion=occasion, at=mandate.valid_to)
    today = vietnam_day(life.now)
    for person_id in tx.life_states.cards_over(today, 100):
        settle_card(tx, person_id, actor="system", occasion=occasion)
    for person_id in tx.life_states.residences_over(today, 100):
        settle_residence(tx, person_id, "", actor="system", occasion=occasion)
    for child in life.city.children:
        came_of_age(tx, child.person_id, 16, today, occasion=occasion)
    return "passed"


STEPS: Mapping[str, Callable[..., str]] = {
    one.__name__: one
    for one in (
        event_of_a_person,
        event_of_an_organisation,
        event_again,
        sign_in,
        grant,
        appoint,
        appoint_firm,
        lay_down,
        lock_by_hand,
        request,
        decide,
        merge,
        split_again,
        time_passes,
    )
}
