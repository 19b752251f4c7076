"""Relying parties and their secrets, one table a file."""

from idp.clients.store.clients import ClientStore

__all__ = ["ClientStore"]
