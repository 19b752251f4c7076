"""What a session on one device is worth on another, confirmed by QR code and number – RFC 10027, RFC 8176 (`mca`).

Never more than it is where it is, never high, never at our own pages that keep the account, and never a chain: a
session that came so confirms no other. Its `auth_time` is the phone's, since a number that is read from a screen proves
nothing of a person; where a request asks for a fresh proof, the phone must give one first.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from idp.protocol.assurance import CROSS_DEVICE, Acr, is_cross_device, weakest
from idp.protocol.authorization_request import AuthorizationRequest
from idp.protocol.context import realm_of
from idp.protocol.facts import ClientFacts, Realm, SessionFacts
from idp.protocol.next_step import ASKING_AGAIN, required_acr, takes_session, usable_acr

_LONGEST = timedelta(days=400)
"""Longer than any session lives: how much longer an age may be makes no difference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Needed:
    """What the person must have proved where they answer."""

    acr: Acr
    since: datetime | None = None
    """They must have proved themselves not before this; None: however long ago."""


def offers_cross_device(request: AuthorizationRequest, client: ClientFacts) -> bool:
    """Tell whether another device could do for this request: no official's, not our own pages, not for high."""
    is_citizens = realm_of(client) is Realm.CITIZEN and not client.is_own
    return is_citizens and required_acr(request, client) is not Acr.HIGH


def proof_needed(request: AuthorizationRequest, client: ClientFacts, *, until: datetime) -> Needed:
    """Return what the phone's session must be, if the sign-in goes on at `until` at the latest (Core §3.1.2.1)."""
    since = request.started_at if request.prompt & ASKING_AGAIN else None
    if since is None and request.max_age is not None:
        since = min(request.started_at, until - min(timedelta(seconds=request.max_age), _LONGEST))
    return Needed(acr=required_acr(request, client), since=since)


def suffices(session: SessionFacts, client: ClientFacts, needed: Needed, *, upstream_down: bool) -> bool:
    """Tell whether this session, carried over, would do at the client."""
    if not takes_session(client, session, upstream_down=upstream_down):
        return False
    if needed.since is not None and session.auth_time < needed.since:
        return False
    carried = weakest((usable_acr(session, client, upstream_down=upstream_down), Acr.SUBSTANTIAL))
    return carried.rank >= needed.acr.rank


def may_confirm(session: SessionFacts) -> bool:
    """Tell whether a session may confirm another at all: one of a citizen, proved on its own device."""
    return session.realm is Realm.CITIZEN and not is_cross_device(session.amr)


def carried_acr(session: SessionFacts) -> Acr:
    """Return the level on the other device: no more than here, and never high (adr/0047)."""
    return weakest((session.acr, Acr.SUBSTANTIAL))


def carried_amr(session: SessionFacts) -> tuple[str, ...]:
    """Return how it was proved: as on the phone, and over a second channel (RFC 8176 §2)."""
    return (*session.amr, CROSS_DEVICE)
