"""What becomes of tokens when the key that signed them is revoked: nothing that asks us takes them (DESIGN 5.5, 5.14)."""

import base64
import json
from urllib.parse import urlencode

import pytest

from idp.database import Done
from idp.signing_keys.service import revoke_key
from idp.transaction import Tx
from idp.worker import JOBS
from keys.keyring import Keyring, new_record
from tests.driver import RelyingParty, kid_of
from tests.world import World


async def revoke(world: World, kid: str, *, is_read: bool = True) -> None:
    fresh = new_record(world.provider.vault, "ES256", world.time())

    def work(tx: Tx) -> Done[None]:
        revoke_key(tx, kid, fresh=fresh, actor="operator:x", occasion=world.occasion)
        return Done(None)

    await world.provider.configuration.refresh()  # a moment ago, and so not again at the next request
    (await world.provider.database.transact(work)).unwrap()
    if is_read:
        await world.provider.configuration.refresh()


def _claims_of(token: str) -> dict[str, object]:
    payload = token.split(".")[1]
    claims: dict[str, object] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


async def test_its_tokens_open_nothing_and_the_grant_goes_on_under_the_next_key(
    world: World, rp: RelyingParty
) -> None:
    visitor = await world.visitor(rp)
    tokens = await world.tokens(rp, visitor, scope="openid profile offline_access")
    kid = kid_of(tokens["access_token"])
    await revoke(world, kid)
    assert kid not in [key["kid"] for key in (await world.http.get("/jwks")).json()["keys"]]
    assert (await world.userinfo(tokens["access_token"])).status_code == 401
    answer = (await rp.post(world.http, "/introspect", token=tokens["access_token"])).json()
    assert answer == {"active": False}

    renewed = (await rp.refresh(world.http, tokens["refresh_token"])).json()
    assert kid_of(renewed["access_token"]) != kid
    assert (await rp.verify(world.http, renewed["id_token"]))["iss"] == world.issuer
    assert (await world.userinfo(renewed["access_token"])).status_code == 200


@pytest.mark.parametrize("way", ["userinfo", "introspection", "hint"])
async def test_who_comes_to_a_node_that_has_not_read_the_fresh_key_yet_is_not_refused(
    world: World, rp: RelyingParty, way: str
) -> None:
    visitor = await world.visitor(rp)
    old = await world.tokens(rp, visitor)
    await revoke(world, kid_of(old["access_token"]), is_read=False)
    stored = await world.provider.database.read(lambda tx: tx.signing_keys.all())
    another_node = Keyring(world.provider.vault, stored, now=world.time)
    access_token = await another_node.sign(_claims_of(old["access_token"]), typ="at+jwt", alg="ES256")
    if way == "userinfo":
        assert (await world.userinfo(access_token)).status_code == 200
    elif way == "introspection":
        assert (await rp.post(world.http, "/introspect", token=access_token)).json()["active"]
    else:
        hint = await another_node.sign(_claims_of(old["id_token"]), typ="JWT", alg="ES256")
        silent = rp.authorize_url(prompt="none", id_token_hint=hint)
        assert "code=" in (await visitor.browser.client.get(silent)).headers["location"]
    assert (await world.userinfo(old["access_token"])).status_code == 401


async def test_a_key_that_nobody_stored_opens_nothing(world: World, rp: RelyingParty) -> None:
    claims = _claims_of((await world.tokens(rp, await world.visitor(rp)))["access_token"])
    vault = world.provider.vault
    strangers = Keyring(vault, [new_record(vault, "ES256", world.time())], now=world.time)
    token = await strangers.sign(claims, typ="at+jwt", alg="ES256")
    assert (await world.userinfo(token)).status_code == 401


async def test_its_id_tokens_vouch_for_nobody(world: World, rp: RelyingParty) -> None:
    visitor = await world.visitor(rp)
    hint = (await world.tokens(rp, visitor))["id_token"]
    await revoke(world, kid_of(hint))
    silent = rp.authorize_url(prompt="none", id_token_hint=hint)
    assert "error=invalid_request" in (await visitor.browser.client.get(silent)).headers["location"]
    ended = await visitor.browser.client.get("/end_session", params={"id_token_hint": hint})
    assert (ended.status_code, "location" in ended.headers) == (200, False)
    assert (
        (await visitor.browser.client.get(rp.authorize_url(prompt="none")))
        .headers["location"]
        .startswith(f"{rp.redirect_uri}?code=")
    )  # the session itself is nobody's signature and goes on


async def test_who_holds_an_id_token_of_it_is_asked_and_signs_out_still(
    world: World, rp: RelyingParty
) -> None:  # RP-Initiated Logout §2, §6
    visitor = await world.visitor(rp)
    hint = (await world.tokens(rp, visitor))["id_token"]
    await revoke(world, kid_of(hint))
    back = {"post_logout_redirect_uri": "https://rp-c.example/signed-out", "state": "x"}
    page = await visitor.browser.get(f"/end_session?{urlencode({'id_token_hint': hint, **back})}")
    assert {"page-sign-out", "sign-out-here"} <= page.ids, page.response.text
    assert "relying-party" not in page.ids, "nothing proves whose it is"
    page = await visitor.browser.press(page, "sign-out-here")
    assert page.left_for is None, "whoever has the key leads nobody anywhere"
    assert page.links["back"] == "https://rp-c.example/signed-out?state=x"
    assert world.cookie_of(visitor.browser, "session") is None


async def test_a_hint_that_names_it_leads_to_no_address_of_nobody(world: World, rp: RelyingParty) -> None:
    visitor = await world.visitor(rp)
    hint = (await world.tokens(rp, visitor))["id_token"]
    await revoke(world, kid_of(hint))
    asked = {"id_token_hint": hint, "post_logout_redirect_uri": "https://evil.example/"}
    page = await visitor.browser.get(f"/end_session?{urlencode(asked)}")
    assert (page.status, page.case) == (400, "bad-request")


async def test_a_key_that_signed_for_long_enough_is_followed_by_the_worker(
    world: World, rp: RelyingParty
) -> None:
    (job,) = [job for job in JOBS if job.name == "rotate keys"]
    visitor = await world.visitor(rp)
    old = kid_of((await world.tokens(rp, visitor))["id_token"])
    assert await job.run(world.provider) == 0
    world.time.move(days=90)
    assert await job.run(world.provider) == 1
    assert await job.run(world.provider) == 0
    await world.provider.configuration.refresh()
    visitor = await world.visitor(rp)
    assert kid_of((await world.tokens(rp, visitor))["id_token"]) == old
    world.time.move(minutes=10, seconds=1)
    visitor = await world.visitor(rp)
    assert kid_of((await world.tokens(rp, visitor))["id_token"]) != old
