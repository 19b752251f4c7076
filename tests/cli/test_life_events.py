"""`hpid life-events` and written requests: by hand what a register said, in four eyes what an authority wrote."""

from dataclasses import replace

import pytest

from idp.database import Done
from idp.people.model import Person, PersonStatus
from idp.transaction import Tx
from tests.cli.conftest import Office
from tests.server import ServedWorld

pytestmark = pytest.mark.network
_NUMBER = "031184000551"


async def _status(world: ServedWorld, person: Person) -> PersonStatus:
    found = await world.provider.database.read(lambda tx: tx.people.get(person.person_id))
    assert found is not None
    return found.status


async def test_a_request_is_decided_by_another_and_a_refusal_says_why(
    office: Office, world: ServedWorld
) -> None:
    person = await world.person()
    run = office.installation.run
    entered = await run(
        *(
            "people",
            "lock-request",
            person.person_id,
            "--authority",
            "Công an thành phố",
            "--letter",
            "12/CV",
        ),
        LOGNAME="an",
    )
    request = entered.out.split()[0]
    own = await run("people", "decide", request, "granted", LOGNAME="an")
    assert "another must" in own.refusal
    assert await _status(world, person) is PersonStatus.ACTIVE
    await run("people", "decide", request, "granted", LOGNAME="binh")
    assert await _status(world, person) is PersonStatus.LOCKED
    by_hand = await run("people", "unlock", person.person_id, "--reason", "x")
    assert "written-request" in by_hand.refusal


async def test_an_event_is_applied_by_hand_once(office: Office, world: ServedWorld) -> None:
    person = await world.person()

    def number(tx: Tx) -> Done[None]:
        tx.people.update(replace(person, profile=replace(person.profile, personal_id=_NUMBER)))
        return Done(None)

    await world.write(number)
    died = ("life-events", "apply", "person.died", "--number", _NUMBER, "--event-id", "paper-7")
    assert (await office.installation.run(*died)).out == "applied\n"
    assert (await office.installation.run(*died)).out == "repeated\n"
    assert await _status(world, person) is PersonStatus.DECEASED
