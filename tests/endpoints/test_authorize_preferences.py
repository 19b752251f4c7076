"""Wishes that change no answer: display and claims_locales – OpenID Connect Core §3.1.2.1, §5.2."""

import pytest

from tests.driver import RelyingParty
from tests.world import Visitor, World


@pytest.mark.parametrize("display", ["page", "popup", "touch", "wap", "hologram"])
async def test_every_display_gets_the_page_that_fits_any(
    world: World, rp: RelyingParty, display: str
) -> None:
    page = await world.browser().get(rp.authorize_url(display=display))
    assert "page-sign-in" in page.ids


@pytest.mark.parametrize("locales", ["vi", "en-GB en", "fr", "x", "ja-Kana-JP vi"])
async def test_claims_have_one_language_whatever_is_wished(
    world: World, rp: RelyingParty, alice: Visitor, locales: str
) -> None:
    code = await alice.code(rp, claims_locales=locales, scope="openid profile")
    tokens = (await rp.redeem(world.http, code)).json()
    userinfo = (await world.userinfo(tokens["access_token"])).json()
    assert userinfo["name"] == alice.person.profile.full_name
    assert not [name for name in userinfo if "#" in name]


async def test_auth_time_is_there_whether_a_client_requires_it_or_not(world: World) -> None:
    for number, requires in enumerate((True, False)):
        rp = await world.client(f"rp-{number}", require_auth_time=requires)
        visitor = await world.visitor(rp)
        claims = await rp.verify(world.http, (await world.tokens(rp, visitor))["id_token"])
        assert isinstance(claims["auth_time"], int)
