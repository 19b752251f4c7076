"""Merges that cross, and sign-ins and exchanges beside one, over two nodes: one order or the other, nothing between."""

import asyncio
from typing import Any

from idp.database import Database
from idp.ids import HandleKind, PersonId
from idp.mandates.model import ward
from idp.merges.model import Rule
from idp.merges.service import Merged, confirm
from tests.stores.mandate_samples import make_citizen
from tests.stores.merge_samples import SECOND, Pair, at, make_pair, outcome_of, proposed, split_up
from tests.stores.samples import (
    DAY,
    NOW,
    do,
    make_client,
    make_code,
    make_grant,
    make_handle,
    make_session,
    see,
)

Nodes = tuple[Database[Any], Database[Any]]
ROUNDS = 4


def confirming(merge_id: str) -> Any:
    return lambda tx: confirm(tx, merge_id, actor=SECOND, occasion=at())


async def canonical_of(database: Database[Any], person_id: PersonId) -> PersonId | None:
    person = await see(database, lambda tx: tx.people.get(person_id))
    found: PersonId | None = person.canonical_id
    return found


async def test_of_two_merges_that_cross_one_is_carried_out(nodes: Nodes) -> None:
    for _ in range(ROUNDS):
        pair = await make_pair(nodes[0])
        there = await proposed(nodes[0], pair.winner_id, pair.loser_id)
        back = await proposed(nodes[0], pair.loser_id, pair.winner_id)
        answers = await asyncio.gather(
            outcome_of(nodes[0], confirming(there.merge_id)),
            outcome_of(nodes[1], confirming(back.merge_id)),
        )
        assert sum(isinstance(one, Merged) for one in answers) == 1
        assert {Rule.SAME, Rule.MERGED_ALREADY} & set(answers)
        stands = {await canonical_of(nodes[0], one) for one in (pair.winner_id, pair.loser_id)}
        assert None in stands
        assert len(stands) == 2


async def test_merges_at_once_make_no_chain(nodes: Nodes) -> None:
    for _ in range(ROUNDS):
        pair, third = await make_pair(nodes[0]), make_citizen()
        await do(nodes[0], lambda tx, t=third: tx.people.add(t))
        lower = await proposed(nodes[0], pair.winner_id, pair.loser_id)
        upper = await proposed(nodes[0], third.person_id, pair.winner_id)
        answers = await asyncio.gather(
            outcome_of(nodes[0], confirming(lower.merge_id)),
            outcome_of(nodes[1], confirming(upper.merge_id)),
        )
        assert sum(isinstance(one, Merged) for one in answers) == 1
        assert {Rule.STANDS_FOR_OTHERS, Rule.MERGED_ALREADY} & set(answers)


async def test_one_proposal_confirmed_many_times_at_once_is_one_merge_and_so_is_its_split(
    nodes: Nodes,
) -> None:
    pair = await make_pair(nodes[0])
    proposal = await proposed(nodes[0], pair.winner_id, pair.loser_id)
    answers = await asyncio.gather(
        *(outcome_of(nodes[i % 2], confirming(proposal.merge_id)) for i in range(8))
    )
    assert sum(isinstance(one, Merged) for one in answers) == 1
    splits = await asyncio.gather(*(split_up(nodes[i % 2], proposal) for i in range(8)))
    assert splits.count(Rule.OVER) == 7


async def _begun(nodes: Nodes, pair: Pair) -> tuple[bool, bool]:
    """Confirm a merge while the loser signs in; return whether the sign-in and the merge were let through."""
    proposal = await proposed(nodes[0], pair.winner_id, pair.loser_id)
    cookie = make_handle(HandleKind.SESSION, pair.loser_id)
    session = make_session(pair.loser_id)
    begun, done = await asyncio.gather(
        do(nodes[1], lambda tx: tx.sessions.add(session, cookie)),
        outcome_of(nodes[0], confirming(proposal.merge_id)),
    )
    assert await see(nodes[1], lambda tx: tx.sessions.find(cookie)) is None
    kept = await see(nodes[1], lambda tx: tx.sessions.get(session.session_id))
    assert kept is None or kept.ended_at is not None
    return bool(begun), isinstance(done, Merged)


async def test_a_loser_who_signs_in_beside_the_merge_has_no_session_after_it(nodes: Nodes) -> None:
    for _ in range(ROUNDS):
        _, is_merged = await _begun(nodes, await make_pair(nodes[0]))
        assert is_merged


async def test_a_code_of_the_loser_exchanged_beside_the_merge_leaves_nothing_alive(nodes: Nodes) -> None:
    client = make_client()
    await do(nodes[0], lambda tx: tx.clients.put(client, NOW))
    for _ in range(ROUNDS):
        pair = await make_pair(nodes[0])
        session, grant = make_session(pair.loser_id), make_grant(pair.loser_id, client.client_id)
        code, cookie = make_code(grant, session.session_id), make_handle(HandleKind.SESSION, pair.loser_id)

        def store(tx: Any, of: Any = (session, grant, code, cookie)) -> None:
            session, grant, code, cookie = of
            tx.sessions.add(session, cookie)
            tx.grants.add(
                grant, session_id=session.session_id, offline=True, expires_at=NOW + 90 * DAY, now=NOW
            )
            tx.codes.add(code)

        await do(nodes[0], store)
        proposal = await proposed(nodes[0], pair.winner_id, pair.loser_id)
        _, done = await asyncio.gather(
            do(nodes[1], lambda tx, c=code: tx.codes.spend(c.code, NOW)),
            outcome_of(nodes[0], confirming(proposal.merge_id)),
        )
        assert isinstance(done, Merged)
        found = await see(nodes[1], lambda tx, g=grant: tx.grants.find_by_gid(g.gid, NOW))
        assert found is not None
        assert not found[1]
        assert not (await see(nodes[1], lambda tx, c=code: tx.codes.find(c.code))).is_live


async def test_a_grant_for_a_ward_issued_beside_its_merge_ends_with_it(nodes: Nodes) -> None:
    """Whoever issues for a ward holds its principal's row, and so does the merge: one comes after the other."""
    client = make_client()
    await do(nodes[0], lambda tx: tx.clients.put(client, NOW))
    for _ in range(ROUNDS):
        pair, parent = await make_pair(nodes[0]), make_citizen()
        await do(nodes[0], lambda tx, p=parent: tx.people.add(p))
        proposal = await proposed(nodes[0], pair.winner_id, pair.loser_id)

        def issue(tx: Any, p: PersonId = parent.person_id, child: PersonId = pair.loser_id) -> str | None:
            tx.mandates.lock_principal(ward(child))
            if tx.people.standing_id(child) != child:
                return None
            from idp.protocol.acting import ContextKind, GrantContext

            context = GrantContext(kind=ContextKind.WARD, context_id="m", principal_id=child)
            grant = make_grant(p, client.client_id, context=context)
            tx.grants.add(grant, session_id="s", offline=True, expires_at=NOW + 90 * DAY, now=NOW)
            return str(grant.gid)

        gid, done = await asyncio.gather(
            do(nodes[1], issue), outcome_of(nodes[0], confirming(proposal.merge_id))
        )
        assert isinstance(done, Merged)
        if gid is not None:
            found = await see(nodes[1], lambda tx, g=gid: tx.grants.find_by_gid(g, NOW))
            assert not found[1]
