"""Interactions: what goes upstream comes back once, a proved password serves once, an end is an end (DESIGN 5.12)."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from idp.database import Database
from idp.ids import NO_BUCKET, HandleKind, PersonId
from idp.interactions.model import PasswordProof, UpstreamJourney
from idp.people.model import Person
from tests.stores.samples import HOUR, MINUTE, NOW, do, make_handle, make_person, see

NOBODY = PersonId(NO_BUCKET)


def make_journey(**changes: Any) -> UpstreamJourney:
    journey = UpstreamJourney(
        interaction_id="interaction-1",
        state=make_handle(HandleKind.UPSTREAM_STATE, NOBODY),
        nonce="the-nonce",
        code_verifier="the-verifier",
        requested_loa="LoA2",
        expires_at=NOW + 30 * MINUTE,
    )
    return replace(journey, **changes)


async def prove(database: Database[Any], **changes: Any) -> tuple[Person, PasswordProof]:
    person = make_person()
    proof = replace(
        PasswordProof(
            interaction_id="interaction-1",
            person_id=person.person_id,
            proved_at=NOW,
            expires_at=NOW + 30 * MINUTE,
        ),
        **changes,
    )

    def store(tx: Any) -> None:
        tx.people.add(person)
        tx.interactions.prove_password(proof)

    await do(database, store)
    return person, proof


async def test_a_state_brings_its_journey_back_once(database: Database[Any]) -> None:
    journey = make_journey()
    await do(database, lambda tx: tx.interactions.begin_upstream(journey))
    assert await do(database, lambda tx: tx.interactions.finish("another", NOW, NOW + HOUR))
    found = await see(database, lambda tx: tx.interactions.find_upstream(journey.state, NOW))
    assert found == journey.interaction_id, "who looks spends nothing"
    assert await do(database, lambda tx: tx.interactions.spend_upstream(journey.state, NOW)) == journey
    assert await do(database, lambda tx: tx.interactions.spend_upstream(journey.state, NOW)) is None
    assert await see(database, lambda tx: tx.interactions.find_upstream(journey.state, NOW)) is None


async def test_nothing_of_a_journey_is_stored_in_clear(database: Database[Any]) -> None:
    journey = make_journey()
    await do(database, lambda tx: tx.interactions.begin_upstream(journey))
    rows = await see(
        database, lambda tx: repr(tx.connection.execute(text("SELECT * FROM upstream_journeys")).all())
    )
    for secret in (journey.state[-43:], journey.nonce, journey.code_verifier):
        assert secret not in rows


@pytest.mark.parametrize("state", ["", "the-state", "hp_up_00" + "A" * 43, "hp_up_00\x00"])
async def test_another_state_brings_nothing(database: Database[Any], state: str) -> None:
    await do(database, lambda tx: tx.interactions.begin_upstream(make_journey()))
    assert await do(database, lambda tx: tx.interactions.spend_upstream(state, NOW)) is None


async def test_a_journey_ends_with_its_time_and_with_its_interaction(database: Database[Any]) -> None:
    late, burnt = make_journey(), make_journey(interaction_id="interaction-2")

    def store(tx: Any) -> None:
        tx.interactions.begin_upstream(late)
        tx.interactions.begin_upstream(burnt)
        tx.interactions.finish("interaction-2", NOW, NOW + HOUR)

    await do(database, store)
    for state, moment in ((late.state, late.expires_at), (burnt.state, NOW)):
        found = await see(database, lambda tx, s=state, m=moment: tx.interactions.find_upstream(s, m))
        spent = await do(database, lambda tx, s=state, m=moment: tx.interactions.spend_upstream(s, m))
        assert (found, spent) == (None, None)


async def test_a_proved_password_waits_and_is_used_up_once(database: Database[Any]) -> None:
    _, proof = await prove(database)
    assert await see(database, lambda tx: tx.interactions.password_proof("interaction-1", NOW)) == proof
    assert await do(database, lambda tx: tx.interactions.spend_password_proof("interaction-1", NOW)) == proof
    assert await do(database, lambda tx: tx.interactions.spend_password_proof("interaction-1", NOW)) is None
    assert await see(database, lambda tx: tx.interactions.password_proof("interaction-1", NOW)) is None


async def test_a_proved_password_ends_with_its_time_and_with_its_interaction(database: Database[Any]) -> None:
    _, proof = await prove(database)
    await prove(database, interaction_id="interaction-2")
    await do(database, lambda tx: tx.interactions.finish("interaction-2", NOW, NOW + HOUR))
    for interaction_id, moment in (("interaction-1", proof.expires_at), ("interaction-2", NOW)):
        found = await see(
            database, lambda tx, i=interaction_id, m=moment: tx.interactions.password_proof(i, m)
        )
        spent = await do(
            database, lambda tx, i=interaction_id, m=moment: tx.interactions.spend_password_proof(i, m)
        )
        assert (found, spent) == (None, None)


async def test_what_ends_proofs_of_one_person_or_interaction_ends_no_other(database: Database[Any]) -> None:
    mine, _ = await prove(database)
    _, theirs = await prove(database, interaction_id="interaction-2")
    await prove(database, interaction_id="interaction-3")

    def end(tx: Any) -> list[int]:
        assert tx.interactions.finish("interaction-3", NOW, NOW + HOUR)
        return [tx.interactions.end_proofs_of(mine.person_id, NOW) for _ in range(2)]

    assert await do(database, end) == [1, 0]
    assert await do(database, lambda tx: tx.interactions.spend_password_proof("interaction-1", NOW)) is None
    assert await do(database, lambda tx: tx.interactions.spend_password_proof("interaction-2", NOW)) == theirs


async def test_a_password_proved_again_counts_for_whom_it_was_proved_last(database: Database[Any]) -> None:
    await prove(database)
    second, proof = await prove(database, proved_at=NOW + MINUTE)
    assert await do(database, lambda tx: tx.interactions.spend_password_proof("interaction-1", NOW)) == proof
    assert proof.person_id == second.person_id


async def test_an_interaction_ends_for_the_first_who_ends_it(database: Database[Any]) -> None:
    assert not await see(database, lambda tx: tx.interactions.is_finished("interaction-1"))
    assert await do(database, lambda tx: tx.interactions.finish("interaction-1", NOW, NOW + HOUR))
    assert not await do(database, lambda tx: tx.interactions.finish("interaction-1", NOW, NOW + HOUR))
    assert await see(database, lambda tx: tx.interactions.is_finished("interaction-1"))
    assert await do(database, lambda tx: tx.interactions.finish("interaction-2", NOW, NOW + HOUR))


async def test_what_expired_is_erased_within_the_limit_and_nothing_else(database: Database[Any]) -> None:
    old, new = make_journey(), make_journey(expires_at=NOW + 2 * HOUR)
    await prove(database)

    def store(tx: Any) -> None:
        tx.interactions.begin_upstream(old)
        tx.interactions.begin_upstream(new)
        tx.interactions.finish("interaction-9", NOW, NOW + HOUR)

    await do(database, store)
    assert await do(database, lambda tx: tx.interactions.erase_expired(NOW, 10)) == 0
    assert await do(database, lambda tx: tx.interactions.erase_expired(NOW + HOUR, 2)) == 2
    assert await do(database, lambda tx: tx.interactions.erase_expired(NOW + HOUR, 10)) == 1
    assert not await see(database, lambda tx: tx.interactions.is_finished("interaction-9"))
    assert await do(database, lambda tx: tx.interactions.spend_upstream(new.state, NOW)) == new


async def test_a_state_of_our_own_making_only(database: Database[Any]) -> None:
    with pytest.raises(ValueError, match="handle"):
        await do(database, lambda tx: tx.interactions.begin_upstream(make_journey(state="guessable")))
