"""Offers, proposals and firms' appointments as kept on both engines: each found, closed and ended alone, and once."""

from dataclasses import replace
from typing import Any

from idp.database import Database
from idp.ids import OrganisationId
from idp.mandates.model import Invitation, Invitee, Role
from idp.people.model import Person
from tests.mandates.samples import make_appointment, make_mandate, make_removal
from tests.stores.mandate_samples import make_citizen
from tests.stores.samples import DAY, HOUR, NOW, do, see

DB = Database[Any]
HERE, ELSEWHERE, THIRD = (OrganisationId(name) for name in ("here", "elsewhere", "third"))
AN, BINH = (Invitee(number=f"03119000000{last}", name_fold="nguyen an") for last in "12")


async def _giver(database: DB) -> Person:
    giver = make_citizen()
    await do(database, lambda tx: tx.people.add(giver))
    return giver


def _invitation(giver: Person, name: str, **changes: Any) -> Invitation:
    invitation = Invitation(
        invitation_id=name,
        principal_id=HERE,
        role=Role.MAKER,
        services=("tax",),
        valid_from=NOW,
        valid_to=NOW + 90 * DAY,
        shown="Nguyễn An (••• 001)",
        invited_by=giver.person_id,
        created_at=NOW,
        expires_at=NOW + 14 * DAY,
    )
    return replace(invitation, **changes)


async def test_an_offer_is_found_by_whom_it_means_and_who_makes_it_and_closed_once(database: DB) -> None:
    giver = await _giver(database)
    first, second = _invitation(giver, "1"), _invitation(giver, "2", created_at=NOW + HOUR)
    third = _invitation(giver, "3", principal_id=ELSEWHERE)

    def store(tx: Any) -> None:
        for one, invitee in ((first, AN), (second, BINH), (third, AN)):
            tx.mandate_invitations.add(one, invitee)

    await do(database, store)
    assert await see(database, lambda tx: tx.mandate_invitations.of_invitee(AN, 9)) == (first, third)
    assert await see(database, lambda tx: tx.mandate_invitations.of_principal(HERE)) == (first, second)
    assert await see(database, lambda tx: tx.mandate_invitations.made_at(HERE, NOW)) == (first,)
    closed = replace(first, closed_at=NOW + HOUR, close_reason="declined")

    def close(tx: Any) -> list[Invitation | None]:
        return [tx.mandate_invitations.close("1", NOW + HOUR, "declined") for _ in range(2)]

    assert await do(database, close) == [closed, None]
    assert await see(database, lambda tx: tx.mandate_invitations.get("1")) == closed
    assert await see(database, lambda tx: tx.mandate_invitations.of_invitee(AN, 9)) == (third,)
    assert await see(database, lambda tx: tx.mandate_invitations.of_principal(HERE)) == (second,)
    assert await see(database, lambda tx: tx.mandate_invitations.made_at(HERE, NOW)) == (closed,)


async def test_a_proposal_is_closed_once_and_closes_no_other(database: DB) -> None:
    giver = await _giver(database)
    target = make_mandate(giver.person_id, principal_id=HERE)
    first, second = (make_removal(target, giver.person_id) for _ in range(2))
    third = make_removal(replace(target, principal_id=ELSEWHERE), giver.person_id)

    def store(tx: Any) -> None:
        for one in (first, second, third):
            tx.mandate_removals.add(one)

    await do(database, store)

    def close(tx: Any) -> list[bool]:
        return [tx.mandate_removals.close(first.removal_id, NOW, giver.person_id) for _ in range(2)]

    assert await do(database, close) == [True, False]
    assert await see(database, lambda tx: tx.mandate_removals.of_principal(HERE)) == (second,)
    assert await see(database, lambda tx: tx.mandate_removals.get(third.removal_id)) == third
    found = await see(database, lambda tx: tx.mandate_removals.get(first.removal_id))
    assert found == replace(first, closed_at=NOW, closed_by=giver.person_id)


async def test_a_firm_s_appointment_is_ended_once_and_ends_no_other(database: DB) -> None:
    first = make_appointment(principal_id=HERE, firm_id=ELSEWHERE, valid_to=NOW)
    second = make_appointment(principal_id=HERE, firm_id=ELSEWHERE, valid_to=NOW + DAY)
    other = make_appointment(principal_id=THIRD, firm_id=ELSEWHERE, valid_to=NOW)

    def store(tx: Any) -> None:
        for one in (first, second, other):
            tx.mandate_firms.add(one)

    await do(database, store)
    assert set(await see(database, lambda tx: tx.mandate_firms.due(NOW, 9))) == {first, other}
    ended = replace(first, ended_at=NOW, end_reason="term over")

    def end(tx: Any) -> list[Any]:
        return [tx.mandate_firms.end(first.appointment_id, NOW, "term over") for _ in range(2)]

    assert await do(database, end) == [ended, None]
    assert await see(database, lambda tx: tx.mandate_firms.due(NOW, 9)) == (other,)
    assert set(await see(database, lambda tx: tx.mandate_firms.of_firm(ELSEWHERE, 9))) == {second, other}
    found = await see(database, lambda tx: tx.mandate_firms.of_principal(HERE, NOW))
    assert set(found) == {ended, second}


async def test_with_an_organisation_goes_what_it_is_to_its_firms_and_its_clients_and_goes_on(
    database: DB,
) -> None:
    served = make_appointment(principal_id=HERE, firm_id=ELSEWHERE)
    serves = make_appointment(principal_id=THIRD, firm_id=HERE)
    apart = make_appointment(principal_id=THIRD, firm_id=ELSEWHERE)
    over = make_appointment(principal_id=HERE, firm_id=ELSEWHERE, valid_to=NOW - DAY)
    ended = make_appointment(principal_id=HERE, firm_id=ELSEWHERE, ended_at=NOW - DAY)

    def store(tx: Any) -> None:
        for one in (served, serves, apart, over, ended):
            tx.mandate_firms.add(one)

    await do(database, store)
    cut = await do(database, lambda tx: tx.mandate_firms.cut(HERE, NOW, "dissolved"))
    assert set(cut) == {replace(one, valid_to=NOW, end_reason="dissolved") for one in (served, serves)}
    assert await do(database, lambda tx: tx.mandate_firms.cut(HERE, NOW, "dissolved")) == ()
    for one in (apart, over, ended):
        kept = await see(database, lambda tx, i=one.appointment_id: tx.mandate_firms.get(i))
        assert kept == one
