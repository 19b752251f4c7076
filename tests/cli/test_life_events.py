"""`hpid life-events` and written requests: by hand what a register said, in four eyes what an authority wrote."""

import json
from dataclasses import replace
from functools import partial

import pytest

from idp.audit.events import EventType
from idp.cli.context import operator
from idp.database import Done
from idp.life_events.model import Wish
from idp.life_events.service import Letter, enter_request
from idp.people.model import Person, PersonStatus
from idp.transaction import Tx
from tests.cli.conftest import Office
from tests.server import ServedWorld

pytestmark = pytest.mark.network
_NUMBER, _WAITING_NUMBER = "031184000551", "031184000569"


async def _status(world: ServedWorld, person: Person) -> PersonStatus:
    found = await world.provider.database.read(lambda tx: tx.people.get(person.person_id))
    assert found is not None
    return found.status


async def test_a_request_is_decided_by_another_and_a_refusal_says_why(
    office: Office, world: ServedWorld
) -> None:
    person = await world.person()
    run = office.installation.run
    asked = ("people", "lock-request", person.person_id)
    entered = await run(*asked, "--authority", "Công an thành phố", "--letter", "12/CV", LOGNAME="an")
    request = entered.out.split()[0]
    for name in ("an", "binh"):  # a name that anybody may give themselves makes nobody another
        own = await run("people", "decide", request, "granted", LOGNAME=name, USER=name)
        assert "another must" in own.refusal
    assert await _status(world, person) is PersonStatus.ACTIVE
    letter = Letter(authority="Công an thành phố", reference="13/CV", received_at=world.occasion.now)
    of_another = partial(
        enter_request,
        person_id=person.person_id,
        wish=Wish.LOCK,
        letter=letter,
        holidays=frozenset(),
        actor="operator:binh",
        occasion=world.occasion,
    )
    request = (await world.write(of_another)).request_id
    await run("people", "decide", request, "granted")
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


async def test_what_waits_is_listed_masked_and_who_reads_it_in_full_is_on_record(
    office: Office, world: ServedWorld
) -> None:
    person, run = await world.person(), office.installation.run

    def number(tx: Tx) -> Done[None]:
        tx.people.update(replace(person, profile=replace(person.profile, personal_id=_WAITING_NUMBER)))
        return Done(None)

    await world.write(number)
    said = '{"gender": "Nguyễn Văn Nam", "birthdate": "?"}'
    asked = await run(
        "life-events", "apply", "person.corrected", "--facts", said, "--number", _WAITING_NUMBER
    )
    assert asked.out == "unresolved\n"
    listed = await run("life-events", "waiting", "--json")
    (row,) = json.loads(listed.out)
    assert "•" in row["number"]
    assert _WAITING_NUMBER not in listed.out
    assert "Nguyễn Văn Nam" not in listed.out
    shown = await run("life-events", "show", row["id"])
    assert _WAITING_NUMBER in shown.out
    looks = await world.records(EventType.LIFE_EVENT_READ)
    (event,) = [one for one in looks if one.subject_ref == f"person:{person.person_id}"]
    assert event.actor == operator()
    assert _WAITING_NUMBER not in str(event.payload)
