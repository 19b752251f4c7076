"""The end-session endpoint – RP-Initiated Logout 1.0 §2–3; rules 26–28 of the conformance plans; ASVS 10.6.2."""

import pytest

from idp.clients.service import remove_client
from idp.database import Done
from idp.ids import ClientId
from tests.driver import RelyingParty
from tests.endpoints.ending import BACK, assert_refused, is_signed_in, url
from tests.world import Visitor, World


async def test_a_hint_of_this_session_ends_it_and_leads_back_with_the_state(
    world: World, rp: RelyingParty, alice: Visitor, hint: str
) -> None:  # oidcc-rp-initiated-logout
    state = "s/+ &=" + "x" * 128
    page = await alice.browser.get(url(id_token_hint=hint, post_logout_redirect_uri=BACK, state=state))
    assert page.left_for is not None
    assert page.left_for.startswith(f"{BACK}?")
    assert page.answer == {"state": state}
    assert not await is_signed_in(rp, alice)


async def test_without_state_nothing_is_appended(
    world: World, alice: Visitor, hint: str
) -> None:  # oidcc-rp-initiated-logout-no-state
    page = await alice.browser.get(url(id_token_hint=hint, post_logout_redirect_uri=BACK))
    assert page.left_for == BACK


async def test_a_registered_query_is_kept(world: World) -> None:
    rp = await world.client("rp-q", post_logout_redirect_uris=("https://rp-q.example/bye?from=id",))
    visitor = await world.visitor(rp)
    hint = (await world.tokens(rp, visitor))["id_token"]
    back = "https://rp-q.example/bye?from=id"
    page = await visitor.browser.get(url(id_token_hint=hint, post_logout_redirect_uri=back, state="x"))
    assert page.left_for == f"{back}&state=x"


async def test_the_request_may_come_by_post(
    world: World, rp: RelyingParty, alice: Visitor, hint: str
) -> None:  # §2
    page = await alice.browser.post("/end_session", {"id_token_hint": hint, "post_logout_redirect_uri": BACK})
    assert page.left_for == BACK
    assert not await is_signed_in(rp, alice)


async def test_an_expired_hint_counts(
    world: World, rp: RelyingParty, alice: Visitor, hint: str
) -> None:  # §4
    world.time.move(minutes=20)
    page = await alice.browser.get(url(id_token_hint=hint, post_logout_redirect_uri=BACK))
    assert page.left_for == BACK
    assert not await is_signed_in(rp, alice)


@pytest.mark.parametrize("parameters", [{}, {"state": "x"}, {"client_id": "rp-c"}, {"ui_locales": "en"}])
async def test_without_a_hint_the_person_is_asked_first(
    world: World, rp: RelyingParty, alice: Visitor, hint: str, parameters: dict[str, str]
) -> None:  # oidcc-rp-initiated-logout-no-params, -only-state; ASVS 10.6.2
    page = await alice.browser.get(url(**parameters))
    assert page.status == 200
    assert {"page-sign-out", "sign-out-here", "sign-out-all", "cancel"} <= page.ids
    assert await is_signed_in(rp, alice), "nothing happened yet"
    page = await alice.browser.press(page, "sign-out-here")
    assert "page-signed-out" in page.ids
    assert not await is_signed_in(rp, alice)


async def test_whoever_wants_to_stay_stays(world: World, rp: RelyingParty, alice: Visitor) -> None:
    page = await alice.browser.press(await alice.browser.get("/end_session"), "cancel")
    assert "page-home" in page.ids
    assert await is_signed_in(rp, alice)


@pytest.mark.parametrize(
    "back",
    [
        "https://rp-c.example/elsewhere",
        f"{BACK}/",
        f"{BACK}?x=1",
        f"{BACK}#x",
        "https://RP-C.example/signed-out",
        "https://evil.example/",
        "//evil.example/",
        "javascript:alert(1)",
        "https://rp-c.example/callback",
    ],
)
async def test_an_address_not_registered_is_not_followed_and_nobody_is_signed_out(
    world: World, rp: RelyingParty, alice: Visitor, hint: str, back: str
) -> None:  # oidcc-rp-initiated-logout-bad-post-logout-redirect-uri, -query-added
    assert_refused(await alice.browser.get(url(id_token_hint=hint, post_logout_redirect_uri=back)))
    assert await is_signed_in(rp, alice)


async def test_an_address_of_nobody_is_refused(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:  # oidcc-rp-initiated-logout-no-id-token-hint
    await world.client("rp-off", enabled=False)
    assert_refused(await alice.browser.get(url(post_logout_redirect_uri=BACK)))
    assert_refused(await alice.browser.get(url(post_logout_redirect_uri=BACK, client_id="nobody")))
    back = "https://rp-off.example/signed-out"
    assert_refused(await alice.browser.get(url(post_logout_redirect_uri=back, client_id="rp-off")))
    assert await is_signed_in(rp, alice)


@pytest.mark.parametrize("how", ["disabled", "removed"])
async def test_people_of_a_service_that_is_served_no_more_sign_out_still(
    world: World, rp: RelyingParty, alice: Visitor, hint: str, how: str
) -> None:
    if how == "disabled":
        await world.change_client(rp.client_id, enabled=False)
    else:
        client_id = ClientId(rp.client_id)
        await world.write(
            lambda tx: Done(remove_client(tx, client_id, actor="test", occasion=world.occasion))
        )
    page = await alice.browser.get(url(id_token_hint=hint, post_logout_redirect_uri=BACK, state="x"))
    assert (page.status, page.left_for) == (200, None), page.response.text
    assert "page-signed-out" in page.ids
    assert "rp-c.example" not in page.links.get("back", ""), "nobody is led there"
    other = await world.client("rp-other")
    assert not await is_signed_in(other, alice)


async def test_with_a_client_id_alone_the_address_is_a_link_after_asking(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:  # §3: without a hint no redirect; oidcc-rp-initiated-logout-no-id-token-hint
    request = url(post_logout_redirect_uri=BACK, client_id="rp-c", state="a&b")
    page = await alice.browser.get(request)
    assert "sign-out-here" in page.ids
    assert "relying-party" not in page.ids, "anybody may name a client_id"
    assert await is_signed_in(rp, alice)
    page = await alice.browser.press(page, "sign-out-here")
    assert (page.status, page.left_for) == (200, None)
    assert "page-signed-out" in page.ids
    assert page.links["back"] == f"{BACK}?state=a%26b"
    assert not await is_signed_in(rp, alice)
    page = await alice.browser.get(request)
    assert (page.left_for, page.links["back"]) == (None, f"{BACK}?state=a%26b")


async def test_an_address_not_registered_is_not_even_a_link(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:
    for back in ("https://evil.example/", f"{BACK}?x=1", "javascript:alert(1)"):
        assert_refused(await alice.browser.get(url(post_logout_redirect_uri=back, client_id="rp-c")))


async def test_a_foreign_form_carries_no_address(world: World, rp: RelyingParty, alice: Visitor) -> None:
    page = await alice.browser.get(url(post_logout_redirect_uri=BACK, client_id="rp-c"))
    mine = page.form("sign-out-here")["fields"]["request"]
    for sealed in ("", "x", mine[:-2], mine[::-1], "é", mine + "AAAA"):
        visitor = await world.visitor(rp, f"bob-{len(sealed)}-{sealed[:1]}")
        form = (await visitor.browser.get("/end_session")).form("sign-out-here")
        answer = await visitor.browser.post(
            form["action"], {**form["fields"], "request": sealed, "where": "here"}
        )
        assert (answer.status, answer.links["back"]) == (200, "/")
        assert not await is_signed_in(rp, visitor)


async def test_an_address_taken_away_while_the_person_is_asked_is_not_followed(
    world: World, rp: RelyingParty, alice: Visitor, hint: str
) -> None:
    bob = await world.visitor(rp, "bob")
    page = await bob.browser.get(url(id_token_hint=hint, post_logout_redirect_uri=BACK))
    late = await alice.browser.get(url(client_id="rp-c", post_logout_redirect_uri=BACK))
    world.time.move(minutes=31)
    late = await alice.browser.press(late, "sign-out-here")
    assert late.links["back"] == "/"
    world.time.move(minutes=-31)
    await world.change_client("rp-c", post_logout_redirect_uris=())
    page = await bob.browser.press(page, "sign-out-here")
    assert (page.left_for, page.links["back"]) == (None, "/")


async def test_a_foreign_hint_is_refused(
    world: World, rp: RelyingParty, alice: Visitor, hint: str
) -> None:  # oidcc-rp-initiated-logout-bad-id-token-hint, -modified-id-token-hint
    header, payload, signature = hint.split(".")
    unsigned = "eyJhbGciOiJub25lIn0"
    for wrong in (
        f"{unsigned}.{payload}.",
        f"{header}.{payload}.{signature[::-1]}",
        f"{header}.{payload}.",
        "nonsense",
    ):
        assert_refused(await alice.browser.get(url(id_token_hint=wrong, post_logout_redirect_uri=BACK)))
        assert_refused(await alice.browser.get(url(id_token_hint=wrong)))
    assert await is_signed_in(rp, alice)


async def test_an_access_token_is_no_hint(world: World, rp: RelyingParty, alice: Visitor) -> None:  # RFC 8725
    access_token = (await world.tokens(rp, alice))["access_token"]
    assert_refused(await alice.browser.get(url(id_token_hint=access_token)))


async def test_a_hint_and_a_client_id_must_agree(
    world: World, rp: RelyingParty, alice: Visitor, hint: str
) -> None:  # §2
    await world.client("rp-d")
    page = await alice.browser.get(
        url(id_token_hint=hint, client_id="rp-d", post_logout_redirect_uri="https://rp-d.example/signed-out")
    )
    assert_refused(page)
    page = await alice.browser.get(url(id_token_hint=hint, client_id="rp-c", post_logout_redirect_uri=BACK))
    assert page.left_for == BACK


async def test_another_client_s_hint_opens_no_way_to_its_address(
    world: World, alice: Visitor, hint: str
) -> None:
    await world.client("rp-d")
    assert_refused(
        await alice.browser.get(
            url(id_token_hint=hint, post_logout_redirect_uri="https://rp-d.example/signed-out")
        )
    )


async def test_a_hint_of_another_session_asks_first(
    world: World, rp: RelyingParty, alice: Visitor, hint: str
) -> None:  # ASVS 10.6.2
    bob = await world.visitor(rp, "bob")
    page = await bob.browser.get(url(id_token_hint=hint, post_logout_redirect_uri=BACK, state="x"))
    assert {"sign-out-here", "relying-party"} <= page.ids
    assert (
        f"form-action 'self' {BACK.rpartition('/')[0]};" in page.response.headers["content-security-policy"]
    )
    assert await is_signed_in(rp, bob)
    assert await is_signed_in(rp, alice)
    page = await bob.browser.press(page, "sign-out-here")
    assert page.left_for == f"{BACK}?state=x", "the hint is of this client, and its person said yes"
    assert not await is_signed_in(rp, bob)
    assert await is_signed_in(rp, alice)


async def test_a_hint_of_an_earlier_session_of_the_same_person_asks_first(
    world: World, rp: RelyingParty, alice: Visitor, hint: str
) -> None:  # §2: "does not belong to the current OP session"
    await alice.browser.get(url(id_token_hint=hint))
    await world.signed_in(alice.browser, alice.person.person_id)
    page = await alice.browser.get(url(id_token_hint=hint, post_logout_redirect_uri=BACK))
    assert "sign-out-here" in page.ids
    assert await is_signed_in(rp, alice)


async def test_a_hint_signed_by_a_key_that_has_been_replaced_counts(
    world: World, rp: RelyingParty, alice: Visitor, hint: str
) -> None:
    world.time.move(minutes=1)
    await world.add_keys()
    assert len((await world.http.get("/jwks")).json()["keys"]) == 2
    page = await alice.browser.get(url(id_token_hint=hint, post_logout_redirect_uri=BACK))
    assert page.left_for == BACK
    assert not await is_signed_in(rp, alice)


async def test_a_logout_hint_changes_nothing(
    world: World, rp: RelyingParty, alice: Visitor, hint: str
) -> None:  # §2: left to our discretion
    page = await alice.browser.get(url(logout_hint="bob", client_id="rp-c"))
    assert "sign-out-here" in page.ids
    page = await alice.browser.get(url(id_token_hint=hint, logout_hint="bob", post_logout_redirect_uri=BACK))
    assert page.left_for == BACK


async def test_ui_locales_chooses_the_language_of_asking_and_of_what_follows(
    world: World, rp: RelyingParty, alice: Visitor, hint: str
) -> None:  # §2
    page = await alice.browser.get(url(ui_locales="fr en-GB"))
    assert 'lang="en"' in page.response.text
    page = await alice.browser.press(page, "sign-out-here")
    assert "Signed out" in page.title
    bob = await world.visitor(rp, "bob")
    hint = (await world.tokens(rp, bob))["id_token"]
    page = await bob.browser.get(url(id_token_hint=hint, ui_locales="en"))
    assert "Signed out" in page.title


async def test_a_session_idle_too_long_still_tells_its_services_and_ends_no_other(world: World) -> None:
    rp = await world.client("rp-1", backchannel_logout_uri="https://rp-1.example/backchannel")
    alice = await world.visitor(rp)
    await world.tokens(rp, alice)
    page = await alice.browser.get("/end_session")
    world.time.move(minutes=31)
    elsewhere = Visitor(person=alice.person, browser=world.browser())
    await world.signed_in(elsewhere.browser, alice.person.person_id)
    page = await alice.browser.press(page, "sign-out-all")
    assert "delivery-1" in page.ids
    assert await is_signed_in(rp, elsewhere)


async def test_a_repeated_parameter_is_refused_and_an_unknown_one_ignored(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:
    assert_refused(await alice.browser.get("/end_session?state=1&state=2"))
    assert_refused(await alice.browser.get("/end_session?state=" + "s" * 2049))
    page = await alice.browser.get("/end_session?foo=1&foo=2&logout_hint=alice")
    assert "sign-out-here" in page.ids


async def test_nobody_signed_in_is_told_so_and_led_back(world: World, hint: str) -> None:
    browser = world.browser()
    page = await browser.get("/end_session")
    assert "page-signed-out" in page.ids
    assert "Không còn phiên nào mở." in page.response.text
    page = await browser.get(url(id_token_hint=hint, post_logout_redirect_uri=BACK))
    assert page.left_for == BACK
