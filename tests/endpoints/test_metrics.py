"""What requests leave in the counts of their process; and the public port tells nobody (SECURITY H07)."""

import re

import pytest

from idp import metrics
from idp.credentials.model import QUICK_TRIES
from tests.counted import Since
from tests.driver import RelyingParty
from tests.endpoints.signing_in import password_page, try_password, without_code
from tests.world import PASSWORD, Visitor, World


@pytest.mark.parametrize("path", ["/metrics", "/metrics/", "/METRICS", "/health/metrics"])
async def test_h07_the_public_port_tells_no_metrics(world: World, path: str) -> None:
    response = await world.http.get(path)

    assert response.status_code == 404
    assert "hpid_" not in response.text


async def test_requests_are_counted_by_route_and_class_of_status_never_by_what_was_asked(
    world: World, rp: RelyingParty
) -> None:
    since = Since(metrics.REQUEST_SECONDS)

    await world.http.get("/jwks")
    await world.http.get("/nobody/0123456789")
    await world.http.get("/logo/0123456789")
    await world.http.get("/nobody/")
    await world.http.put("/token")
    await rp.redeem(world.http, "no code")
    await world.browser().get(rp.authorize_url())

    assert since.counted == {
        ("/jwks", "2xx"): 1,
        ("other", "4xx"): 2,
        ("/logo/{name}", "4xx"): 1,
        ("/token", "4xx"): 2,
        ("/authorize", "3xx"): 1,
        ("/sign-in", "2xx"): 1,
    }


async def test_files_share_one_name(world: World) -> None:
    since = Since(metrics.REQUEST_SECONDS)
    page = await world.http.get("/")
    for file in set(re.findall(r'"(/static/[^"]+)"', page.text)):
        await world.http.get(file)

    assert since.counted.keys() == {("/", "2xx"), ("/static", "2xx")}


async def test_tokens_are_counted_by_grant_and_refusals_by_error(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:
    issued, refused = Since(metrics.TOKENS_ISSUED), Since(metrics.REFUSALS)
    signed, written = Since(metrics.SIGNING_SECONDS), Since(metrics.DATABASE_SECONDS)
    machine = await world.machine()

    tokens = await world.tokens(rp, alice)
    await rp.refresh(world.http, tokens["refresh_token"])
    await machine.token(world.http, grant_type="client_credentials", resource="https://warehouse.example/")
    await rp.redeem(world.http, "no code")

    assert issued.counted == {
        ("authorization_code",): 1,
        ("refresh_token",): 1,
        ("client_credentials",): 1,
    }
    assert refused.counted == {("invalid_grant",): 1}
    assert signed.counted == {("ES256",): 5}
    assert written.counted["append",] == 1
    assert written.counted["write",] >= 3


async def test_sign_ins_are_counted_by_way_and_outcome(world: World, rp: RelyingParty) -> None:
    person, citizen = await world.citizen()
    since = Since(metrics.SIGN_INS)
    browser = world.browser()

    await try_password(browser, await password_page(browser, rp), "alice", "wrong")
    await citizen.sign_in(browser, await browser.get(rp.authorize_url()), at=world.time().timestamp())
    await without_code(world, person)
    second = world.browser()
    await try_password(second, await password_page(second, rp), "alice", PASSWORD)

    assert since.counted == {
        ("password", "refused"): 1,
        ("password", "continued"): 1,
        ("otp", "signed-in"): 1,
        ("password", "signed-in"): 1,
    }


async def test_who_is_made_to_wait_and_a_wrong_code_are_counted(world: World, rp: RelyingParty) -> None:
    await world.citizen()
    browser = world.browser()
    page = await try_password(browser, await password_page(browser, rp), "alice", PASSWORD)
    since = Since(metrics.SIGN_INS)

    await browser.press(page, "submit", otp="000000")
    for _ in range(QUICK_TRIES + 1):
        await try_password(browser, await password_page(browser, rp), "alice", "wrong")

    counted = since.counted
    assert counted["otp", "refused"] == 1
    assert counted["password", "refused"] >= 1
    assert counted["password", "slowed"] >= 1
    assert sum(counted.values()) == QUICK_TRIES + 2
