"""Finding people, on record: who looked, for what kind of thing and why, never by which number or name.

The record, and the notice to the one who was found alone, are all that is written here, in the transaction of the
search. Each of several who are shown has it in their history; none of them is told, for many share a name.
"""

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.database import Done
from idp.ids import PersonId
from idp.people.asked import Asked, SearchReason
from idp.people.service.looks import tell_of_look
from idp.reports.people_search import Page, Place, search
from idp.transaction import Tx
from keys.envelope import Vault


def find_people(
    tx: Tx,
    asked: Asked,
    place: Place | None = None,
    *,
    vault: Vault,
    reason: SearchReason,
    actor: str,
    occasion: Occasion,
) -> Done[Page]:
    """Return a page of those found; the event is about the person where it is one, else each has one of their own."""
    page = search(tx.connection, vault, asked, place)
    found = _alone(page) if place is None else None
    narrowed = {"birth_year": asked.birth_year is not None, "commune": bool(asked.commune_code)}
    tx.audit.add(
        occasion.event(
            EventType.PEOPLE_SEARCHED,
            actor=actor,
            person_id=found,
            kind=asked.kind.value,
            reason=reason.value,
            narrowed_by=sorted(name for name, is_given in narrowed.items() if is_given),
            shown_before=0 if place is None else place.shown,
            found=len(page.people),
        )
    )
    if found is not None:
        tell_of_look(tx, found, actor=actor, occasion=occasion)
        return Done(page)
    said = {"kind": asked.kind.value, "reason": reason.value, "found": len(page.people)}
    for person_id in sorted(one.person_id for one in page.people):
        tx.audit.add(occasion.event(EventType.PERSON_LISTED, actor=actor, person_id=person_id, **said))
    return Done(page)


def _alone(page: Page) -> PersonId | None:
    """Return the one person whose record, or records, these are; None: there is none, or several."""
    if len(page.people) == 1:
        return page.people[0].person_id
    standing = {one.stands_for or one.person_id for one in page.people}
    return standing.pop() if len(standing) == 1 else None
