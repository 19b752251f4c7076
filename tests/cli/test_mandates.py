"""`hpid mandates`: what desks do until they have pages, each in the record."""

from dataclasses import replace
from typing import Any

import pytest

from idp.database import Done
from tests.cli.conftest import Office
from tests.organisations.samples import make_organisation
from tests.server import ServedWorld

pytestmark = pytest.mark.network


async def test_a_desk_appoints_looks_and_ends(office: Office, world: ServedWorld) -> None:
    company, person = make_organisation(), await world.person()
    await world.write(lambda tx: Done(tx.organisations.add(company)))
    run = office.installation.run
    words = (
        "--role",
        "maker",
        "--area",
        "tax",
        "--area",
        "land",
        "--until",
        "2099-12-31",
        "--reason",
        "letter 3",
    )
    ran = await run("mandates", "appoint", company.organisation_id, person.person_id, *words)
    mandate_id = ran.out.split()[0]
    (row,) = (await run("mandates", "of", "--organisation", company.organisation_id, "--json")).json
    assert (row["mandate_id"], row["areas"], row["until"]) == (mandate_id, ["land", "tax"], "2099-12-31")
    await run("mandates", "end", mandate_id, "--reason", "letter 4")
    (row,) = (await run("mandates", "of", "--person", person.person_id, "--json")).json
    assert row["ended"].endswith("letter 4")
    again = await run("mandates", "end", mandate_id, "--reason", "letter 4")
    assert again.refusal == f"no mandate {mandate_id} goes on"
    refused = await run(
        "mandates", "appoint", company.organisation_id, person.person_id, *words[:-4], "--until", "2020-01-01",
        "--reason", "letter 5",
    )  # fmt: skip
    assert refused.refusal == "a rule forbids it: term"


async def test_a_desk_settles_a_conflict_about_custody(office: Office, world: ServedWorld) -> None:
    child, mother, father = [await world.person() for _ in range(3)]
    profile = replace(child.profile, birthdate="2018-03-02")
    await world.write(lambda tx: Done(tx.people.update(replace(child, profile=profile))))
    run = office.installation.run
    ran = await run("mandates", "parents", child.person_id, mother.person_id, father.person_id)
    assert ran.out.strip().endswith("2")

    async def contested() -> list[Any]:
        rows = (await run("mandates", "of", "--ward", child.person_id, "--json")).json
        return [row["contested"] for row in rows]

    await run("mandates", "contest", child.person_id, "--reason", "case 7")
    assert await contested() == [True, True]
    await run("mandates", "clear", child.person_id, "--reason", "decision 9")
    assert await contested() == [False, False]
    nothing = await run("mandates", "clear", child.person_id, "--reason", "decision 9")
    assert nothing.refusal == f"no parent's mandate for {child.person_id} is to be changed"
    aunt = await world.person()
    await run("mandates", "guardian", child.person_id, aunt.person_id, "--decision", "12/2026/QĐ-TA")
    (row,) = (await run("mandates", "of", "--person", aunt.person_id, "--json")).json
    assert (row["role"], row["until"]) == ("guardian", "2036-03-01")
