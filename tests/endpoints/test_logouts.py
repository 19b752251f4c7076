"""A client's own ledger of sign-outs: authenticated, paged, its own rows alone."""

from typing import Any

import httpx
import pytest

from idp.database import Done
from idp.outbox.model import Attempt, DeliveryState
from idp.protocol.delivery_request import STATES
from idp.transaction import Tx
from tests.driver import RelyingParty
from tests.world import Visitor, World


@pytest.fixture
async def rp(world: World) -> RelyingParty:
    return await world.client("rp-1", backchannel_logout_uri="https://rp-1.example/out")


async def ask(world: World, rp: RelyingParty, **form: str) -> httpx.Response:
    auth = httpx.BasicAuth(rp.client_id, rp.client_secret or "")
    return await world.http.post("/logouts", data=form, auth=auth)


async def sign_out_of(world: World, visitor: Visitor, *rps: RelyingParty) -> list[dict[str, Any]]:
    """Sign in at these, sign out; return the claims of the ID tokens."""
    claims = []
    for rp in rps:
        await world.agree(visitor.person.person_id, rp)
        claims.append(await rp.verify(world.http, (await world.tokens(rp, visitor))["id_token"]))
    await visitor.browser.press(await visitor.browser.get("/end_session"), "sign-out-here")
    return claims


async def test_a_client_sees_what_was_sent_to_it_and_nothing_of_others(
    world: World, rp: RelyingParty
) -> None:
    other = await world.client("rp-2", backchannel_logout_uri="https://rp-2.example/out")
    alice = await world.visitor(rp)
    mine, theirs = await sign_out_of(world, alice, rp, other)
    response = await ask(world, rp)
    assert (response.status_code, response.headers["cache-control"]) == (200, "no-store")
    assert set(response.json()) == {"logouts", "next"}
    (row,) = response.json()["logouts"]
    now = int(world.time().timestamp())
    assert row == {
        "id": row["id"],
        "kind": "backchannel_logout",
        "state": "waiting",
        "sub": mine["sub"],
        "sid": mine["sid"],
        "jti": row["jti"],
        "ended_at": now,
        "attempts": 0,
        "sent_at": None,
        "acknowledged_at": None,
        "next_attempt_at": now,
        "status": None,
    }
    assert theirs["sub"] not in response.text
    assert alice.person.person_id not in response.text
    page = await world.http.get(f"/signed-out?r={row['id']}.{row['jti']}")
    assert "delivery-1" not in page.text, "none of its ids opens the person's own page"


async def test_each_outcome_is_there_and_why_a_connection_failed_is_not(
    world: World, rp: RelyingParty
) -> None:  # SECURITY D01
    for name in ("alice", "bob", "carol"):
        await sign_out_of(world, await world.visitor(rp, name), rp)
        world.time.move(seconds=1)
    newest, middle, oldest = (await ask(world, rp)).json()["logouts"]
    now = world.time()

    def settle(tx: Tx) -> Done[None]:
        tx.outbox.settle(newest["id"], Attempt(error="fetch failed: refused"), now=now, next_at=now)
        tx.outbox.settle(middle["id"], Attempt(status=400), now=now, next_at=None)
        tx.outbox.settle(oldest["id"], Attempt(status=204), now=now, next_at=None)
        return Done(None)

    await world.write(settle)
    response = await ask(world, rp)
    assert "refused" not in response.text
    rows = response.json()["logouts"]
    assert [(row["state"], row["status"]) for row in rows] == [
        ("waiting", None),
        ("dead", 400),
        ("delivered", 204),
    ]
    assert rows[2]["acknowledged_at"] == int(now.timestamp())
    assert [row["next_attempt_at"] is None for row in rows] == [False, True, True]
    dead = (await ask(world, rp, state="dead")).json()["logouts"]
    assert [row["id"] for row in dead] == [middle["id"]]


async def test_pages_are_bounded_and_follow_each_other(world: World, rp: RelyingParty) -> None:
    for n in range(5):
        await sign_out_of(world, await world.visitor(rp, f"person-{n}"), rp)
    everything = [row["id"] for row in (await ask(world, rp)).json()["logouts"]]
    assert len(everything) == 5
    seen: list[str] = []
    answer: dict[str, Any] = {"next": None}
    for length in (2, 2, 1):
        before = {"before": answer["next"]} if answer["next"] else {}
        answer = (await ask(world, rp, limit="2", **before)).json()
        assert len(answer["logouts"]) == length
        seen += [row["id"] for row in answer["logouts"]]
    assert (seen, answer["next"]) == (everything, None)
    assert (await ask(world, rp, before="nothing of ours")).json() == {"logouts": [], "next": None}


@pytest.mark.parametrize(
    "form",
    [
        {"limit": "0"},
        {"limit": "101"},
        {"limit": "-1"},
        {"limit": "٣"},
        {"limit": "1e1"},
        {"state": "all"},
    ],
)
async def test_a_question_out_of_bounds_is_refused(
    world: World, rp: RelyingParty, form: dict[str, str]
) -> None:
    response = await ask(world, rp, **form)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")


async def test_whoever_proves_nothing_sees_nothing(world: World, rp: RelyingParty) -> None:
    public = await world.client("rp-public", secret=False)
    stranger = RelyingParty(client_id="rp-1", redirect_uri="", client_secret="wrong")
    answers = [
        await ask(world, stranger),
        await world.http.post("/logouts", data={"client_id": "rp-1"}),
        await world.http.post("/logouts", data={"client_id": public.client_id}),
    ]
    for response in answers:
        assert (response.status_code, response.json()["error"]) == (401, "invalid_client")
    await world.change_client("rp-1", enabled=False)
    assert (await ask(world, rp)).status_code == 401
    assert (await world.http.get("/logouts")).status_code == 405
    assert (await world.http.post("/logouts?state=dead", data={"client_id": "rp-1"})).status_code == 400


def test_every_state_may_be_asked_for() -> None:
    assert set(STATES) == {state.value for state in DeliveryState}
