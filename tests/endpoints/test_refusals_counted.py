"""The summary of refusals where nobody was proved says which client they were aimed at – DESIGN 5.9, class 1."""

import base64
from collections import Counter

from idp.audit.events import EventType
from tests.driver import RelyingParty
from tests.world import World


def _counted(world: World) -> Counter[tuple[str, str]]:
    """Return how often what was refused of which client; the counts are taken."""
    found: Counter[tuple[str, str]] = Counter()
    for event in world.provider.summaries.take(world.provider.clock, all_minutes=True):
        assert event.type is EventType.SUMMARY
        assert (event.subject_ref, event.actor) == ("", "system")
        found[str(event.payload["what"]), str(event.payload["client_id"])] += int(str(event.payload["count"]))
    return found


async def test_a_refused_authorization_names_its_client_by_query_and_by_form(
    world: World, rp: RelyingParty
) -> None:
    await world.browser().get(rp.authorize_url(scope="nothing"))
    await world.browser().post("/authorize", rp.parameters(scope="nothing"))
    await world.browser().get(rp.authorize_url(redirect_uri="https://evil.example/"))
    assert _counted(world) == {
        ("/authorize invalid_scope", rp.client_id): 2,
        ("/authorize invalid_request", rp.client_id): 1,
    }


async def test_a_client_that_is_not_registered_is_not_named(world: World, rp: RelyingParty) -> None:
    for name in ("nobody", "x" * 2000, "é", "rp-c\n", ""):
        await world.browser().get(rp.authorize_url(client_id=name))
    counted = _counted(world)
    assert {client_id for _, client_id in counted} == {""}
    assert counted.total() == 5


async def test_a_failed_client_authentication_names_its_client_however_it_was_sent(
    world: World, rp: RelyingParty
) -> None:
    basic = base64.b64encode(f"{rp.client_id}:wrong".encode()).decode()
    form = {"grant_type": "refresh_token", "refresh_token": "x"}
    await world.http.post("/token", data=form, headers={"authorization": f"Basic {basic}"})
    await world.http.post("/token", data={**form, "client_id": rp.client_id, "client_secret": "wrong"})
    await world.http.post("/token", data={**form, "client_id": "nobody", "client_secret": "wrong"})
    assert _counted(world) == {
        ("/token invalid_client", rp.client_id): 2,
        ("/token invalid_client", ""): 1,
    }


async def test_a_body_that_can_t_be_read_is_counted_all_the_same(world: World, rp: RelyingParty) -> None:
    basic = base64.b64encode(f"{rp.client_id}:wrong".encode()).decode()
    headers = {"authorization": f"Basic {basic}", "content-type": "application/json"}
    await world.http.post("/token", content="{}", headers=headers)
    assert _counted(world) == {("bad call 415", rp.client_id): 1}


async def test_a_refused_access_token_names_the_client_it_was_issued_to(
    world: World, rp: RelyingParty
) -> None:
    tokens = await world.tokens(rp, await world.visitor(rp))
    world.time.move(minutes=10)
    await world.userinfo(tokens["access_token"])
    await world.userinfo("no token")
    await world.http.get("/userinfo")
    assert _counted(world) == {
        ("/userinfo invalid_token", rp.client_id): 1,
        ("/userinfo invalid_token", ""): 2,
    }


async def test_a_form_sent_from_elsewhere_names_the_client_of_its_interaction(
    world: World, rp: RelyingParty
) -> None:
    browser = world.browser()
    page = await browser.get(rp.authorize_url())
    refused = await browser.post(f"/sign-in/cancel?i={page.interaction}", {}, origin="https://evil.example")
    assert refused.status == 403
    stranger = await world.browser().get(f"/sign-in?i={page.interaction}")
    assert stranger.case == "expired"
    assert _counted(world) == {
        ("bad call 403", rp.client_id): 1,
        ("/sign-in invalid_request", ""): 1,
    }
