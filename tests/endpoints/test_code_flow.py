"""The authorization code flow through the front door – OpenID Connect Core §3.1."""

from tests.world import World


async def test_a_citizen_signs_in_is_asked_and_the_relying_party_gets_verified_tokens(
    world: World,
) -> None:  # §3.1
    rp = await world.client()
    _, citizen = await world.citizen()
    browser = world.browser()
    page = await browser.get(rp.authorize_url())
    page = await citizen.sign_in(browser, page, at=world.time().timestamp())
    page = await browser.press(page, "allow")
    assert page.answer["state"] == rp.state
    assert page.answer["iss"] == "http://localhost:8000"  # RFC 9207

    response = await rp.redeem(world.http, page.answer["code"])
    assert response.status_code == 200
    tokens = response.json()
    claims = await rp.verify(world.http, tokens["id_token"])
    assert claims["nonce"] == rp.nonce
    assert claims["aud"] == rp.client_id
    assert claims["amr"] == ["pwd", "otp"]
    userinfo = await world.http.get(
        "/userinfo", headers={"authorization": f"Bearer {tokens['access_token']}"}
    )
    assert userinfo.json()["name"] == "Nguyễn Thị Hương"
    assert userinfo.json()["sub"] == claims["sub"]


async def test_a_second_service_opens_without_a_page_in_between(world: World) -> None:
    first, second = await world.client("rp-1"), await world.client("rp-2")
    person = await world.person()
    browser = world.browser()
    await world.signed_in(browser, person.person_id)
    page = await browser.press(await browser.get(first.authorize_url()), "allow")
    assert "code" in page.answer
    page = await browser.get(second.authorize_url(scope="openid"))
    assert "code" in page.answer


async def test_prompt_none_without_a_session_is_login_required_and_shows_no_page(
    world: World,
) -> None:  # Core §3.1.2.6
    rp = await world.client()
    page = await world.browser().get(rp.authorize_url(prompt="none"))
    assert page.answer["error"] == "login_required"
    assert page.answer["state"] == rp.state
