"""What a life event of the scene ends, by the names the scene gives; and what is to be seen of it."""

from typing import Any

from idp.audit.events import EventType
from idp.database import Database
from idp.life_events.model import LifeEventType
from idp.people.model import PersonStatus
from tests.stores.mandate_samples import events_of
from tests.stores.samples import see

T = LifeEventType
MOTHERS = {
    "session of mother high",
    "session of mother low",
    "sign-in of mother",
    "grant of mother high",
    "grant of mother low",
    "grant of mother offline",
    "grant of mother for company",
    "grant of mother for child",
}
HELD_BY_MOTHER = {"mandate of mother for company", "mandate of mother for child"}
FOR_CHILD = {"mandate of mother for child", "mandate of father for child"}
GRANTED_FOR_CHILD = {"grant of mother for child", "grant of father for child"}
FOR_COMPANY = {"mandate of mother for company", "mandate of employee for company"}
GRANTED_FOR_COMPANY = {"grant of mother for company", "grant of employee for company"}


async def status_of(database: Database[Any], person: Any) -> PersonStatus:
    found: PersonStatus = await see(database, lambda tx: tx.people.get(person.person_id).status)
    return found


async def recorded(database: Database[Any], event: EventType) -> int:
    return len(await see(database, lambda tx: events_of(tx, event.value)))
