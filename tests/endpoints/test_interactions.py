"""An interaction belongs to the browser it began in – DESIGN 5.12, SECURITY E02, A08."""

import pytest

from idp.audit.events import EventType
from tests.driver import Browser, Page, RelyingParty, interactions_of
from tests.world import PASSWORD, World

PAGES_OF_AN_INTERACTION = ("/sign-in", "/sign-in/national", "/sign-in/password", "/sign-in/otp", "/consent")


def assert_expired(page: Page) -> None:
    assert page.left_for is None
    assert (page.status, page.case) == (400, "expired")


async def signed_in_browser(world: World, username: str = "alice") -> Browser:
    person = await world.person(username)
    browser = world.browser()
    await world.signed_in(browser, person.person_id)
    return browser


async def test_an_interaction_id_opens_nothing_in_another_browser(world: World, rp: RelyingParty) -> None:
    page = await world.browser().get(rp.authorize_url())
    other = await signed_in_browser(world)
    for path in (*PAGES_OF_AN_INTERACTION, "/authorize/resume"):
        assert_expired(await other.get(f"{path}?i={page.interaction}"))
    form = (await other.get(rp.authorize_url())).form("allow")["fields"]
    for path in ("/sign-in/cancel", "/sign-in/national", "/sign-in/password", "/sign-in/otp", "/consent"):
        sent = {**form, "decision": "allow", "username": "alice", "password": PASSWORD, "otp": "123456"}
        assert_expired(await other.post(f"{path}?i={page.interaction}", sent))
    assert await world.events(EventType.CODE_ISSUED, EventType.CONSENT_RECORDED) == []


async def test_a_password_proved_in_one_browser_is_of_no_use_in_another(
    world: World, rp: RelyingParty
) -> None:
    _, citizen = await world.citizen()
    victim, thief = world.browser(), world.browser()
    page = await victim.get(rp.authorize_url())
    page = await victim.get(f"/sign-in/password?i={page.interaction}")
    page = await victim.press(page, "submit", username="alice", password=PASSWORD)
    own = await thief.get(rp.authorize_url())
    csrf = own.form("cancel")["fields"]["csrf"]
    code = citizen.code(world.time().timestamp())
    assert_expired(await thief.post(f"/sign-in/otp?i={page.interaction}", {"csrf": csrf, "otp": code}))
    sent = await thief.post(f"/sign-in/otp?i={own.interaction}", {"csrf": csrf, "otp": code})
    assert "page-sign-in" in sent.ids
    assert await world.events(EventType.SESSION_STARTED) == []


async def test_a_cookie_carried_under_another_interaction_s_name_opens_nothing(
    world: World, rp: RelyingParty
) -> None:
    browser = world.browser()
    page = await browser.get(rp.authorize_url())
    sealed = world.cookie_of(browser, f"i-{page.interaction}")
    assert sealed is not None
    other = world.browser()
    other.client.cookies.set("hpid-i-AAAAAAAAAAAA", sealed, domain="localhost.local", path="/")
    assert_expired(await other.get("/sign-in?i=AAAAAAAAAAAA"))


@pytest.mark.parametrize("change", ["cut", "flip", "empty", "foreign", "session"])
async def test_a_cookie_we_did_not_seal_opens_nothing(world: World, rp: RelyingParty, change: str) -> None:
    browser = await signed_in_browser(world)
    page = await browser.get(rp.authorize_url())
    name = f"hpid-i-{page.interaction}"
    sealed = str(browser.client.cookies.get(name))
    vault = world.provider.vault
    forged = {
        "cut": sealed[:-5],
        "flip": ("A" if sealed[20] != "A" else "B").join((sealed[:20], sealed[21:])),
        "empty": "",
        "foreign": vault.seal_compact('{"i":"x"}', purpose="administrator.setup"),
        "session": str(browser.client.cookies.get("hpid-session")),
    }[change]
    browser.client.cookies.set(name, forged, domain="localhost.local", path="/")
    assert_expired(await browser.get(f"/consent?i={page.interaction}"))


@pytest.mark.parametrize("i", ["", "x", "A" * 12, "../..", "%00", "é", "a;b=c", "A" * 5000])
async def test_an_id_that_is_none_is_a_page_and_not_a_fault(world: World, i: str) -> None:
    for path in (*PAGES_OF_AN_INTERACTION, "/authorize/resume"):
        response = await world.http.get(f"{path}?i={i}")
        assert response.status_code == 400
    response = await world.http.get("/sign-in")
    assert response.status_code == 400


async def test_it_lasts_half_an_hour(world: World, rp: RelyingParty) -> None:  # DESIGN 5.4
    browser = await signed_in_browser(world)
    page = await browser.get(rp.authorize_url())
    world.time.move(minutes=29, seconds=59)
    assert "page-consent" in (await browser.get(f"/consent?i={page.interaction}")).ids
    world.time.move(seconds=1)
    for path in (*PAGES_OF_AN_INTERACTION, "/authorize/resume"):
        assert_expired(await browser.get(f"{path}?i={page.interaction}"))
    assert_expired(await browser.press(page, "allow"))


async def test_at_most_four_are_open_and_the_oldest_is_dropped(world: World, rp: RelyingParty) -> None:
    browser = world.browser()
    opened = []
    for _ in range(6):
        opened.append((await browser.get(rp.authorize_url())).interaction)
        world.time.move(seconds=1)
    assert sorted(interactions_of(browser)) == sorted(opened[-4:])
    for interaction in opened[:2]:
        assert_expired(await browser.get(f"/sign-in?i={interaction}"))
    for interaction in opened[2:]:
        assert "page-sign-in" in (await browser.get(f"/sign-in?i={interaction}")).ids


async def test_a_broken_cookie_is_dropped_before_a_good_one(world: World, rp: RelyingParty) -> None:
    browser = world.browser()
    for _ in range(4):
        await browser.get(rp.authorize_url())
        world.time.move(seconds=1)
    browser.client.cookies.set("hpid-i-broken", "nonsense", domain="localhost.local", path="/")
    await browser.get(rp.authorize_url())
    assert "broken" not in interactions_of(browser)
    assert len(list(interactions_of(browser))) == 4


async def test_two_tabs_of_two_services_keep_their_own_request(world: World) -> None:  # SECURITY A08
    first, second = await world.client("rp-1"), await world.client("rp-2")
    browser = await signed_in_browser(world)
    tab_1 = await browser.get(first.authorize_url(scope="openid profile"))
    tab_2 = await browser.get(second.authorize_url(scope="openid email"))
    answered_2 = await browser.press(tab_2, "allow", extra=[("scope", "email")])
    answered_1 = await browser.press(tab_1, "allow")
    for rp, page, scope in ((first, answered_1, "openid profile"), (second, answered_2, "email openid")):
        assert page.left_for is not None
        assert page.left_for.startswith(rp.redirect_uri)
        assert page.answer["state"] == rp.state
        tokens = (await rp.redeem(world.http, page.answer["code"])).json()
        assert tokens["scope"] == scope


async def test_the_form_of_one_tab_sent_to_the_interaction_of_another_answers_neither(world: World) -> None:
    first, second = await world.client("rp-1"), await world.client("rp-2", purpose="việc khác")
    browser = await signed_in_browser(world)
    tab_1 = await browser.get(first.authorize_url(scope="openid profile"))
    tab_2 = await browser.get(second.authorize_url(scope="openid email"))
    fields = {**tab_1.form("allow")["fields"], "decision": "allow"}
    page = await browser.post(f"/consent?i={tab_2.interaction}", fields)
    assert "page-consent" in page.ids
    assert await world.events(EventType.CONSENT_RECORDED, EventType.CODE_ISSUED) == []


async def test_an_interaction_issues_one_code_however_often_it_is_resumed(
    world: World, rp: RelyingParty
) -> None:
    browser = await signed_in_browser(world)
    page = await browser.get(rp.authorize_url())
    name = f"hpid-i-{page.interaction}"
    kept = str(browser.client.cookies.get(name))
    done = await browser.press(page, "allow")
    assert "code" in done.answer
    assert list(interactions_of(browser)) == []
    assert_expired(await browser.get(f"/authorize/resume?i={page.interaction}"))
    browser.client.cookies.set(name, kept, domain="localhost.local", path="/")  # the other tab
    page = await browser.get(f"/authorize/resume?i={page.interaction}")
    assert page.left_for is None
    assert (page.status, page.case) == (409, "two-tabs")
    assert await world.events(EventType.CODE_ISSUED) == [EventType.CODE_ISSUED]


async def test_a_client_disabled_meanwhile_gets_nothing(world: World, rp: RelyingParty) -> None:
    browser = await signed_in_browser(world)
    page = await browser.get(rp.authorize_url())
    await world.change_client("rp-c", enabled=False)
    assert_expired(await browser.press(page, "allow"))
    assert_expired(await browser.get(f"/authorize/resume?i={page.interaction}"))
    assert await world.events(EventType.CODE_ISSUED, EventType.CONSENT_RECORDED) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uris": ("https://rp-c.example/new",)},
        {"scopes": frozenset({"openid"})},
        {
            "grant_types": ("client_credentials",),
            "response_types": (),
            "scopes": frozenset({"data.read"}),
            "audiences": ("urn:haiphong:du-lieu",),
        },
    ],
)
async def test_a_registration_changed_meanwhile_counts(
    world: World, rp: RelyingParty, changes: dict[str, object]
) -> None:
    browser = await signed_in_browser(world)
    page = await browser.get(rp.authorize_url())
    await world.change_client("rp-c", **changes)
    page = await browser.press(page, "allow")
    assert page.left_for is None or "error" in page.answer
    assert await world.events(EventType.CODE_ISSUED, EventType.CONSENT_RECORDED) == []


async def test_the_cookie_keeps_the_request_secret_and_small(world: World, rp: RelyingParty) -> None:
    browser = world.browser()
    response = await browser.client.get(rp.authorize_url(state="s" * 1024))
    cookie = response.headers["set-cookie"]
    assert len(cookie) <= 4096
    assert "ssss" not in cookie
    for attribute in ("HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=45000"):
        assert attribute in cookie


async def test_a_page_left_open_too_long_names_the_service_and_leads_back_to_it(world: World) -> None:
    home = "https://portal.example/"
    rp = await world.client("portal", name="Cổng thử", name_en="", client_uri=home)
    browser = world.browser()
    page = await browser.get(rp.authorize_url())
    world.time.move(minutes=31)
    over = await browser.press(page, "cancel")
    assert_expired(over)
    assert over.links["back"] == home
    assert "Quay lại Cổng thử" in over.response.text
    stranger = await world.browser().get(f"/sign-in?i={page.interaction}")
    assert "Cổng thử" not in stranger.response.text
    assert "Chưa có gì được gửi" not in stranger.response.text, "who knows: it may have been finished"
    assert stranger.links["home"] == "/"
    await world.change_client("portal", client_uri=None)
    assert (await browser.get(f"/sign-in?i={page.interaction}")).links["home"] == "/"
    await world.change_client("portal", enabled=False)
    assert "Cổng thử" not in (await browser.get(f"/sign-in?i={page.interaction}")).response.text


@pytest.mark.parametrize("page_of", ["/sign-in", "/sign-in/password", "/consent", "/authorize/resume"])
async def test_a_service_that_lost_a_scope_meanwhile_is_told_wherever_the_person_is(
    world: World, rp: RelyingParty, page_of: str
) -> None:  # RFC 6749 §4.1.2.1: client and redirect_uri are proved
    browser = world.browser()
    if page_of == "/consent":
        browser = await signed_in_browser(world)
    page = await browser.get(rp.authorize_url(scope="openid email"))
    await world.change_client(rp.client_id, scopes=frozenset({"openid", "profile"}))
    gone = await browser.get(f"{page_of}?i={page.interaction}")
    assert (gone.left_for or "").startswith(rp.redirect_uri), gone.response.text
    assert (gone.answer["error"], gone.answer["state"]) == ("invalid_scope", rp.state)
    assert gone.answer["iss"] == world.issuer


async def test_who_answers_for_a_scope_that_is_lost_meanwhile_comes_back_to_the_service(
    world: World, rp: RelyingParty
) -> None:
    browser = await signed_in_browser(world)
    page = await browser.get(rp.authorize_url(scope="openid email"))
    await world.change_client(rp.client_id, scopes=frozenset({"openid", "profile"}))
    pressed = await browser.press(page, "allow")
    assert pressed.left_for is not None, pressed.response.text
    assert pressed.answer["error"] == "invalid_scope"
    assert await world.events(EventType.CODE_ISSUED, EventType.CONSENT_RECORDED) == []
