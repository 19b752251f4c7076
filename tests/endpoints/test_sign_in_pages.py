"""The sign-in pages: which ways stand on them, password and code, cancel – PAGES §3.1.1–3.1.4, DESIGN 5.16."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from idp.protocol.facts import LocalLogin
from tests.driver import Page, RelyingParty
from tests.world import PASSWORD, World, open_world


@pytest.fixture
async def world(template: Path, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(template, tmp_path, degraded_sign_in=True) as world:
        yield world


def break_the_circuit(world: World) -> None:
    for _ in range(3):
        world.provider.national_circuit.failed(world.time())


@pytest.mark.parametrize(
    ("local_login", "is_down", "offered"),
    [
        (LocalLogin.NEVER, False, False),
        (LocalLogin.NEVER, True, False),
        (LocalLogin.DEGRADED, False, False),
        (LocalLogin.DEGRADED, True, True),
        (LocalLogin.LOW, False, True),
        (LocalLogin.LOW, True, True),
    ],
)
async def test_city_credentials_are_offered_as_the_client_allows(
    world: World, local_login: LocalLogin, is_down: bool, offered: bool
) -> None:  # DESIGN 5.16
    rp = await world.client("rp-l", local_login=local_login)
    if is_down:
        break_the_circuit(world)
    browser = world.browser()
    page = await browser.get(rp.authorize_url())
    assert ("method-password" in page.ids) is offered
    assert ("method-national-down" in page.ids) is is_down
    assert ("banner" in page.ids) is is_down
    asked = await browser.get(f"/sign-in/password?i={page.interaction}")
    assert ("username" in asked.ids) is offered, "the address alone opens no other way"
    sent = await browser.post(
        f"/sign-in/password?i={page.interaction}",
        {"csrf": page.form("cancel")["fields"]["csrf"], "username": "alice", "password": PASSWORD},
    )
    assert ("username" in sent.ids) is offered


async def test_after_half_a_minute_the_national_way_is_tried_again(world: World) -> None:
    rp = await world.client("rp-d", local_login=LocalLogin.DEGRADED)
    break_the_circuit(world)
    world.time.move(seconds=29)
    browser = world.browser()
    assert "method-national-down" in (await browser.get(rp.authorize_url())).ids
    world.time.move(seconds=1)
    assert "method-national-down" not in (await browser.get(rp.authorize_url())).ids


async def test_the_page_names_who_asks_and_where_one_goes_back(world: World) -> None:  # rule 21
    rp = await world.client(policy_uri="https://rp-c.example/policy", tos_uri="https://rp-c.example/terms")
    page = await world.browser().get(rp.authorize_url())
    assert page.links["rp-policy"] == "https://rp-c.example/policy"
    assert page.links["rp-tos"] == "https://rp-c.example/terms"
    assert "Cổng thử nghiệm" in page.response.text
    assert "rp-c.example" in page.response.text
    assert {"cancel", "method-password"} <= page.ids


async def test_whoever_cancels_goes_back_with_access_denied(
    world: World, rp: RelyingParty
) -> None:  # Core §3.1.2.6
    browser = world.browser()
    page = await browser.press(await browser.get(rp.authorize_url()), "cancel")
    assert page.answer["error"] == "access_denied"
    assert (page.answer["state"], page.answer["iss"]) == (rp.state, world.issuer)


@pytest.mark.parametrize(
    ("message", "id_shown"),
    [
        ("upstream-failed", "error"),
        ("organisation-account", "error"),
        ("level", "error"),
        ("cancelled", "notice"),
        ("", None),
        ("<script>alert(1)</script>", None),
        ("sign_in_title", None),
        ("__class__", None),
    ],
)
async def test_a_message_is_one_of_a_closed_list(
    world: World, rp: RelyingParty, message: str, id_shown: str | None
) -> None:
    browser = world.browser()
    page = await browser.get(rp.authorize_url())
    for language in ("vi", "en"):
        browser.client.headers["accept-language"] = language
        answer = await browser.client.get("/sign-in", params={"i": page.interaction, "m": message})
        assert answer.status_code == 200
        assert {"error", "notice"} & Page(answer).ids == ({id_shown} if id_shown else set())
        assert "alert(1)" not in answer.text.split("<main", 1)[1].split("</main", 1)[0]
