"""Some people with all that a life event may end, each thing with a name: what is alive is a set of names."""

from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import text

from idp.database import Database
from idp.ids import ClientId, HandleKind, OrganisationId, Sid
from idp.interactions.model import PasswordProof
from idp.life_events.model import LifeEvent, LifeEventType, Outcome, Subject
from idp.life_events.service import apply_event
from idp.mandates.model import Role, Source
from idp.mandates.service import replace_parents, replace_representatives
from idp.people.model import Person
from idp.protocol.acting import ContextKind, GrantContext
from idp.protocol.assurance import Acr
from idp.protocol.context import SELF
from idp.sessions.model import SessionClient
from tests.mandates.samples import make_mandate
from tests.organisations.samples import make_organisation
from tests.stores.mandate_samples import at, make_citizen, new_company
from tests.stores.samples import (
    DAY,
    HOUR,
    NOW,
    do,
    make_client,
    make_code,
    make_grant,
    make_handle,
    make_session,
)

_ids = iter(range(1, 10**9))


def _child() -> Person:
    person = make_citizen(birth_year=2015)
    return replace(person, profile=replace(person.profile, birthdate="2015-06-01"))


@dataclass
class Scene:
    """Mother, father, child, an employee and a stranger; a company whose only representative the mother is."""

    mother: Person = field(default_factory=make_citizen)
    father: Person = field(default_factory=make_citizen)
    child: Person = field(default_factory=_child)
    employee: Person = field(default_factory=make_citizen)
    stranger: Person = field(default_factory=make_citizen)
    company: OrganisationId = field(default_factory=new_company)
    company_code: str = "0200000007"
    names: dict[str, str] = field(default_factory=dict)
    """Id of a session, grant, mandate → its name here."""

    @property
    def people(self) -> tuple[Person, ...]:
        return (self.mother, self.father, self.child, self.employee, self.stranger)


async def make_scene(database: Database[Any]) -> Scene:
    scene = Scene()
    company = make_organisation(identifier=scene.company_code)
    scene.company = company.organisation_id

    def store(tx: Any) -> None:
        tx.people.add_many(scene.people)
        for client_id in ("first", "second"):
            logout = f"https://{client_id}.example/bcl"
            tx.clients.put(make_client(client_id, sector=client_id, backchannel_logout_uri=logout), NOW)
        tx.organisations.add(company)
        occasion = at(NOW - DAY)
        _named(
            scene,
            replace_representatives(
                tx, scene.company, [scene.mother.person_id], actor="register", occasion=occasion
            ),
            "mandate of mother for company",
        )
        parents = replace_parents(
            tx,
            scene.child.person_id,
            [scene.mother.person_id, scene.father.person_id],
            actor="register",
            occasion=occasion,
        )
        _named(scene, parents[:1], "mandate of mother for child")
        _named(scene, parents[1:], "mandate of father for child")
        administrator = make_mandate(
            principal_id=scene.company,
            delegate_id=scene.employee.person_id,
            source=Source.APPOINTED,
            role=Role.ADMINISTRATOR,
            appointed_by=f"person:{scene.mother.person_id}",
        )
        tx.mandates.add([administrator])
        _named(scene, [administrator], "mandate of employee for company")
        _signed_in(tx, scene)

    await do(database, store)
    return scene


def _signed_in(tx: Any, scene: Scene) -> None:
    by_name = {name: key for key, name in scene.names.items()}
    mother, father, employee, stranger, child = (
        *(scene.mother, scene.father, scene.employee, scene.stranger),
        scene.child,
    )
    high = _session(tx, scene, mother, "mother high", Acr.HIGH)
    low = _session(tx, scene, mother, "mother low", Acr.LOW)
    _grant(tx, scene, mother, "mother high", high, Acr.HIGH, "first")
    _grant(tx, scene, mother, "mother low", low, Acr.LOW, "second")
    _grant(tx, scene, mother, "mother offline", low, Acr.LOW, "second", offline=True)
    _grant(
        *(tx, scene, mother, "mother for company", low, Acr.LOW, "first"),
        context=_context(ContextKind.ORGANISATION, by_name["mandate of mother for company"], scene.company),
    )
    for who, name in ((mother, "mother"), (father, "father")):
        session = low if who is mother else _session(tx, scene, father, "father", Acr.SUBSTANTIAL)
        _grant(
            *(tx, scene, who, f"{name} for child", session, Acr.LOW, "second"),
            context=_context(ContextKind.WARD, by_name[f"mandate of {name} for child"], child.person_id),
        )
    at_work = _session(tx, scene, employee, "employee", Acr.SUBSTANTIAL)
    _grant(
        *(tx, scene, employee, "employee for company", at_work, Acr.SUBSTANTIAL, "first"),
        context=_context(ContextKind.ORGANISATION, by_name["mandate of employee for company"], scene.company),
    )
    _grant(tx, scene, employee, "employee", at_work, Acr.SUBSTANTIAL, "second")
    there = _session(tx, scene, stranger, "stranger", Acr.HIGH)
    _grant(tx, scene, stranger, "stranger", there, Acr.HIGH, "first")
    young = _session(tx, scene, child, "child", Acr.LOW)
    _grant(tx, scene, child, "child", young, Acr.LOW, "first")
    for person, name in ((mother, "mother"), (stranger, "stranger")):
        interaction = f"i-{next(_ids)}"
        tx.interactions.prove_password(
            PasswordProof(
                interaction_id=interaction,
                person_id=person.person_id,
                proved_at=NOW,
                expires_at=NOW + HOUR,
            )
        )
        scene.names[interaction] = f"sign-in of {name}"


def _context(kind: ContextKind, mandate_id: str, principal_id: str) -> GrantContext:
    return GrantContext(kind=kind, context_id=mandate_id, principal_id=principal_id)


def _session(tx: Any, scene: Scene, person: Person, name: str, acr: Acr) -> str:
    session = make_session(person.person_id, acr=acr)
    assert tx.sessions.add(session, make_handle(HandleKind.SESSION, person.person_id))
    scene.names[session.session_id] = f"session of {name}"
    return session.session_id


def _grant(
    tx: Any,
    scene: Scene,
    person: Person,
    name: str,
    session_id: str,
    acr: Acr,
    client_id: str,
    *,
    offline: bool = False,
    context: GrantContext | None = None,
) -> None:
    grant = make_grant(
        person.person_id,
        ClientId(client_id),
        acr=acr,
        context=context,
        sub=f"sub {name}",
        sid=Sid(f"{session_id} at {client_id}"),
    )
    tx.grants.add(grant, session_id=session_id, offline=offline, expires_at=NOW + 90 * DAY, now=NOW)
    tx.codes.add(make_code(grant, session_id))
    tx.sessions.reach(
        SessionClient(
            session_id=session_id,
            client_id=ClientId(client_id),
            sid=grant.sid,
            sub=grant.sub,
            reached_at=NOW,
            context_id=SELF if context is None else context.context_id,
        )
    )
    scene.names[grant.grant_id] = f"grant of {name}"


def _named(scene: Scene, mandates: Any, name: str) -> None:
    for one in mandates:
        scene.names[one.mandate_id] = name


_ALIVE = {
    "SELECT session_id FROM sessions WHERE ended_at IS NULL",
    "SELECT grant_id FROM grants WHERE revoked_at IS NULL",
    "SELECT mandate_id FROM mandates WHERE ended_at IS NULL",
    "SELECT interaction_id FROM password_proofs WHERE spent_at IS NULL",
}


async def alive(database: Database[Any], scene: Scene) -> set[str]:
    """What nothing has ended, by its name."""

    def read(tx: Any) -> set[str]:
        ids = {row[0] for query in _ALIVE for row in tx.connection.execute(text(query))}
        return {scene.names[one] for one in ids if one in scene.names}

    found: set[str] = await database.read(read)
    return found


async def ended_by(database: Database[Any], scene: Scene, happens: Any) -> set[str]:
    """Let something happen; return what it ended."""
    before = await alive(database, scene)
    await happens()
    return before - await alive(database, scene)


async def told(database: Database[Any]) -> set[tuple[str, str]]:
    """Which services will get a logout token, and of which sub."""

    def read(tx: Any) -> set[tuple[str, str]]:
        messages = (
            *tx.deliveries.of_client(ClientId("first"), limit=50),
            *tx.deliveries.of_client(ClientId("second"), limit=50),
        )
        return {(one.client_id, one.payload.get("sub", "")) for one in messages}

    found: set[tuple[str, str]] = await database.read(read)
    return found


async def happen(
    database: Database[Any],
    event_type: LifeEventType | str,
    person: Person | None = None,
    /,
    *,
    tax_code: str = "",
    number: str = "",
    event_id: str = "",
    after: Any = None,
    **facts: object,
) -> Outcome:
    """Apply an event about somebody, entered `after` the beginning of the tests."""
    personal_id = number or ("" if person is None else person.profile.personal_id)
    event = LifeEvent(
        event_id=event_id or f"event-{next(_ids)}",
        type=str(event_type),
        entered_at=NOW if after is None else NOW + after,
        subject=Subject(personal_id=personal_id, tax_code=tax_code),
        facts=facts,
    )
    return await do(database, lambda tx: apply_event(tx, event, actor="register:test", occasion=at()))
