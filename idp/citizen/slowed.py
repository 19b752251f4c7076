"""The words for an account whose tries rest, at every form that counts them (DESIGN 5.7)."""

from datetime import datetime

from idp.credentials.reservation import Slowed
from idp.ui.errors import ErrorSummary, one_error


def slowed(attempt: Slowed, now: datetime) -> ErrorSummary:
    """Return the words for an account that must wait; one that rests for good says the longest pause."""
    seconds = 3600.0 if attempt.not_before is None else (attempt.not_before - now).total_seconds()
    return one_error("slowed", minutes=max(1, -(-int(seconds) // 60)))
