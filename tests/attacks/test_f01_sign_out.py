"""F01: another site signs somebody out, or makes of our sign-out a way to its own address (ASVS 10.6.2, CWE-601)."""

import base64
from itertools import product
from typing import Any
from urllib.parse import urlencode

import pytest

from idp.edge.call import FORM
from tests.attacks.cast import Cast
from tests.attacks.oracle import Oracle
from tests.driver import RelyingParty
from tests.world import Visitor, World

BACK = "https://client-c.example/signed-out"
ELSEWHERE = (
    "https://evil.example/signed-out",
    "https://client-c.example@evil.example/signed-out",
    "https://client-c.example.evil.example/signed-out",
    f"{BACK}/../x",
    f"{BACK}?x=1",
    f"{BACK}#x",
    f"{BACK}%00",
    "//client-c.example/signed-out",
    "https:/\\evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "https://client-c.example/callback",
)


def unsigned(token: str) -> str:
    header = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    return f"{header}.{token.split('.')[1]}."


async def is_signed_in(rp: RelyingParty, visitor: Visitor) -> bool:
    return "code" in (await visitor.browser.get(rp.authorize_url(prompt="none"))).answer


async def hint_of(cast: Cast, rp: RelyingParty, visitor: Visitor) -> str:
    return str((await cast.world.tokens(rp, visitor))["id_token"])


@pytest.fixture
async def held(cast: Cast) -> dict[str, Any]:
    """What a hostile site may have: its own hint of the same session is not among it."""
    return {
        "nothing": {},
        "a client's name": {"client_id": "client-c"},
        "its own name": {"client_id": "client-m"},
        "somebody else's token": {"id_token_hint": await hint_of(cast, cast.m, cast.bob)},
        "a token without signature": {"id_token_hint": unsigned(await hint_of(cast, cast.c, cast.alice))},
        "a name to guess by": {"logout_hint": "alice"},
        "a session to guess by": {"logout_hint": "sid", "client_id": "client-c"},
    }


async def test_f01_a_link_or_form_of_another_site_asks_and_ends_nothing(
    cast: Cast, oracle: Oracle, held: dict[str, Any]
) -> None:
    for (name, given), with_cookie in product(held.items(), (True, False)):
        if name == "somebody else's token" and not with_cookie:
            continue  # that ends the session it was issued in, which is what it is for
        browser = cast.alice.browser if with_cookie else cast.world.browser()
        for method in ("GET", "POST"):
            async with oracle.refusing((name, method, with_cookie), status={200, 303, 400}) as watch:
                headers = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
                if method == "GET":
                    await browser.client.get(f"/end_session?{urlencode(given)}", headers=headers)
                else:
                    await browser.client.post(
                        "/end_session", content=urlencode(given), headers={**headers, "content-type": FORM}
                    )
            assert "evil.example" not in watch.last.headers.get("location", "")
            assert "clear-site-data" not in watch.last.headers
            assert "hpid-session" not in watch.last.headers.get("set-cookie", "")
    assert await is_signed_in(cast.c, cast.alice)
    assert await is_signed_in(cast.c, cast.bob)


async def test_f01_a_token_of_an_earlier_session_or_of_another_client_s_session_is_no_proof(
    cast: Cast, oracle: Oracle
) -> None:
    old = await hint_of(cast, cast.c, cast.alice)
    await cast.alice.browser.get(f"/end_session?id_token_hint={old}")
    await cast.world.signed_in(cast.alice.browser, cast.alice.person.person_id)
    for hint in (old, await hint_of(cast, cast.m, cast.bob)):
        async with oracle.refusing(hint, status={200}) as watch:
            await cast.alice.browser.client.get(f"/end_session?id_token_hint={hint}")
        assert "sign-out-here" in watch.last.text
    assert await is_signed_in(cast.c, cast.alice)


async def test_f01_the_question_is_answered_by_our_own_page_in_this_browser_alone(
    cast: Cast, oracle: Oracle
) -> None:
    form = (await cast.alice.browser.get("/end_session")).form("sign-out-here")
    own = {"origin": "null", "sec-fetch-site": "same-origin"}
    evil = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
    bobs = (await cast.bob.browser.get("/end_session")).form("sign-out-here")["fields"]["csrf"]
    answers: list[tuple[dict[str, str], dict[str, str]]] = [
        ({**form["fields"], "where": "all"}, evil),
        ({**form["fields"], "where": "all"}, {"sec-fetch-site": "same-site", "origin": "null"}),
        ({"where": "here"}, own),
        ({"where": "here", "csrf": bobs}, own),
        ({"where": "here", "csrf": ""}, own),
    ]
    for fields, headers in answers:
        async with oracle.refusing((fields, headers), status={403}):
            await cast.alice.browser.client.post("/end_session/confirm", data=fields, headers=headers)
    async with oracle.refusing("by address", status={405, 404}):
        await cast.alice.browser.client.get("/end_session/confirm?where=all")
    assert await is_signed_in(cast.c, cast.alice)


@pytest.mark.parametrize("hinted", [True, False], ids=["with a token", "with a client_id"])
async def test_f01_no_address_but_a_registered_one_is_followed_or_linked(
    cast: Cast, oracle: Oracle, *, hinted: bool
) -> None:
    hint = await hint_of(cast, cast.c, cast.alice)
    for address in ELSEWHERE:
        given = {"id_token_hint": hint} if hinted else {"client_id": "client-c"}
        async with oracle.refusing((address, hinted), status={400}) as watch:
            query = urlencode({**given, "post_logout_redirect_uri": address})
            await cast.alice.browser.client.get(f"/end_session?{query}")
        assert f'href="{address}"' not in watch.last.text
    assert await is_signed_in(cast.c, cast.alice)


async def test_f01_a_hostile_client_s_token_opens_no_other_client_s_address_and_names_no_other_client(
    cast: Cast, oracle: Oracle
) -> None:
    hint = await hint_of(cast, cast.m, cast.alice)
    for given in (
        {"post_logout_redirect_uri": BACK},
        {"post_logout_redirect_uri": BACK, "client_id": "client-c"},
        {"client_id": "client-c"},
    ):
        async with oracle.refusing(given, status={400}):
            query = urlencode({"id_token_hint": hint, **given})
            await cast.alice.browser.client.get(f"/end_session?{query}")
    assert await is_signed_in(cast.c, cast.alice)


async def test_f01_what_the_question_carries_opens_no_other_address_wherever_it_is_put(
    cast: Cast, oracle: Oracle
) -> None:
    """The form's sealed field, changed, cut, of another form or browser: at most a registered address comes of it."""
    url = f"/end_session?{urlencode({'client_id': 'client-c', 'post_logout_redirect_uri': BACK})}"
    sealed = (await cast.bob.browser.get(url)).form("sign-out-here")["fields"]["request"]
    for number, changed in enumerate((sealed[:-4], sealed[:40] + "A" + sealed[41:], "", "x" * 3000, sealed)):
        visitor = await cast.world.visitor(cast.c, f"guest-{number}")
        form = (await visitor.browser.get("/end_session")).form("sign-out-here")
        page = await visitor.browser.post(
            form["action"], {**form["fields"], "request": changed, "where": "here"}
        )
        assert page.left_for is None
        assert page.links["back"] in {"/", BACK}
        assert (page.links["back"] == BACK) is (changed == sealed)


async def test_f01_whoever_has_a_token_learns_of_no_other_service(cast: Cast, oracle: Oracle) -> None:
    await cast.world.change_client(
        "client-c",
        name="Phòng khám kín",
        backchannel_logout_uri="https://client-c.example/out",
        frontchannel_logout_uri="https://client-c.example/front",
    )
    await cast.world.tokens(cast.c, cast.alice)
    hint = await hint_of(cast, cast.m, cast.alice)
    for method in ("GET", "POST"):
        page = await _send(cast.world, method, {"id_token_hint": hint})
        assert "Phòng khám kín" not in page
        assert "client-c" not in page


async def _send(world: World, method: str, form: dict[str, str]) -> str:
    """What a server that follows redirects is shown, without any cookie."""
    browser = world.browser()
    page = (
        await browser.get(f"/end_session?{urlencode(form)}")
        if method == "GET"
        else await browser.post("/end_session", form)
    )
    return page.response.text
