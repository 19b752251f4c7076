"""`hpid desk`: a case opened, its paper printed once, the case listed and shown without a number."""

import re
from dataclasses import replace

import pytest

from idp.database import Done, Refused
from idp.people.model import Address, IdentifierScheme
from idp.recovery.service import Paper, confirm_case
from idp.transaction import Tx
from tests.cli.conftest import Office
from tests.server import ServedWorld
from tests.stores.desk_samples import make_desk_official

pytestmark = pytest.mark.network
_NUMBER = "031184000058"
_CASE = re.compile(r"Case: ([0-9A-Z]{4}-[0-9A-Z]{4})")
_CODE = re.compile(r"One-time code:\s+((?:[0-9A-Z]{4}-){3}[0-9A-Z]{4})")


async def test_an_official_opens_a_case_and_its_paper_is_printed_once(
    office: Office, world: ServedWorld
) -> None:
    person, _ = await world.citizen("desk-subject")
    own = await world.person("desk-official")
    elsewhere = replace(own, profile=replace(own.profile, address=Address(ward_code="11407", detail="số 2")))

    def add(tx: Tx) -> Done[None]:
        tx.people.add_identifier(person.person_id, IdentifierScheme.PERSONAL_ID, _NUMBER, now=world.time())
        tx.people.update(elsewhere)
        assert tx.officials.add(make_desk_official(own, "CB-DESK"))
        return Done(None)

    await world.write(add)
    seen = ("--method", "card-chip", "--outcome", "proved", "--until", "2049-05-30")
    given = ("--person", _NUMBER, "--document", "D0001234")
    ran = await office.installation.run("desk", "open", "--official", "CB-DESK", *seen, *given)
    case, code = _CASE.search(ran.out), _CODE.search(ran.out)
    assert case is not None, ran.err
    assert code is not None
    shown = (await office.installation.run("desk", "show", case[1].lower(), "--json")).json
    assert (shown["outcome"], shown["used"], shown["wrong_codes"]) == ("proved", False, 0)
    listed = await office.installation.run("desk", "list", "--person", person.person_id, "--json")
    assert [one["case"] for one in listed.json] == [case[1]]
    assert not any(secret in str(shown) + listed.out for secret in (_NUMBER, "D0001234", code[1]))
    again = await office.installation.run("desk", "confirm", case[1], "--official", "CB-DESK")
    assert "another official" in again.refusal


async def test_who_types_the_numbers_of_two_officials_is_not_two(office: Office, world: ServedWorld) -> None:
    """An official's way back takes two at the desk, told apart by who logged in as well (SECURITY G02)."""
    person, _ = await world.citizen("desk-privileged")
    first, second = await world.person("desk-first"), await world.person("desk-second")
    number = "031184000066"
    homes = [
        replace(one, profile=replace(one.profile, address=Address(ward_code="11407", detail=f"số {at}")))
        for at, one in enumerate((first, second), start=11)
    ]

    def add(tx: Tx) -> Done[None]:
        tx.people.add_identifier(person.person_id, IdentifierScheme.PERSONAL_ID, number, now=world.time())
        for one, employee in zip((*homes, person), ("CB-ONE", "CB-TWO", "CB-THREE"), strict=True):
            assert tx.officials.add(make_desk_official(one, employee))
        for one in homes:
            tx.people.update(one)
        return Done(None)

    await world.write(add)
    seen = ("--method", "card-chip", "--outcome", "proved", "--until", "2049-05-30")
    given = ("--person", number, "--document", "D0001235")
    ran = await office.installation.run("desk", "open", "--official", "CB-ONE", *seen, *given)
    assert "waits for another official" in ran.out, ran.err
    case = ran.out.split()[0]
    alone = await office.installation.run("desk", "confirm", case, "--official", "CB-TWO")
    assert "another operator" in alone.refusal
    assert _CODE.search(alone.out) is None
    waits = (await office.installation.run("desk", "show", case, "--json")).json
    assert (waits["waits"], waits["confirmed_by"]) == (True, None)

    def by_another(tx: Tx) -> Done[Paper] | Refused:
        waits = world.provider.settings.life.desk_code
        return confirm_case(
            tx, case, "CB-TWO", waits=waits, entered_by="operator:another", occasion=world.occasion
        )

    assert (await world.write(by_another)).code is not None
