"""Relying parties, their secrets and their spent assertions, one table a file."""

from idp.clients.store.client_assertions import ClientAssertionStore
from idp.clients.store.clients import ClientStore

__all__ = ["ClientAssertionStore", "ClientStore"]
