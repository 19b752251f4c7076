"""What an identity provider above us is: go there, come back with an identity (DESIGN 5.14, 5.21).

Upstreams answer in the query. Takes values and times; knows no database.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from federation.logout_token import LogoutNotice


class AccountKind(StrEnum):
    """Whose account signed in there."""

    CITIZEN = "citizen"
    ENTERPRISE = "enterprise"
    ORGANISATION = "organisation"


class UpstreamError(Exception):
    """The upstream did not answer, or its answer is not to be believed. `reason` is for the audit and the log."""

    def __init__(self, reason: str, *, unavailable: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.unavailable = unavailable
        """True: down, slow or broken (counts for the circuit); False: answered, but refused."""


class UpstreamDenied(UpstreamError):
    """The person cancelled there, or the upstream refused them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalAttributes:
    """What the upstream knows of a person; empty where it does not say."""

    full_name: str = field(default="", repr=False)
    personal_id: str = field(default="", repr=False)
    """Twelve digits."""
    foreigner_id: str = field(default="", repr=False)
    """Instead of it, of who is no citizen: twelve characters that nobody takes apart."""
    birthdate: str = field(default="", repr=False)
    """YYYY-MM-DD, or YYYY."""
    gender: str = ""
    nationality: str = ""
    phone: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    ward_code: str = ""
    address_detail: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalIdentity:
    """A verified answer: the key is (issuer, subject), never a name or an e-mail."""

    issuer: str
    subject: str = field(repr=False)
    kind: AccountKind
    loa: str | None
    """Level as the upstream states it."""
    account_level: int | None
    auth_time: datetime
    amr: tuple[str, ...]
    attributes: ExternalAttributes
    sid: str | None = field(default=None, repr=False)
    """Upstream's name for the session, by which it signs out; None if it says none."""


class Upstream(Protocol):
    """An identity provider people are sent to."""

    @property
    def issuer(self) -> str:
        """Its issuer identifier."""

    @property
    def host(self) -> str:
        """Host and port shown to people before they go there."""

    async def begin(
        self, *, state: str, nonce: str, code_verifier: str, loa: str, ui_locales: str, now: datetime
    ) -> str:
        """Return the URL to send the browser to."""

    async def read_logout_token(self, token: str, *, now: datetime) -> "LogoutNotice":
        """Return whom it has signed out, or raise UpstreamError."""

    async def probe(self, *, now: datetime) -> None:
        """Ask whether it is there, though nobody goes, or raise UpstreamError."""

    async def finish(
        self, answer: Mapping[str, str], *, nonce: str, code_verifier: str, now: datetime
    ) -> ExternalIdentity:
        """Turn the query that came back into an identity, or raise UpstreamError."""
