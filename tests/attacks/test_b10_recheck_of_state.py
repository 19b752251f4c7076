"""B10: whatever ends a right ends it at once, on every path that asks us (DESIGN 5.5 bound A, ASVS 8.3.2)."""

from collections.abc import Awaitable, Callable

import pytest

from idp.audit.events import EventType
from idp.database import Done
from idp.people.model import PersonStatus
from idp.transaction import Tx
from tests.attacks.cast import Cast
from tests.attacks.oracle import Oracle
from tests.driver import RelyingParty
from tests.world import World

End = Callable[[Cast, RelyingParty], Awaitable[object]]


async def lock(cast: Cast, _rp: RelyingParty) -> None:
    await cast.world.set_status(cast.alice.person.person_id, PersonStatus.LOCKED)


async def decease(cast: Cast, _rp: RelyingParty) -> None:
    await cast.world.set_status(cast.alice.person.person_id, PersonStatus.DECEASED)


async def withdraw(cast: Cast, rp: RelyingParty) -> None:
    await cast.world.withdraw(cast.alice.person.person_id, rp)


async def disable(cast: Cast, rp: RelyingParty) -> None:
    await cast.world.change_client(rp.client_id, enabled=False)


async def sign_out(cast: Cast, _rp: RelyingParty) -> None:
    browser = cast.alice.browser
    await browser.press(await browser.get("/end_session"), "sign-out-here")


async def sign_out_everywhere(cast: Cast, _rp: RelyingParty) -> None:
    other = cast.world.browser()
    await cast.world.signed_in(other, cast.alice.person.person_id)
    await other.press(await other.get("/end_session"), "sign-out-all")


ENDS: dict[str, tuple[End, bool, bool]] = {
    # what happens: does it end offline grants? does it end the session?
    "locked": (lock, True, True),
    "deceased": (decease, True, True),
    "consent withdrawn": (withdraw, True, False),
    "client disabled": (disable, True, False),
    "signed out": (sign_out, False, True),
    "signed out everywhere": (sign_out_everywhere, False, True),
}


@pytest.mark.parametrize("name", ENDS)
async def test_b10_every_path_refuses_at_once(world: World, oracle: Oracle, cast: Cast, name: str) -> None:
    end, ends_offline, ends_session = ENDS[name]
    rp = cast.c
    cookie = str(world.cookie_of(cast.alice.browser, "session"))
    offline = await cast.held_by(rp, cast.alice)
    online = await cast.held_by(rp, cast.alice, "openid profile")
    code = await cast.alice.code(rp)
    elsewhere = await cast.held_by(cast.b, cast.alice)
    bystander = await cast.held_by(rp, cast.bob)
    await end(cast, rp)

    disabled = name == "client disabled"
    refused = [] if disabled else [EventType.REFRESH_REFUSED]
    dead = (offline, online) if ends_offline else (online,)
    for tokens in dead:
        async with oracle.refusing((name, "userinfo"), status={401}, counted=True):
            await world.userinfo(tokens["access_token"])
        for token in (tokens["access_token"], tokens["refresh_token"]):
            async with oracle.refusing((name, "introspect"), status={401} if disabled else {200}) as watch:
                await rp.post(world.http, "/introspect", token=token)
            assert watch.last.json().get("active", False) is False
        async with oracle.refusing((name, "refresh"), status={400, 401}, events=refused):
            await rp.refresh(world.http, tokens["refresh_token"])
    async with oracle.refusing(
        (name, "code"), status={400, 401}, events=[] if disabled else [EventType.CODE_REFUSED]
    ):
        await rp.redeem(world.http, code)

    silent = rp.authorize_url(prompt="none", scope="openid profile email")
    cast.alice.browser.client.cookies.set("hpid-session", cookie, domain="localhost.local", path="/")
    if disabled:
        async with oracle.refusing((name, "prompt=none"), status={400}, counted=True):
            await cast.alice.browser.client.get(silent)
    else:
        error = "login_required" if ends_session else "consent_required"
        async with oracle.refusing((name, "prompt=none"), to_client=error):
            await cast.alice.browser.client.get(silent)

    if not ends_offline:
        assert await cast.lives(offline), "offline access was granted for just this"
        assert (await rp.refresh(world.http, offline["refresh_token"])).status_code == 200
    if not disabled:
        assert await cast.lives(bystander)
    assert await cast.lives(elsewhere) is (name not in {"locked", "deceased"})


async def test_b10_a_right_given_back_revives_no_grant_that_was_revoked(
    world: World, oracle: Oracle, cast: Cast
) -> None:
    tokens = await cast.held_by(cast.c, cast.alice)
    await withdraw(cast, cast.c)
    await world.agree(cast.alice.person.person_id, cast.c)
    async with oracle.refusing("agreed again", status={401}, counted=True):
        await world.userinfo(tokens["access_token"])
    async with oracle.refusing("agreed again", status={400}, events=[EventType.REFRESH_REFUSED]):
        await cast.c.refresh(world.http, tokens["refresh_token"])


async def test_b10_a_person_locked_can_begin_nothing(world: World, oracle: Oracle) -> None:
    rp = await world.client()
    person, citizen = await world.citizen()
    await world.set_status(person.person_id, PersonStatus.LOCKED)
    browser = world.browser()
    page = await browser.get(rp.authorize_url())
    form = await browser.get(f"/sign-in/password?i={page.interaction}")
    async with oracle.refusing("password", status={200}, events=[EventType.SIGN_IN_REFUSED]):
        await browser.press(form, "submit", username="alice", password=citizen.password)
    assert world.cookie_of(browser, "session") is None


async def test_b10_an_access_token_is_asked_about_its_grant_and_not_believed(
    world: World, oracle: Oracle, cast: Cast
) -> None:
    """A genuine signature on a grant that ended, or on a token revoked by its name, opens nothing."""
    tokens = await cast.held_by(cast.c, cast.alice)
    claims = await cast.c.verify(world.http, tokens["access_token"])

    def revoke(tx: Tx) -> Done[None]:
        tx.revoked_tokens.add(claims["jti"], world.time())
        return Done(None)

    await world.write(revoke)
    async with oracle.refusing("revoked by jti", status={401}, counted=True):
        await world.userinfo(tokens["access_token"])
    other = await world.provider.keyring.sign({**claims, "jti": "another"}, typ="at+jwt", alg="ES256")
    assert (await world.userinfo(other)).status_code == 200, "the grant lives on"
