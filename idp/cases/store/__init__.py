"""Tables of cases, and of the links by which people dispute what a notice told them."""

from idp.cases.store.cases import CaseStore
from idp.cases.store.links import DisputeLinkStore

__all__ = ["CaseStore", "DisputeLinkStore"]
