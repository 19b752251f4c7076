"""A browser somebody signs in in: remembered, weighed, told of. Nothing of it decides who they are."""

from dataclasses import dataclass
from datetime import timedelta

from idp.audit.occasion import Occasion
from idp.conflicts.model import Doubt
from idp.ids import ClientId, PersonId
from idp.messages.model.notices import Notice
from idp.risk.model import NOTHING, Arrival, Outcome, Seen, Signal, Weighed
from idp.risk.rules import doubts_of, weigh
from idp.transaction import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """The browser as it is known now, and what the sign-in shows."""

    arrival: Arrival
    seen: Seen
    weighed: Weighed

    @property
    def cookie(self) -> str | None:
        """Return what the browser's cookie says from now on; empty: it has none; None: it stays as it is."""
        if self.arrival.is_public:
            return "" if self.arrival.held else None
        return self.arrival.fresh if self.seen.is_due else None


NOWHERE = Arrived(
    arrival=Arrival(client_id=ClientId(""), fresh=""),
    seen=Seen(device_id="", since=None, is_new=False, is_due=False),
    weighed=NOTHING,
)
"""Whoever came by no browser."""


def arrive(tx: Tx, person_id: PersonId, arrival: Arrival, kept: timedelta, occasion: Occasion) -> Arrived:
    """Remember the browser, and weigh what the sign-in shows. At a public computer nobody is known afterwards."""
    seen = tx.devices.see(
        person_id,
        arrival,
        device_id=occasion.clock.token(9),
        name=occasion.device,
        kept=kept,
        now=occasion.now,
    )
    if arrival.held and arrival.is_public:
        tx.devices.forget_browser(arrival.held)
    elif arrival.held and seen.is_due:
        tx.devices.renew(arrival.held, arrival.fresh, occasion.now)
    return Arrived(arrival=arrival, seen=seen, weighed=weigh(seen, arrival, now=occasion.now))


def unsee(tx: Tx, person_id: PersonId, arrived: Arrived) -> None:
    """Take back that a browser became known, where no session began in it."""
    if arrived.seen.is_new:
        tx.devices.forget(person_id, arrived.seen.device_id)


def notices_of(weighed: Weighed) -> tuple[Notice, ...]:
    """Return what the person is told of a sign-in."""
    if Outcome.NOTIFY not in weighed.outcomes:
        return ()
    is_new = Signal.NEW_DEVICE in weighed.signals
    return (Notice.NEW_DEVICE if is_new else Notice.UNUSUAL_SIGN_IN,)


def cases_of(arrived: Arrived, occasion: Occasion) -> tuple[Doubt, ...]:
    """Return what stewards are to look at."""
    return doubts_of(
        arrived.weighed,
        arrived.arrival.client_id,
        network=occasion.network,
        browser=occasion.device,
        now=occasion.now,
    )
