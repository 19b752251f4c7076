"""Credentials as stored, and the rule that slows guessing. Pure."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from idp.ids import PersonId
from idp.protocol.assurance import Acr

QUICK_TRIES = 10
"""Failures that cost no delay (SP 800-63B-4 §3.2.2; SECURITY E11)."""
MOST_TRIES = 100
"""Failures after which the factor rests until it is bound anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordCredential:
    """An argon2id hash of the peppered password."""

    person_id: PersonId
    password_hash: str = field(repr=False)
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TotpCredential:
    """A TOTP secret (RFC 6238); the last step used never counts again."""

    person_id: PersonId
    secret: str = field(repr=False)
    last_step: int
    confirmed: bool
    bound_acr: Acr | None = None
    """Level of the sign-in in which it was bound; None: not known, so it vouches for nobody while upstream is down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptState:
    """Failures of one account since its last success; an attempt never settled counts as failed."""

    failures: int
    not_before: datetime | None


def delay_after(failures: int) -> timedelta:
    """Return how long the account waits after so many failures: nothing for ten, then 30 s doubling up to an hour."""
    if failures < QUICK_TRIES:
        return timedelta()
    return min(timedelta(seconds=30 * 2 ** min(failures - QUICK_TRIES, 7)), timedelta(hours=1))
