"""An interaction as stored once it matters (DESIGN 5.12). Pure."""

from dataclasses import dataclass, field
from datetime import datetime

from idp.ids import PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamJourney:
    """A person gone upstream: what must come back with them, to the same browser."""

    interaction_id: str
    state: str = field(repr=False)
    """Handle of kind UPSTREAM_STATE; stored by digest, spent once."""
    nonce: str = field(repr=False)
    code_verifier: str = field(repr=False)
    requested_loa: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordProof:
    """A password proved in this interaction, waiting for its second factor."""

    interaction_id: str
    person_id: PersonId
    proved_at: datetime
    expires_at: datetime
