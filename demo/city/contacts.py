"""Phones and mail addresses of a household.

DOMAIN §5.2: 96 % of adults have a phone, about 4 % of phones are shared (elderly people and children use
somebody else's), 45 % have e-mail, 3 % have neither. Mail goes to `.example` (RFC 2606), so a demo can never
write to anybody.
"""

from collections.abc import Sequence
from random import Random

from demo.city.names import Name, mail_word
from demo.city.numbers import Numbers

MAIL_DOMAIN = "cudan.example"


def draw_phones(rng: Random, numbers: Numbers, ages: Sequence[int]) -> list[str | None]:
    """One phone per member or none; who has no own phone may use that of the youngest adult who has one."""
    phones: list[str | None] = [numbers.phone() if _has_own(rng, age) else None for age in ages]
    owners = [place for place, phone in enumerate(phones) if phone and 18 <= ages[place] < 65]
    if owners:
        lent = phones[min(owners, key=lambda place: ages[place])]
        for place, age in enumerate(ages):
            if phones[place] is None and rng.random() < _sharing(age):
                phones[place] = lent
    return phones


def draw_email(rng: Random, *, age: int, phone: str | None, name: Name, serial: int) -> str | None:
    wish = 0.0 if age < 14 else 0.25 if phone is None else 0.46
    return mail_address(name, serial) if rng.random() < wish else None


def mail_address(name: Name, serial: int, domain: str = MAIL_DOMAIN) -> str:
    words = [mail_word(part) for part in (name.given, name.family)]
    return ".".join([*(word for word in words if word), str(serial)]) + "@" + domain


def _has_own(rng: Random, age: int) -> bool:
    share = 0.0 if age < 10 else 0.6 if age < 18 else 0.975 if age < 65 else 0.82
    return rng.random() < share


def _sharing(age: int) -> float:
    return 0.12 if age < 14 else 0.35 if age < 18 else 0.6 if age >= 65 else 0.1
