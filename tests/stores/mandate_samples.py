"""Companies, a firm and a family, kept in the database, and the use cases of mandates as tests call them."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from idp.audit.occasion import Occasion
from idp.clock import Clock
from idp.database import Database, Done, Refused
from idp.ids import OrganisationId, PersonId
from idp.mandates.model import (
    Extent,
    Invitation,
    Mandate,
    MandateRefused,
    PrincipalKind,
    Role,
    Rule,
)
from idp.mandates.service import (
    Offer,
    accept,
    end_by_person,
    invitee_of,
    name_delegate,
    offer,
    replace_parents,
    replace_representatives,
)
from idp.people.model import Person
from tests.mandates.samples import make_appointment, make_extent
from tests.stores.samples import DAY, NOW, do, make_person

_fresh = Clock(lambda: NOW)
WEEK = timedelta(days=7)


def at(moment: Any = NOW) -> Occasion:
    return Occasion(clock=Clock(lambda: moment), now=moment, txn="test")


def new_company() -> OrganisationId:
    return OrganisationId(_fresh.person_id())


_numbers = iter(range(100, 1_000_000))


def make_citizen(**changes: Any) -> Person:
    """A person of level 02 with a number of their own."""
    number = f"031190{next(_numbers):06d}"
    person = make_person(f"Nguyễn Thị Hoà {number}", personal_id=number, birthdate="1990-04-01")
    return replace(person, **changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """A company with its director and people who hold nothing yet."""

    organisation_id: OrganisationId
    director: Person
    people: tuple[Person, ...]


async def make_company(database: Database[Any], people: int = 3) -> Company:
    organisation_id = new_company()
    director, *others = (make_citizen() for _ in range(people + 1))

    def store(tx: Any) -> None:
        tx.people.add_many((director, *others))
        replace_representatives(
            tx, organisation_id, [director.person_id], actor="register", occasion=at(NOW - DAY)
        )

    await do(database, store)
    return Company(organisation_id=organisation_id, director=director, people=tuple(others))


def an_offer(company: Company, to: Person, extent: Extent) -> Offer:
    return Offer(
        principal_id=company.organisation_id,
        invitee=invitee_of(to.profile.personal_id, to.profile.full_name),
        extent=extent,
        shown="somebody",
        waits_until=NOW + 14 * DAY,
    )


async def outcome_of(database: Database[Any], fn: Any) -> Any:
    """Run a use case in one transaction; return its value, or the rule it broke."""
    outcome: Done[Any] | Refused = await database.transact(fn)
    if isinstance(outcome, Refused):
        assert isinstance(outcome.error, MandateRefused)
        return outcome.error.rule
    return outcome.value


async def offered(
    database: Database[Any], company: Company, to: Person, *, by: Person | None = None, **extent: Any
) -> Invitation | Rule:
    wanted = an_offer(company, to, make_extent(**extent))
    giver = (by or company.director).person_id
    found: Invitation | Rule = await outcome_of(
        database, lambda tx: offer(tx, wanted, by=giver, occasion=at())
    )
    return found


async def appointed(
    database: Database[Any], company: Company, to: Person, *, by: Person | None = None, **extent: Any
) -> Mandate:
    invitation = await offered(database, company, to, by=by, **extent)
    assert isinstance(invitation, Invitation), invitation
    taken = await outcome_of(
        database, lambda tx: accept(tx, invitation.invitation_id, by=to.person_id, occasion=at())
    )
    assert isinstance(taken, Mandate), taken
    return taken


async def administrator(database: Database[Any], company: Company, to: Person, **extent: Any) -> Mandate:
    return await appointed(database, company, to, role=Role.ADMINISTRATOR, **extent)


def of_company(tx: Any, company: Company) -> tuple[Mandate, ...]:
    """What goes on of a company's mandates."""
    found = tx.mandates.of_principal(PrincipalKind.ORGANISATION, company.organisation_id)
    return tuple(one for one in found if one.ended_at is None)


def events_of(tx: Any, event_type: str) -> list[str]:
    """Ids of the events of a type."""
    from sqlalchemy import text

    rows = tx.connection.execute(
        text("SELECT event_id FROM audit_events WHERE type = :type"), {"type": event_type}
    )
    return [row.event_id for row in rows]


def who(mandates: tuple[Mandate, ...]) -> set[PersonId]:
    return {one.delegate_id for one in mandates}


def ending(mandate: Mandate, by: PersonId) -> Any:
    """The use case by which a person ends a mandate."""
    return lambda tx: end_by_person(tx, mandate.mandate_id, by=by, waits_until=NOW + WEEK, occasion=at())


async def make_firm_with_client(database: Database[Any]) -> tuple[Company, Company, str]:
    """A firm with its director and one of its people, and a client that appointed it."""
    firm, client = await make_company(database), await make_company(database)
    await appointed(database, firm, firm.people[0], role=Role.VIEWER)
    appointment = make_appointment(principal_id=client.organisation_id, firm_id=firm.organisation_id)
    await do(database, lambda tx: tx.mandate_firms.add(appointment))
    return firm, client, appointment.appointment_id


def naming(appointment_id: str, delegate: PersonId, by: PersonId) -> Any:
    """The use case by which a firm names one of its people for a client."""
    return lambda tx: name_delegate(tx, appointment_id, delegate, by=by, occasion=at())


async def make_family(
    database: Database[Any], born: str = "2016-03-02"
) -> tuple[PersonId, PersonId, PersonId]:
    """A child, and the mother and the father the register knows."""
    child, mother, father = make_citizen(), make_citizen(), make_citizen()
    child = replace(child, profile=replace(child.profile, birthdate=born))

    def store(tx: Any) -> None:
        tx.people.add_many((child, mother, father))
        replace_parents(
            tx, child.person_id, [mother.person_id, father.person_id], actor="register", occasion=at()
        )

    await do(database, store)
    return child.person_id, mother.person_id, father.person_id
