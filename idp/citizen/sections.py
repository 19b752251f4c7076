"""How much there is behind the sections of the account, as a number beside them says it (PAGES §3.1.13).

What is over is not counted, though a page may still list it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from idp.edge import Call
from idp.ids import ClientId
from idp.mandates.service import offered_to
from idp.people.model import Person
from idp.reports.services import connected_to
from idp.reports.sessions import count_live
from idp.transaction import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What the database knows of it."""

    sessions: int
    services: tuple[ClientId, ...]
    """Some may be registered no more."""
    mandates: int
    """Powers one holds, powers over oneself, and offers to be answered."""


def look(tx: Tx, person: Person, call: Call) -> Beside:
    """Look how much there is."""
    person_id, now = person.person_id, call.provider.clock.now()
    return Beside(
        sessions=count_live(tx.connection, person_id, now, call.provider.settings.life),
        services=connected_to(tx.connection, person_id, now),
        mandates=tx.mandates.count_of_person(person_id, now) + len(offered_to(tx, person, now=now)),
    )


async def counted(call: Call, beside: Beside) -> Mapping[str, int]:
    """Return the numbers by section."""
    known = [await call.provider.configuration.client(one) for one in beside.services]
    return {
        "sessions": beside.sessions,
        "services": sum(one is not None for one in known),
        "mandates": beside.mandates,
    }
