"""Finding people, on record: who looked, for what kind of thing and why, never by which number or name.

The record, and the notice to the one who was found, are all that is written here, in the transaction of the search.
"""

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.database import Done
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
    """Return a page of those found; the event is about the person where it is one."""
    page = search(tx.connection, vault, asked, place)
    found = page.people[0].person_id if len(page.people) == 1 else None
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
