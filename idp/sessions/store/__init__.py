"""Sessions and the relying parties they reached, one table a file."""

from idp.sessions.store.sessions import SessionStore

__all__ = ["SessionStore"]
