"""The audit log: the log itself, its rows, the keys its payloads are sealed under."""

from idp.audit.store.log import AuditStore, appended

__all__ = ["AuditStore", "appended"]
