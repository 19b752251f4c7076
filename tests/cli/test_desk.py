"""`hpid desk`: a case opened, its paper printed once, the case listed and shown without a number."""

import re
from dataclasses import replace

import pytest

from idp.database import Done
from idp.people.model import Address, IdentifierScheme
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
