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
    needs_second: bool = False
    """Too short to stand alone (SP 800-63B-4 §3.1.1.2): it signs nobody in without a second factor."""
    compromised_at: datetime | None = None
    """Since when it is known that others know it: it opens nothing any more, until another one is set."""

    def opens(self, *, has_second: bool) -> bool:
        """Tell whether it signs anybody in: not known to others, and not too short to stand alone where it does."""
        return self.compromised_at is None and (has_second or not self.needs_second)


@dataclass(frozen=True, slots=True, kw_only=True)
class TotpCredential:
    """A TOTP secret (RFC 6238); the last step used never counts again."""

    person_id: PersonId
    secret: str = field(repr=False)
    last_step: int
    confirmed: bool
    bound_acr: Acr | None = None
    """Level of the sign-in in which it was bound; None: not known, so it vouches for nobody while upstream is down."""
    asleep_since: datetime | None = None
    """Since when it takes no code, because its owner lost it or knows it in other hands, until it is bound anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """A discoverable WebAuthn credential (Level 3 §4, credential record): its public half, and what was said of it."""

    passkey_id: str
    """How our pages name it: random, no secret."""
    person_id: PersonId
    credential_id: bytes = field(repr=False)
    user_handle: bytes = field(repr=False)
    """Random, the same for all of a person's passkeys; says nothing of them (§14.6.1)."""
    public_key: bytes = field(repr=False)
    """COSE_Key."""
    sign_count: int
    """The counter of the last use; 0 where the authenticator counts nothing."""
    transports: tuple[str, ...]
    is_synced: bool
    """Backup eligible (BE): it may leave the device it was made on."""
    is_backed_up: bool
    """Backup state (BS) at the last use."""
    aaguid: str
    """The make of the authenticator, as it says itself; nobody vouches for it."""
    name: str = field(repr=False)
    """What the person calls it."""
    bound_acr: Acr
    """Level of the sign-in in which it was bound: it never counts for more."""
    created_at: datetime
    last_used_at: datetime | None = None
    ended_at: datetime | None = None
    """Since when it signs nobody in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryCodes:
    """What is known of a person's recovery codes; the codes themselves are not."""

    made: int
    left: int
    """Unused."""
    made_at: datetime | None
    used_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptState:
    """Failures of one account since its last success; an attempt never settled counts as failed."""

    failures: int
    tries: int
    """All that were made since, those refused unseen because others came before included; nobody waits for these."""
    not_before: datetime | None


LONGEST_DELAY = timedelta(hours=1)


def delay_after(failures: int) -> timedelta:
    """Return how long the account waits after so many failures: nothing for ten, then 30 s doubling up to an hour."""
    if failures < QUICK_TRIES:
        return timedelta()
    return min(timedelta(seconds=30 * 2 ** min(failures - QUICK_TRIES, 7)), LONGEST_DELAY)
