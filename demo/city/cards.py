"""Identity cards and the national accounts that hang on them.

DOMAIN §1.1 (cards are renewed at 14, 25, 40 and 60; one issued in the two years before an age lasts to the
next), §1.2 (who may have which account level), §5.1 and §5.2 (shares).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from demo.city.dates import AS_OF, age_of, birthday, day_between
from demo.city.model import AccountLevel, AccountStatus, Card, CardStatus

_MARKS = (14, 25, 40, 60)
_CHIP_CARDS = date(2021, 2, 1)
_TWO_YEARS = timedelta(days=730)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    level: AccountLevel
    status: AccountStatus
    lock_reason: str | None = None


NO_ACCOUNT = Account(level=0, status="none")


def expiry(birth: date, issued: date) -> date | None:
    """The birthday up to which a card issued on that day is valid; none for a card got after 58."""
    due = (birthday(birth, mark) for mark in _MARKS)
    return next((day for day in due if day > issued + _TWO_YEARS), None)


def draw_card(rng: Random, birth: date) -> Card | None:
    age = age_of(birth)
    if age < 14:
        if rng.random() > (0.25 if age >= 6 else 0.08):
            return None
        issued = day_between(rng, max(birth, date(2024, 7, 1)), AS_OF)
        return Card(issued=issued, expires=expiry(birth, issued), status="valid")
    passed = [day for mark in _MARKS if (day := birthday(birth, mark)) <= AS_OF]
    if len(passed) > 1 and passed[-1] > date(2018, 1, 1) and rng.random() < 0.07:
        earliest = max(passed[-2], date(2016, 1, 1))
        issued = day_between(rng, earliest, passed[-1] - _TWO_YEARS - timedelta(days=1))
        return Card(issued=issued, expires=passed[-1], status="expired")
    issued = day_between(rng, max(passed[-1] - _TWO_YEARS, _CHIP_CARDS), AS_OF)
    roll = rng.random()
    status: CardStatus = "revoked" if roll < 0.005 else "lost" if roll < 0.02 else "valid"
    return Card(issued=issued, expires=expiry(birth, issued), status=status)


def draw_residence_card(rng: Random) -> Card:
    if rng.random() < 0.08:
        expires = day_between(rng, AS_OF - timedelta(days=300), AS_OF - timedelta(days=1))
        return Card(issued=expires - timedelta(days=730), expires=expires, status="expired")
    issued = day_between(rng, AS_OF - timedelta(days=700), AS_OF)
    return Card(issued=issued, expires=issued + timedelta(days=rng.choice((730, 1095, 1825))), status="valid")


def draw_account(rng: Random, *, age: int, card: Card | None, died: bool) -> Account:
    """The e-ID account of a citizen."""
    if card is None or rng.random() > (0.83 if age >= 14 else 0.4):
        return NO_ACCOUNT
    if age < 14:
        return Account(level=1 if age < 6 or rng.random() < 0.5 else 2, status="active")
    level: AccountLevel = 1 if rng.random() < 0.085 else 2
    if died or card.status == "expired":
        return Account(level=level, status="deceased" if died else "expired")
    if card.status == "revoked":
        return Account(level=level, status="locked", lock_reason="card revoked")
    if rng.random() < 0.02:
        reason = rng.choice(("holder's request", "police request"))
        return Account(level=level, status="locked", lock_reason=reason)
    return Account(level=level, status="inactive" if rng.random() < 0.03 else "active")


def draw_foreigner_account(rng: Random, card: Card) -> Account:
    """Level 01 with a residence card, level 02 on demand; locked when the residence ends (§1.4)."""
    roll = rng.random()
    if roll < 0.2:
        return NO_ACCOUNT
    level: AccountLevel = 2 if roll < 0.5 else 1
    return Account(level=level, status="expired" if card.status == "expired" else "active")
