"""Passwords, TOTP secrets, attempts, one-time links (SP 800-63B-4 §3.2.2, RFC 6238 §5.2; SECURITY E10, E11, R16)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from idp.credentials.model import MOST_TRIES, QUICK_TRIES, AttemptState, PasswordCredential, TotpCredential
from idp.credentials.reservation import Reserved, Slowed
from idp.credentials.store.attempts import NOBODY_S_COUNTERS
from idp.database import Database
from idp.ids import NO_BUCKET, HandleKind, PersonId
from tests.stores.samples import DAY, HOUR, MINUTE, NOW, SECOND, do, make_handle, make_person, see

NOBODY = PersonId(NO_BUCKET)


async def test_the_newest_password_counts(database: Database[Any]) -> None:
    person = make_person()
    first = PasswordCredential(person_id=person.person_id, password_hash="$argon2id$one", changed_at=NOW)
    second = replace(first, password_hash="$argon2id$two", changed_at=NOW + HOUR)

    def store(tx: Any) -> None:
        tx.people.add(person)
        assert tx.passwords.get(person.person_id) is None
        tx.passwords.put(first)
        assert tx.passwords.get(person.person_id) == first
        tx.passwords.put(second)

    await do(database, store)
    assert await see(database, lambda tx: tx.passwords.get(person.person_id)) == second


async def test_a_totp_secret_is_kept_sealed_and_a_new_one_replaces_it(database: Database[Any]) -> None:
    person = make_person()
    first = TotpCredential(
        person_id=person.person_id, secret="JBSWY3DPEHPK3PXP", last_step=0, confirmed=False
    )
    second = replace(first, secret="GEZDGNBVGY3TQOJQ", confirmed=True)

    def store(tx: Any) -> str:
        tx.people.add(person)
        assert tx.totp.get(person.person_id) is None
        tx.totp.put(first)
        assert tx.totp.get(person.person_id) == first
        tx.totp.put(second)
        return repr(tx.connection.execute(text("SELECT * FROM totp")).all())

    assert second.secret not in await do(database, store)
    assert await see(database, lambda tx: tx.totp.get(person.person_id)) == second


async def test_a_totp_step_counts_once_and_no_earlier_one_after_it(database: Database[Any]) -> None:
    person = make_person()

    def spend(tx: Any) -> list[bool]:
        tx.people.add(person)
        tx.totp.put(TotpCredential(person_id=person.person_id, secret="S", last_step=0, confirmed=True))
        return [
            tx.totp.spend_step(person.person_id, step)
            for step in (58_000_000, 58_000_000, 57_999_999, 58_000_001)
        ]

    assert await do(database, spend) == [True, False, False, True]
    assert not await do(database, lambda tx: tx.totp.spend_step(make_person().person_id, 58_000_000))


async def test_ten_tries_are_quick_and_then_each_waits_longer(database: Database[Any]) -> None:
    moment, waits = NOW, []
    for _ in range(QUICK_TRIES):
        assert isinstance(await do(database, lambda tx: tx.attempts.reserve("a", NOW)), Reserved)
    for _ in range(9):
        slowed = await do(database, lambda tx, m=moment: tx.attempts.reserve("a", m))
        assert isinstance(slowed, Slowed)
        assert slowed.not_before is not None
        waits.append((slowed.not_before - moment).total_seconds())
        moment = slowed.not_before
        assert isinstance(await do(database, lambda tx, m=moment: tx.attempts.reserve("a", m)), Reserved)
    assert waits == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]


async def test_nobody_waits_for_the_moment_of_a_clock_that_ran_ahead(database: Database[Any]) -> None:
    def guess(tx: Any, now: Any, times: int) -> list[Any]:
        return [tx.attempts.reserve("a", now) for _ in range(times)]

    ahead = await do(database, lambda tx: guess(tx, NOW + DAY, QUICK_TRIES + 1))
    assert ahead[-1] == Slowed(not_before=NOW + DAY + 30 * SECOND)
    assert await do(database, lambda tx: guess(tx, NOW, 2)) == [
        Reserved(failures=QUICK_TRIES + 1),
        Slowed(not_before=NOW + MINUTE),
    ]


async def test_after_a_hundred_failures_the_factor_rests(database: Database[Any]) -> None:
    def guess(tx: Any) -> list[Any]:
        return [tx.attempts.reserve("a", NOW + n * HOUR) for n in range(MOST_TRIES + 2)]

    answers = await do(database, guess)
    assert answers[:MOST_TRIES] == [Reserved(failures=n + 1) for n in range(MOST_TRIES)]
    assert answers[MOST_TRIES:] == [Slowed(not_before=None)] * 2


async def test_a_try_that_is_refused_unseen_is_a_try_and_no_failure(database: Database[Any]) -> None:
    def guess(tx: Any) -> AttemptState:
        for _ in range(1000):
            tx.attempts.reserve("a", NOW)
        state: AttemptState = tx.attempts.state("a")
        return state

    expected = AttemptState(failures=QUICK_TRIES, tries=1000, not_before=NOW + 30 * SECOND)
    assert await do(database, guess) == expected


async def test_success_forgets_the_failures_of_this_account_alone(database: Database[Any]) -> None:
    def guess(tx: Any) -> None:
        for account in ("a", "b", "a"):
            tx.attempts.reserve(account, NOW)
        tx.attempts.settle("a")

    await do(database, guess)
    assert await see(database, lambda tx: tx.attempts.state("a")) == AttemptState(
        failures=0, tries=0, not_before=None
    )
    assert await see(database, lambda tx: tx.attempts.state("b")) == AttemptState(
        failures=1, tries=1, not_before=None
    )


async def test_a_step_that_was_right_is_no_failure_and_forgets_none(database: Database[Any]) -> None:
    def step(tx: Any) -> list[int]:
        seen = []
        for _ in range(3):
            tx.attempts.reserve("a", NOW)
            tx.attempts.give_back("a")
            seen.append(tx.attempts.state("a").failures)
            tx.attempts.reserve("a", NOW)
        tx.attempts.give_back("b")
        return seen

    assert await do(database, step) == [0, 1, 2]


async def test_a_totp_secret_that_is_asleep_takes_no_code_until_one_is_bound_anew(
    database: Database[Any],
) -> None:  # SP 800-63B-4 §4.3
    person = make_person()
    bound = TotpCredential(person_id=person.person_id, secret="S", last_step=0, confirmed=True)

    def use(tx: Any) -> list[bool]:
        tx.people.add(person)
        tx.totp.put(bound)
        return [
            tx.totp.put_to_sleep(person.person_id, NOW),
            tx.totp.put_to_sleep(person.person_id, NOW + HOUR),
            tx.totp.spend_step(person.person_id, 7),
        ]

    assert await do(database, use) == [True, False, False]
    asleep = await see(database, lambda tx: tx.totp.get(person.person_id))
    assert (asleep.asleep_since, asleep.last_step) == (NOW, 0)
    await do(database, lambda tx: tx.totp.put(replace(bound, secret="T")))
    assert await do(database, lambda tx: tx.totp.spend_step(person.person_id, 7))


async def test_recovery_codes_are_used_once_replaced_once_and_ended_by_a_new_set(
    database: Database[Any],
) -> None:  # E14
    person, other = make_person(), make_person()
    one, two, new = "0123456789ABCDEF", "ZYXWVTSRQPNMKJHG", "00000000000000AA"

    def use(tx: Any) -> None:
        codes = tx.recovery_codes
        for holder in (person, other):
            tx.people.add(holder)
            assert codes.spend(holder.person_id, one, NOW) is None
            codes.set(holder.person_id, [one, two], salt=holder.person_id.encode()[:16], now=NOW)
        assert codes.spend(person.person_id, new, NOW) is None
        spent = codes.spend(person.person_id, one, NOW + HOUR)
        assert spent is not None
        assert codes.spend(person.person_id, one, NOW + HOUR) is None
        state = codes.state(person.person_id)
        assert (state.made, state.left, state.used_at) == (2, 1, NOW + HOUR)
        assert codes.state(other.person_id).left == 2
        assert not codes.replace(other.person_id, spent, new, NOW)
        assert codes.replace(person.person_id, spent, new, NOW + DAY)
        assert not codes.replace(person.person_id, spent, new, NOW + DAY)
        assert codes.spend(person.person_id, one, NOW + DAY) is None
        assert codes.state(person.person_id).left == 2
        again = codes.spend(person.person_id, two, NOW + DAY)
        codes.set(person.person_id, [one], salt=b"0123456789abcdef", now=NOW + DAY)
        assert not codes.replace(person.person_id, again, new, NOW + DAY)
        assert codes.spend(person.person_id, new, NOW + DAY) is None
        assert codes.clear(person.person_id) == 1
        assert codes.state(person.person_id).made == 0
        assert not codes.replace(person.person_id, again, new, NOW + DAY)

    await do(database, use)


async def test_a_hash_is_renewed_only_where_it_was_not_changed_and_a_known_password_is_marked_once(
    database: Database[Any],
) -> None:
    person, other = make_person(), make_person()

    def use(tx: Any) -> list[bool]:
        tx.people.add_many((person, other))
        kept = PasswordCredential(person_id=other.person_id, password_hash="one", changed_at=NOW)
        tx.passwords.put(kept)
        tx.passwords.put(replace(kept, person_id=person.person_id, needs_second=True))
        assert tx.passwords.known_since(person.person_id) is None
        done = [
            tx.passwords.renew(person.person_id, old_hash="none", new_hash="two"),
            tx.passwords.renew(person.person_id, old_hash="one", new_hash="two"),
            tx.passwords.mark_compromised(person.person_id, NOW + HOUR),
            tx.passwords.mark_compromised(person.person_id, NOW + DAY),
        ]
        found = tx.passwords.get(person.person_id)
        assert (found.password_hash, found.needs_second, found.compromised_at) == ("two", True, NOW + HOUR)
        assert tx.passwords.known_since(person.person_id) == NOW + HOUR
        assert tx.passwords.known_since(other.person_id) is None
        assert tx.passwords.get(other.person_id) == kept
        return [*done, tx.passwords.remove(person.person_id), tx.passwords.remove(person.person_id)]

    assert await do(database, use) == [False, True, True, False, True, False]


async def test_a_factor_that_rests_is_released_once(database: Database[Any]) -> None:
    def rest(tx: Any) -> None:
        for n in range(MOST_TRIES):
            tx.attempts.reserve("a", NOW + n * HOUR)

    await do(database, rest)
    assert await do(database, lambda tx: [tx.attempts.release("a") for _ in range(2)]) == [MOST_TRIES, None]
    assert await do(database, lambda tx: tx.attempts.reserve("a", NOW)) == Reserved(failures=1)


async def test_what_slows_or_frees_one_account_does_so_to_no_other(database: Database[Any]) -> None:
    def guess(tx: Any) -> None:
        tx.attempts.reserve("b", NOW)
        for _ in range(QUICK_TRIES + 1):
            tx.attempts.reserve("a", NOW)

    await do(database, guess)
    assert await see(database, lambda tx: tx.attempts.state("a").not_before) == NOW + 30 * SECOND
    assert await see(database, lambda tx: tx.attempts.state("b").not_before) is None
    assert await do(database, lambda tx: tx.attempts.release("a")) == QUICK_TRIES
    assert await see(database, lambda tx: tx.attempts.state("b").failures) == 1


async def test_names_that_are_nobody_s_share_a_million_counters(database: Database[Any]) -> None:
    def counters(tx: Any) -> list[str]:
        return [tx.attempts.nobody(f"nobody-{n % 2000}") for n in range(4000)]

    named = await see(database, counters)
    assert named[:2000] == named[2000:], "a name has always the same one"
    assert len(set(named)) > 1990, "and shares it with few"
    assert {name.partition(":")[0] for name in named} == {"nobody"}
    assert all(0 <= int(name.partition(":")[2]) < NOBODY_S_COUNTERS for name in named)
    assert NOBODY_S_COUNTERS == 2**20


async def test_a_link_opens_once_and_looking_does_not_use_it_up(database: Database[Any]) -> None:
    link = make_handle(HandleKind.LINK, NOBODY)
    await do(database, lambda tx: tx.links.add(link, purpose="bootstrap", expires_at=NOW + MINUTE, now=NOW))
    assert await see(database, lambda tx: tx.links.peek(link, "bootstrap", NOW))
    assert await see(database, lambda tx: tx.links.peek(link, "bootstrap", NOW))
    assert await do(database, lambda tx: tx.links.spend(link, "bootstrap", NOW))
    assert not await do(database, lambda tx: tx.links.spend(link, "bootstrap", NOW))
    assert not await see(database, lambda tx: tx.links.peek(link, "bootstrap", NOW))


async def test_a_link_opens_nothing_else_and_nothing_later(database: Database[Any]) -> None:
    link, other = make_handle(HandleKind.LINK, NOBODY), make_handle(HandleKind.LINK, NOBODY)
    code = make_handle(HandleKind.CODE, NOBODY)
    await do(database, lambda tx: tx.links.add(link, purpose="bootstrap", expires_at=NOW + MINUTE, now=NOW))
    for wrong in (
        (link, "reset", NOW),
        (link, "bootstrap", NOW + MINUTE),
        (other, "bootstrap", NOW),
        (code, "bootstrap", NOW),
        ("", "bootstrap", NOW),
        (link + "\x00", "bootstrap", NOW),
    ):
        assert not await see(database, lambda tx, w=wrong: tx.links.peek(*w))
        assert not await do(database, lambda tx, w=wrong: tx.links.spend(*w))
    assert await do(
        database, lambda tx: tx.links.spend(link, "bootstrap", NOW + MINUTE - timedelta(microseconds=1))
    )


async def test_a_new_link_kills_the_older_one_of_its_purpose(database: Database[Any]) -> None:
    old, new, other = (make_handle(HandleKind.LINK, NOBODY) for _ in range(3))

    def issue(tx: Any) -> list[bool]:
        for link, purpose in ((old, "bootstrap"), (other, "reset"), (new, "bootstrap")):
            tx.links.add(link, purpose=purpose, expires_at=NOW + MINUTE, now=NOW)
        return [
            tx.links.spend(old, "bootstrap", NOW),
            tx.links.spend(new, "bootstrap", NOW),
            tx.links.spend(other, "reset", NOW),
        ]

    assert await do(database, issue) == [False, True, True]


async def test_a_link_spent_makes_room_for_the_next(database: Database[Any]) -> None:
    first, second = (make_handle(HandleKind.LINK, NOBODY) for _ in range(2))

    def use(tx: Any, link: str) -> bool:
        tx.links.add(link, purpose="bootstrap", expires_at=NOW + MINUTE, now=NOW)
        spent: bool = tx.links.spend(link, "bootstrap", NOW)
        return spent

    assert await do(database, lambda tx: use(tx, first))
    assert await do(database, lambda tx: use(tx, second))


async def test_what_is_no_handle_does_not_become_a_link(database: Database[Any]) -> None:
    with pytest.raises(ValueError, match="handle"):
        await do(database, lambda tx: tx.links.add("guessable", purpose="p", expires_at=NOW, now=NOW))
