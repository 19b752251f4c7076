"""Beginning, renewing and ending SSO sessions, with the sign-outs relying parties must hear of."""

from idp.sessions.service.ending import EndedEverywhere, end_all_sessions, end_session
from idp.sessions.service.starting import MOST_SESSIONS, Begun, Proof, refuse_sign_in, start_session
from idp.sessions.service.telling import facts_of, tell_of_ended

__all__ = [
    "MOST_SESSIONS",
    "Begun",
    "EndedEverywhere",
    "Proof",
    "end_all_sessions",
    "end_session",
    "facts_of",
    "refuse_sign_in",
    "start_session",
    "tell_of_ended",
]
