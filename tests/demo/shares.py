"""The shares of DOMAIN §5 beside those of a city that is counted record by record, without keeping it.

A share may be off by what the drawing of households leaves open (`slack`) and by chance, which is less the larger the
city; kin have one name and one home, so chance is reckoned twice as large as for people drawn one by one.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from math import sqrt

from demo.city import Address, Agency, Household, Mandate, Official, Organisation, Person, Record, Relation
from demo.city.communes import communes
from demo.city.dates import AS_OF, NEW_COMMUNES, age_of
from demo.city.name_lists import FAMILY_NAMES
from demo.city.numbers import century_digit

_CHANCE = 6.0
AGES = {(0, 5): 0.08, (6, 13): 0.14, (14, 17): 0.06, (18, 24): 0.09, (25, 39): 0.22, (40, 59): 0.25}
AGES |= {(60, 79): 0.13, (80, 200): 0.03}


@dataclass(kw_only=True)
class Tally:
    """What was counted: how often, of whom."""

    counts: Counter[str] = field(default_factory=Counter)
    phones: Counter[str] = field(default_factory=Counter)
    unfit: set[str] = field(default_factory=set)
    foreign: set[str] = field(default_factory=set)
    enterprises: set[str] = field(default_factory=set)
    appointing: set[str] = field(default_factory=set)
    through: set[str] = field(default_factory=set)
    guarded: set[str] = field(default_factory=set)
    contested: set[str] = field(default_factory=set)

    def see(self, records: Iterable[Record]) -> "Tally":
        """Count these records."""
        for record in records:
            match record:
                case Person():
                    self._person(record)
                case Household():
                    self.counts["households"] += 1
                case Relation():
                    self._relation(record)
                case Organisation():
                    self._organisation(record)
                case Mandate():
                    self._mandate(record)
                case Official():
                    self._official(record)
                case Agency():
                    self.counts[f"agencies {record.kind}"] += 1
        self.counts["phones"] = len(self.phones)
        self.counts["phones shared"] = sum(users > 1 for users in self.phones.values())
        self.counts["enterprises appointing"] = len(self.appointing)
        self.counts["enterprises through a firm"] = len(self.through)
        self.counts["minors guarded"] = len(self.guarded)
        self.counts["minors contested"] = len(self.contested)
        return self

    def _add(self, *names: str) -> None:
        self.counts.update(names)

    def _person(self, one: Person) -> None:
        age = age_of(one.birth_date or date(one.birth_year, 7, 1))
        self._add("people", one.sex, next(f"age {low}" for low, high in AGES if low <= age <= high))
        self._address(one.address)
        if one.phone:  # of all ages: it is children and the old who use somebody else's
            self.phones[one.phone] += 1
        if one.account_status in {"deceased", "locked"}:
            self.unfit.add(one.key)
        if one.died_on:
            self._add("dead")
        if one.nationality != "VNM":
            self.foreign.add(one.key)
            self._add("foreigners")
            return
        self._citizen(one, age)
        if age >= 18:
            self._adult(one)
        elif len(one.parents) == 1:
            self._add("minors", "minors one parent")
        else:
            self._add("minors")

    def _citizen(self, one: Person, age: int) -> None:
        self._add("citizens", f"family {one.family_name}")
        words = len(one.middle_name.split())
        cohort = 0 if one.birth_year < 1985 else 1 if one.birth_year < 2000 else 2
        self._add(f"{one.sex} {cohort}", f"{one.sex} {cohort} {one.middle_name}", f"middle of {words}")
        place = one.personal_id[:3]
        self._add(f"place {place}" if place in {"030", "031"} else "place other")
        if int(place) >= 100:
            self._add("place abroad")
        said = int(one.personal_id[3]), int(one.personal_id[4:6])
        if said != (century_digit(one.sex, one.birth_year), one.birth_year % 100):
            self._add("number disagrees")
        self._add(*["number cancelled"] * bool(one.earlier_ids), *["year only"] * (one.birth_date is None))
        if one.birth_date and one.birth_year < 1965:
            self._add("old", *["old on 01-01"] * ((one.birth_date.month, one.birth_date.day) == (1, 1)))
        if age >= 36:
            self._add("of 36", *["of 36 with cmnd9"] * (one.cmnd9 is not None))
        band = "grown" if age >= 15 else "child" if 6 <= age < 13 else "infant" if age < 5 else ""
        if band:
            self._add(band, *[f"{band} with account"] * (one.account_level > 0))

    def _adult(self, one: Person) -> None:
        self._add("adults", f"card {one.card.status if one.card else None}")
        self._add(
            *["adults with phone"] * (one.phone is not None), *["adults with mail"] * (one.email is not None)
        )
        self._add(*["adults with neither"] * (one.phone is None and one.email is None))
        self._add(*["adults married"] * (one.spouse is not None))
        if one.account_level:
            self._add("holders", f"holders of {one.account_level}", f"holders {one.account_status}")

    def _address(self, one: Address) -> None:
        if one.old:
            self._add("address old", *["address old split"] * (len(one.candidates) > 1))
            return
        self._add("address new", f"address {communes()[one.ward_code].kind}")
        self._add(*["address since moved"] * (one.valid_from > NEW_COMMUNES))
        self._add(*[f"address {one.ward_code}"] * (one.ward_code in {"11914", "11948"}))

    def _relation(self, one: Relation) -> None:
        if one.kind == "guardian":
            self.guarded.add(one.other)
        if one.contested:
            self.contested.add(one.other)

    def _organisation(self, one: Organisation) -> None:
        self._add(f"organisations {one.kind}")
        if one.kind != "enterprise":
            return
        self.enterprises.add(one.key)
        self._add("enterprises", f"enterprise {one.status}", f"enterprise {one.legal_form}")
        self._add(f"enterprise of {one.identifier[:2]}", *["enterprise in capitals"] * one.name.isupper())
        seats = set(one.representatives)
        held = (
            "vacant"
            if not seats
            else "unfit"
            if seats & self.unfit
            else "foreign"
            if seats & self.foreign
            else ""
        )
        self._add(*[f"enterprise {held}"] * bool(held))

    def _mandate(self, one: Mandate) -> None:
        if one.source != "appointed":
            return
        self._add("appointed", f"appointed {one.status}")
        if one.principal in self.enterprises:
            (self.through if one.through else self.appointing).add(one.principal)

    def _official(self, one: Official) -> None:
        today = AS_OF
        held = [post for post in one.posts if post.valid_to is None or (today - post.valid_to).days <= 30]
        self._add("officials", *["officials of two posts"] * (len(held) == 2))
        self._add(
            *["officials gone"] * (one.status == "left"), *["officials moved"] * (len(one.posts) > len(held))
        )


@dataclass(frozen=True, slots=True)
class Share:
    """How many of these are such, as the facts say."""

    part: str
    of: str
    expected: float
    slack: float

    def problem(self, counts: Counter[str]) -> str:
        """Say how far off it is; nothing if it is near enough."""
        whole = counts[self.of]
        found = counts[self.part] / whole if whole else 0.0
        chance = _CHANCE * sqrt(self.expected * (1 - self.expected) / max(whole, 1))
        if abs(found - self.expected) <= self.slack + chance:
            return ""
        return f"{self.part}: {found:.4f} of {whole} {self.of}, not {self.expected:.4f}"


def problems(tally: Tally) -> list[str]:
    """Return which shares of a city are not those of DOMAIN §5."""
    return [said for share in SHARES if (said := share.problem(tally.counts))]


_THI = {0: 0.75, 1: 0.45, 2: 0.18}
_VAN = {0: 0.45, 1: 0.22, 2: 0.07}
_IN_WARDS = 45 * 1.4
_IN_ALL = _IN_WARDS + 67 * 0.9 + 0.6 + 0.02
SHARES = (
    *(Share(f"family {name}", "citizens", weight / 100, 0.004) for name, weight in FAMILY_NAMES),
    *(Share(f"female {cohort} Thị", f"female {cohort}", share, 0.04) for cohort, share in _THI.items()),
    *(Share(f"male {cohort} Văn", f"male {cohort}", share, 0.02) for cohort, share in _VAN.items()),
    Share("middle of 0", "citizens", 0.03, 0.005),
    Share("middle of 2", "citizens", 0.12, 0.01),
    Share("male", "people", 0.494, 0.01),
    *(Share(f"age {low}", "people", share, 0.025) for (low, _), share in AGES.items()),
    Share("old on 01-01", "old", 4 / 368, 0.001),
    Share("year only", "citizens", 0.02, 0.004),
    Share("place 030", "citizens", 0.46, 0.02),
    Share("place 031", "citizens", 0.44, 0.02),
    Share("place other", "citizens", 0.10, 0.01),
    Share("place abroad", "citizens", 0.003, 0.0005),
    Share("number disagrees", "citizens", 0.003, 0.0005),
    Share("number cancelled", "citizens", 0.002, 0.0005),
    Share("of 36 with cmnd9", "of 36", 0.25, 0.005),
    Share("card valid", "adults", 0.95, 0.02),
    Share("card expired", "adults", 0.03, 0.015),
    Share("card lost", "adults", 0.015, 0.004),
    Share("card revoked", "adults", 0.005, 0.002),
    Share("adults with phone", "adults", 0.96, 0.01),
    Share("adults with mail", "adults", 0.45, 0.015),
    Share("adults with neither", "adults", 0.03, 0.01),
    Share("adults married", "adults", 0.58, 0.03),
    Share("phones shared", "phones", 0.04, 0.02),
    Share("grown with account", "grown", 0.825, 0.01),
    Share("child with account", "child", 0.10, 0.01),
    Share("infant with account", "infant", 0.03, 0.01),
    Share("holders of 1", "holders", 0.08, 0.01),
    Share("minors one parent", "minors", 0.08, 0.01),
    Share("minors guarded", "minors", 0.005, 0.002),
    Share("minors contested", "minors", 0.005, 0.002),
    Share("dead", "people", 0.006, 0.002),
    Share("households", "people", 1 / 3.4, 0.02),
    Share("address old", "people", 0.15, 0.004),
    Share("address P", "address new", _IN_WARDS / _IN_ALL, 0.005),
    Share("address 11914", "address new", 0.6 / _IN_ALL, 0.001),
    Share("address 11948", "address new", 0.02 / _IN_ALL, 0.0002),
    Share("address since moved", "address new", 0.025, 0.002),
    *(
        Share(f"enterprise {status}", "enterprises", share, 0.01)
        for status, share in (
            ("active", 0.82),
            ("suspended", 0.09),
            ("dissolving", 0.03),
            ("dissolved", 0.05),
        )
    ),
    Share("enterprise invalid-address", "enterprises", 0.01, 0.004),
    *(
        Share(f"enterprise {form}", "enterprises", share, 0.01)
        for form, share in (
            ("sole-member-llc", 0.52),
            ("llc", 0.22),
            ("jsc", 0.20),
            ("private", 0.03),
            ("fdi", 0.03),
        )
    ),
    Share("enterprise of 02", "enterprises", 0.65, 0.01),
    Share("enterprise of 08", "enterprises", 0.32, 0.01),
    Share("enterprise vacant", "enterprises", 0.03, 0.005),
    Share("enterprise unfit", "enterprises", 0.02, 0.005),
    Share("enterprise foreign", "enterprises", 0.04, 0.005),
    Share("enterprises appointing", "enterprises", 0.35, 0.02),
    Share("enterprises through a firm", "enterprises", 0.12, 0.02),
    Share("appointed expired", "appointed", 0.05, 0.005),
    Share("appointed revoked", "appointed", 0.01, 0.003),
    Share("officials of two posts", "officials", 0.03, 0.003),
    Share("officials moved", "officials", 0.12, 0.01),
    Share("officials gone", "officials", 0.008, 0.003),
)
