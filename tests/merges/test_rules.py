"""What may be merged, and what a split must be told: a table of values (adr/0036)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from idp.ids import PersonId
from idp.merges.model import Cause, Made, MadeKind, Merge, MergeState, Rule
from idp.merges.restoring import restored
from idp.merges.rules import (
    MOST_MERGED,
    check_open,
    check_records,
    check_split,
    check_stewards,
    proved_number,
)
from idp.people.model import Attribute, Origin, Person, PersonProfile, PersonStatus, Source

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def person(
    name: str, number: str = "", *, level: int = 2, origin: int | None = None, **changes: Any
) -> Person:
    origins = {}
    if origin is not None:
        origins[Attribute.ID_NUMBER] = Origin(source=Source.UPSTREAM, level=origin, at=NOW)
    made = Person(
        person_id=PersonId(name),
        status=PersonStatus.ACTIVE,
        account_level=level,
        profile=PersonProfile(full_name="Nguyễn Thị Hương", personal_id=number, origins=origins),
        created_at=NOW,
        updated_at=NOW,
    )
    return replace(made, **changes)


W, L = person("w", "031184990001"), person("l", "031184990002")
DEAD, LOCKED = PersonStatus.DECEASED, PersonStatus.LOCKED


def check(
    winner: Person | None,
    loser: Person | None,
    *,
    of_winner: int = 0,
    of_loser: int = 0,
    cause: Cause | None = None,
    dead_with_living: bool = False,
) -> Rule | None:
    return check_records(
        winner,
        loser,
        of_winner=of_winner,
        of_loser=of_loser,
        cause=cause,
        dead_with_living=dead_with_living,
    )


@pytest.mark.parametrize("cause", Cause)
def test_two_living_with_two_proved_numbers_are_two_until_a_cause_is_given(cause: Cause) -> None:
    assert check(W, L) is Rule.NUMBERS_DIFFER
    assert check(W, L, cause=cause) is None


@pytest.mark.parametrize(
    ("winner", "loser"),
    [
        (W, person("l", "031184990001")),
        (W, person("l")),
        (W, person("l", "031184990002", level=1)),
        (person("w", "031184990001", level=1), L),
        (W, person("l", "031184990002", origin=1)),  # of level 02 by now, the number stated below it
    ],
)
def test_one_number_or_one_that_nobody_proved_needs_no_cause(winner: Person, loser: Person) -> None:
    assert check(winner, loser) is None


def test_a_foreigners_number_counts_as_one() -> None:
    foreigner = person("l")
    foreigner = replace(foreigner, profile=replace(foreigner.profile, foreigner_id="VN0123456789"))
    assert proved_number(foreigner) == "VN0123456789"
    assert check(W, foreigner) is Rule.NUMBERS_DIFFER
    assert check(W, foreigner, cause=Cause.NATURALISED) is None


@pytest.mark.parametrize(
    ("of_winner", "of_loser", "stated", "rule"),
    [
        (PersonStatus.ACTIVE, DEAD, False, Rule.DEAD_WITH_LIVING),
        (PersonStatus.ACTIVE, DEAD, True, None),
        (DEAD, PersonStatus.ACTIVE, False, Rule.DEAD_WITH_LIVING),
        (DEAD, PersonStatus.ACTIVE, True, Rule.DEAD_WITH_LIVING),
        (DEAD, DEAD, False, None),
        (LOCKED, DEAD, True, None),
        (PersonStatus.ACTIVE, LOCKED, False, Rule.LOCKED),
        (LOCKED, PersonStatus.ACTIVE, False, Rule.LOCKED),
        (LOCKED, LOCKED, False, None),
    ],
)
def test_a_merge_raises_nobody_from_the_dead_and_opens_no_lock(
    of_winner: PersonStatus, of_loser: PersonStatus, stated: bool, rule: Rule | None
) -> None:
    found = check(
        replace(W, status=of_winner),
        replace(L, status=of_loser),
        cause=Cause.NUMBER_REPLACED,
        dead_with_living=stated,
    )
    assert found is rule


@pytest.mark.parametrize(
    ("winner", "loser", "given", "rule"),
    [
        (None, L, {}, Rule.UNKNOWN),
        (W, None, {}, Rule.UNKNOWN),
        (W, W, {}, Rule.SAME),
        (W, replace(L, canonical_id=W.person_id), {}, Rule.SAME),
        (W, replace(L, canonical_id=PersonId("x")), {}, Rule.MERGED_ALREADY),
        (replace(W, canonical_id=PersonId("x")), L, {}, Rule.MERGED_ALREADY),
        (W, L, {"of_loser": 1}, Rule.STANDS_FOR_OTHERS),
        (W, L, {"of_winner": MOST_MERGED}, Rule.TOO_MANY),
        (W, L, {"of_winner": MOST_MERGED - 1}, None),
        (replace(W, roles=frozenset({"admin:operator"})), L, {}, Rule.ROLES),
        (W, replace(L, roles=frozenset({"admin:operator"})), {}, Rule.ROLES),
    ],
)
def test_which_records_can_not_be_merged(
    winner: Person | None, loser: Person | None, given: dict[str, int], rule: Rule | None
) -> None:
    assert check(winner, loser, cause=Cause.NUMBERED_TWICE, **given) is rule  # type: ignore[arg-type]


def test_names_and_birth_dates_are_no_ground_for_or_against() -> None:
    same = replace(L, profile=replace(L.profile, full_name=W.profile.full_name, birthdate="1984-03-14"))
    assert check(W, same) is Rule.NUMBERS_DIFFER
    other = replace(L, profile=replace(L.profile, full_name="Trần Văn Khác"))
    assert check(W, other, cause=Cause.NUMBERED_TWICE) is None


@pytest.mark.parametrize(
    ("first", "second", "own", "rule"),
    [
        ("operator:lan", "operator:binh", (None, None), None),
        ("operator:lan", "operator:lan", (None, None), Rule.SECOND_PERSON),
        ("operator:lan", "operator:binh", (PersonId("p"), PersonId("p")), Rule.SECOND_PERSON),
        ("operator:lan", "operator:binh", (PersonId("p"), PersonId("q")), None),
        ("operator:lan", "operator:binh", (PersonId("p"), None), None),
    ],
)
def test_two_people_say_so(
    first: str, second: str, own: tuple[PersonId | None, PersonId | None], rule: Rule | None
) -> None:
    assert check_stewards(proposed_by=first, confirmed_by=second, own_records=own) is rule


def merge(state: MergeState = MergeState.MERGED, **changes: Any) -> Merge:
    made = Merge(
        merge_id="m",
        winner_id=W.person_id,
        loser_id=L.person_id,
        state=state,
        reason="one person",
        letter="12/CAHP",
        proposed_by="operator:lan",
        proposed_at=NOW,
        expires_at=NOW + timedelta(days=7),
    )
    return replace(made, **changes)


@pytest.mark.parametrize("state", MergeState)
def test_only_a_proposal_in_time_is_confirmed_and_only_a_merge_split(state: MergeState) -> None:
    is_proposed = state is MergeState.PROPOSED
    assert check_open(merge(state), NOW) is (None if is_proposed else Rule.OVER)
    assert check_open(merge(state), NOW + timedelta(days=7)) is Rule.OVER
    assert check_open(None, NOW) is Rule.UNKNOWN
    found, _ = check_split(merge(state), (), winners=(), losers=())
    assert found is (None if state is MergeState.MERGED else Rule.OVER)


MADE = tuple(
    Made(kind=MadeKind.MANDATE, name=name, record_id=W.person_id, made_at=NOW, mandate_id=name)
    for name in ("a", "b")
)


@pytest.mark.parametrize(
    ("winners", "losers", "rule", "unnamed"),
    [
        ((), (), Rule.NOT_NAMED, ("a", "b")),
        (("a",), (), Rule.NOT_NAMED, ("b",)),
        (("a",), ("b",), None, ()),
        (("a", "b"), (), None, ()),
        (("a", "b"), ("b",), Rule.NAMED_WRONG, ()),
        (("a", "a"), ("b",), Rule.NAMED_WRONG, ()),
        (("a", "b", "c"), (), Rule.NAMED_WRONG, ()),
    ],
)
def test_a_split_is_told_of_everything_made_meanwhile_once(
    winners: tuple[str, ...], losers: tuple[str, ...], rule: Rule | None, unnamed: tuple[str, ...]
) -> None:
    found, left = check_split(merge(), MADE, winners=winners, losers=losers)
    assert found is rule
    assert tuple(one.name for one in left) == unnamed


# ---- what the winner's record says after a split


def origin(source: Source, minutes: int, level: int = 2) -> Origin:
    return Origin(source=source, level=level, at=NOW + timedelta(minutes=minutes))


THEN = PersonProfile(
    full_name="Nguyễn Thị Hương",
    family_name="Nguyễn",
    gender="female",
    phone="+84911111111",
    personal_id="031184990001",
    origins={Attribute.NAME: origin(Source.UPSTREAM, 0), Attribute.GENDER: origin(Source.DESK, 0, 0)},
)


@pytest.mark.parametrize("source", Source)
def test_what_a_sign_in_stated_is_taken_back_and_what_others_wrote_stays(source: Source) -> None:
    origins = {**THEN.origins, Attribute.NAME: origin(source, 5)}
    now = replace(W, profile=replace(THEN, full_name="Trần Văn Khác", family_name="Trần", origins=origins))
    back = restored(now, THEN, level=2, since=NOW + timedelta(minutes=1))
    if source is Source.UPSTREAM:
        assert back.profile == THEN
    else:
        assert back.profile == now.profile


def test_what_was_not_known_at_the_merge_is_not_known_again() -> None:
    origins = {**THEN.origins, Attribute.EMAIL: origin(Source.UPSTREAM, 5)}
    now = replace(W, profile=replace(THEN, email="x@example.vn", email_verified=True, origins=origins))
    assert restored(now, THEN, level=2, since=NOW).profile == THEN


def test_numbers_stay_and_the_level_is_never_above_what_it_was() -> None:
    origins = {**THEN.origins, Attribute.ID_NUMBER: origin(Source.UPSTREAM, 5)}
    now = replace(W, profile=replace(THEN, personal_id="031184990009", origins=origins), account_level=2)
    back = restored(now, THEN, level=1, since=NOW)
    assert back.profile.personal_id == "031184990009"
    assert back.account_level == 1
    assert restored(replace(now, account_level=0), THEN, level=2, since=NOW).account_level == 0


def test_what_was_stated_before_the_merge_is_not_touched() -> None:
    """What a merge keeps of the winner may have come from another merged record since split off."""
    now = replace(W, profile=replace(THEN, full_name="Trần Văn Khác"))
    assert restored(now, THEN, level=2, since=NOW + timedelta(minutes=1)).profile == now.profile
