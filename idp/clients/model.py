"""A client's credentials beside its registered facts (protocol/facts.ClientFacts). Pure."""

from dataclasses import dataclass, field
from datetime import datetime

from idp.ids import ClientId
from idp.protocol.facts import ClientFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSecret:
    """One of a client's secrets: a keyed digest, with its own expiry so that two can overlap."""

    secret_id: str
    digest: bytes = field(repr=False)
    created_at: datetime
    expires_at: datetime | None
    sealed: bytes | None = field(default=None, repr=False)
    """The secret itself under the master key, for client_secret_jwt alone."""

    def is_live(self, now: datetime) -> bool:
        """Tell whether it still proves anything."""
        return self.expires_at is None or now < self.expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedSecret:
    """A fresh secret, seen this once."""

    secret_id: str
    text: str = field(repr=False)
    expires_at: datetime | None
    """None: without end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Logo:
    """A service's logo, as we have drawn it."""

    digest: str
    """SHA-256 of the image in hex."""
    image: bytes = field(repr=False)
    """PNG, at most 96 by 96 pixels."""


class UnusableLogo(ValueError):
    """Not an image we take; the text is for our log."""


def logo_path(digest: str) -> str:
    """Return where pages find a logo: never another image at one address."""
    return f"/logo/{digest}.png"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What an initial access token lets its holder do (RFC 7591 §3): register so many clients with these scopes."""

    invitation_id: str
    """Names it where its token must not be seen."""
    scopes: frozenset[str]
    note: str
    """For whom it was made, in an operator's words."""
    uses_left: int
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What a registration access token governs (RFC 7592 §3): one client, which may ask for these scopes."""

    client_id: ClientId
    scopes: frozenset[str]


class TooManyWait(Exception):
    """So many wait for this client's server, or for all of them, that the next one is told to come again."""


class UnreadableRegistration(Exception):
    """What is stored of a client can't be read: a word that this release does not know, or spoilt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A client with what it authenticates by."""

    facts: ClientFacts
    secrets: tuple[ClientSecret, ...] = ()
    created_at: datetime
    updated_at: datetime

    def secrets_end_at(self) -> datetime | None:
        """Return when the last of its secrets ends; None if one has no end or there is none."""
        ends = [secret.expires_at for secret in self.secrets]
        known = [end for end in ends if end is not None]
        return max(known) if known and len(known) == len(ends) else None
