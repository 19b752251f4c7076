"""The life of a signing key – battery row R11: always one defined state, never a key nobody has seen."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from keys.rotation import (
    KeyRecord,
    KeyState,
    RotationRefused,
    due_for_erasure,
    due_for_rotation,
    next_rotation,
    published,
    rotates_at,
    signing_key,
    state,
)

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PUBLISH_FOR, KEEP_FOR = 10 * MINUTE, 20 * MINUTE


def record(kid: str, alg: str = "ES256", created_at: datetime = NOW) -> KeyRecord:
    return KeyRecord(
        kid=kid,
        alg=alg,
        sealed_private=b"sealed",
        public_jwk="{}",
        created_at=created_at,
        active_from=created_at,
    )


def rotate(records: list[KeyRecord], kid: str, now: datetime, alg: str = "ES256") -> list[KeyRecord]:
    """Return the records as they stand after one rotation was written."""
    plan = next_rotation(
        records,
        alg=alg,
        new=record(kid, alg, now),
        now=now,
        publish_for=PUBLISH_FOR,
        keep_for=KEEP_FOR,
    )
    changed = {each.kid: each for each in plan.retiring}
    return [changed.get(each.kid, each) for each in records] + [plan.new]


def states(records: list[KeyRecord], now: datetime) -> str:
    return " ".join(f"{each.kid}:{state(each, now).value}" for each in records)


def kid_that_signs(records: list[KeyRecord], now: datetime, alg: str = "ES256") -> str | None:
    found = signing_key(records, alg, now)
    return None if found is None else found.kid


def test_the_very_first_key_signs_at_once() -> None:
    records = rotate([], "a", NOW)
    assert states(records, NOW) == "a:active"


def test_the_first_key_of_one_more_algorithm_is_announced_and_leaves_the_others_alone() -> None:
    records = rotate(rotate([], "a", NOW), "r", NOW, "RS256")
    assert states(records, NOW) == "a:active r:announced"
    assert records[0] == rotate([], "a", NOW)[0]
    assert kid_that_signs(records, NOW + PUBLISH_FOR, "RS256") == "r"
    assert kid_that_signs(records, NOW + PUBLISH_FOR) == "a"


@pytest.mark.parametrize(
    ("minutes", "expected", "signs", "in_jwks"),
    [
        (0, "a:active b:announced", "a", "a b"),
        (9.99, "a:active b:announced", "a", "a b"),
        (10, "a:retired b:active", "b", "b a"),
        (29.99, "a:retired b:active", "b", "b a"),
        (30, "a:retired b:active", "b", "b"),
        (10_000, "a:retired b:active", "b", "b"),
    ],
)
def test_a_new_key_is_published_takes_over_and_outlives_the_old(
    minutes: float, expected: str, signs: str, in_jwks: str
) -> None:
    records = rotate(rotate([], "a", NOW - 100 * MINUTE), "b", NOW)
    moment = NOW + minutes * MINUTE
    assert states(records, moment) == expected
    assert kid_that_signs(records, moment) == signs
    assert " ".join(each.kid for each in published(records, moment)) == in_jwks


def test_there_is_a_signing_key_at_every_moment_of_many_rotations_and_it_was_published_long_enough() -> None:
    records = rotate([], "0", NOW)
    first_seen = {"0": NOW - PUBLISH_FOR}
    for step in range(1, 600):
        moment = NOW + step * MINUTE / 2
        if step % 50 == 0:
            records = rotate(records, str(step), moment)
        erased = {each.kid: each for each in due_for_erasure(records, moment)}
        records = [erased.get(each.kid, each) for each in records]
        for each in published(records, moment):
            first_seen.setdefault(each.kid, moment)
        signs = kid_that_signs(records, moment)
        assert signs is not None
        assert moment - first_seen[signs] >= PUBLISH_FOR
        assert signs in {each.kid for each in published(records, moment)}
    assert states(records, NOW + 600 * MINUTE).count("erased") >= 9


def test_rotating_again_while_a_key_is_announced_is_refused() -> None:
    records = rotate(rotate([], "a", NOW), "b", NOW + MINUTE)
    with pytest.raises(RotationRefused, match="announced already"):
        rotate(records, "c", NOW + 10.99 * MINUTE)
    assert (
        states(rotate(records, "c", NOW + 11 * MINUTE), NOW + 11 * MINUTE) == "a:retired b:active c:announced"
    )


def test_a_key_announced_by_a_clock_that_ran_ahead_is_not_waited_for() -> None:
    year, every = timedelta(days=365), timedelta(days=90)
    wrong = rotate([record("a")], "b", NOW + year)
    assert due_for_rotation(wrong, NOW + every, every=every) == ("ES256",)
    records = rotate(wrong, "c", NOW + MINUTE)
    assert states(records, NOW + MINUTE) == "a:active b:announced c:announced"
    assert due_for_rotation(records, NOW + 2 * MINUTE, every=MINUTE) == (), "c follows"
    with pytest.raises(RotationRefused, match="announced already"):
        rotate(records, "d", NOW + 2 * MINUTE)
    assert states(records, NOW + 11 * MINUTE) == "a:retired b:retired c:active"
    assert {each.kid for each in published(records, NOW + 30 * MINUTE)} == {"a", "b", "c"}
    assert kid_that_signs(records, NOW + year + 20 * MINUTE) == "c"


def test_a_key_of_another_algorithm_or_one_we_have_is_refused() -> None:
    for new in (record("b", "RS256"), record("a")):
        with pytest.raises(RotationRefused, match="fresh ES256 key"):
            next_rotation(
                [record("a")],
                alg="ES256",
                new=new,
                now=NOW,
                publish_for=PUBLISH_FOR,
                keep_for=KEEP_FOR,
            )


def test_where_nothing_signs_any_more_a_new_key_is_still_announced_first() -> None:
    gone = replace(record("a"), retired_at=NOW, erase_after=NOW)
    records = rotate([gone], "b", NOW)
    assert (kid_that_signs(records, NOW), kid_that_signs(records, NOW + PUBLISH_FOR)) == (None, "b")


def test_the_newest_active_key_signs_whatever_the_order_of_rows() -> None:
    older, newer = record("z", created_at=NOW - MINUTE), record("a", created_at=NOW)
    assert kid_that_signs([older, newer], NOW) == kid_that_signs([newer, older], NOW) == "a"
    assert kid_that_signs([older, newer], NOW - MINUTE / 2) == "z"


def test_a_key_is_erased_once_and_not_before_its_time() -> None:
    records = rotate(rotate([], "a", NOW), "b", NOW)
    assert due_for_erasure(records, NOW + 29 * MINUTE) == ()
    (erased,) = due_for_erasure(records, NOW + 30 * MINUTE)
    assert (erased.kid, erased.sealed_private, erased.erased_at) == ("a", b"", NOW + 30 * MINUTE)
    assert state(erased, NOW) is KeyState.ERASED
    assert due_for_erasure([erased, records[1]], NOW + 31 * MINUTE) == ()
    assert kid_that_signs([erased], NOW) is None
    assert published([erased], NOW) == ()


def test_a_key_is_due_once_it_has_signed_for_long_enough_and_has_no_follower() -> None:
    every = 100 * MINUTE
    records = [record("a"), record("r", "RS256", NOW + 50 * MINUTE)]
    assert due_for_rotation(records, NOW + 99 * MINUTE, every=every) == ()
    assert due_for_rotation(records, NOW + 100 * MINUTE, every=every) == ("ES256",)
    assert due_for_rotation(records, NOW + 150 * MINUTE, every=every) == ("ES256", "RS256")
    followed = rotate(records, "b", NOW + 100 * MINUTE)
    assert due_for_rotation(followed, NOW + 109 * MINUTE, every=every) == ()
    assert due_for_rotation(followed, NOW + 209 * MINUTE, every=every) == ("RS256",)
    assert due_for_rotation(followed, NOW + 210 * MINUTE, every=every) == ("ES256", "RS256")
    assert rotates_at(followed, followed[2], NOW + 120 * MINUTE, every=every) == NOW + 210 * MINUTE
    assert rotates_at(followed, followed[0], NOW + 120 * MINUTE, every=every) is None


def test_no_age_is_too_old_where_rotation_is_off() -> None:
    assert due_for_rotation([record("a")], NOW + 10_000_000 * MINUTE, every=timedelta()) == ()
