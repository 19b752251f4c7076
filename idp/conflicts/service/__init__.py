"""Use cases of the stewards' queue, and whose records a steward keeps their hands off."""

from idp.conflicts.service.queue import (
    assign,
    dismiss,
    leave_to_steward,
    open_conflict,
    resolve,
    resolve_same,
)
from idp.conflicts.service.stewards import is_concerned, own_record

__all__ = [
    "assign",
    "dismiss",
    "is_concerned",
    "leave_to_steward",
    "open_conflict",
    "own_record",
    "resolve",
    "resolve_same",
]
