"""What ends what: the one table that the code carries out and the documentation shows (adr/0035). Pure.

What is not named in a row goes on. `docs/reference/life-events.md` is generated from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from idp.protocol.assurance import Acr


class Happening(StrEnum):
    """What happened, as far as it ends anything."""

    DEATH = "death"
    """A person died."""
    LOCK = "lock"
    """An account was locked, on any ground."""
    CLOSING = "closing"
    """A person closed their account."""
    UNLOCK = "unlock"
    """The last ground of a lock ended."""
    DEATH_REVOKED = "death revoked"
    """A death was entered in error."""
    CARD_NOT_GOOD = "card not good"
    """An identity card expired, was revoked or lost."""
    LEVEL_LOWERED = "level lowered"
    """The national account fell below level 02."""
    OF_AGE = "coming of age (18)"
    """A ward turned 18."""
    AGE_REACHED = "reaching 14 or 16"
    """A child reached an age that a service may ask for."""
    CORRECTION = "correction"
    """Name, sex or birth date was corrected, or the ID number replaced."""
    DISSOLUTION = "dissolution"
    """An organisation is dissolved."""
    STATUS_CHANGED = "other status"
    """An organisation is suspended, dissolving, or active again."""
    REPRESENTATIVES = "new representatives"
    """The register names other representatives of an organisation, or parents of a child."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """What a happening ends."""

    sessions: bool = False
    """The person's sessions, citizen's and official's; the services they reached get a logout token."""
    sign_ins: bool = False
    """What is half way to a sign-in: a password proved and no code yet, a code on paper of a desk, one to an address."""
    grants: bool = False
    """All that the person was granted, offline too, for themselves and for whomever they act; codes with it."""
    grants_for: bool = False
    """What others were granted for them, as a ward; for an organisation, what anybody was granted for it."""
    mandates_held: bool = False
    """Mandates the person holds."""
    mandates_for: bool = False
    """Mandates others hold for the person or organisation, what was offered, firms and their clients."""
    above: Acr | None = None
    """Sessions above this level fall to it, and grants given above it end."""
    and_also: str = ""
    """What else, in a word for the documentation."""
    opened_by: str = ""
    """What brings back what did not end; what ended never comes back."""


ENDS: Mapping[Happening, Ends] = {
    Happening.DEATH: Ends(
        sessions=True,
        sign_ins=True,
        grants=True,
        grants_for=True,
        mandates_held=True,
        mandates_for=True,
        and_also="an organisation nobody represents any more is flagged `representative_vacant`",
        opened_by="death revoked: the account opens, unless another ground holds",
    ),
    Happening.LOCK: Ends(
        sessions=True,
        sign_ins=True,
        grants=True,
        grants_for=True,
        and_also="mandates stay and can't be used",
        opened_by="the end of the last ground",
    ),
    Happening.CLOSING: Ends(
        sessions=True,
        sign_ins=True,
        grants=True,
        grants_for=True,
        mandates_held=True,
        mandates_for=True,
        and_also="ways to sign in, links to the national system, contacts and all personal data are erased (adr/0049)",
    ),
    Happening.UNLOCK: Ends(),
    Happening.DEATH_REVOKED: Ends(and_also="mandates come back by the register's next word alone"),
    Happening.CARD_NOT_GOOD: Ends(
        above=Acr.SUBSTANTIAL, opened_by="a new card: the next sign-in may be high"
    ),
    Happening.LEVEL_LOWERED: Ends(
        above=Acr.LOW,
        and_also="grants for others end; mandates stay and can't be used below level 02",
        opened_by="level 02: the next sign-in",
    ),
    Happening.OF_AGE: Ends(
        and_also="parents' mandates, and guardians' of a minor, with what was granted by them; never the ward's own",
    ),
    Happening.AGE_REACHED: Ends(
        and_also="`age_over_14`, `age_over_16` are computed, and parents act on until 18"
    ),
    Happening.CORRECTION: Ends(
        and_also="a corrected birth date moves the end of parents' mandates to the 18th birthday"
    ),
    Happening.DISSOLUTION: Ends(
        grants_for=True,
        mandates_for=True,
        and_also="its dependent units with it; people's own sessions go on. Who represented it last is left its archive:"
        " ten years to read, at services that take archives",
        opened_by="another status: the archive ends, and nothing comes back",
    ),
    Happening.STATUS_CHANGED: Ends(grants_for=True, and_also="mandates stay: tokens must say the new status"),
    Happening.REPRESENTATIVES: Ends(
        and_also="the mandates the register says no more, with what was granted by them"
    ),
}
