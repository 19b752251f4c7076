"""An employment record held for a change, after whoever it is of: they hold themselves first when they sign in."""

from idp.ids import OfficialId
from idp.officials.model import Official
from idp.transaction import Tx


def hold(tx: Tx, official_id: OfficialId) -> Official | None:
    """Return a record that no other transaction changes before this one ends, nor its person; else each might wait."""
    known = tx.officials.get(official_id)
    if known is not None and known.person_id is not None:
        tx.people.lock(known.person_id)
    return tx.officials.lock(official_id)
