"""A recovery, the time that high-risk acts are held back after it, and what a one-stop desk puts on record. Pure.

DOMAIN §3.5: no photo and no document number is kept, but a keyed digest of the number.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from idp.ids import OfficialId, PersonId


class Way(StrEnum):
    """How somebody got back into an account."""

    NATIONAL = "national"
    """By a fresh sign-in of the linked person at the national system, of level 02."""
    DESK = "desk"
    """In person at a one-stop desk, and by the code on paper that was given there."""


class Lost(StrEnum):
    """What a person may say they have lost: it opens nothing from then on."""

    PASSWORD = "password"  # noqa: S105 - a name, not a secret
    TOTP = "totp"
    RECOVERY_CODES = "recovery-codes"
    PASSKEYS = "passkeys"
    SENT_CODES = "sent-codes"
    """Codes to an address: it goes on bringing notices."""


ALL_LOST = frozenset(Lost)
"""At a desk everything of before goes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """One recovery, as it is to be carried out."""

    way: Way
    lost: frozenset[Lost]
    keep: str = ""
    """The session it is done in; empty: none goes on."""
    hold: timedelta
    case_id: str = ""
    """Of a desk."""


class Method(StrEnum):
    """How an official made sure who stands before them."""

    CARD_CHIP = "card-chip"
    """The chip of the card was read and proved genuine, and its picture compared with the face."""
    PASSPORT_CHIP = "passport-chip"
    """The same with a passport or residence card of a foreigner."""


class Outcome(StrEnum):
    """What came of it."""

    PROVED = "proved"
    """The person is who they say."""
    NOT_PROVED = "not-proved"
    """They are not, or it could not be made sure; nothing was given out."""


MOST_TRIES = 10_000
"""Wrong codes of one case from everywhere, after which its code opens nothing; of one address ten are looked at.

Of 80 bits they find one in 10**20; and whoever knows a case number would need a thousand addresses within half an hour
to shut its owner out.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskCase:
    """One person at one desk: who saw them, what was shown, what came of it."""

    case_id: str
    """Printed on the paper beside the code: random, no secret."""
    person_id: PersonId
    official_id: OfficialId
    agency_code: str
    commune_code: str = ""
    device: str = field(default="", repr=False)
    """What the desk calls the machine it was done at."""
    document_digest: bytes = field(repr=False)
    document_until: str
    """Last good day of the document, YYYY-MM-DD in Việt Nam; empty: it has none."""
    method: Method
    outcome: Outcome
    entered_by: str
    """The operator who typed it."""
    opened_at: datetime
    expires_at: datetime
    """Until when it may be confirmed, or its code used."""
    needs_second: bool = False
    """Of an official or administrator: another official confirms."""
    confirmed_by: OfficialId | None = None
    confirmed_at: datetime | None = None
    tries: int = 0
    """Wrong codes."""
    used_at: datetime | None = None

    @property
    def is_waiting(self) -> bool:
        """Tell whether a second official has still to confirm it."""
        return self.needs_second and self.confirmed_at is None and self.outcome is Outcome.PROVED


class DeskRefused(Exception):
    """A desk may not do this; the text says why and names nobody's number."""
