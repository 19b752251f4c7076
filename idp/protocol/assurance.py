"""Levels of assurance: what was proved at sign-in (acr), how (amr), and how well the identity was proofed (ial).

OpenID Connect Core §2 (acr, amr), RFC 8176 (amr values), Decree 69/2024 (account level 01/02, authentication level).
Two axes, both in tokens; an upstream level is never raised and an unknown one counts as low (DESIGN 5.3).
"""

from collections.abc import Iterable
from enum import StrEnum


class Acr(StrEnum):
    """Authentication context class reference, ordered by strength."""

    LOW = "urn:haiphong:acr:low"
    SUBSTANTIAL = "urn:haiphong:acr:substantial"
    HIGH = "urn:haiphong:acr:high"

    @property
    def rank(self) -> int:
        """Return the place in the order; more is stronger."""
        return _ORDER.index(self)


_ORDER = (Acr.LOW, Acr.SUBSTANTIAL, Acr.HIGH)
_ALIASES = {"LoA1": Acr.LOW, "LoA2": Acr.SUBSTANTIAL, "LoA3": Acr.HIGH}
ACR_VALUES_SUPPORTED: tuple[str, ...] = (*(acr.value for acr in _ORDER), *_ALIASES)
"""What discovery promises: our own names and the national system's aliases."""


def parse_acr(value: str) -> Acr | None:
    """Return the level a name or alias stands for; None for a name we don't know."""
    if value in _ALIASES:
        return _ALIASES[value]
    try:
        return Acr(value)
    except ValueError:
        return None


def in_words_of(names: Iterable[str], acr: Acr) -> str:
    """Return the strongest of these names that a level reaches, as it is spelled; empty where it reaches none."""
    reached = [(level.rank, name) for name in names if (level := parse_acr(name)) and level.rank <= acr.rank]
    return max(reached, key=lambda one: one[0], default=(0, ""))[1]


def weakest(levels: Iterable[Acr]) -> Acr:
    """Return the weakest of several levels; a chain is as strong as that (SP 800-63C: never above the weakest leg)."""
    return min(levels, key=lambda acr: acr.rank, default=Acr.LOW)


def strongest(levels: Iterable[Acr]) -> Acr:
    """Return the strongest of several levels: what satisfies all of them at once."""
    return max(levels, key=lambda acr: acr.rank, default=Acr.LOW)


def national_acr(loa: str | None, account_level: int | None) -> Acr:
    """Map the national system's answer, never upwards (DOMAIN mapping: level 02 account needed above low).

    Unknown or missing values count as low.
    """
    stated = _ALIASES.get(loa or "", Acr.LOW)
    return weakest((stated, Acr.HIGH if account_level == 2 else Acr.LOW))


def local_acr(amr: Iterable[str], account_level: int) -> Acr:
    """Return the level of a local sign-in: two different factors and an account of level 02 make it substantial.

    Password and code are two, and so is a passkey that verified its user. None reaches high: a passkey is compared with
    no national record, and one that is synced may be exported (DOMAIN 3.4, SP 800-63B-4 §3.1.7).
    """
    methods = set(amr)
    two_factors = {"pwd", "otp"} <= methods or {"user", "mfa"} <= methods
    return Acr.SUBSTANTIAL if two_factors and account_level == 2 else Acr.LOW


def passkey_amr(*, is_verified: bool, is_synced: bool) -> tuple[str, ...]:
    """Return how a passkey proved somebody (RFC 8176 §2): the key, presence, and a second factor where it was given.

    `swk`: the key is known to leave its device; `pop`: it says that it does not, and nobody vouches for it, so that
    `hwk` is never said.
    """
    return (*(("mfa",) if is_verified else ()), "user", "swk" if is_synced else "pop")


CROSS_DEVICE = "mca"
"""Confirmed on another device, over a channel of its own (RFC 8176 §2, multiple-channel authentication)."""


def is_cross_device(amr: Iterable[str]) -> bool:
    """Tell whether somebody signed in by confirming it on another device."""
    return CROSS_DEVICE in set(amr)


def is_passkey(amr: Iterable[str]) -> bool:
    """Tell whether somebody signed in with a passkey of ours."""
    return "user" in set(amr)
