"""Many at once over two nodes: one winner, no error, nothing lost (SECURITY B02, B09, E11, R16–R18; DESIGN 5.6)."""

import asyncio
from collections import Counter
from dataclasses import replace
from typing import Any

from idp.credentials.model import QUICK_TRIES, TotpCredential
from idp.credentials.reservation import Reserved
from idp.database import Database
from idp.ids import NO_BUCKET, HandleKind, PersonId, Sid
from idp.interactions.model import PasswordProof, UpstreamJourney
from idp.people.identifiers import IdentifierTaken
from idp.people.model import IdentifierScheme, PersonStatus
from idp.upstreams.already_linked import AlreadyLinked
from idp.upstreams.model import ExternalLink
from tests.stores.passkey_samples import make_passkey
from tests.stores.samples import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    at_once,
    do,
    make_generation,
    make_grant,
    make_handle,
    make_person,
    make_session,
    see,
    sign_in,
)

NOBODY = PersonId(NO_BUCKET)
Nodes = tuple[Database[Any], Database[Any]]


def winners(answers: list[Any]) -> int:
    return sum(1 for answer in answers if answer)


async def test_one_of_fifty_redeems_a_code(nodes: Nodes) -> None:
    for _ in range(4):
        me = await sign_in(nodes[0])
        assert winners(await at_once(nodes, lambda tx, m=me: tx.codes.spend(m.code, NOW))) == 1


async def test_a_code_is_either_redeemed_or_burnt(nodes: Nodes) -> None:
    for _ in range(4):
        me = await sign_in(nodes[0])
        spends, burns = await asyncio.gather(
            at_once(nodes, lambda tx, m=me: tx.codes.spend(m.code, NOW), 10),
            at_once(nodes, lambda tx, m=me: tx.codes.burn(m.code, NOW), 10),
        )
        assert winners(spends) + winners(burns) == 1


async def test_one_of_fifty_rotates_a_generation_and_the_others_see_its_successor(nodes: Nodes) -> None:
    me = await sign_in(nodes[0])
    token = make_handle(HandleKind.REFRESH_TOKEN, me.person.person_id)
    first = make_generation(me.grant, me.session.session_id)
    await do(nodes[0], lambda tx: tx.refresh_tokens.add(token, first))
    successors = iter([make_handle(HandleKind.REFRESH_TOKEN, me.person.person_id) for _ in range(200)])

    def rotate(tx: Any) -> tuple[bool, bytes]:
        successor = next(successors)
        if not tx.refresh_tokens.spend(
            token, successor=successor, successor_sealed=successor.encode(), now=NOW
        ):
            return False, tx.refresh_tokens.find(token).successor_sealed
        tx.refresh_tokens.add(successor, replace(first, generation=2))
        return True, successor.encode()

    answers = await at_once(nodes, rotate)
    assert sum(1 for won, _ in answers if won) == 1
    (successor,) = {successor for _, successor in answers}  # everyone holds the same one
    newest = await see(nodes[1], lambda tx: tx.refresh_tokens.find(successor.decode()))
    assert (newest.generation, newest.spent_at) == (2, None)


async def test_one_of_fifty_uses_a_totp_step(nodes: Nodes) -> None:
    person = make_person()

    def bind(tx: Any) -> None:
        tx.people.add(person)
        tx.totp.put(TotpCredential(person_id=person.person_id, secret="S", last_step=0, confirmed=True))

    await do(nodes[0], bind)
    for step in (58_000_000, 58_000_001):
        assert winners(await at_once(nodes, lambda tx, s=step: tx.totp.spend_step(person.person_id, s))) == 1


async def test_one_of_fifty_answers_a_challenge_and_one_moves_the_counter_on(nodes: Nodes) -> None:
    person = make_person()
    passkey = make_passkey(person.person_id)

    def bind(tx: Any) -> None:
        tx.people.add(person)
        tx.passkeys.add(passkey)

    await do(nodes[0], bind)
    assert winners(await at_once(nodes, lambda tx: tx.passkey_challenges.spend(b"c" * 32, NOW))) == 1
    for count in (1, 2):
        used = await at_once(
            nodes, lambda tx, c=count: tx.passkeys.use(passkey, c, is_backed_up=False, now=NOW)
        )
        assert winners(used) == 1


async def test_one_of_fifty_opens_a_link(nodes: Nodes) -> None:
    link = make_handle(HandleKind.LINK, NOBODY)
    await do(nodes[0], lambda tx: tx.links.add(link, purpose="bootstrap", expires_at=NOW + MINUTE, now=NOW))
    assert winners(await at_once(nodes, lambda tx: tx.links.spend(link, "bootstrap", NOW))) == 1


async def test_one_of_many_links_issued_at_once_is_good(nodes: Nodes) -> None:
    links = [make_handle(HandleKind.LINK, NOBODY) for _ in range(20)]
    unused = iter(links * 5)
    await at_once(
        nodes,
        lambda tx: tx.links.add(next(unused), purpose="bootstrap", expires_at=NOW + MINUTE, now=NOW),
        20,
    )
    good = await see(nodes[0], lambda tx: [tx.links.peek(link, "bootstrap", NOW) for link in links])
    assert winners(good) == 1


async def test_one_of_fifty_brings_a_state_back_proves_once_and_ends_an_interaction(nodes: Nodes) -> None:
    person = make_person()
    state = make_handle(HandleKind.UPSTREAM_STATE, NOBODY)

    def begin(tx: Any) -> None:
        tx.people.add(person)
        tx.interactions.begin_upstream(
            UpstreamJourney(
                interaction_id="i",
                state=state,
                nonce="n",
                code_verifier="v",
                requested_loa="LoA2",
                expires_at=NOW + MINUTE,
            )
        )
        tx.interactions.prove_password(
            PasswordProof(
                interaction_id="i", person_id=person.person_id, proved_at=NOW, expires_at=NOW + MINUTE
            )
        )

    await do(nodes[0], begin)
    assert winners(await at_once(nodes, lambda tx: tx.interactions.spend_upstream(state, NOW))) == 1
    assert winners(await at_once(nodes, lambda tx: tx.interactions.spend_password_proof("i", NOW))) == 1
    assert winners(await at_once(nodes, lambda tx: tx.interactions.finish("i", NOW, NOW + HOUR))) == 1


async def test_a_hundred_guesses_at_once_are_a_hundred_tries_of_which_ten_are_looked_at(nodes: Nodes) -> None:
    answers = await at_once(nodes, lambda tx: tx.attempts.reserve("account", NOW), 100)
    counted = sorted(answer.failures for answer in answers if isinstance(answer, Reserved))
    assert counted == list(range(1, QUICK_TRIES + 1))
    state = await see(nodes[1], lambda tx: tx.attempts.state("account"))
    assert (state.failures, state.tries) == (QUICK_TRIES, 100)


async def test_one_of_fifty_uses_a_recovery_code_and_one_replaces_it(nodes: Nodes) -> None:  # SECURITY E14
    person, code, new = make_person(), "0123456789ABCDEF", "ZYXWVTSRQPNMKJHG"

    def prepare(tx: Any) -> None:
        tx.people.add(person)
        tx.recovery_codes.set(person.person_id, [code], salt=b"0123456789abcdef", now=NOW)

    await do(nodes[0], prepare)
    spent = await at_once(nodes, lambda tx: tx.recovery_codes.spend(person.person_id, code, NOW))
    (digest,) = [one for one in spent if one is not None]
    assert (
        winners(
            await at_once(nodes, lambda tx: tx.recovery_codes.replace(person.person_id, digest, new, NOW))
        )
        == 1
    )
    assert (await see(nodes[1], lambda tx: tx.recovery_codes.state(person.person_id))).left == 1


async def test_all_who_ask_at_once_are_told_one_sub(nodes: Nodes) -> None:
    person = make_person()
    await do(nodes[0], lambda tx: tx.people.add(person))
    proposals = iter([f"sub-{n}" for n in range(500)])
    answers = await at_once(
        nodes, lambda tx: tx.subjects.sub_for(person.person_id, "portal", next(proposals))
    )
    assert len(set(answers)) == 1
    assert await see(nodes[1], lambda tx: tx.subjects.person_of("portal", answers[0])) == person.person_id


async def test_a_client_reached_by_many_at_once_is_told_of_once_by_a_sid_it_was_given(nodes: Nodes) -> None:
    me = await sign_in(nodes[0])
    given = [Sid(f"sid-{n}") for n in range(500)]
    sids = iter(given)
    await at_once(nodes, lambda tx: tx.sessions.reach(replace(me.reached(), sid=next(sids))))
    (reached,) = await see(nodes[1], lambda tx: tx.sessions.clients_of(me.session.session_id))
    assert reached.sid in given


async def test_a_number_is_given_to_one_of_many_who_want_it(nodes: Nodes) -> None:
    people = [make_person() for _ in range(10)]
    await do(nodes[0], lambda tx: tx.people.add_many(people))

    async def take(node: Database[Any], person_id: PersonId) -> bool:
        try:
            await do(
                node,
                lambda tx: tx.people.add_identifier(
                    person_id, IdentifierScheme.PERSONAL_ID, "031090000001", now=NOW
                ),
            )
        except IdentifierTaken:
            return False
        return True

    taken = await asyncio.gather(*(take(nodes[i % 2], one.person_id) for i, one in enumerate(people)))
    holder = await see(
        nodes[0], lambda tx: tx.people.find_by_identifier(IdentifierScheme.PERSONAL_ID, "031090000001")
    )
    assert taken.count(True) == 1
    assert holder == people[taken.index(True)]


async def test_an_upstream_account_is_linked_by_one_of_many_first_sign_ins(nodes: Nodes) -> None:
    async def first_sign_in(node: Database[Any]) -> bool:
        person = make_person()

        def link(tx: Any) -> None:
            tx.people.add(person)
            tx.upstreams.add(
                ExternalLink(
                    issuer="https://national.example",
                    subject="s",
                    person_id=person.person_id,
                    linked_at=NOW,
                    last_used_at=NOW,
                )
            )

        try:
            await do(node, link)
        except AlreadyLinked:
            return False
        return True

    linked = await asyncio.gather(*(first_sign_in(nodes[i % 2]) for i in range(20)))
    assert linked.count(True) == 1
    assert await see(nodes[0], lambda tx: tx.people.count()) == 1  # no record is left without an account


async def test_a_sign_out_hears_of_every_client_that_redeemed_a_code_before_it(nodes: Nodes) -> None:
    """Either the code is refused, or the client is among those that are told of the sign-out."""
    seen: Counter[str] = Counter()
    for round_ in range(30):
        me = await sign_in(nodes[0])

        def redeem(tx: Any, me: Any = me) -> bool:
            if not tx.codes.spend(me.code, NOW):
                return False
            tx.sessions.reach(me.reached())
            return True

        def sign_out(tx: Any, me: Any = me) -> int:
            assert tx.sessions.end(me.session.session_id, NOW, "signed out")
            return len(tx.sessions.clients_of(me.session.session_id))

        turns = [do(nodes[0], redeem), do(nodes[1], sign_out)]
        both = await asyncio.gather(*(turns if round_ % 2 else reversed(turns)))
        redeemed, told = both if round_ % 2 else reversed(both)
        assert told == (1 if redeemed else 0)
        seen["redeemed" if redeemed else "refused"] += 1
    assert seen.total() == 30


async def test_no_session_begun_during_a_lock_wakes_up_after_it(nodes: Nodes) -> None:
    """Who locks a person ends the sessions there are: none may begin unseen beside it."""
    for round_ in range(20):
        person = make_person()
        await do(nodes[0], lambda tx, p=person: tx.people.add(p))
        cookie = make_handle(HandleKind.SESSION, person.person_id)

        def begin(tx: Any, person: Any = person, cookie: str = cookie) -> bool:
            begun: bool = tx.sessions.add(make_session(person.person_id), cookie)
            return begun

        def lock(tx: Any, person: Any = person) -> bool:
            tx.people.set_status(person.person_id, PersonStatus.LOCKED, "test", NOW)
            for session in tx.sessions.of_person(person.person_id):
                tx.sessions.end(session.session_id, NOW, "locked")
            return True

        turns = [do(nodes[0], begin), do(nodes[1], lock)]
        await asyncio.gather(*(turns if round_ % 2 else reversed(turns)))
        await do(
            nodes[0], lambda tx, p=person: tx.people.set_status(p.person_id, PersonStatus.ACTIVE, "", NOW)
        )
        assert await see(nodes[0], lambda tx, c=cookie: tx.sessions.find(c)) is None


async def test_a_rotation_beside_the_end_of_its_family_leaves_nothing_alive(nodes: Nodes) -> None:
    for round_ in range(20):
        me = await sign_in(nodes[0])
        token, successor = (make_handle(HandleKind.REFRESH_TOKEN, me.person.person_id) for _ in range(2))
        first = make_generation(me.grant, me.session.session_id)
        await do(nodes[0], lambda tx, t=token, f=first: tx.refresh_tokens.add(t, f))

        def rotate(tx: Any, token: str = token, successor: str = successor, first: Any = first) -> bool:
            won: bool = tx.refresh_tokens.spend(token, successor=successor, successor_sealed=b"s", now=NOW)
            if won:
                tx.refresh_tokens.add(successor, replace(first, generation=2))
            return won

        def end(tx: Any, me: Any = me) -> bool:
            ended: bool = tx.grants.revoke(me.grant.grant_id, NOW, "refresh token sent twice")
            return ended

        turns = [do(nodes[0], rotate), do(nodes[1], end)]
        await asyncio.gather(*(turns if round_ % 2 else reversed(turns)))
        found = await see(
            nodes[0], lambda tx, a=token, b=successor: (tx.refresh_tokens.find(a), tx.refresh_tokens.find(b))
        )
        assert not any(one.is_live for one in found if one is not None)


async def test_two_workers_erase_each_row_once(nodes: Nodes) -> None:
    me = await sign_in(nodes[0])

    def store(tx: Any) -> None:
        for _ in range(60):
            grant = make_grant(me.person.person_id, me.client.client_id)
            tx.grants.add(grant, session_id=me.session.session_id, offline=False, expires_at=NOW, now=NOW)

    await do(nodes[0], store)
    erased = await at_once(nodes, lambda tx: tx.grants.erase_expired(NOW + DAY, 10), 12)
    left = await do(nodes[0], lambda tx: tx.grants.erase_expired(NOW + DAY, 500))
    assert sum(erased) + left == 60
