"""`hpid sessions end` leaves no session that begins at that moment (SECURITY B10): PostgreSQL, where two run at once."""

import asyncio
from functools import partial

from sqlalchemy import text

from idp.cli.sessions import _end
from idp.database import Done
from idp.protocol.assurance import Acr
from idp.sessions.service import Proof, start_session
from idp.transaction import Tx
from tests.world import World


async def test_a_session_that_begins_meanwhile_ends_too(world: World) -> None:
    person, begun = await world.person("alice"), asyncio.Event()
    proof = Proof(
        person_id=person.person_id,
        auth_time=world.time(),
        acr=Acr.SUBSTANTIAL,
        amr=("pwd", "otp"),
        ial=2,
        idp="national",
    )
    database, life = world.provider.database, world.provider.settings.life

    def begin(tx: Tx) -> Done[None]:
        start_session(tx, proof, cookie=None, arrival=None, life=life, occasion=world.occasion).unwrap()
        begun.set()
        tx.connection.execute(text("SELECT pg_sleep(0.5)"))
        return Done(None)

    beginning = asyncio.create_task(database.transact(begin))
    await begun.wait()
    end = partial(_end, person_id=person.person_id, happening=world.occasion)
    ended = (await database.transact(end)).unwrap()
    await beginning
    assert ended.count == 1
    assert await database.read(lambda tx: tx.sessions.of_person(person.person_id)) == ()
