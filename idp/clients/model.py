"""A client's credentials beside its registered facts (protocol/facts.ClientFacts). Pure."""

from dataclasses import dataclass, field
from datetime import datetime

from idp.protocol.facts import ClientFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSecret:
    """One of a client's secrets: a keyed digest, with its own expiry so that two can overlap."""

    secret_id: str
    digest: bytes = field(repr=False)
    created_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A client with what it authenticates by."""

    facts: ClientFacts
    secrets: tuple[ClientSecret, ...] = ()
    created_at: datetime
    updated_at: datetime
