"""Who lives together: drafts of households, as ages, sexes and kinship, before anybody has a name.

DOMAIN §5.2. The shares of the six kinds of household were chosen so that the age pyramid, 3.4 people a
household, 58 % married adults and the kinds of parenthood come out together; the tests hold them to it.
"""

from dataclasses import dataclass
from itertools import accumulate
from random import Random

from demo.city.model import Sex


@dataclass(slots=True, kw_only=True)
class Draft:
    """One member to be. Numbers point at other members of the same draft."""

    sex: Sex
    age: int
    home: int = 0
    """0 or 1: parents who parted have two homes."""
    named_after: int | None = None
    parents: tuple[int, ...] = ()
    guardian: int | None = None
    spouse: int | None = None
    contested: bool = False


def draw_household(rng: Random) -> list[Draft]:
    return rng.choices(_KINDS, cum_weights=_KIND_WEIGHTS)[0](rng)


def lone_adult(rng: Random) -> list[Draft]:
    return [Draft(sex=_sex(rng), age=rng.randint(22, 58))]


def family(rng: Random) -> list[Draft]:
    """Parents and minors, often with a grandparent or a grown child."""
    ages = _draw_children(rng)
    roll = rng.random()
    if roll < 0.005:
        return _under_guardian(rng, ages)
    if roll < 0.01:
        return _parted(rng, ages)
    if roll < 0.09:
        return _one_parent(rng, ages)
    members = _parents_of(rng, ages[0])
    if ages[0] >= 13 and members[1].age >= 36 and rng.random() < 0.45:
        ages.insert(0, min(max(18, ages[0] + rng.randint(1, 5)), members[1].age - 18))
    members += [Draft(sex=_sex(rng), age=age, parents=(0, 1), named_after=0) for age in ages]
    _add_grandparents(rng, members)
    return members


def couple_with_adult_children(rng: Random) -> list[Draft]:
    mother = rng.randint(42, 64)
    members = _married(mother + rng.randint(-1, 6), mother)
    for _ in range(rng.choices((0, 1, 2, 3), (22, 43, 30, 5))[0]):
        age = rng.randint(18, max(18, min(35, mother - 20)))
        members.append(Draft(sex=_sex(rng), age=age, parents=(0, 1), named_after=0))
    return members


def parent_with_adult_children(rng: Random) -> list[Draft]:
    age = rng.randint(43, 66)
    members = [Draft(sex="female" if rng.random() < 0.62 else "male", age=age)]
    for _ in range(rng.choices((1, 2), (75, 25))[0]):
        child = rng.randint(18, max(18, min(36, age - 22)))
        members.append(Draft(sex=_sex(rng), age=child, parents=(0,), named_after=0))
    return members


def elderly_couple(rng: Random) -> list[Draft]:
    age = rng.randint(60, 86)
    return _married(age + rng.randint(0, 4), age)


def elderly_alone_or_with_child(rng: Random) -> list[Draft]:
    age = min(102, 64 + int(rng.expovariate(1 / 11)))
    members = [Draft(sex="female" if rng.random() < 0.62 else "male", age=age)]
    if rng.random() < 0.6:
        members.append(Draft(sex=_sex(rng), age=min(59, age - rng.randint(23, 34)), parents=(0,)))
    return members


def young_people(rng: Random) -> list[Draft]:
    """A young couple, or friends who share a flat."""
    if rng.random() < 0.3:
        age = rng.randint(22, 34)
        return _married(age + rng.randint(0, 4), age)
    return [
        Draft(sex=_sex(rng), age=rng.randint(19, 33)) for _ in range(rng.choices((1, 2, 3), (45, 40, 15))[0])
    ]


_KIND_SHARES = (
    (family, 50),
    (couple_with_adult_children, 13),
    (parent_with_adult_children, 12),
    (elderly_couple, 7),
    (elderly_alone_or_with_child, 9),
    (young_people, 9),
)
_KINDS = tuple(kind for kind, _ in _KIND_SHARES)
_KIND_WEIGHTS = tuple(accumulate(share for _, share in _KIND_SHARES))


def _sex(rng: Random) -> Sex:
    return "male" if rng.random() < 0.525 else "female"


def _draw_children(rng: Random) -> list[int]:
    """Ages of minors, eldest first, never two of the same year."""
    count = rng.choices((1, 2, 3, 4), (30, 45, 20, 5))[0]
    ages: set[int] = set()
    while len(ages) < count:
        first, last = rng.choices(((0, 5), (6, 13), (14, 17)), (8, 14, 6))[0]
        ages.add(rng.randint(first, last))
    return sorted(ages, reverse=True)


def _parents_of(rng: Random, eldest: int) -> list[Draft]:
    mother = eldest + min(43, max(18, round(rng.gauss(27, 5))))
    return _married(max(eldest + 19, mother + round(rng.gauss(3, 3))), mother)


def _married(husband: int, wife: int) -> list[Draft]:
    return [Draft(sex="male", age=husband, spouse=1), Draft(sex="female", age=wife, spouse=0)]


def _one_parent(rng: Random, ages: list[int]) -> list[Draft]:
    parent = ages[0] + rng.randint(19, 40)
    members = [Draft(sex="female" if rng.random() < 0.88 else "male", age=parent)]
    return members + [Draft(sex=_sex(rng), age=age, parents=(0,), named_after=0) for age in ages]


def _parted(rng: Random, ages: list[int]) -> list[Draft]:
    """Two homes and a quarrel about who decides for the children."""
    father, mother = _parents_of(rng, ages[0])
    father.spouse = mother.spouse = None
    father.home = 1
    children = [Draft(sex=_sex(rng), age=age, parents=(0, 1), named_after=0, contested=True) for age in ages]
    return [father, mother, *children]


def _under_guardian(rng: Random, ages: list[int]) -> list[Draft]:
    guardian = Draft(sex=_sex(rng), age=rng.randint(45, 70))
    return [guardian, *(Draft(sex=_sex(rng), age=age, guardian=0) for age in ages)]


def _add_grandparents(rng: Random, members: list[Draft]) -> None:
    roll = rng.random()
    if roll > 0.40:
        return
    side = 0 if rng.random() < 0.65 else 1
    parent = members[side]
    grandmother = Draft(sex="female", age=parent.age + rng.randint(20, 33))
    place = len(members)
    if roll < 0.05:
        grandfather = Draft(sex="male", age=grandmother.age + rng.randint(0, 5), spouse=place)
        grandmother.spouse = place + 1
        members += [grandmother, grandfather]
        parent.parents, parent.named_after = (place, place + 1), place + 1
        return
    if roll < 0.12:
        grandmother.sex, parent.named_after = "male", place
    members.append(grandmother)
    parent.parents = (place,)
