"""A12: a pushed request serves its own client, once, for a short time – RFC 9126 §2.2, §7; RFC 9700 §4.5."""

from base64 import urlsafe_b64encode
from urllib.parse import urlencode

import pytest

from idp.audit.events import EventType
from tests.attacks.cast import POISON, Cast
from tests.attacks.oracle import Oracle
from tests.attacks.test_a06_repeated_parameters import FORM, basic_header, spellings
from tests.world import World

PREFIX = "urn:ietf:params:oauth:request_uri:"


async def _pushed(world: World, cast: Cast) -> str:
    return str((await cast.c.push(world.http)).json()["request_uri"])


async def test_a12_a_name_that_is_not_one_that_was_given_out_opens_nothing(
    world: World, oracle: Oracle, cast: Cast
) -> None:
    name = await _pushed(world, cast)
    handle = name.removeprefix(PREFIX)
    forged = (
        *(PREFIX, PREFIX + "x", PREFIX + handle[:-1], PREFIX + handle + "x", PREFIX + handle.upper()),
        *(PREFIX + handle.swapcase(), PREFIX + " " + handle, PREFIX + handle + "\n", PREFIX + handle + "#"),
        *(PREFIX + PREFIX + handle, PREFIX + handle.replace("_00", "_01"), PREFIX + "../" + handle),
        *(PREFIX + handle.replace("hp_par", "hp_code"), PREFIX + "hp_par_00" + "A" * 43, PREFIX + "'--"),
        PREFIX + "hp_par_00" + urlsafe_b64encode(bytes(32)).decode().rstrip("="),
        PREFIX + "hp_par_00" + "é" * 43,
    )
    browser = cast.alice.browser.client
    for request_uri in forged:
        for beside in ({}, cast.c.parameters()):
            query = urlencode({**beside, "client_id": cast.c.client_id, "request_uri": request_uri})
            async with oracle.refusing(request_uri, status={400}, counted=True):
                await browser.get(f"/authorize?{query}")
    assert "code" in (await cast.alice.browser.get(cast.c.load_url(name))).answer, (
        "nothing of all this spent it"
    )


async def test_a12_another_client_s_name_opens_nothing_and_ends_nothing(
    world: World, oracle: Oracle, cast: Cast
) -> None:
    name = await _pushed(world, cast)
    for thief in (cast.m, cast.b):
        for beside in ({}, thief.parameters(), {"redirect_uri": thief.redirect_uri}):
            query = urlencode({**beside, "client_id": thief.client_id, "request_uri": name})
            async with oracle.refusing((thief.client_id, beside), status={400}, counted=True) as watch:
                await cast.alice.browser.client.get(f"/authorize?{query}")
            assert "invalid_request_uri" in watch.last.text
    for client_id in ("", "nobody", "client-c ", "CLIENT-C"):
        query = urlencode({"client_id": client_id, "request_uri": name})
        async with oracle.refusing(client_id, status={400}, counted=True):
            await cast.alice.browser.client.get(f"/authorize?{query}")
    assert "code" in (await cast.alice.browser.get(cast.c.load_url(name))).answer


async def test_a12_used_or_late_it_opens_nothing(world: World, oracle: Oracle, cast: Cast) -> None:
    used, late = await _pushed(world, cast), await _pushed(world, cast)
    await cast.alice.browser.get(cast.c.load_url(used))
    world.time.move(seconds=90)
    for browser in (cast.alice.browser, cast.bob.browser, world.browser()):
        for name in (used, late):
            async with oracle.refusing(name, status={400}, counted=True):
                await browser.client.get(cast.c.load_url(name))


async def test_a12_no_parameter_beside_it_changes_what_was_pushed(
    world: World, oracle: Oracle, cast: Cast
) -> None:
    """A browser's owner may write anything into the address; only a doubled parameter is even looked at (A06)."""
    name = await _pushed(world, cast)
    page = await cast.alice.browser.get(cast.c.load_url(name, **POISON))
    assert page.left_for is not None
    assert page.left_for.startswith(cast.c.redirect_uri)
    assert page.answer["state"] == cast.c.state
    tokens = (await cast.c.redeem(world.http, page.answer["code"])).json()
    assert tokens["scope"] == "openid profile"
    assert (await cast.c.verify(world.http, tokens["id_token"]))["nonce"] == cast.c.nonce


async def test_a06_every_parameter_of_a_push(world: World, oracle: Oracle, cast: Cast) -> None:
    form = cast.c.parameters()
    headers = {**FORM, **basic_header(cast.c)}
    for name in form:
        for spelling in spellings(name):
            body = f"{urlencode(form)}&{spelling}=other"
            async with oracle.refusing((name, spelling), status={400}, counted=True) as watch:
                await world.http.post("/par", content=body, headers=headers)
            assert watch.last.json()["error"] == "invalid_request"
    for name in ("client_id", "request_uri"):
        pushed = await _pushed(world, cast)
        for spelling in spellings(name):
            async with oracle.refusing((name, spelling), status={400}, counted=True):
                await cast.alice.browser.client.get(f"{cast.c.load_url(pushed)}&{spelling}=other")


TWO_AT_ONCE = frozenset({"two methods", "assertion"})
"""A wrong request, whoever sends it (RFC 6749 §5.2)."""


@pytest.mark.parametrize("what", ["wrong secret", "no secret", "another's id", "two methods", "assertion"])
async def test_b08_nobody_pushes_for_a_client_that_has_not_proved_itself(
    world: World, oracle: Oracle, cast: Cast, what: str
) -> None:
    form, headers = cast.c.parameters(), {**FORM, **basic_header(cast.c)}
    if what == "wrong secret":
        headers |= {"authorization": headers["authorization"][:-6] + "AAAA=="}
    elif what == "no secret":
        del headers["authorization"]
    elif what == "another's id":
        headers |= basic_header(cast.m)
    elif what == "two methods":
        form["client_secret"] = str(cast.c.client_secret)
    else:
        form |= {"client_assertion": "a.b.c", "client_assertion_type": "x"}
    status, error = (400, "invalid_request") if what in TWO_AT_ONCE else (401, "invalid_client")
    async with oracle.refusing(what, status={status}, counted=True) as watch:
        await world.http.post("/par", content=urlencode(form), headers=headers)
    assert watch.last.json()["error"] == error


async def test_b10_a_client_disabled_after_its_push_gets_nothing(
    world: World, oracle: Oracle, cast: Cast
) -> None:
    name = await _pushed(world, cast)
    await world.change_client(cast.c.client_id, enabled=False)
    async with oracle.refusing("disabled", status={400}, counted=True):
        await cast.alice.browser.client.get(cast.c.load_url(name))
    async with oracle.refusing("disabled", status={401}, counted=True):
        await cast.c.push(world.http)
    assert EventType.CODE_ISSUED not in await world.events(EventType.CODE_ISSUED)
