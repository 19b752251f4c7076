"""What an authorization request may carry, and what becomes of it – Core §3.1.2.1, §5.5, RFC 8252."""

import json
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from tests.world import PERSONAL, World


async def test_a_request_by_post_is_served_like_one_by_get(world: World) -> None:  # §3.1.2.1
    rp = await world.client()
    visitor = await world.visitor(rp)
    page = await visitor.browser.post("/authorize", rp.parameters(), **{"sec-fetch-site": "cross-site"})
    assert "code" in page.answer
    page = await world.browser().post("/authorize", rp.parameters())
    assert "page-sign-in" in page.ids


async def test_a_post_that_left_its_cookies_behind_finds_the_session_all_the_same(world: World) -> None:
    """An older browser does not say that another site's form sends it (SameSite=Lax; §3.1.2.1)."""
    rp = await world.client()
    visitor = await world.visitor(rp)
    posted = await world.http.post("/authorize", data=rp.parameters(prompt="none"))
    for cookie in posted.cookies.jar:
        visitor.browser.client.cookies.jar.set_cookie(cookie)
    page = await visitor.browser.get(posted.headers["location"])
    assert "code" in page.answer
    stranger = world.browser()
    posted = await stranger.client.post("/authorize", data=rp.parameters(prompt="none"))
    page = await stranger._follow(posted)
    assert page.answer["error"] == "login_required"


async def test_a_post_takes_its_parameters_from_the_body_alone(world: World) -> None:
    rp = await world.client()
    page = await world.browser().post(f"/authorize?{urlencode(rp.parameters())}", {})
    assert (page.status, page.left_for) == (400, None)
    response = await world.http.post("/authorize", json=rp.parameters())
    assert response.status_code == 415


@pytest.mark.parametrize(
    "state",
    [
        "s" * 128,
        "S" * 384,
        "a b+c%20d",
        "&=?#/%",
        "\"'<>\\",
        "hải phòng – đỏ",
        "~" * 200,
        "\t",
        " ",
        "line\r\nbreak",
        "=" * 128,
    ],
)
async def test_state_comes_back_as_it_was_sent(world: World, state: str) -> None:  # RFC 6749 §4.1.2
    rp = await world.client()
    visitor = await world.visitor(rp)
    page = await visitor.browser.get(rp.authorize_url(state=state))
    assert page.answer["state"] == state
    page = await visitor.browser.get(rp.authorize_url(state=state, scope="nothing"))
    assert page.answer["state"] == state
    browser = world.browser()
    page = await browser.press(await browser.get(rp.authorize_url(state=state)), "cancel")
    assert page.answer["state"] == state


async def test_without_state_none_comes_back(world: World) -> None:
    rp = await world.client()
    visitor = await world.visitor(rp)
    page = await visitor.browser.get(rp.authorize_url(state=None))
    assert set(page.answer) == {"code", "iss"}


async def test_a_registered_query_is_kept_and_ours_is_appended(world: World) -> None:  # RFC 6749 §3.1.2
    registered = "https://rp-q.example/callback?tenant=hp&x=%2F"
    rp = await world.client("rp-q", redirect_uris=(registered,))
    visitor = await world.visitor(rp)
    page = await visitor.browser.get(rp.authorize_url())
    assert page.left_for is not None
    assert page.left_for.startswith(f"{registered}&code=")
    page = await visitor.browser.get(rp.authorize_url(scope="nothing"))
    assert page.left_for is not None
    assert page.left_for.startswith(f"{registered}&error=invalid_scope")


@pytest.mark.parametrize("max_age", [2**31 - 1, 2**63 - 1])
async def test_a_max_age_of_any_length_is_a_wish_for_auth_time(world: World, max_age: int) -> None:
    rp = await world.client()  # Core §2, §3.1.2.1
    visitor = await world.visitor(rp)
    code = (await visitor.browser.get(rp.authorize_url(prompt="none", max_age=str(max_age)))).answer["code"]
    assert (await rp.claims_of(world.http, code))["auth_time"] == int(world.time().timestamp())


async def test_iss_is_in_every_answer_and_exact(world: World) -> None:  # RFC 9207 §2
    rp = await world.client()
    visitor = await world.visitor(rp)
    for url in (
        rp.authorize_url(),
        rp.authorize_url(scope="x"),
        rp.authorize_url(prompt="none", max_age="0"),
    ):
        page = await visitor.browser.get(url)
        assert page.left_for is not None
        given = [value for name, value in parse_qsl(urlsplit(page.left_for).query) if name == "iss"]
        assert given == ["http://localhost:8000"]


async def test_a_native_app_s_loopback_address_may_have_any_port(world: World) -> None:  # RFC 8252 §7.3
    rp = await world.client(
        "app", secret=False, application_type="native", redirect_uris=("http://127.0.0.1/callback",)
    )
    visitor = await world.visitor(rp)
    page = await visitor.browser.get(rp.authorize_url(redirect_uri="http://127.0.0.1:51000/callback"))
    assert page.left_for is not None
    assert page.left_for.startswith("http://127.0.0.1:51000/callback?code=")
    answer = await rp.redeem(world.http, page.answer["code"], redirect_uri="http://127.0.0.1:51000/callback")
    assert answer.status_code == 200


async def test_login_hint_is_never_shown_nor_used(world: World) -> None:
    rp = await world.client()
    for hint in ("zxcvb-somebody", '"><script>alert("zxcvb")</script>', "zxcvb 031190000011"):
        browser = world.browser()
        page = await browser.get(rp.authorize_url(login_hint=hint))
        password = await browser.get(f"/sign-in/password?i={page.interaction}")
        assert "zxcvb" not in page.response.text + password.response.text
        assert password.form("submit")["fields"]["username"] == ""


@pytest.mark.parametrize(
    ("ui_locales", "lang"),
    [
        ("en", "en"),
        ("en-GB fr", "en"),
        ("fr en", "en"),
        ("vi-VN", "vi"),
        ("fr de", "vi"),
        ("<script>", "vi"),
        ("e" * 128, "vi"),
    ],
)
async def test_ui_locales_chooses_the_language_of_the_whole_interaction(
    world: World, ui_locales: str, lang: str
) -> None:  # §3.1.2.1
    rp = await world.client()
    browser = world.browser()
    page = await browser.get(rp.authorize_url(ui_locales=ui_locales))
    assert f'<html lang="{lang}"' in page.response.text
    page = await browser.get(f"/sign-in/password?i={page.interaction}")
    assert f'<html lang="{lang}"' in page.response.text
    assert "<script>" not in page.response.text


async def test_the_person_s_own_switch_wins_over_ui_locales_once_made(world: World) -> None:
    rp = await world.client()
    browser = world.browser()
    page = await browser.get(rp.authorize_url(ui_locales="en"))
    page = await browser.press(page, "lang-vi")
    assert page.interaction
    assert '<html lang="vi"' in page.response.text


async def test_single_claims_are_answered_at_userinfo_and_not_in_the_id_token(
    world: World,
) -> None:  # §5.5, oidcc-claims-essential
    rp = await world.client()
    visitor = await world.visitor(rp)
    wanted = json.dumps({"userinfo": {"name": {"essential": True}, "email": None, "nickname": None}})
    tokens = await world.tokens(rp, visitor, scope="openid", claims=wanted)
    assert not {"name", "email"} & (await rp.verify(world.http, tokens["id_token"])).keys()
    claims = (await world.userinfo(tokens["access_token"])).json()
    assert claims.keys() == {"sub", "name", "email"}


async def test_claims_asked_for_the_id_token_are_there_alone(world: World) -> None:  # §5.5
    rp = await world.client()
    visitor = await world.visitor(rp)
    tokens = await world.tokens(rp, visitor, scope="openid", claims='{"id_token":{"birthdate":null}}')
    assert (await rp.verify(world.http, tokens["id_token"]))["birthdate"] == "1984-03-14"
    assert (await world.userinfo(tokens["access_token"])).json().keys() == {"sub"}


async def test_scopes_are_answered_at_userinfo_with_the_right_types(world: World) -> None:  # §5.1, §5.4
    rp = await world.client(**PERSONAL)
    visitor = await world.visitor(rp)
    tokens = await world.tokens(rp, visitor, scope="openid profile email phone address")
    id_token = await rp.verify(world.http, tokens["id_token"])
    assert not {"name", "email", "phone_number", "address"} & id_token.keys()
    claims = (await world.userinfo(tokens["access_token"])).json()
    assert isinstance(claims["address"], dict)
    assert isinstance(claims["updated_at"], int)
    assert claims["email_verified"] is False
    assert claims["phone_number_verified"] is False


@pytest.mark.parametrize(
    "claims",
    [
        '{"userinfo":{"docs_read":null}}',
        '{"userinfo":{"sub":null},"id_token":{"aud":{"value":"x"},"iss":{"value":"y"},"exp":{"value":9}}}',
        '{"verified_claims":{}}',
        "{}",
        '{"userinfo":null,"id_token":null}',
    ],
)
async def test_claims_we_do_not_know_are_ignored(world: World, claims: str) -> None:  # §5.5
    rp = await world.client()
    visitor = await world.visitor(rp)
    tokens = await world.tokens(rp, visitor, scope="openid", claims=claims)
    id_token = await rp.verify(world.http, tokens["id_token"])
    assert id_token["aud"] == rp.client_id
    assert id_token["iss"] == world.issuer


async def test_a_claim_whose_scope_the_client_does_not_have_is_left_out(world: World) -> None:
    rp = await world.client("rp-few", scopes=frozenset({"openid", "profile"}))
    visitor = await world.visitor(rp)
    tokens = await world.tokens(rp, visitor, claims='{"userinfo":{"vn_id_number":null,"phone_number":null}}')
    assert not {"vn_id_number", "phone_number"} & (await world.userinfo(tokens["access_token"])).json().keys()


@pytest.mark.parametrize("seconds", [0, 299, 301, 86_400])
async def test_an_id_token_hint_of_the_person_here_is_silent_even_expired(
    world: World, seconds: int
) -> None:  # §3.1.2.1
    rp = await world.client()
    visitor = await world.visitor(rp)
    tokens = await world.tokens(rp, visitor)
    world.time.move(seconds=seconds)
    await world.signed_in(visitor.browser, visitor.person.person_id)
    page = await visitor.browser.get(rp.authorize_url(prompt="none", id_token_hint=tokens["id_token"]))
    again = await rp.redeem(world.http, page.answer["code"])
    subs = [(await rp.verify(world.http, given["id_token"]))["sub"] for given in (tokens, again.json())]
    assert subs[0] == subs[1]


async def test_an_id_token_hint_of_somebody_else_never_gives_a_code(world: World) -> None:  # §3.1.2.1
    rp = await world.client()
    alice, bob = await world.visitor(rp), await world.visitor(rp, "bob")
    hint = (await world.tokens(rp, alice))["id_token"]
    page = await bob.browser.get(rp.authorize_url(prompt="none", id_token_hint=hint))
    assert page.answer["error"] == "login_required"
    page = await bob.browser.get(rp.authorize_url(id_token_hint=hint))
    assert "page-sign-in" in page.ids
    page = await bob.browser.get(f"/authorize/resume?i={page.interaction}")
    assert "page-sign-in" in page.ids


async def test_an_id_token_hint_of_another_client_is_refused(world: World) -> None:
    rp, other = await world.client(), await world.client("rp-d")
    alice = await world.visitor(rp)
    await world.agree(alice.person.person_id, other)
    hint = (await world.tokens(rp, alice))["id_token"]
    page = await alice.browser.get(other.authorize_url(prompt="none", id_token_hint=hint))
    assert page.answer["error"] == "invalid_request"


async def test_a_sub_asked_for_by_claims_must_be_the_person_here(world: World) -> None:  # §5.5.1
    rp = await world.client()
    alice, bob = await world.visitor(rp), await world.visitor(rp, "bob")
    sub = (await rp.verify(world.http, (await world.tokens(rp, alice))["id_token"]))["sub"]
    wanted = json.dumps({"id_token": {"sub": {"value": sub}}})
    assert "code" in (await alice.browser.get(rp.authorize_url(prompt="none", claims=wanted))).answer
    page = await bob.browser.get(rp.authorize_url(prompt="none", claims=wanted))
    assert page.answer["error"] == "login_required"


@pytest.mark.parametrize("sub", ["\\ud800", "\\u0000", "é", "x" * 3000, "'; DROP TABLE subjects; --"])
async def test_a_sub_that_nobody_can_have_is_nobody_s(world: World, sub: str) -> None:  # §2 sub
    rp = await world.client()
    alice = await world.visitor(rp)
    page = await alice.browser.get(
        rp.authorize_url(prompt="none", claims=f'{{"id_token":{{"sub":{{"value":"{sub}"}}}}}}')
    )
    assert page.answer["error"] in {"login_required", "invalid_request"}
