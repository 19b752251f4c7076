"""Until when a person's high-risk acts are held back after a recovery (DOMAIN §3.5; adr/0048).

One question for all who ask: the account's pages that give power away or take ways to reach the person, and the start of
a session, which then counts for substantial at most.
"""

from datetime import datetime

from idp.ids import PersonId
from idp.transaction import Tx


def held_until(tx: Tx, person_id: PersonId, now: datetime) -> datetime | None:
    """Return the moment at which the hold ends; None: nothing is held back."""
    return tx.recovery_holds.until(person_id, now)
