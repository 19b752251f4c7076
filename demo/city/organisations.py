"""Enterprises with their dependent units, household businesses, co-operatives, schools and associations.

DOMAIN §1.6 and §5.4. An enterprise is keyed by its tax code, a household business by the owner's personal ID
number (Circular 86/2024), which makes that key personal data; the others have typed codes of their own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from random import Random

from demo.city.addresses import draw_address
from demo.city.candidates import Candidate, Pool
from demo.city.communes import communes
from demo.city.company_names import draw_accounting_firm_name, draw_company_name, draw_household_business_name
from demo.city.dates import AS_OF, day_between
from demo.city.model import Organisation, OrganisationKind, OrganisationScheme, OrganisationStatus
from demo.city.numbers import Numbers, uuid_of

_STATUSES: tuple[OrganisationStatus, ...] = (
    "active",
    "suspended",
    "dissolving",
    "dissolved",
    "invalid-address",
)
_STATUS_WEIGHTS = (82, 9, 3, 5, 1)
_PROVINCES, _PROVINCE_WEIGHTS = ("02", "08", "01", "57", "10"), (65, 32, 1, 1, 1)
_OTHERS: tuple[tuple[OrganisationKind, OrganisationScheme, str, str, str], ...] = (
    ("cooperative", "cooperative-code", "HTX", "Hợp tác xã Nông nghiệp", "cooperative"),
    ("school", "school-code", "GD31", "Trường Trung học cơ sở", "public-service-unit"),
    ("association", "association-code", "HOI", "Hội Khuyến học", "association"),
)


class Register:
    """The business register of one city."""

    def __init__(self, seed: int, numbers: Numbers, pool: Pool) -> None:
        self._rng = Random(f"organisations/{seed}")
        self._seed = seed
        self._numbers = numbers
        self._pool = pool
        self._hands: list[Candidate] = []

    def enterprises(self, count: int, *, accounting_firms: int) -> Iterator[Organisation]:
        for number in range(count):
            enterprise = self._enterprise()
            if number < accounting_firms:
                yield replace(
                    enterprise,
                    legal_form="llc",
                    name=draw_accounting_firm_name(self._rng),
                    foreign_name=None,
                    short_name=None,
                    status="active",
                    representatives=(self._pool.take().key,),
                    accounting_firm=True,
                )
            else:
                yield enterprise

    def dependent_units(self, count: int, parents: Sequence[Organisation]) -> Iterator[Organisation]:
        """Branches, with the tax code of the enterprise and three more digits."""
        for _ in range(count):
            parent = self._rng.choice(parents)
            number = self._numbers.serial(f"units of {parent.key}")
            address = draw_address(self._rng)
            key = self._key()
            yield replace(
                parent,
                key=key,
                uuid=uuid_of(self._seed, key),
                kind="dependent-unit",
                identifier=f"{parent.identifier}-{number:03d}",
                name=f"Chi nhánh {parent.name} tại {communes()[address.ward_code].full_name}",
                short_name=None,
                foreign_name=None,
                founded=day_between(self._rng, parent.founded, AS_OF),
                address=address,
                parent=parent.key,
                accounting_firm=False,
            )

    def household_businesses(self, count: int) -> Iterator[Organisation]:
        for _ in range(count):
            owner = self._pool.take()
            yield self._organisation(
                kind="household-business",
                scheme="personal-id",
                identifier=owner.personal_id,
                name=draw_household_business_name(self._rng, owner.name),
                legal_form="household-business",
                representatives=(owner.key,),
            )

    def others(self, count: int) -> Iterator[Organisation]:
        for number in range(count):
            kind, scheme, prefix, words, legal_form = _OTHERS[number % len(_OTHERS)]
            commune = self._rng.choice(list(communes().values()))
            yield self._organisation(
                kind=kind,
                scheme=scheme,
                identifier=f"{prefix}-{9_000_000 + self._numbers.serial(scheme)}",
                name=f"{words} {commune.name} {self._numbers.serial(f'{kind} {commune.code}')}",
                legal_form=legal_form,
                representatives=(self._pool.take().key,),
            )

    def _enterprise(self) -> Organisation:
        naming = draw_company_name(self._rng)
        province = self._rng.choices(_PROVINCES, _PROVINCE_WEIGHTS)[0]
        organisation = self._organisation(
            kind="enterprise",
            scheme="tax-code",
            identifier=self._numbers.tax_code(province),
            name=naming.name,
            legal_form=naming.legal_form,
            representatives=self._representatives(),
        )
        return replace(organisation, short_name=naming.short_name, foreign_name=naming.foreign_name)

    def _organisation(
        self,
        *,
        kind: OrganisationKind,
        scheme: OrganisationScheme,
        identifier: str,
        name: str,
        legal_form: str,
        representatives: tuple[str, ...],
    ) -> Organisation:
        key = self._key()
        return Organisation(
            key=key,
            uuid=uuid_of(self._seed, key),
            kind=kind,
            scheme=scheme,
            identifier=identifier,
            name=name,
            short_name=None,
            foreign_name=None,
            legal_form=legal_form,
            status=self._rng.choices(_STATUSES, _STATUS_WEIGHTS)[0],
            founded=day_between(self._rng, date(1998, 1, 1), date(2026, 8, 31)),
            address=draw_address(self._rng),
            parent=None,
            representatives=representatives,
            accounting_firm=False,
        )

    def _key(self) -> str:
        return f"o-{self._numbers.serial('organisation'):06d}"

    def _representatives(self) -> tuple[str, ...]:
        """3 % of seats are vacant, 2 % held by the dead or locked, 4 % by a foreigner; else by 1.1 people."""
        roll = self._rng.random()
        if roll < 0.03:
            return ()
        if roll < 0.05 and self._pool.unfit:
            return (self._rng.choice(self._pool.unfit).key,)
        if roll < 0.09 and self._pool.foreign:
            return (self._rng.choice(self._pool.foreign).key,)
        count = self._rng.choices((1, 2, 3), (92, 6, 2))[0]
        return tuple(dict.fromkeys(self._next_hand().key for _ in range(count)))

    def _next_hand(self) -> Candidate:
        """The next director: 6 in 100 of them direct several companies, one in 100 five or more."""
        if not self._hands:
            for _ in range(100):
                roll = self._rng.random()
                seats = (
                    self._rng.randint(5, 9) if roll < 0.01 else self._rng.randint(2, 4) if roll < 0.06 else 1
                )
                self._hands += [self._pool.take()] * seats
            self._rng.shuffle(self._hands)
        return self._hands.pop()
