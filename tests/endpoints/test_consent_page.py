"""Told or asked: the notice and consent page – PAGES §3.1.7, Core §3.1.2.4, Law 91/2025; SECURITY A08."""

import pytest
from httpx import Cookies

from idp.audit.events import EventType
from idp.people.model import PersonProfile
from idp.protocol.scopes import LegalBasis
from tests import make
from tests.driver import Browser, Page, RelyingParty
from tests.world import PERSONAL, World


@pytest.fixture
async def browser(world: World) -> Browser:
    """Of somebody signed in who knows no service yet."""
    person = await world.person()
    browser = world.browser()
    await world.signed_in(browser, person.person_id)
    return browser


async def tokens_after(world: World, rp: RelyingParty, page: Page) -> dict[str, str]:
    response = await rp.redeem(world.http, page.answer["code"])
    assert response.status_code == 200, response.text
    return dict(response.json())


async def test_a_public_task_is_told_once_and_then_silent(
    world: World, rp: RelyingParty, browser: Browser
) -> None:
    page = await browser.get(rp.authorize_url())
    assert {"page-consent", "claims-public-task", "allow", "deny", "not-shared"} <= page.ids
    assert page.checkboxes == []
    assert "Nguyễn Thị Hương" in page.response.text
    page = await browser.press(page, "allow")
    assert "code" in page.answer
    assert "code" in (await browser.get(rp.authorize_url())).answer
    assert await world.events(EventType.CONSENT_RECORDED) == [EventType.CONSENT_RECORDED]


async def test_what_needs_consent_is_asked_unticked_and_only_ticked_things_go(
    world: World, rp: RelyingParty, browser: Browser
) -> None:
    page = await browser.get(rp.authorize_url(scope="openid profile email phone"))
    assert page.checkboxes == ["email", "phone"]
    assert "checked" not in page.response.text
    page = await browser.press(page, "allow", extra=[("scope", "phone")])
    tokens = await tokens_after(world, rp, page)
    assert tokens["scope"] == "openid phone profile"
    claims = (await world.userinfo(tokens["access_token"])).json()
    assert "phone_number" in claims
    assert "email" not in claims


async def test_what_was_declined_is_not_asked_at_every_sign_in(
    world: World, rp: RelyingParty, browser: Browser
) -> None:
    page = await browser.get(rp.authorize_url(scope="openid profile email"))
    await browser.press(page, "allow")
    page = await browser.get(rp.authorize_url(scope="openid profile email"))
    assert (await tokens_after(world, rp, page))["scope"] == "openid profile"
    world.time.move(seconds=1)
    page = await browser.get(rp.authorize_url(scope="openid profile email", prompt="consent"))
    assert page.checkboxes == ["email"]


async def test_something_new_is_asked_on_its_own(world: World, rp: RelyingParty, browser: Browser) -> None:
    await browser.press(await browser.get(rp.authorize_url()), "allow")
    page = await browser.get(rp.authorize_url(scope="openid profile email"))
    assert page.checkboxes == ["email"]
    assert "claims-public-task" not in page.ids


async def test_the_values_shown_are_masked_and_the_number_never_whole(
    world: World,
) -> None:  # PAGES "never on any page"
    rp = await world.client("rp-p", **PERSONAL)
    person = await world.person(
        "bich", profile=PersonProfile(full_name="Trần Bích", personal_id="031190000011", phone="+84539900001")
    )
    browser = world.browser()
    await world.signed_in(browser, person.person_id)
    page = await browser.get(rp.authorize_url(scope="openid profile phone vn.id_number"))
    assert {"claim-profile", "claim-phone"} & page.ids or "claims-consent" in page.ids
    assert "031190000011" not in page.response.text
    assert "+84539900001" not in page.response.text
    assert person.person_id not in page.response.text


async def test_what_people_have_added_of_their_own_is_shown_where_they_have(
    world: World, rp: RelyingParty, browser: Browser
) -> None:
    plain = await browser.get(rp.authorize_url())
    assert not {"claim-nickname", "claim-picture", "claim-website"} & plain.ids
    assert "ảnh" in plain.response.text, "what is not sent is said"
    person = await world.person("hoa", profile=make.full_profile(personal_id="", phone="", email=""))
    other = world.browser()
    await world.signed_in(other, person.person_id)
    page = await other.get(rp.authorize_url())
    shown = {
        "claim-nickname",
        "claim-preferred-username",
        "claim-profile-page",
        "claim-picture",
        "claim-website",
    }
    assert shown <= page.ids
    assert "https://huong.example/me.png" in page.response.text
    assert "ảnh" not in page.response.text


async def test_a_client_s_own_legal_basis_turns_a_question_into_a_notice(
    world: World, browser: Browser
) -> None:
    rp = await world.client("rp-law", legal_basis={"email": LegalBasis.PUBLIC_TASK})
    page = await browser.get(rp.authorize_url(scope="openid email"))
    assert page.checkboxes == []
    page = await browser.press(page, "allow")
    assert (await tokens_after(world, rp, page))["scope"] == "email openid"


async def test_whoever_says_no_goes_back_and_nothing_is_granted(
    world: World, rp: RelyingParty, browser: Browser
) -> None:  # Core §3.1.2.6, fapi2 user-rejects-authentication
    page = await browser.get(rp.authorize_url(scope="openid profile email"))
    page = await browser.press(page, "deny", extra=[("scope", "email")])
    assert page.answer["error"] == "access_denied"
    assert (page.answer["state"], page.answer["iss"]) == (rp.state, world.issuer)
    assert await world.events(EventType.CONSENT_RECORDED, EventType.CODE_ISSUED) == []
    assert "page-consent" in (await browser.get(rp.authorize_url())).ids


@pytest.mark.parametrize("first", ["allow", "deny"])
async def test_a_yes_and_a_no_sent_at_once_are_one_answer_to_the_service(
    world: World, rp: RelyingParty, browser: Browser, first: str
) -> None:  # SECURITY R16
    page = await browser.get(rp.authorize_url(scope="openid profile"))
    tab = world.browser()
    tab.client.cookies = Cookies(browser.client.cookies)  # as they were when both tabs sent theirs
    answered = await browser.press(page, first)
    assert ("code" in answered.answer) is (first == "allow")
    late = await tab.press(page, "deny")
    if first == "deny":
        assert late.left_for == answered.left_for, "the same no is the same answer"
    else:
        assert (late.left_for, late.status, late.case) == (None, 409, "two-tabs")
    refused = await world.events(EventType.CONSENT_REFUSED)
    assert len(refused) == (first == "deny"), "what was not counted is not recorded"


@pytest.mark.parametrize(
    "extra",
    [
        [("scope", "vn.id_number")],
        [("scope", "phone")],
        [("scope", "openid")],
        [("scope", "profile")],
        [("scope", "")],
        [("scope", "docs.share")],
        [("scope", "email"), ("scope", "address")],
        [("scope", "x" * 3000)],
    ],
)
async def test_what_was_not_offered_can_t_be_ticked(
    world: World, rp: RelyingParty, browser: Browser, extra: list[tuple[str, str]]
) -> None:  # SECURITY A08
    page = await browser.get(rp.authorize_url(scope="openid profile email"))
    page = await browser.press(page, "allow", extra=extra)
    assert page.status == 400
    assert await world.events(EventType.CONSENT_RECORDED, EventType.CODE_ISSUED) == []


async def test_an_answer_to_other_words_shows_the_page_again(
    world: World, rp: RelyingParty, browser: Browser
) -> None:
    page = await browser.get(rp.authorize_url())
    again = await browser.press(page, "allow", shown="0" * 64)
    assert "page-consent" in again.ids
    await world.change_client("rp-c", purpose="một việc khác", law="Nghị định khác")
    again = await browser.press(page, "allow")
    assert "page-consent" in again.ids
    assert "Nghị định khác" in again.response.text
    assert await world.events(EventType.CONSENT_RECORDED) == []
    assert "code" in (await browser.press(again, "allow")).answer


async def test_the_language_of_the_words_is_part_of_what_was_shown(
    world: World, rp: RelyingParty, browser: Browser
) -> None:
    page = await browser.get(rp.authorize_url())
    english = await browser.press(page, "lang-en")
    assert '<html lang="en"' in english.response.text
    again = await browser.press(page, "allow")  # the tab still in Vietnamese
    assert "page-consent" in again.ids
    assert "code" in (await browser.press(again, "allow")).answer


@pytest.mark.parametrize("decision", ["", "yes", "ALLOW"])
async def test_an_answer_that_is_none_is_refused(
    world: World, rp: RelyingParty, browser: Browser, decision: str
) -> None:
    page = await browser.get(rp.authorize_url())
    fields = page.form("allow")["fields"]
    page = await browser.post(f"/consent?i={page.interaction}", {**fields, "decision": decision})
    assert page.status == 400


async def test_looking_at_the_page_answers_nothing(
    world: World, rp: RelyingParty, browser: Browser
) -> None:  # SECURITY A08: consent by GET
    page = await browser.get(rp.authorize_url())
    shown = page.form("allow")["fields"]["shown"]
    page = await browser.get(f"/consent?i={page.interaction}&decision=allow&shown={shown}")
    assert "page-consent" in page.ids
    assert await world.events(EventType.CONSENT_RECORDED) == []


async def test_an_answer_counts_only_while_the_person_who_gave_it_is_signed_in(
    world: World, rp: RelyingParty, browser: Browser
) -> None:
    page = await browser.get(rp.authorize_url())
    bob = await world.person("bob")
    held = dict(browser.client.cookies)
    await world.signed_in(browser, bob.person_id)
    page = await browser.press(page, "allow")
    assert "page-consent" in page.ids or "code" in page.answer
    assert held
    browser.client.cookies.delete("hpid-session")
    page = await browser.get(rp.authorize_url())
    assert "page-sign-in" in page.ids


async def test_the_consent_page_without_a_session_leads_to_sign_in(world: World, rp: RelyingParty) -> None:
    browser = world.browser()
    page = await browser.get(rp.authorize_url())
    assert "page-sign-in" in (await browser.get(f"/consent?i={page.interaction}")).ids


async def test_the_form_may_lead_to_the_service_and_nowhere_else(
    world: World, rp: RelyingParty, browser: Browser
) -> None:  # DESIGN 5.13
    page = await browser.get(rp.authorize_url())
    policy = page.response.headers["content-security-policy"]
    assert "form-action 'self' https://rp-c.example;" in policy
    assert "frame-ancestors 'none'" in policy


async def test_the_form_may_lead_on_to_where_the_service_lives(world: World, browser: Browser) -> None:
    """Browsers check form-action along redirects, those of a callback too: its registered origins are let through."""
    rp = await world.client(
        "rp-w",
        redirect_uris=("https://login.rp-w.example/cb", "https://rp-w.example/cb"),
        client_uri="https://www.rp-w.example/start",
    )
    page = await browser.get(rp.authorize_url())
    policy = page.response.headers["content-security-policy"]
    login, own, www = "https://login.rp-w.example", "https://rp-w.example", "https://www.rp-w.example"
    assert f"form-action 'self' {login} {www} {own};" in policy


async def test_offline_access_is_asked_and_may_be_declined(
    world: World, rp: RelyingParty, browser: Browser
) -> None:  # Core §11
    page = await browser.get(rp.authorize_url(scope="openid offline_access"))
    assert page.checkboxes == ["offline_access"]
    page = await browser.press(page, "allow")
    tokens = await tokens_after(world, rp, page)
    assert tokens["scope"] == "openid"
    await browser.press(await browser.get("/end_session"), "sign-out-here")
    response = await rp.refresh(world.http, tokens["refresh_token"])
    assert response.json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("birthdate", "row", "value", "over_18"),
    [
        ("1984", "Từ đủ 18 tuổi trở lên", "Có. Không gửi ngày sinh", True),
        ("2009-06-01", "Từ đủ 16 tuổi trở lên", "Có. Không gửi ngày sinh", False),
        ("2020-06-01", "Từ đủ 14 tuổi trở lên", "Chưa đủ, hoặc chưa chắc chắn", False),
    ],
)
async def test_age_and_commune_go_out_and_birth_date_and_address_stay(
    world: World, birthdate: str, row: str, value: str, over_18: bool
) -> None:
    asked = (
        [] if birthdate == "2020-06-01" else ["age", "residence"]
    )  # a child of six agrees to nothing alone
    told_by_law = dict.fromkeys({"age", "residence"}.difference(asked), LegalBasis.PUBLIC_TASK)
    scopes = frozenset({"openid", "age", "residence"})
    rp = await world.client("rp-age", scopes=scopes, legal_basis=told_by_law)
    profile = make.full_profile(birthdate=birthdate, personal_id="", phone="", email="")
    person = await world.person(f"age-{birthdate}", profile=profile)
    browser = world.browser()
    await world.signed_in(browser, person.person_id)
    page = await browser.get(rp.authorize_url(scope="openid age residence"))
    assert page.checkboxes == asked
    for shown in (row, value, "Phường Lê Chân", "ngày sinh", "địa chỉ"):
        assert shown in page.response.text
    page = await browser.press(page, "allow", extra=[("scope", name) for name in asked])
    tokens = await tokens_after(world, rp, page)
    told = (await world.userinfo(tokens["access_token"])).json()
    assert (told["age_over_18"], told["resident_of_commune"]) == (over_18, "11383")
    assert not {"birthdate", "address", "name"} & told.keys()


async def test_what_one_person_was_shown_another_has_not_agreed_to(
    world: World, rp: RelyingParty, browser: Browser
) -> None:  # SECURITY E07
    shown = await browser.get(rp.authorize_url(scope="openid email"))
    other = await world.person("bob")
    await world.signed_in(browser, other.person_id)  # in another tab of the same browser
    page = await browser.press(shown, "allow", extra=[("scope", "email")])
    assert "page-consent" in page.ids, "it is shown to them first"
    assert await world.events(EventType.CONSENT_RECORDED) == []
    page = await browser.press(page, "allow")
    assert "code" in page.answer
