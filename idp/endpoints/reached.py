"""Which relying party a session has reached once something came of its code – OpenID Connect Back-Channel Logout §2.1."""

from datetime import datetime

from idp.grants.model import StoredCode
from idp.protocol.context import SELF
from idp.sessions.model import SessionClient


def reached_by(code: StoredCode, *, at: datetime) -> SessionClient:
    """Return what the session must remember, so that its end, or that of a power used there, is told there."""
    grant = code.facts.grant
    return SessionClient(
        session_id=code.session_id,
        client_id=grant.client_id,
        sid=grant.sid,
        sub=grant.sub,
        reached_at=at,
        context_id=SELF if grant.context is None else grant.context.context_id,
    )
