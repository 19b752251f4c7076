"""hpid merges and hpid conflicts, as two stewards type them."""

from dataclasses import replace
from typing import Any

import pytest

from idp.cli.context import operator
from idp.conflicts.model import ConflictKind
from idp.conflicts.service import open_conflict
from idp.database import Done
from idp.merges.model import Cause
from idp.merges.service import Wanted, propose
from idp.people.model import Person
from tests.cli.conftest import Office
from tests.server import ServedWorld

pytestmark = pytest.mark.network

REASON = ("--reason", "one person, two numbers", "--letter", "12/CAHP")


async def _pair(world: ServedWorld) -> tuple[Person, Person]:
    made = []
    for number in ("031184990071", "031184990072"):
        person = await world.person()
        person = replace(person, profile=replace(person.profile, personal_id=number))
        await world.write(lambda tx, p=person: Done(tx.people.update(p)))
        made.append(person)
    return made[0], made[1]


async def test_two_stewards_merge_and_one_splits(office: Office, world: ServedWorld) -> None:
    winner, loser = await _pair(world)
    hpid = office.installation.run
    sub = await world.write(
        lambda tx: Done(tx.subjects.sub_for(loser.person_id, office.rp.client_id, "of-l"))
    )

    refused = await hpid("merges", "propose", winner.person_id, loser.person_id, *REASON)
    assert "give --cause" in refused.refusal
    cause = ("--cause", "numbered-twice")
    proposed = await hpid("merges", "propose", winner.person_id, loser.person_id, *REASON, *cause)
    merge_id = proposed.out.split()[0]
    assert "another steward" in (await hpid("merges", "confirm", merge_id)).refusal
    await hpid("merges", "withdraw", merge_id, "--reason", "proposed by the wrong steward")

    wanted = Wanted(
        winner_id=winner.person_id,
        loser_id=loser.person_id,
        cause=Cause.NUMBERED_TWICE,
        reason="one person",
        letter="12/CAHP",
    )
    life = world.provider.settings.life
    merge = await world.write(
        lambda tx: propose(
            tx, wanted, waits=life.merge_proposal, actor="operator:another", occasion=world.occasion
        )
    )
    done = await hpid("merges", "confirm", merge.merge_id)
    assert f"{winner.person_id} stands for {loser.person_id}" in done.out
    (row,) = (await hpid("merges", "report", merge.merge_id, "--json")).json
    assert (row["winner"], row["loser"], row["told"]) == (None, sub, sub)
    shown = (await hpid("merges", "show", merge.merge_id, "--json")).json
    assert (shown["state"], shown["letter"], shown["made_meanwhile"]) == ("merged", "12/CAHP", [])
    locked = await hpid("people", "lock", loser.person_id, "--reason", "x")
    assert f"{winner.person_id} stands for" in locked.refusal

    await hpid("merges", "split", merge.merge_id, *REASON)
    found = (await hpid("merges", "list", "--person", loser.person_id, "--json")).json
    assert [one["state"] for one in found] == ["withdrawn", "split"]


async def test_the_queue_is_worked_with_reasons(office: Office, world: ServedWorld) -> None:
    person = await world.person()

    def leave(tx: Any) -> Done[str]:
        return Done(
            open_conflict(
                tx,
                kind=ConflictKind.CONTRADICTION,
                people=(person.person_id,),
                facts={"fields": "name"},
                occasion=world.occasion,
            )
        )

    conflict_id = await world.write(leave)
    hpid = office.installation.run
    await hpid("conflicts", "assign", conflict_id)
    listed = (await hpid("conflicts", "list", "--kind", "contradiction", "--json")).json
    (row,) = [one for one in listed if one["conflict_id"] == conflict_id]
    assert (row["assignee"], row["records"]) == (operator(), [person.person_id])
    assert (await hpid("conflicts", "show", conflict_id, "--json")).json["facts"] == ["fields: name"]
    await hpid("conflicts", "dismiss", conflict_id, "--reason", "papers seen")
    assert "closed" in (await hpid("conflicts", "resolve", conflict_id, "--reason", "again")).refusal
    assert (await hpid("conflicts", "show", conflict_id, "--json")).json["state"] == "dismissed"
