"""A sign-in that waits on one device to be confirmed on another: its code, its number, how it stands. Pure.

The code finds it and opens nothing: 20 letters without vowels, so that it spells no word and is typed without doubt
(RFC 8628 §6.1). The number is what only somebody before the screen can know; it never is in the code, the picture or an
address.
"""

import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from idp.ids import ClientId
from idp.protocol.cross_device import Needed

LIFE = timedelta(minutes=2)
"""From the picture on the screen to the answer on the phone."""
CONFIRMED_LIFE = timedelta(minutes=1)
"""From the answer to the session on the other device."""
MOST_WRONG = 3
"""Wrong numbers that end it."""
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
_CODE = re.compile(rf"[{_LETTERS}]{{4}}-[{_LETTERS}]{{4}}")
_BETWEEN = re.compile(r"[\s\-–—.]")
_LONGEST_TYPED = 40
_NUMBER = re.compile(r"[0-9]{2}", re.ASCII)


class Standing(StrEnum):
    """How it stands, as its row says it."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    SPENT = "spent"
    """A session began with it."""
    NOT_ME = "not-me"
    """The person said that it was not theirs."""
    WRONG_NUMBERS = "wrong-numbers"
    FAR = "far"
    """The two devices were not near each other."""
    PHONE_GONE = "phone-gone"
    """The session on the phone ended before this one began."""
    EXPIRED = "expired"
    """Nobody answered in time: no row says so, the time does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One that was begun."""

    interaction_id: str = field(repr=False)
    code: str = field(repr=False)
    number: str = field(repr=False)
    client_id: ClientId
    device: str
    """Browser and system of the device that asks, as far as known."""
    network: bytes | None = field(repr=False)
    """Where it asks from, as far as an address is kept (audit/occasion.py)."""
    needed: Needed
    """What the person must have proved on the phone."""
    asked_at: datetime
    expires_at: datetime
    standing: Standing = Standing.WAITING
    wrong: int = 0
    session_id: str | None = field(default=None, repr=False)
    """The phone's session, once it has answered: nobody else may then."""

    def as_of(self, now: datetime) -> "Asked":
        """Return it as it stands now: what nobody ended in time is over."""
        is_open = self.standing in {Standing.WAITING, Standing.CONFIRMED}
        return replace(self, standing=Standing.EXPIRED) if is_open and now >= self.expires_at else self


def make_code(random: bytes) -> str:
    """Return a code XXXX-XXXX of 16 random bytes: 20⁸, some 2³⁴."""
    value, letters = int.from_bytes(random), []
    for _ in range(8):
        value, place = divmod(value, len(_LETTERS))
        letters.append(_LETTERS[place])
    return f"{''.join(letters[:4])}-{''.join(letters[4:])}"


def make_number(random: bytes) -> str:
    """Return two digits of 8 random bytes; the first is no zero, so that it reads the same in every head."""
    return str(10 + int.from_bytes(random) % 90)


def parse_code(unverified: str) -> str | None:
    """Return a code as we write it, from what somebody typed or scanned; None: it is none."""
    if len(unverified) > _LONGEST_TYPED:
        return None
    letters = _BETWEEN.sub("", unverified).upper()
    code = f"{letters[:4]}-{letters[4:]}"
    return code if _CODE.fullmatch(code) else None


def parse_number(unverified: str) -> str | None:
    """Return two digits; None: something else was typed, which counts for no try."""
    number = unverified[:_LONGEST_TYPED].strip()
    return number if _NUMBER.fullmatch(number) else None
