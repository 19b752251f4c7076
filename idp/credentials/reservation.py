"""What reserving an attempt answers (SP 800-63B-4 §3.2.2; SECURITY E11). Pure.

Reserve → check the password or code → settle: an attempt is counted as failed before it is looked at, so
that a hundred at once count as a hundred.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserved:
    """Go on and check; counted as a failure until settled."""

    failures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Slowed:
    """Refused unseen: counted among the tries, not among the failures (adr/0052).

    Else a stranger could push an account to rest at no cost.
    """

    not_before: datetime | None
    """When the next attempt is taken; None: the factor rests until it is bound anew."""
