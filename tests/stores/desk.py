"""A one-stop desk for tests of stores: its people, the papers they hand over, and what a code binds."""

from dataclasses import dataclass
from typing import Any

from idp.audit.events import EventType
from idp.credentials.recovery_code import read_code
from idp.database import Database
from idp.officials.model import Official
from idp.people.model import Person
from idp.recovery.service import Binding, Paper, bind
from tests.stores.desk_samples import (
    HOLD,
    linked,
    make_desk_official,
    occasion,
    opened,
    seen,
)
from tests.stores.mandate_samples import events_of, make_citizen
from tests.stores.samples import NOW, do, see


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Two officials at one desk, and a citizen before them."""

    trang: Official
    binh: Official
    citizen: Person


async def staffed(database: Database[Any]) -> Desk:
    """Put both officials and the citizen into the database."""
    people = [make_citizen() for _ in range(3)]
    trang, binh = make_desk_official(people[0], "CB1"), make_desk_official(people[1], "CB2")

    def add(tx: Any) -> None:
        tx.people.add_many(people)
        tx.officials.add(trang)
        tx.officials.add(binh)
        tx.upstreams.add(linked(people[2].person_id))

    await do(database, add)
    return Desk(trang=trang, binh=binh, citizen=people[2])


def typed(paper: Paper) -> str:
    """The code as it comes from the page."""
    assert paper.code is not None
    code = read_code(paper.code)
    assert code is not None
    return code


def binding(**changes: Any) -> Binding:
    return Binding(**({"password_hash": "$argon2id$new"} | changes))


async def bound(database: Database[Any], paper: Paper, moment: Any = NOW, **changes: Any) -> bool:
    case_id, code = paper.case.case_id, typed(paper)
    outcome = await database.transact(
        lambda tx: bind(tx, case_id, code, binding(**changes), hold=HOLD, occasion=occasion(moment))
    )
    done: bool = outcome.unwrap()
    return done


async def paper_of(database: Database[Any], desk: Desk, **changes: Any) -> Paper:
    paper = await opened(database, seen(desk.citizen.person_id, desk.trang, **changes))
    assert isinstance(paper, Paper), paper
    return paper


async def recorded(database: Database[Any], event: EventType) -> list[Any]:
    found: list[Any] = await see(database, lambda tx: events_of(tx, event))
    return found
