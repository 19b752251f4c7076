"""Which person an employment record is of: by the personal ID number alone, and only one proved at level 02.

HR is never told whether there is one, so that no HR system can ask whose numbers the city knows.
"""

from collections.abc import Iterable
from dataclasses import replace

from idp.audit.events import EventType
from idp.conflicts.model import ConflictKind
from idp.conflicts.service import open_conflict
from idp.ids import OfficialId
from idp.officials.model import Official, Post, RecordRefused
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
        _tell_of_unproved(tx, official, hand)
        tx.officials.looked(official_id, hand.now)
        return False
    tx.officials.link(official_id, found.record_id or found.person_id)
    tx.audit.add(hand.event(EventType.OFFICIAL_LINKED, found))
    return True


def _tell_of_unproved(tx: Tx, official: Official, hand: Hand) -> None:
    """Put into the stewards' queue that the number is a record's that never proved it."""
    holder = tx.people.find_holder(IdentifierScheme.PERSONAL_ID, official.awaited_id)
    if holder is not None:
        open_conflict(
            tx,
            kind=ConflictKind.OFFICIAL_UNPROVED,
            people=(holder.record_id,),
            facts={"official_id": official.official_id, "record_level": str(holder.record_level)},
            occasion=hand.occasion,
        )


def linked(tx: Tx, official: Official, personal_id: str) -> Official:
    """Return the record with its person, or with the number it waits with; an empty number says nothing."""
    if not personal_id:
        return official
    holder = tx.people.find_holder(IdentifierScheme.PERSONAL_ID, personal_id)
    if holder is None or holder.record_level < _LEVEL_02:
        return replace(official, person_id=None, record_id=None, awaited_id=personal_id)
    return replace(official, person_id=holder.person.person_id, record_id=holder.record_id, awaited_id="")


def check_number(tx: Tx, official: Official, personal_id: str, kept: Iterable[Post], hand: Hand) -> None:
    """Refuse a hand that would pass posts on which are not its own to give, by saying whose record this is.

    `kept`: the posts that go on with the record. The number of before may be stated again, whoever gave them.
    """
    if personal_id and not all(map(hand.gives, kept)) and is_another(tx, official, personal_id):
        raise RecordRefused(
            "personal_id", "others gave posts of this record; an operator changes it", is_beyond=True
        )


def is_another(tx: Tx, official: Official, personal_id: str) -> bool:
    """Tell whether a number is other than the one the record is of, or waits with; of none, any is."""
    if official.awaited_id:
        return personal_id != official.awaited_id
    holder = tx.people.find_holder(IdentifierScheme.PERSONAL_ID, personal_id)
    return holder is None or holder.person.person_id != official.person_id
