"""Challenges of passkeys – WebAuthn Level 3 §13.4.3: random, for one ceremony at one place, five minutes at most.

A challenge that is asked leaves no row: it travels sealed with the page, beside the browser's own cookies. Where it was
asked (an interaction, or a session of the account) is sealed with it, so that no other browser's and no other ceremony's
will do; that it counts once is the store's business.
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from keys.envelope import Unsealable, Vault

LIFE = timedelta(minutes=5)
_PURPOSE = "passkey.challenge"
_MICROSECONDS = 1_000_000


class Ceremony(StrEnum):
    """What a challenge is asked for."""

    SIGN_IN = "sign-in"
    BIND = "bind"


class ChallengeRefused(Exception):
    """Not ours, for something else, of somebody else's browser, or too old; the text says which, for our log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """One question to an authenticator."""

    value: bytes = field(repr=False)
    """32 random bytes (§13.4.3: at least 16)."""
    ceremony: Ceremony
    place: str = field(repr=False)
    """The interaction, or the session, of the page that asks."""
    asked_at: datetime
    requires_verification: bool
    """Whether user verification was asked `required`: then an answer without it is no answer."""
    user_handle: bytes = field(default=b"", repr=False)
    """Of a binding: the handle that was handed out with it."""

    @property
    def expires_at(self) -> datetime:
        """Return since when it is refused."""
        return self.asked_at + LIFE


def seal_challenge(challenge: Challenge, vault: Vault) -> str:
    """Return the challenge as it travels with a page."""
    content = {
        "c": challenge.value.hex(),
        "y": challenge.ceremony.value,
        "p": challenge.place,
        "t": round(challenge.asked_at.timestamp() * _MICROSECONDS),  # as long at any moment
        "v": challenge.requires_verification,
        "h": challenge.user_handle.hex(),
    }
    return vault.seal_compact(json.dumps(content), purpose=_PURPOSE)


def open_challenge(
    unverified_sealed: str, vault: Vault, *, expected_ceremony: Ceremony, expected_place: str, now: datetime
) -> Challenge:
    """Return the challenge of this ceremony at this place, or raise ChallengeRefused."""
    try:
        content = json.loads(vault.open_compact(unverified_sealed, purpose=_PURPOSE))
    except Unsealable as error:
        raise ChallengeRefused("not ours") from error
    challenge = Challenge(
        value=bytes.fromhex(content["c"]),
        ceremony=Ceremony(content["y"]),
        place=content["p"],
        asked_at=datetime.fromtimestamp(content["t"] / _MICROSECONDS, UTC),
        requires_verification=content["v"],
        user_handle=bytes.fromhex(content["h"]),
    )
    if challenge.ceremony is not expected_ceremony:
        raise ChallengeRefused("asked for another ceremony")
    if challenge.place != expected_place:
        raise ChallengeRefused("asked somewhere else")
    if now >= challenge.expires_at:
        raise ChallengeRefused("too old")
    return challenge
