"""`hpid logouts`: what became of sign-outs, by sign-out, person or client, and what was given up."""

import asyncio
from dataclasses import dataclass
from itertools import count

import pytest

from idp.database import Done
from idp.ids import ClientId
from idp.outbox.model import Attempt
from idp.transaction import Tx
from tests.cli.conftest import Office
from tests.server import A_NODE_KNOWS_IT, ServedWorld
from tests.world import Visitor

pytestmark = pytest.mark.network


_numbers = count()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A session that an operator ended, and the two services it had reached."""

    visitor: Visitor
    logout_id: str
    telling: str
    silent: str


@pytest.fixture
async def ended(office: Office, world: ServedWorld) -> Ended:
    number = next(_numbers)
    telling = await world.client(f"rp-telling-{number}", backchannel_logout_uri="https://rp.invalid/out")
    silent = await world.client(f"rp-silent-{number}")
    visitor = await world.visitor(telling)
    await world.agree(visitor.person.person_id, silent)
    await asyncio.sleep(A_NODE_KNOWS_IT)
    for rp in (telling, silent):
        await world.tokens(rp, visitor)
    ran = await office.installation.run("sessions", "end", visitor.person.person_id, "--json")
    (logout_id,) = ran.json["logouts"]
    return Ended(visitor=visitor, logout_id=logout_id, telling=telling.client_id, silent=silent.client_id)


async def test_a_sign_out_is_shown_by_its_id_its_person_and_its_client(office: Office, ended: Ended) -> None:
    logout_id = ended.logout_id
    run = office.installation.run
    rows = (await run("logouts", "show", logout_id, "--json")).json
    assert {row["client_id"]: (row["kind"], row["logout_id"]) for row in rows} == {
        ended.telling: ("backchannel_logout", logout_id),
        ended.silent: ("no_logout", logout_id),
    }
    assert {row["client_id"]: row["state"] for row in rows}[ended.silent] == "unsupported"
    of_person = (await run("logouts", "show", "--person", ended.visitor.person.person_id, "--json")).json
    assert sorted(row["client_id"] for row in of_person) == [ended.silent, ended.telling]
    of_client = (await run("logouts", "show", "--client", ended.silent, "--limit", "1", "--json")).json
    assert [row["client_id"] for row in of_client] == [ended.silent]
    assert ended.telling in (await run("logouts", "show", logout_id)).out
    assert (await run("logouts", "show", "nothing", "--json")).json == []


async def test_it_tells_no_subject_and_no_session_of_a_service(
    office: Office, world: ServedWorld, ended: Ended
) -> None:
    (row,) = await world.provider.database.read(lambda tx: tx.deliveries.of_client(ClientId(ended.silent), 1))
    ran = await office.installation.run("logouts", "show", ended.logout_id, "--json")
    assert row.payload["sid"] not in ran.out
    assert row.payload["sub"] not in ran.out


async def test_dead_letters_stay_visible(office: Office, world: ServedWorld, ended: Ended) -> None:
    def give_up(tx: Tx) -> Done[None]:
        for message in tx.deliveries.of_logouts((ended.logout_id,), 9):
            tx.outbox.settle(message.message_id, Attempt(status=503), now=world.time(), next_at=None)
        return Done(None)

    await world.write(give_up)
    rows = (await office.installation.run("logouts", "dead", "--json")).json
    (mine,) = [row for row in rows if row["logout_id"] == ended.logout_id]
    assert (mine["client_id"], mine["state"], mine["status"], mine["error"]) == (
        *(ended.telling, "dead", 503),
        "status 503",
    )
    assert mine["acknowledged_at"] is mine["next_attempt_at"] is None


@pytest.mark.parametrize("words", [(), ("x", "--person", "y"), ("--person", "y", "--client", "z")])
async def test_it_asks_for_exactly_one_of_them(office: Office, words: tuple[str, ...]) -> None:
    refused = await office.installation.run("logouts", "show", *words)
    assert refused.refusal == "name one of: the id of a sign-out, --person, --client"
