"""Sessions and the relying parties they reached, one table a file."""

from idp.sessions.store.sessions import SessionStore
from idp.sessions.store.upstream_sessions import UpstreamSessionStore

__all__ = ["SessionStore", "UpstreamSessionStore"]
