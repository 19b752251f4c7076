"""Vietnamese names as people of the city bear them: family name, middle name, given name.

DOMAIN §5.2: northern family names with their shares, middle names by birth cohort, given names by cohort and
sex. Written for this city, because the common generators put the given name first and titles into names.
"""

import unicodedata
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from demo.city.model import Sex
from demo.city.name_lists import (
    DOUBLE_MIDDLES,
    FAMILY_NAMES,
    GIVEN_NAMES,
    MIDDLES,
    RARE_FAMILY_NAMES,
    RARE_FAMILY_NAMES_WEIGHT,
)

_FAMILIES = (*((name,) for name, _ in FAMILY_NAMES), RARE_FAMILY_NAMES)
_FAMILY_WEIGHTS = tuple(accumulate((*(weight for _, weight in FAMILY_NAMES), RARE_FAMILY_NAMES_WEIGHT)))
_CUSTOMARY = {"female": "Thị", "male": "Văn"}
_CUSTOMARY_SHARE = {"female": (0.75, 0.45, 0.18), "male": (0.45, 0.22, 0.07)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    family: str
    middle: str
    given: str

    @property
    def full(self) -> str:
        return " ".join(part for part in (self.family, self.middle, self.given) if part)


def name_of(family: str, middle: str, given: str) -> Name:
    """A name as a register would keep it, whatever form it was typed in."""
    return Name(
        family=unicodedata.normalize("NFC", family),
        middle=unicodedata.normalize("NFC", middle),
        given=unicodedata.normalize("NFC", given),
    )


def draw_family_name(rng: Random) -> str:
    names = rng.choices(_FAMILIES, cum_weights=_FAMILY_WEIGHTS)[0]
    return names[0] if len(names) == 1 else rng.choice(names)


def draw_name(rng: Random, *, sex: Sex, birth_year: int, family: str | None = None) -> Name:
    given = rng.choice(GIVEN_NAMES[sex][0 if birth_year < 1970 else 1 if birth_year < 1995 else 2])
    middle = _draw_middle(rng, sex, birth_year)
    if given in middle.split():  # "Ngọc Ngọc" is nobody's name
        middle = _CUSTOMARY[sex]
    return Name(family=family or draw_family_name(rng), middle=middle, given=given)


def _draw_middle(rng: Random, sex: Sex, birth_year: int) -> str:
    share = _CUSTOMARY_SHARE[sex][0 if birth_year < 1985 else 1 if birth_year < 2000 else 2]
    roll = rng.random()
    if roll < 0.03:
        return ""
    if roll < 0.15:
        return rng.choice(DOUBLE_MIDDLES[sex])
    if roll < 0.15 + share:
        return _CUSTOMARY[sex]
    return rng.choice(MIDDLES[sex])


def latin(text: str) -> str:
    """`text` without marks, as on a foreign letterhead: "Sông Cấm" → "Song Cam"."""
    bare = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in bare if not unicodedata.combining(letter))


def mail_word(text: str) -> str:
    """`text` in a–z only, for mail addresses; empty if nothing Latin is left."""
    return "".join(letter for letter in latin(text).casefold() if "a" <= letter <= "z")
