"""What people of the city do: sign in, let services act, let others act for them."""

from datetime import timedelta
from typing import cast

from idp.database import Done
from idp.ids import ClientId, Gid, GrantId, MandateId, PersonId, Sid
from idp.mandates import service as mandates
from idp.mandates.model import Extent, Invitation, Role
from idp.people.model import Person
from idp.protocol.assurance import Acr
from idp.protocol.context import context_of
from idp.protocol.facts import GrantFacts
from idp.sessions.service import Proof, start_session
from tests.life_events.city import ADULTS, CLIENTS, COMPANIES
from tests.life_events.life import LIFE, Life, came_of


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
    came = start_session(life.tx, proof, cookie=None, arrival=None, life=LIFE, occasion=life.occasion)
    if isinstance(came, Done):
        life.sessions.append((person.person_id, came.value.cookie))
    return came_of(came)


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
    client = ClientId(CLIENTS[n % len(CLIENTS)])
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
    return came_of(mandates.accept(tx, invitation.invitation_id, by=taker.person_id, occasion=life.occasion))


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
    return came_of(
        mandates.name_delegate(tx, appointed.value.appointment_id, named, by=head, occasion=life.occasion)
    )


def lay_down(life: Life, who: int, n: int) -> str:
    """Somebody lays one of their mandates down."""
    person_id = life.city.adults[who % ADULTS].person_id
    held = [one for one in life.tx.mandates.of_delegate(person_id) if not one.is_over(life.now)]
    if not held:
        return "none"
    return came_of(
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
