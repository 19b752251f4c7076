"""A key that others may have is out at once, and something always signs after it (SECURITY R11, R18)."""

from dataclasses import replace

import pytest

from keys.revocation import RevocationPlan, next_revocation
from keys.rotation import KeyRecord, KeyState, RotationRefused, due_for_erasure, published, signing_key, state
from tests.keys.test_rotation import (
    KEEP_FOR,
    MINUTE,
    NOW,
    PUBLISH_FOR,
    kid_that_signs,
    record,
    rotate,
    states,
)


def after(records: list[KeyRecord], plan: RevocationPlan) -> list[KeyRecord]:
    """Return the records as they stand after the plan was written."""
    changed = {each.kid: each for each in (plan.revoked, *plan.changed)}
    return [changed.get(each.kid, each) for each in records] + ([plan.added] if plan.added else [])


def revoke(records: list[KeyRecord], kid: str) -> tuple[list[KeyRecord], RevocationPlan]:
    plan = next_revocation(records, kid, fresh=record("fresh"), now=NOW)
    return after(records, plan), plan


def test_the_only_key_is_followed_by_a_fresh_one_that_signs_at_once_even_where_clocks_run_behind() -> None:
    records, plan = revoke(rotate([], "a", NOW - 100 * MINUTE), "a")
    assert (plan.was, plan.successor) == (KeyState.ACTIVE, "fresh")
    for moment in (NOW - 4 * MINUTE, NOW, NOW + MINUTE):
        assert states(records, moment) == "a:revoked fresh:active"
        assert kid_that_signs(records, moment) == "fresh"
        assert [each.kid for each in published(records, moment)] == ["fresh"]
    assert records[0].sealed_private == b""


def test_an_announced_key_signs_at_once_and_no_other_is_made() -> None:
    records, plan = revoke(rotate(rotate([], "a", NOW - 100 * MINUTE), "b", NOW - MINUTE), "a")
    assert (plan.successor, plan.added) == ("b", None)
    assert states(records, NOW) == "a:revoked b:active"


def test_an_announced_key_is_called_off_and_the_one_before_it_goes_on() -> None:
    records, plan = revoke(rotate(rotate([], "a", NOW - 100 * MINUTE), "b", NOW - MINUTE), "b")
    assert (plan.was, plan.successor, plan.added) == (KeyState.ANNOUNCED, None, None)
    for moment in (NOW, NOW + PUBLISH_FOR + KEEP_FOR):
        assert states(records, moment) == "a:active b:revoked"
    assert states(rotate(records, "c", NOW), NOW) == "a:active b:revoked c:announced"


def test_a_retired_key_is_no_longer_published_and_the_signing_one_stays() -> None:
    before = rotate(rotate([], "a", NOW - 100 * MINUTE), "b", NOW - 15 * MINUTE)
    records, plan = revoke(before, "a")
    assert (plan.was, plan.successor) == (KeyState.RETIRED, None)
    assert [each.kid for each in published(before, NOW)] == ["b", "a"]
    assert [each.kid for each in published(records, NOW)] == ["b"]
    assert records[1] == before[1]


def test_other_algorithms_are_left_alone() -> None:
    other = record("r", "RS256", NOW - 100 * MINUTE)
    records, _ = revoke([*rotate([], "a", NOW - 100 * MINUTE), other], "a")
    assert records[1] == other
    assert signing_key(records, "RS256", NOW) == other


def test_a_key_that_is_gone_or_was_never_there_is_refused() -> None:
    records, _ = revoke(rotate([], "a", NOW - 100 * MINUTE), "a")
    for kid in ("a", "nobody"):
        with pytest.raises(RotationRefused, match=f"no key {kid}"):
            revoke(records, kid)
    gone = replace(record("z", created_at=NOW - 100 * MINUTE), retired_at=NOW - 50 * MINUTE, erase_after=NOW)
    (erased,) = due_for_erasure([gone], NOW)
    assert state(erased, NOW) is KeyState.ERASED
    with pytest.raises(RotationRefused):
        revoke([erased], "z")


def test_what_is_not_fresh_does_not_follow() -> None:
    for fresh in (record("fresh", "RS256"), record("a")):
        with pytest.raises(RotationRefused, match="not a fresh ES256 key"):
            next_revocation([record("a")], "a", fresh=fresh, now=NOW)
