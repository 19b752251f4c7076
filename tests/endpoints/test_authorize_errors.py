"""Where each error of an authorization request goes – Core §3.1.2.6, RFC 6749 §4.1.2.1, RFC 9207, RFC 9700 §2.1.

Before client and redirect_uri are proved: a page. After that: the redirect_uri, with state and iss.
"""

import pytest

from idp.audit.events import EventType
from idp.protocol.facts import Profile
from tests.world import World

_Case = tuple[dict[str, str | None], str]

TO_THE_CLIENT: dict[str, _Case] = {
    "response_type missing": ({"response_type": None}, "invalid_request"),
    "response_type empty": ({"response_type": ""}, "invalid_request"),
    "response_type token": ({"response_type": "token"}, "unsupported_response_type"),
    "response_type id_token": ({"response_type": "id_token"}, "unsupported_response_type"),
    "response_type code id_token": ({"response_type": "code id_token"}, "unsupported_response_type"),
    "response_type in capitals": ({"response_type": "CODE"}, "unsupported_response_type"),
    "response_mode fragment": ({"response_mode": "fragment"}, "invalid_request"),
    "response_mode unknown": ({"response_mode": "web_message"}, "invalid_request"),
    "response_mode jwt": ({"response_mode": "query.jwt"}, "invalid_request"),
    "scope missing": ({"scope": None}, "invalid_scope"),
    "scope without openid": ({"scope": "profile"}, "invalid_scope"),
    "scope unknown": ({"scope": "openid everything"}, "invalid_scope"),
    "scope not registered": ({"scope": "openid docs.read"}, "invalid_scope"),
    "scope in capitals": ({"scope": "OPENID"}, "invalid_scope"),
    "code_challenge missing": ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
    "code_challenge_method missing": ({"code_challenge_method": None}, "invalid_request"),
    "code_challenge_method plain": ({"code_challenge_method": "plain"}, "invalid_request"),
    "code_challenge of 42": ({"code_challenge": "a" * 42}, "invalid_request"),
    "code_challenge of 44": ({"code_challenge": "a" * 44}, "invalid_request"),
    "prompt unknown": ({"prompt": "often"}, "invalid_request"),
    "prompt none with another": ({"prompt": "none login"}, "invalid_request"),
    "max_age not a number": ({"max_age": "soon"}, "invalid_request"),
    "max_age negative": ({"max_age": "-1"}, "invalid_request"),
    "max_age in Arabic digits": ({"max_age": "١"}, "invalid_request"),
    "claims not JSON": ({"claims": "{"}, "invalid_request"),
    "claims a list": ({"claims": "[]"}, "invalid_request"),
    "claims too long": ({"claims": '{"a":"' + "b" * 4096 + '"}'}, "invalid_request"),
    "resource unknown": ({"resource": "https://elsewhere.example/"}, "invalid_target"),
    "request": ({"request": "eyJhbGciOiJub25lIn0.e30."}, "invalid_request_object"),
    "request_uri": ({"request_uri": "urn:example:1"}, "invalid_request_uri"),
    "request and request_uri": (
        {"request": "e30.e30.e30", "request_uri": "urn:example:1"},
        "invalid_request",
    ),
    "registration": ({"registration": "{}"}, "registration_not_supported"),
    "id_token_hint not ours": ({"id_token_hint": "eyJhbGciOiJub25lIn0.e30."}, "invalid_request"),
    "state too long": ({"state": "s" * 2049}, "invalid_request"),
    "nonce too long": ({"nonce": "n" * 1025}, "invalid_request"),
    "login_hint too long": ({"login_hint": "l" * 257}, "invalid_request"),
}

TO_A_PAGE: dict[str, _Case] = {
    "client_id missing": ({"client_id": None}, "invalid_request"),
    "client_id unknown": ({"client_id": "nobody"}, "unauthorized_client"),
    "client_id in capitals": ({"client_id": "RP-C"}, "unauthorized_client"),
    "redirect_uri missing": ({"redirect_uri": None}, "invalid_request"),
    "redirect_uri empty": ({"redirect_uri": ""}, "invalid_request"),
    "redirect_uri of another": ({"redirect_uri": "https://rp-d.example/callback"}, "invalid_request"),
}


@pytest.mark.parametrize("name", TO_THE_CLIENT)
async def test_an_error_after_trust_goes_to_the_redirect_uri_with_state_and_iss(
    world: World, name: str
) -> None:  # §4.1.2.1
    changes, error = TO_THE_CLIENT[name]
    rp = await world.client()
    response = await world.http.get(rp.authorize_url(**changes))
    page = await world.browser()._follow(response)
    assert response.status_code == 303
    assert page.left_for is not None
    assert page.left_for.startswith(f"{rp.redirect_uri}?")
    assert page.answer.pop("error") == error
    assert set(page.answer) == {"error", "error_description", "state", "iss"}
    assert page.answer["iss"] == world.issuer  # RFC 9207 §2
    assert page.answer["state"] == (changes.get("state") or rp.state)


@pytest.mark.parametrize("name", TO_A_PAGE)
async def test_an_error_before_trust_stays_with_us(world: World, name: str) -> None:  # RFC 9700 §2.1
    changes, error = TO_A_PAGE[name]
    rp = await world.client()
    await world.client("rp-d")
    page = await world.browser().get(rp.authorize_url(**changes))
    assert page.left_for is None
    assert (page.status, page.case, page.error) == (400, "untrusted-client", error)


async def test_a_disabled_client_gets_a_page_and_nobody_is_sent_to_it(world: World) -> None:
    rp = await world.client()
    await world.change_client("rp-c", enabled=False)
    page = await world.browser().get(rp.authorize_url())
    assert (page.status, page.error, page.left_for) == (400, "unauthorized_client", None)


async def test_a_client_without_the_code_grant_is_refused_at_its_redirect_uri(world: World) -> None:
    rp = await world.client(unchecked=True, grant_types=("refresh_token",), response_types=())
    page = await world.browser().get(rp.authorize_url())
    assert page.answer["error"] == "unauthorized_client"


async def test_a_repeated_parameter_is_refused_and_a_repeated_redirect_uri_stays_with_us(
    world: World,
) -> None:  # RFC 6749 §3.1
    rp = await world.client()
    page = await world.browser().get(f"{rp.authorize_url()}&scope=openid")
    assert page.answer["error"] == "invalid_request"
    page = await world.browser().get(f"{rp.authorize_url()}&redirect_uri=https://rp-c.example/callback")
    assert (page.status, page.left_for) == (400, None)


async def test_an_unknown_parameter_is_ignored_even_twice(world: World) -> None:  # RFC 6749 §3.1
    rp = await world.client()
    page = await world.browser().get(f"{rp.authorize_url()}&foo=1&foo=2&utm_source=x")
    assert "page-sign-in" in page.ids


async def test_pkce_may_be_left_out_only_by_a_confidential_client_of_the_oidc_profile(
    world: World,
) -> None:  # RFC 9700 §2.1.1
    without: dict[str, str | None] = {"code_challenge": None, "code_challenge_method": None}
    baseline = await world.client("rp-o", profile=Profile.OIDC)
    assert "page-sign-in" in (await world.browser().get(baseline.authorize_url(**without))).ids
    public = await world.client("rp-p", secret=False, profile=Profile.OIDC)
    page = await world.browser().get(public.authorize_url(**without))
    assert page.answer["error"] == "invalid_request"


async def test_an_error_text_never_echoes_what_was_sent(world: World) -> None:
    rp = await world.client()
    for name in ("response_type", "scope", "prompt", "max_age", "claims", "resource", "code_challenge"):
        page = await world.browser().get(rp.authorize_url(**{name: "zxcvb-echo"}))
        assert "zxcvb-echo" not in page.answer["error_description"], name
    page = await world.browser().get(rp.authorize_url(client_id="zxcvb-echo"))
    shown = page.response.text.split("<main", 1)[1].split("</main", 1)[0]
    assert "zxcvb-echo" not in shown


async def test_a_refused_request_leaves_no_event_of_a_person_but_is_counted(world: World) -> None:
    rp = await world.client()
    arranged = await world.events()
    await world.browser().get(rp.authorize_url(client_id="nobody"))
    await world.browser().get(rp.authorize_url(scope="nothing"))
    assert await world.events() == arranged
    counted = world.provider.summaries.take(world.provider.clock, all_minutes=True)
    assert {event.type for event in counted} == {EventType.SUMMARY}
    assert sorted(str(event.payload["what"]) for event in counted) == [
        "/authorize invalid_scope",
        "/authorize unauthorized_client",
    ]


async def test_the_error_page_gives_a_reference_that_the_log_knows(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    page = await world.browser().get("/authorize?client_id=nobody&redirect_uri=https://x.example/")
    references = {str(getattr(record, "hpid", {}).get("txn", "")) for record in caplog.records} - {""}
    assert len(references) == 1
    assert references.pop() in page.response.text
