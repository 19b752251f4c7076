"""Which person an employment record is of: by the personal ID number alone, and only one proved at level 02.

HR is never told whether there is one, so that no HR system can ask whose numbers the city knows.
"""

from dataclasses import replace

from idp.audit.events import EventType
from idp.ids import OfficialId
from idp.officials.model import Official
from idp.officials.service.hand import Hand
from idp.people.model import IdentifierScheme
from idp.transaction import Tx

_LEVEL_02 = 2


def link_waiting(tx: Tx, official_id: OfficialId, hand: Hand) -> bool:
    """Look for the person of a record that waits for one; True if there is one now."""
    official = tx.officials.lock(official_id)
    if official is None or not official.awaited_id:
        return False
    found = linked(tx, official, official.awaited_id)
    if found.person_id is None:
        tx.officials.looked(official_id, hand.now)
        return False
    tx.officials.link(official_id, found.person_id)
    tx.audit.add(hand.event(EventType.OFFICIAL_LINKED, found))
    return True


def linked(tx: Tx, official: Official, personal_id: str) -> Official:
    """Return the record with its person, or with the number it waits with; an empty number says nothing."""
    if not personal_id:
        return official
    person = tx.people.find_by_identifier(IdentifierScheme.PERSONAL_ID, personal_id)
    person = None if person is None else tx.people.canonical(person.person_id)
    if person is None or person.account_level < _LEVEL_02:
        return replace(official, person_id=None, awaited_id=personal_id)
    return replace(official, person_id=person.person_id, awaited_id="")
