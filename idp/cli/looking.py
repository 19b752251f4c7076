"""What an operator reads of one person is on record, and they hear of it: which services they use tells much of them."""

from collections.abc import Callable
from typing import TypeVar

from idp.audit.events import EventType
from idp.cli.context import occasion, operator, with_provider
from idp.database import Done
from idp.ids import PersonId
from idp.people.service import record_look
from idp.provider import Provider
from idp.transaction import Tx

T = TypeVar("T")


def look(what: str, read: Callable[[Tx], T], *, whose: Callable[[T], str]) -> T:
    """Read `what` of a person and record that it was read; of nobody who is known there is nothing to record."""

    async def work(provider: Provider) -> T:
        happening = occasion(provider)

        def change(tx: Tx) -> Done[T]:
            found = read(tx)
            person_id = PersonId(whose(found))
            if person_id and tx.people.get(person_id) is not None:
                of = EventType.PERSON_LOOKED_AT
                record_look(tx, of, person_id, actor=operator(), occasion=happening, what=what)
            return Done(found)

        return (await provider.database.transact(change)).unwrap()

    return with_provider(work)
