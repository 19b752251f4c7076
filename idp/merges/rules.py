"""What may be merged, by whom, and what a split must be told. Pure: a rule broken is returned, None means allowed.

Never by a name or a birth date: whoever merges says why, and rests it on a letter (DOMAIN §3.2).
"""

from collections.abc import Collection, Iterable
from datetime import datetime

from idp.ids import PersonId
from idp.merges.model import Cause, Made, Merge, MergeState, Rule
from idp.people.model import Attribute, Person, PersonStatus

MOST_MERGED = 16
"""Records that one may stand for."""
_LEVEL_02 = 2


def check_records(
    winner: Person | None,
    loser: Person | None,
    *,
    of_winner: int,
    of_loser: int,
    cause: Cause | None,
    dead_with_living: bool,
) -> Rule | None:
    """Check the two records; `of_winner` and `of_loser` are how many each stands for."""
    if winner is None or loser is None:
        return Rule.UNKNOWN
    if winner.person_id in {loser.person_id, loser.canonical_id}:
        return Rule.SAME
    if loser.canonical_id is not None or winner.canonical_id is not None:
        return Rule.MERGED_ALREADY
    if of_loser:
        return Rule.STANDS_FOR_OTHERS
    if of_winner >= MOST_MERGED:
        return Rule.TOO_MANY
    if winner.roles or loser.roles:
        return Rule.ROLES
    return _check_status(winner, loser, dead_with_living=dead_with_living) or _check_numbers(
        winner, loser, cause
    )


def _check_status(winner: Person, loser: Person, *, dead_with_living: bool) -> Rule | None:
    statuses = {winner.status, loser.status}
    if len(statuses) == 1:
        return None
    if PersonStatus.DECEASED in statuses:
        is_stated = dead_with_living and winner.status is not PersonStatus.DECEASED
        return None if is_stated else Rule.DEAD_WITH_LIVING
    return Rule.LOCKED


def _check_numbers(winner: Person, loser: Person, cause: Cause | None) -> Rule | None:
    if PersonStatus.DECEASED in {winner.status, loser.status} or cause is not None:
        return None
    numbers = proved_number(winner), proved_number(loser)
    return Rule.NUMBERS_DIFFER if all(numbers) and numbers[0] != numbers[1] else None


def proved_number(person: Person) -> str:
    """Return the number a record has by a statement of level 02, empty if there is none."""
    number = person.profile.personal_id or person.profile.foreigner_id
    origin = person.profile.origins.get(Attribute.ID_NUMBER)
    level = person.account_level if origin is None else origin.level
    return number if level >= _LEVEL_02 else ""


def check_stewards(
    *, proposed_by: str, confirmed_by: str, own_records: tuple[PersonId | None, PersonId | None]
) -> Rule | None:
    """Check that two people say so: not one under two names either."""
    first, second = own_records
    if proposed_by == confirmed_by or (first is not None and first == second):
        return Rule.SECOND_PERSON
    return None


def check_split(
    merge: Merge, made: Iterable[Made], *, winners: Collection[str], losers: Collection[str]
) -> tuple[Rule | None, tuple[Made, ...]]:
    """Check that it was said of everything made meanwhile whose it is; return the rule broken, and what is unnamed."""
    if merge.state is not MergeState.MERGED:
        return Rule.OVER, ()
    known = {one.name: one for one in made}
    named = [*winners, *losers]
    if len(set(named)) != len(named) or not set(named) <= known.keys():
        return Rule.NAMED_WRONG, ()
    unnamed = tuple(one for name, one in known.items() if name not in named)
    return (Rule.NOT_NAMED if unnamed else None), unnamed


def check_open(merge: Merge | None, now: datetime) -> Rule | None:
    """Check that a proposal is still to be confirmed."""
    if merge is None:
        return Rule.UNKNOWN
    return None if merge.is_open(now) else Rule.OVER
