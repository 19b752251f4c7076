"""Requests about one's own data and the copies of it, one table a file."""

from idp.data_rights.store.copies import DataCopyStore
from idp.data_rights.store.requests import DataRequestStore

__all__ = ["DataCopyStore", "DataRequestStore"]
