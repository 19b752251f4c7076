"""Recoveries, one table a file: until when high-risk acts are held back, and the cases of one-stop desks."""

from idp.recovery.store.desk_cases import DeskCaseStore
from idp.recovery.store.holds import HoldStore

__all__ = ["DeskCaseStore", "HoldStore"]
