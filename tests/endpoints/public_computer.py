"""What a session is like that its person began at a public computer, whichever way they signed in (PAGES §3.1.1)."""

from idp.edge.cookie_names import cookie_name
from tests.driver import Browser, RelyingParty
from tests.world import World

TICK = [("public", "yes")]


async def assert_ends_with_ten_minutes(world: World, rp: RelyingParty, browser: Browser) -> None:
    """The browser keeps nothing beyond its own session, and the server ends it after ten minutes of use."""
    name = cookie_name(world.provider.settings, "session")
    (held,) = [one for one in browser.client.cookies.jar if one.name == name]
    assert held.expires is None, "gone with the browser"
    assert world.cookie_of(browser, "device") is None
    assert world.cookie_of(browser, "public") is None
    for _ in range(3):
        world.time.move(minutes=3)
        assert "code" in (await browser.get(rp.authorize_url(prompt="none"))).answer
    world.time.move(minutes=1)
    assert (await browser.get(rp.authorize_url(prompt="none"))).answer["error"] == "login_required"
