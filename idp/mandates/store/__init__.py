"""The tables of mandates, one file each."""

from idp.mandates.store.firms import FirmStore
from idp.mandates.store.invitations import MandateInvitationStore
from idp.mandates.store.mandates import MandateStore
from idp.mandates.store.removals import RemovalStore

__all__ = ["FirmStore", "MandateInvitationStore", "MandateStore", "RemovalStore"]
