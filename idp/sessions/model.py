"""An SSO session as stored. Pure.

Idle and absolute limits are enforced here on the server; a cookie's expiry is not the time-out (SP 800-63B-4 §5).
"""

from dataclasses import dataclass, field
from datetime import datetime

from idp.clock import CLOCKS_APART
from idp.ids import ClientId, PersonId, Sid
from idp.protocol.assurance import Acr
from idp.protocol.facts import Realm, SessionFacts
from idp.settings import Lifetimes
from keys.envelope import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One browser's sign-in."""

    session_id: str
    """Internal reference: random, not a secret, never leaves the provider."""
    person_id: PersonId
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    """Absolute limit."""
    auth_time: datetime
    acr: Acr
    amr: tuple[str, ...]
    ial: int
    idp: str
    network: bytes | None = field(default=None, repr=False)
    """Where its person last proved themselves: /24 of IPv4, /48 of IPv6 (audit/occasion.py); None: not known."""
    device: str = ""
    """Browser and system its person last proved themselves with (audit/agent.py); empty: not known."""
    ended_at: datetime | None = None
    realm: Realm = Realm.CITIZEN
    degraded: bool = False
    """Begun with city credentials while the national system was down."""
    ial_at: datetime | None = None
    """Of a degraded one: when the national system last vouched for the person."""

    is_restricted: bool = False
    """Its person asked that nothing is sent on consent; said where a session is found by its cookie."""
    sub: str | None = field(default=None, repr=False)
    """What its person is called in the sector that was asked about; None: nobody asked, or nothing was found there."""
    has_upstream_sid: bool = False
    """Known by a `sid` upstream, where it came from or was proved anew."""
    device_id: str = ""
    """The browser it is in, among those its person is known in; empty: none."""
    device_since: datetime | None = None
    """When its person first signed in in that browser."""
    is_public: bool = False
    """At a computer its person calls public: it ends soon, and nothing outlives it."""
    asks_more: bool = False
    """What is above low asks for a fresh proof here (idp/risk/rules.py)."""
    told_ended: tuple[ClientId, ...] = ()
    """Relying parties told of its end though it goes on, once for each time (`sid_at`)."""

    def is_live(self, now: datetime, life: Lifetimes) -> bool:
        """Tell whether the session is neither ended, nor over its absolute limit, nor idle too long.

        One that begins in the future, or was proved there, is of a clock that ran ahead, and would live as much too long.
        """
        is_low = self.acr is Acr.LOW and not self.degraded
        idle = life.session_low if is_low else life.session_idle
        has_begun = max(self.created_at, self.auth_time) <= now + CLOCKS_APART
        return (
            self.ended_at is None and has_begun and now < self.expires_at and now < self.last_seen_at + idle
        )

    def facts(self) -> SessionFacts:
        """Return what the rules need."""
        return SessionFacts(
            sid=self.session_id,
            person_id=self.person_id,
            auth_time=self.auth_time,
            acr=self.acr,
            amr=self.amr,
            ial=self.ial,
            idp=self.idp,
            realm=self.realm,
            degraded=self.degraded,
            ial_at=self.ial_at,
            device_since=self.device_since,
            is_public=self.is_public,
            asks_more=self.asks_more,
            told_ended=self.told_ended,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionClient:
    """A relying party this session has reached; written at code redemption."""

    session_id: str
    client_id: ClientId
    sid: Sid
    """What the relying party knows the session as (`sid_at`)."""
    sub: str
    """Whom it was told of last."""
    reached_at: datetime
    context_id: str | None = None
    """For whom it is used there: `context.SELF`, or the mandate or post. None: a release wrote it that did not say."""


def sid_at(session: SessionFacts, client_id: ClientId, vault: Vault) -> Sid:
    """Return the `sid` of a session at a relying party (Back-Channel Logout 1.0 §2.1).

    Once it was told that this one ended while the session goes on (sessions/service/telling.py), it is another one: who
    remembers what ended would throw out everybody who signs in with it again.
    """
    times = session.told_ended.count(client_id)
    again = f"\n{times}" if times else ""
    return Sid(vault.subject(session.sid, f"sid {client_id}{again}"))
