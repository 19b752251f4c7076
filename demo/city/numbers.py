"""Numbers and identifiers that look right and belong to nobody.

DOMAIN §1.6 (structures) and §5.2 (safety). Every personal ID number ends in 900000–999999, every 9-digit
number in the same block, every tax code has a serial from 9000000 up, every phone is +84 53 xxx xx xx: 053
was a landline area code until 2017 and no mobile operator is known to use it. The last tenth of each block is
kept for the personas.
"""

from collections import Counter
from hashlib import sha256
from random import Random
from uuid import UUID
from zlib import crc32

from stdnum.vn import mst

from demo.city.model import Sex

PHONE_BLOCK = "+8453"
_LAST_SIX = 90_000
"""Numbers of one prefix: from 900000 to 989999."""
_STEP = 7_919  # a prime that divides no block size: walking by it visits each number of a block once
_OTHER_PLACES = (
    ("034", 30),
    ("022", 20),
    ("033", 18),
    ("036", 12),
    ("001", 12),
    ("038", 5),
    ("101", 2),
    ("124", 1),
)
_CMND9_PLACES = ("031", "030", "141", "142")
_CMND9_ELSEWHERE = ("145", "151", "152", "100", "101")
"""Places of the neighbours, for when a very large city has used up its own."""


def uuid_of(seed: int | str, key: str) -> UUID:
    """The same version 4 UUID for the same seed and key, with no order in it."""
    return UUID(bytes=sha256(f"haiphong-id demo/{seed}/{key}".encode()).digest()[:16], version=4)


def opaque_of(purpose: str, key: str) -> str:
    """A stable text that says nothing about its key: what another system would use as its own identifier."""
    return sha256(f"haiphong-id demo/{purpose}/{key}".encode()).hexdigest()[:24]


def century_digit(sex: Sex, birth_year: int) -> int:
    """C of `PPP C YY RRRRRR`: 0 and 1 for the 20th century, 2 and 3 for the 21st; even is male."""
    return 2 * (birth_year // 100 - 19) + (sex == "female")


class Numbers:
    """Hands out each number once. It remembers a counter per prefix, not the numbers."""

    def __init__(self) -> None:
        self._taken: Counter[str] = Counter()

    def personal_id(self, *, place: str, century: int, birth_year: int) -> str:
        prefix = f"{place}{century}{birth_year % 100:02d}"
        return f"{prefix}{900_000 + self._next(prefix, _LAST_SIX)}"

    def foreigner_id(self) -> str:
        """The structure is not published (DOMAIN §1.6): 12 characters no reader should take apart."""
        return f"NN{9_000_000_000 + self._next('NN', 900_000_000)}"

    def passport(self) -> str:
        return f"ZZ{9_000_000 + self._next('passport', 900_000)}"

    def cmnd9(self, rng: Random) -> str:
        place = rng.choice(_CMND9_PLACES)
        if self._taken[f"cmnd9{place}"] >= _LAST_SIX:
            left = (one for one in _CMND9_ELSEWHERE if self._taken[f"cmnd9{one}"] < _LAST_SIX)
            place = next(left, place)
        return f"{place}{900_000 + self._next(f'cmnd9{place}', _LAST_SIX)}"

    def tax_code(self, province: str) -> str:
        while True:
            front = f"{province}{9_000_000 + self._next('tax' + province, 990_000)}"
            check = mst.calc_check_digit(front)
            if len(check) == 1:  # a check digit of 10 makes the serial unusable
                return front + check

    def phone(self) -> str:
        return f"{PHONE_BLOCK}{self._next('phone', 9_900_000):07d}"

    def serial(self, series: str) -> int:
        """1, 2, 3 … for codes that are plain running numbers."""
        self._taken[series] += 1
        return self._taken[series]

    def _next(self, block: str, size: int) -> int:
        count = self._taken[block]
        if count >= size:
            raise ValueError(f"the reserved block {block} is used up")
        self._taken[block] = count + 1
        return (crc32(block.encode()) + count * _STEP) % size


def birth_place(rng: Random, *, home: str, baby: bool) -> str:
    """PPP, where the birth was registered: for most people where they live, for one in ten elsewhere."""
    if baby:
        return "031"  # registered after the merger
    roll = rng.random()
    if roll < 0.10:
        return rng.choices([p for p, _ in _OTHER_PLACES], [w for _, w in _OTHER_PLACES])[0]
    if home == "030":
        return "030" if roll < 0.91 else "031"
    return "031" if roll < 0.95 else "030"
