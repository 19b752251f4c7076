"""Relying parties, their secrets and spent assertions, and what those who register themselves hold; one table a file."""

from idp.clients.store.client_assertions import ClientAssertionStore, spent
from idp.clients.store.clients import ClientStore
from idp.clients.store.invitations import InvitationStore
from idp.clients.store.logos import LogoStore
from idp.clients.store.registrations import RegistrationStore

__all__ = [
    "ClientAssertionStore",
    "ClientStore",
    "InvitationStore",
    "LogoStore",
    "RegistrationStore",
    "spent",
]
