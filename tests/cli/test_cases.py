"""hpid cases, as officials type it; a desk that unlocks closes the plain lock."""

from functools import partial
from typing import Any

import pytest

from idp.audit.events import EventType
from idp.cases.model import CaseKind
from idp.cases.service import open_case
from idp.database import Done
from idp.ids import PersonId
from idp.life_events.service import lock_own
from tests.cli.conftest import Office
from tests.server import ServedWorld

pytestmark = pytest.mark.network


def _open(tx: Any, *, world: ServedWorld, person_id: PersonId, kind: CaseKind) -> Done[str]:
    facts = {"event_id": "e", "said": "guided"}
    return Done(open_case(tx, kind, person_id, facts, about="e", occasion=world.occasion))


def _lock(tx: Any, *, world: ServedWorld, person_id: PersonId) -> Done[str]:
    return Done(lock_own(tx, person_id, "signed in", occasion=world.occasion).case)


async def test_cases_are_listed_shown_closed_and_questions_answered(
    office: Office, world: ServedWorld
) -> None:
    person_id = (await world.person()).person_id
    case, question = [
        await world.write(partial(_open, world=world, person_id=person_id, kind=kind))
        for kind in (CaseKind.NOT_ME, CaseKind.QUESTION)
    ]
    hpid = office.installation.run
    rows = (await hpid("cases", "list", "--json")).json
    assert {case, question} <= {row["case_id"] for row in rows}
    shown = (await hpid("cases", "show", case, "--json")).json
    assert (shown["record"], shown["facts"]) == (person_id, ["event_id: e", "said: guided"])
    looked = [
        one.payload["what"]
        for one in await world.records(EventType.PERSON_LOOKED_AT)
        if one.subject_ref == f"person:{person_id}"
    ]
    assert looked == ["case"]
    assert "answered" in (await hpid("cases", "close", question, "--outcome", "x")).refusal
    assert (
        await hpid("cases", "answer", question, "--text", "a court asked")
    ).out == f"{question} is answered\n"
    assert (await hpid("cases", "close", case, "--outcome", "card seen")).out == f"{case} is closed\n"
    assert (await hpid("cases", "close", case, "--outcome", "again")).refusal == "it is closed"
    closed = (await hpid("cases", "show", question, "--json")).json
    assert (closed["state"], closed["outcome"]) == ("closed", "a court asked")
    assert (await hpid("cases", "show", "none")).refusal == "no case none"


async def test_a_desk_unlocks_what_its_holder_locked_and_the_case_is_closed(
    office: Office, world: ServedWorld
) -> None:
    person_id = (await world.person()).person_id
    case = await world.write(partial(_lock, world=world, person_id=person_id))
    done = await office.installation.run("people", "unlock", person_id, "--reason", "card seen, desk 3")
    assert done.out == f"{person_id} is active\n"
    shown = (await office.installation.run("cases", "show", case, "--json")).json
    assert (shown["kind"], shown["state"], shown["outcome"]) == ("locked", "closed", "card seen, desk 3")
