"""A power is disputed in the very moment in which somebody takes it: neither waits for the other, and it ends.

PostgreSQL, READ COMMITTED.
"""

import asyncio
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from idp.database import Done
from idp.ids import HandleKind, bucket_of
from idp.life_events.service import disown_by_link
from idp.mandates.model import Invitation, organisation
from idp.mandates.service import accept
from idp.transaction import Tx
from tests.stores.mandate_samples import at, make_company, of_company, offered
from tests.stores.samples import NOW, do, see
from tests.world import World

MINUTE = timedelta(minutes=1)


async def test_an_offer_that_is_taken_beside_its_dispute_is_ended(world: World) -> None:
    database, runs, held = world.provider.database, [0, 0], asyncio.Event()
    company = await make_company(database)
    an = company.people[0]
    giver = company.director.person_id
    offer = await offered(database, company, an)
    assert isinstance(offer, Invitation)
    link = world.provider.clock.handle(HandleKind.DISPUTE, bucket_of(giver))
    facts = {"notice": "high_risk_act", "act": "power_given", "at": offer.created_at.isoformat()}
    await do(
        database, lambda tx: tx.dispute_links.add(link, giver, facts, expires_at=NOW + timedelta(days=1))
    )

    def taking(tx: Tx) -> Any:
        runs[0] += 1
        tx.mandates.lock_principal(organisation(company.organisation_id))
        held.set()
        tx.connection.execute(text("SELECT pg_sleep(0.5)"))
        return accept(tx, offer.invitation_id, by=an.person_id, occasion=at(NOW + MINUTE))

    def disputing(tx: Tx) -> Any:
        runs[1] += 1
        return Done(disown_by_link(tx, link, None, occasion=at(NOW + 2 * MINUTE)))

    taken = asyncio.create_task(database.transact(taking))
    await held.wait()
    await database.transact(disputing)
    await taken
    assert runs == [1, 1]
    all_held = await see(database, lambda tx: of_company(tx, company))
    of_an = [one for one in all_held if one.delegate_id == an.person_id]
    assert [one.end_reason for one in of_an] in ([], ["disputed by its giver"])
    assert not any(one.is_live(NOW + 3 * MINUTE) for one in of_an)
