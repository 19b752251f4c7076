"""How much there is behind the sections of the account, as a number beside them says it (PAGES §3.1.13).

What is over is not counted, though a page may still list it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from idp.citizen.services.found import load
from idp.edge import Call
from idp.ids import ClientId
from idp.mandates.model import PrincipalKind
from idp.mandates.service import offered_to
from idp.people.model import Person
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
    now, life = call.provider.clock.now(), call.provider.settings.life
    services = load(tx, person_id=person.person_id, now=now)
    return Beside(
        sessions=sum(one.is_live(now, life) for one in tx.sessions.of_person(person.person_id)),
        services=tuple(one.client_id for one in services if one.is_connected and not one.is_withdrawn),
        mandates=_mandates(tx, person, now),
    )


async def counted(call: Call, beside: Beside) -> Mapping[str, int]:
    """Return the numbers by section."""
    known = [await call.provider.configuration.client(one) for one in beside.services]
    return {
        "sessions": beside.sessions,
        "services": sum(one is not None for one in known),
        "mandates": beside.mandates,
    }


def _mandates(tx: Tx, person: Person, now: datetime) -> int:
    held = tx.mandates.of_delegate(person.person_id, since=now)
    over_me = tx.mandates.of_principal(PrincipalKind.PERSON, person.person_id, since=now)
    in_force = sum(not one.is_over(now) for one in (*held, *over_me))
    return in_force + len(offered_to(tx, person, now=now))
