"""Parents and guardians on both engines: until when, and what a conflict blocks (DOMAIN §3.1)."""

from datetime import timedelta
from typing import Any

import pytest

from idp.database import Database
from idp.days import start_of
from idp.mandates.jobs import end_over
from idp.mandates.model import (
    MandateRefused,
    PrincipalKind,
    Role,
    Source,
)
from idp.mandates.service import (
    appoint_guardian,
    clear,
    contest,
    replace_parents,
)
from tests.stores.mandate_samples import (
    at,
    events_of,
    make_citizen,
    make_family,
    who,
)
from tests.stores.samples import DAY, NOW, do, see

DB = Database[Any]


async def test_both_parents_act_until_the_eighteenth_birthday(database: DB) -> None:
    child, mother, father = await make_family(database, "2008-03-05")
    held = await see(database, lambda tx: tx.mandates.of_principal(PrincipalKind.PERSON, child))
    assert who(held) == {mother, father}
    birthday = start_of((NOW + 3 * DAY).date())
    assert {one.valid_to for one in held} == {birthday}
    assert not any(one.is_live(birthday) for one in held)
    assert await end_over(database, at(birthday - timedelta(seconds=1))) == 0
    assert await end_over(database, at(birthday)) == 2
    over = await see(database, lambda tx: tx.mandates.of_principal(PrincipalKind.PERSON, child))
    assert {(one.ended_at, one.end_reason) for one in over} == {(birthday, "term over")}


@pytest.mark.parametrize("born", ["2008-03-02", "1990-01-01", "2008", ""])
async def test_nobody_acts_for_who_is_of_age_or_of_unknown_age(database: DB, born: str) -> None:
    child, _, _ = await make_family(database, born)
    assert await see(database, lambda tx: tx.mandates.of_principal(PrincipalKind.PERSON, child)) == ()


async def test_a_conflict_about_custody_blocks_both_until_a_desk_decides(database: DB) -> None:
    child, mother, father = await make_family(database)
    rests = await do(
        database, lambda tx: contest(tx, child, "letter 7", actor="operator:desk", occasion=at())
    )
    assert who(rests) == {mother, father}
    assert all(one.contested for one in rests)
    again = await do(
        database, lambda tx: contest(tx, child, "letter 7", actor="operator:desk", occasion=at())
    )
    assert again == ()
    new = make_citizen()

    def say(tx: Any) -> Any:
        tx.people.add(new)
        return replace_parents(tx, child, [mother, new.person_id], actor="register", occasion=at())

    assert all(one.contested for one in await do(database, say)), "the register settles no conflict"
    freed = await do(
        database, lambda tx: clear(tx, child, "decision 9", actor="operator:desk", occasion=at())
    )
    assert who(freed) == {mother, new.person_id}
    assert not any(one.contested for one in freed)
    assert len(await see(database, lambda tx: events_of(tx, "mandate:contested"))) == 1
    assert len(await see(database, lambda tx: events_of(tx, "mandate:cleared"))) == 1


async def test_a_court_appoints_a_guardian(database: DB) -> None:
    child, mother, _ = await make_family(database)
    guardian = make_citizen()
    await do(database, lambda tx: tx.people.add(guardian))

    def appoint(**given: Any) -> Any:
        values: dict[str, Any] = {
            "reference": "12/2026/QĐ-TA",
            "actor": "operator:desk",
            "occasion": at(),
        } | given
        return lambda tx: appoint_guardian(tx, child, guardian.person_id, **values)

    with pytest.raises(MandateRefused, match="term"):
        await do(database, appoint(valid_to=NOW))
    with pytest.raises(MandateRefused):
        await do(database, appoint(reference=""))
    mandate = await do(database, appoint(valid_to=NOW + 40 * 365 * DAY))
    assert (mandate.source, mandate.role, mandate.reference) == (Source.COURT, Role.GUARDIAN, "12/2026/QĐ-TA")
    assert mandate.valid_to == start_of((NOW + 0 * DAY).date().replace(year=2034)), "of age comes first"
    with pytest.raises(MandateRefused, match="already"):
        await do(database, appoint())
    with pytest.raises(MandateRefused, match="self"):
        await do(
            database,
            lambda tx: appoint_guardian(tx, mother, mother, reference="1", actor="x", occasion=at()),
        )
    await do(database, lambda tx: contest(tx, child, "7", actor="operator:desk", occasion=at()))
    assert not (await see(database, lambda tx: tx.mandates.get(mandate.mandate_id))).contested
