"""An answer given for a company beside the end of the power it is given by: they do not wait in a circle."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from idp.database import Done
from idp.mandates import service as mandates
from idp.transaction import Tx
from tests.endpoints.test_contexts import KINDS, Family, choose, family
from tests.world import World

__all__ = ["family"]


async def test_an_answer_for_a_company_is_given_beside_the_end_of_the_mandate(
    world: World, family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    asks = await world.client(
        "rp-asks", subject_contexts=KINDS, scopes=frozenset({"openid", "profile", "mandate"})
    )
    page = await choose(replace(family, rp=asks), "Cảng Xanh")
    assert "page-consent" in page.ids
    transact, runs, held = world.provider.database.transact, Counter[str](), asyncio.Event()

    async def counted(work: Callable[[Tx], Any]) -> Any:
        def run(tx: Tx) -> Any:
            runs[getattr(work, "func", work).__name__] += 1
            return work(tx)

        return await transact(run)

    def end(tx: Tx) -> Done[None]:
        tx.people.lock(family.mother.person_id)
        held.set()
        tx.connection.execute(text("SELECT pg_sleep(0.5)"))
        mandates.replace_representatives(tx, family.company, (), actor="test", occasion=world.occasion)
        return Done(None)

    monkeypatch.setattr(world.provider.database, "transact", counted)
    ending = asyncio.create_task(world.provider.database.transact(end))
    await held.wait()
    page = await family.browser.press(page, "allow")
    await ending
    assert "page-act-for" in page.ids  # the mandate has ended
    assert (runs["_record"], runs["end"]) == (1, 1)
