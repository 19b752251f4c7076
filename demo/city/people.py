"""From a draft to a person: name, numbers, card, account, contacts.

DOMAIN §5.2. One `Census` draws everybody of one city, in order, so that the same seed gives the same people.
"""

from collections import deque
from dataclasses import dataclass
from datetime import date
from random import Random

from demo.city import cards
from demo.city.contacts import draw_email
from demo.city.dates import AS_OF, NEW_COMMUNES, birth_at_age, day_between
from demo.city.edge_names import EDGE_NAMES, FOREIGN_EDGE_NAMES, FOREIGN_NAMES
from demo.city.model import Address, EarlierNumber, Person, Sex
from demo.city.names import Name, draw_name
from demo.city.numbers import Numbers, birth_place, century_digit, uuid_of

_CAUSES = ("sex re-determined", "birth year corrected", "number given twice")
_YEAR_ONLY_SHARE = 0.085  # of those born before 1975: 2 % of everybody


@dataclass(frozen=True, slots=True, kw_only=True)
class Kin:
    """Keys decided before the person is drawn."""

    key: str
    household: str
    parents: tuple[str, ...] = ()
    spouse: str | None = None


class Census:
    def __init__(self, seed: int, numbers: Numbers) -> None:
        self.rng = Random(f"people/{seed}")
        self.numbers = numbers
        self._seed = seed
        self._edge_names: dict[Sex, deque[Name]] = {sex: deque(names) for sex, names in EDGE_NAMES.items()}
        self._foreign_edge_names = deque(FOREIGN_EDGE_NAMES)

    def key(self) -> str:
        return f"p-{self.numbers.serial('person'):06d}"

    def name(self, *, sex: Sex, age: int, family: str | None, head: bool) -> Name:
        """A name; while they last, every second head of household takes one that every city must have."""
        waiting = self._edge_names[sex]
        if head and family is None and waiting and self.rng.random() < 0.5:
            return waiting.popleft()
        return draw_name(self.rng, sex=sex, birth_year=AS_OF.year - age, family=family)

    def citizen(
        self, *, kin: Kin, name: Name, sex: Sex, age: int, address: Address, home: str, phone: str | None
    ) -> Person:
        rng = self.rng
        birth = birth_at_age(rng, age)
        year_only = birth.year < 1975 and rng.random() < _YEAR_ONLY_SHARE
        place = birth_place(rng, home=home, baby=birth >= NEW_COMMUNES)
        card = cards.draw_card(rng, birth)
        died = rng.random() < (0.0015 if age < 60 else 0.018 if age < 80 else 0.08)
        account = cards.draw_account(rng, age=age, card=card, died=died)
        return Person(
            key=kin.key,
            uuid=uuid_of(self._seed, kin.key),
            family_name=name.family,
            middle_name=name.middle,
            given_name=name.given,
            full_name=name.full,
            sex=sex,
            birth_date=None if year_only else birth,
            birth_year=birth.year,
            birth_precision="year" if year_only else "day",
            personal_id=self._personal_id(place, sex, birth.year),
            earlier_ids=self._earlier_numbers(place, sex, birth),
            cmnd9=self.numbers.cmnd9(rng) if age >= 35 and rng.random() < 0.25 else None,
            nationality="VNM",
            passport=None,
            card=card,
            phone=phone,
            email=draw_email(rng, age=age, phone=phone, name=name, serial=self.numbers.serial("mail")),
            address=address,
            account_level=account.level,
            account_status=account.status,
            lock_reason=account.lock_reason,
            died_on=day_between(rng, AS_OF.replace(year=AS_OF.year - 1), AS_OF) if died else None,
            household=kin.household,
            parents=kin.parents,
            spouse=kin.spouse,
        )

    def foreigner(self, *, kin: Kin, address: Address) -> Person:
        rng = self.rng
        nationality, sex, name = (
            self._foreign_edge_names.popleft() if self._foreign_edge_names else rng.choice(FOREIGN_NAMES)
        )
        birth = birth_at_age(rng, rng.randint(24, 61))
        card = cards.draw_residence_card(rng)
        account = cards.draw_foreigner_account(rng, card)
        phone = self.numbers.phone()
        return Person(
            key=kin.key,
            uuid=uuid_of(self._seed, kin.key),
            family_name=name.family,
            middle_name=name.middle,
            given_name=name.given,
            full_name=name.full,
            sex=sex,
            birth_date=birth,
            birth_year=birth.year,
            birth_precision="day",
            personal_id=self.numbers.foreigner_id(),
            earlier_ids=(),
            cmnd9=None,
            nationality=nationality,
            passport=self.numbers.passport(),
            card=card,
            phone=phone,
            email=draw_email(rng, age=30, phone=phone, name=name, serial=self.numbers.serial("mail")),
            address=address,
            account_level=account.level,
            account_status=account.status,
            lock_reason=None,
            died_on=None,
            household=kin.household,
            parents=(),
            spouse=None,
        )

    def _personal_id(self, place: str, sex: Sex, birth_year: int) -> str:
        """0.3 % of numbers contradict sex or birth year: such exist, and must only raise a flag (§1.6)."""
        roll = self.rng.random()
        if roll < 0.0015:
            sex = "male" if sex == "female" else "female"
        elif roll < 0.003:
            birth_year -= 1
        return self.numbers.personal_id(
            place=place, century=century_digit(sex, birth_year), birth_year=birth_year
        )

    def _earlier_numbers(self, place: str, sex: Sex, birth: date) -> tuple[EarlierNumber, ...]:
        if self.rng.random() > 0.002:
            return ()
        cause = self.rng.choice(_CAUSES)
        year = birth.year - 1 if cause == "birth year corrected" else birth.year
        wrong_sex: Sex = "male" if sex == "female" else "female"
        number = self.numbers.personal_id(
            place=place,
            century=century_digit(wrong_sex if cause == "sex re-determined" else sex, year),
            birth_year=year,
        )
        cancelled = day_between(self.rng, max(birth, date(2017, 1, 1)), AS_OF)
        return (EarlierNumber(number=number, cancelled_on=cancelled, cause=cause),)
