"""A batch of erased rows is never larger than asked for, whatever plan the engine chooses."""

from datetime import timedelta
from typing import Any

from sqlalchemy import text

from idp.clock import Clock
from idp.database import Database, Done
from idp.transaction import Tx


async def test_a_batch_is_bounded_even_under_the_plan_for_a_tiny_table(
    database: Database[Any], clock: Clock
) -> None:
    past = clock.now() - timedelta(hours=1)

    def fill(tx: Tx) -> Done[None]:
        tx.revoked_tokens.add("first", past)
        if tx.connection.dialect.name == "postgresql":
            tx.connection.execute(text("ANALYZE revoked_tokens"))  # one row: the nested loop looks cheapest
        for number in range(40):
            tx.revoked_tokens.add(f"jti-{number}", past)
        return Done(None)

    (await database.transact(fill)).unwrap()
    erased = [
        (await database.transact(lambda tx: Done(tx.revoked_tokens.erase_expired(clock.now(), 7)))).unwrap()
        for _ in range(7)
    ]
    assert erased == [7, 7, 7, 7, 7, 6, 0]
