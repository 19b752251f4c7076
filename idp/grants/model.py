"""Codes and refresh tokens as they are issued and as they are found again. Pure."""

from dataclasses import dataclass, field
from datetime import datetime

from idp.ids import ClientId
from idp.protocol.facts import CodeFacts, GrantFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCode:
    """A code to store."""

    code: str = field(repr=False)
    facts: CodeFacts
    session_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCode:
    """A code found by its digest, with the state of what it hangs on."""

    facts: CodeFacts
    session_id: str
    is_live: bool
    """Grant not revoked, session not ended, client enabled, person active."""
    has_reached: bool = False
    """Its session knows already that it has reached this client."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRequest:
    """An authorization request at rest, in a row or in a cookie: its parameters as sent, and whom its hint named."""

    values: dict[str, str] = field(repr=False)
    hinted_sub: str | None = field(default=None, repr=False)
    is_signed: bool = False
    """Its client signed it, as a request object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshToken:
    """One generation of a refresh family."""

    grant: GrantFacts
    client_id: ClientId
    session_id: str | None
    """None when offline_access was granted: the family outlives the session."""
    generation: int
    scopes: frozenset[str]
    issued_at: datetime
    expires_at: datetime
    """The sooner of idle and absolute limit."""
    family_expires_at: datetime
    spent_at: datetime | None = None
    successor_sealed: bytes | None = field(default=None, repr=False)
    successor_spent: bool = False
    is_live: bool = True
    """Grant not revoked, client enabled, person active and (unless offline) session not ended."""
