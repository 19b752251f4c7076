"""B17: to act for whom one may not, by what one sends, by what one still holds, and in the moment a power ends.

A mother with a company and a child; Bob, a stranger with a company of his own. Each attempt ends without a word of
whom one may not act for in any token.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from idp.audit.events import EventType
from idp.database import Done
from idp.ids import MandateId
from idp.life_events.model import Ground
from idp.life_events.service.standing import open_ground
from idp.mandates import service as mandates
from idp.mandates.service.contests import contest
from idp.organisations.model import OrganisationScheme, OrganisationStatus
from idp.organisations.service.status import change_status
from idp.people.model import Person
from idp.transaction import Tx
from tests.driver import Browser
from tests.endpoints import test_contexts as contexts
from tests.endpoints.test_contexts import Family, choose, claims, tokens_for
from tests.mandates.samples import make_appointment, make_mandate
from tests.organisations.samples import make_agency
from tests.scim.hr import AGENCIES, HrSystem
from tests.scim.test_leaver import at_work
from tests.world import World

BOBS_NUMBER = "0200000015"
SCOPE = "openid profile mandate"
family = contexts.family


@dataclass(frozen=True, kw_only=True)
class Bob:
    """The stranger, signed in, and his power over his company."""

    person: Person
    browser: Browser
    mandate_id: str


@pytest.fixture
async def bob(world: World, family: Family) -> Bob:
    person = await world.person("bob")
    company = contexts._organisation(world, BOBS_NUMBER, "Công ty của Bob", OrganisationScheme.TAX_CODE)

    def arrange(tx: Tx) -> Done[str]:
        tx.organisations.add(company)
        mandates.replace_representatives(
            tx, company.organisation_id, (person.person_id,), actor="test", occasion=world.occasion
        )
        return Done(tx.mandates.of_delegate(person.person_id, since=world.time())[0].mandate_id)

    mandate_id = await world.write(arrange)
    browser = world.browser()
    await world.signed_in(browser, person.person_id)
    await world.agree(person.person_id, family.rp)
    return Bob(person=person, browser=browser, mandate_id=mandate_id)


async def said_by(world: World, family: Family, code: str) -> dict[str, Any]:
    return claims((await family.rp.redeem(world.http, code)).json()["id_token"])


async def test_b17_another_s_mandate_can_t_be_chosen(world: World, family: Family, bob: Bob) -> None:
    page = await family.browser.get(family.rp.authorize_url(scope=SCOPE))
    assert "Công ty của Bob" not in page.response.text
    for forged in (bob.mandate_id, f"{bob.mandate_id} ", "self\t", family.company):
        answer = await family.browser.press(page, "submit", extra=[("principal", forged)])
        assert (answer.status, answer.left_for) == (200, None)
        assert "Công ty của Bob" not in answer.response.text
    for twice in (("self", bob.mandate_id), (bob.mandate_id, "self")):
        answer = await family.browser.press(page, "submit", extra=[("principal", one) for one in twice])
        assert answer.left_for is None
    assert await world.events(EventType.CONTEXT_CHOSEN) == []


async def test_b17_a_choice_is_for_the_browser_it_was_asked_of(family: Family, bob: Bob) -> None:
    page = await family.browser.get(family.rp.authorize_url(scope=SCOPE))
    asked = str(page.response.url)
    for theirs in (await bob.browser.get(asked), await bob.browser.press(page, "submit", principal="self")):
        assert theirs.status in {400, 403}
        assert "Cảng Xanh" not in theirs.response.text
        assert "Nguyễn Gia Bảo" not in theirs.response.text


@pytest.mark.parametrize("hint", [{"org_hint": BOBS_NUMBER}, {"ctx_hint": "official"}])
async def test_b17_hints_give_nothing(family: Family, bob: Bob, hint: dict[str, str]) -> None:
    assert bob.mandate_id
    silent = await family.browser.get(family.rp.authorize_url(scope=SCOPE, prompt="none", **hint))
    assert silent.answer["error"] == "account_selection_required"
    page = await family.browser.get(family.rp.authorize_url(scope=SCOPE, **hint))
    assert "page-act-for" in page.ids
    assert "Công ty của Bob" not in page.response.text


async def test_b17_an_id_token_hint_about_another_s_child_gives_nothing(
    world: World, family: Family, bob: Bob
) -> None:
    childs = (await tokens_for(world, family, "Nguyễn Gia Bảo"))["id_token"]
    mothers = (await tokens_for(world, family, "Cho bản thân", ctx_hint="choose"))["id_token"]
    for hint in (childs, mothers):
        silent = await bob.browser.get(
            family.rp.authorize_url(scope=SCOPE, prompt="none", id_token_hint=hint)
        )
        assert silent.answer["error"] == "login_required"
        page = await bob.browser.get(family.rp.authorize_url(scope=SCOPE, id_token_hint=hint))
        assert page.left_for is None
        assert "Nguyễn Gia Bảo" not in page.response.text


async def test_b17_what_ended_while_the_page_was_open_can_t_be_chosen(world: World, family: Family) -> None:
    page = await family.browser.get(family.rp.authorize_url(scope=SCOPE))
    text = page.response.text
    choice = text[: text.index("Cảng Xanh")].rpartition('value="')[2].partition('"')[0]
    await world.write(_ended(family, world))
    answer = await family.browser.press(page, "submit", extra=[("principal", choice)])
    assert (answer.status, answer.left_for) == (200, None)


async def test_b17_what_was_chosen_before_and_ended_is_not_taken_again(world: World, family: Family) -> None:
    await tokens_for(world, family, "Cảng Xanh")
    await world.write(_ended(family, world))
    silent = await family.browser.get(family.rp.authorize_url(scope=SCOPE, prompt="none"))
    assert silent.answer["error"] == "account_selection_required"
    # appointed anew it is another mandate: what was chosen was the one that ended
    await world.write(
        lambda tx: Done(
            mandates.replace_representatives(
                tx, family.company, (family.mother.person_id,), actor="test", occasion=world.occasion
            )
            and None
        )
    )
    silent = await family.browser.get(family.rp.authorize_url(scope=SCOPE, prompt="none"))
    assert silent.answer["error"] == "account_selection_required"


async def test_b17_custody_that_is_contested_ends_tokens_codes_and_choices(
    world: World, family: Family
) -> None:
    tokens = await tokens_for(world, family, "Nguyễn Gia Bảo")
    world.time.move(seconds=1)
    code = (await choose(family, "Nguyễn Gia Bảo", ctx_hint="choose")).answer["code"]

    def rest(tx: Tx) -> Done[int]:
        return Done(
            len(contest(tx, family.child.person_id, "letter 9", actor="test", occasion=world.occasion))
        )

    assert await world.write(rest) == 1
    assert (await world.userinfo(tokens["access_token"])).status_code == 401
    assert (await family.rp.refresh(world.http, tokens["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await family.rp.redeem(world.http, code)).json()["error"] == "invalid_grant"
    silent = await family.browser.get(family.rp.authorize_url(scope=SCOPE, prompt="none"))
    assert silent.answer["error"] == "account_selection_required"


@pytest.mark.parametrize("status", [OrganisationStatus.SUSPENDED, OrganisationStatus.DISSOLVED])
async def test_b17_a_code_of_before_an_organisation_changed_gives_nothing(
    world: World, family: Family, status: OrganisationStatus
) -> None:
    code = (await choose(family, "Cảng Xanh")).answer["code"]
    await world.write(
        lambda tx: Done(
            change_status(tx, family.company, status, "test", actor="test", occasion=world.occasion)
        )
    )
    assert (await family.rp.redeem(world.http, code)).json()["error"] == "invalid_grant"
    page = await family.browser.get(family.rp.authorize_url(scope=SCOPE, prompt="none"))
    if status is OrganisationStatus.SUSPENDED:  # acting goes on, and says what became of it
        assert (await said_by(world, family, page.answer["code"]))["org"]["status"] == "suspended"
    else:
        assert page.answer["error"] == "account_selection_required"


@pytest.mark.parametrize("whose", ["child", "mother"])
async def test_b17_who_is_locked_neither_acts_nor_is_acted_for(
    world: World, family: Family, whose: str
) -> None:
    tokens = await tokens_for(world, family, "Nguyễn Gia Bảo")
    world.time.move(seconds=1)
    code = (await choose(family, "Nguyễn Gia Bảo", ctx_hint="choose")).answer["code"]
    person = family.child if whose == "child" else family.mother

    await world.write(
        lambda tx: Done(
            open_ground(tx, person.person_id, Ground.CITY, "letter 9", actor="test", occasion=world.occasion)
        )
    )
    assert (await world.userinfo(tokens["access_token"])).status_code == 401
    assert "id_token" not in (await family.rp.redeem(world.http, code)).json()
    silent = await family.browser.get(family.rp.authorize_url(scope=SCOPE, prompt="none"))
    assert "code" not in silent.answer


async def test_b17_a_choice_does_not_outlive_its_session(world: World, family: Family, bob: Bob) -> None:
    """Who signs in after, in the same browser, has not chosen; what the one before chose is nobody's."""
    await tokens_for(world, family, "Cảng Xanh")
    await world.signed_in(family.browser, bob.person.person_id)
    silent = await family.browser.get(family.rp.authorize_url(scope=SCOPE, prompt="none"))
    assert silent.answer["error"] == "account_selection_required"
    page = await family.browser.get(family.rp.authorize_url(scope=SCOPE))
    assert "Cảng Xanh" not in page.response.text


async def test_b17_a_session_of_one_realm_is_none_in_the_other(world: World, family: Family) -> None:
    await world.write(lambda tx: Done([tx.agencies.put(make_agency(code)) for code in AGENCIES] and None))
    hr = await HrSystem.of(world, "H24.08")
    _, office, browser, _ = await at_work(world, hr, "official", "031194990032")
    cookies = {cookie.name: str(cookie.value) for cookie in browser.client.cookies.jar}
    official = cookies["hpid-official"]
    assert "hpid-session" not in cookies

    def with_cookies(**given: str) -> Browser:
        other = world.browser()
        for name, value in given.items():
            other.client.cookies.set(name.replace("_", "-"), value, domain="localhost.local", path="/")
        return other

    citizen = next(str(c.value) for c in family.browser.client.cookies.jar if c.name == "hpid-session")
    for swapped, rp in (
        (with_cookies(hpid_session=official), family.rp),
        (with_cookies(hpid_official=citizen), office),
        (with_cookies(hpid_session=official, hpid_official=citizen), office),
        (with_cookies(hpid_session=official, hpid_official=citizen), family.rp),
    ):
        silent = await swapped.get(rp.authorize_url(prompt="none"))
        assert silent.answer["error"] == "login_required"
    account = await with_cookies(hpid_session=official).get("/account/mandates")
    assert "page-account-sign-in" in account.ids
    kept = await with_cookies(hpid_official=official).get(office.authorize_url(prompt="none"))
    assert "code" in kept.answer


def _ended(family: Family, world: World) -> Callable[[Tx], Done[None]]:
    """Return what ends the mother's mandate."""

    def end(tx: Tx) -> Done[None]:
        mandates.replace_representatives(tx, family.company, (), actor="test", occasion=world.occasion)
        return Done(None)

    return end


@dataclass(frozen=True, kw_only=True)
class Accountant:
    """Somebody a firm has named for its client, signed in."""

    browser: Browser
    own: MandateId
    """Their place in the firm."""
    appointment_id: str
    """The firm's by its client."""


@pytest.fixture
async def accountant(world: World, family: Family) -> Accountant:
    """The firm serves the mother's company; what its accountant is there for goes on for a year."""
    person, now = await world.person("accountant"), world.time()
    firm = contexts._organisation(world, "0200000023", "Công ty Kế toán", OrganisationScheme.TAX_CODE)
    term: dict[str, Any] = {"valid_from": now, "valid_to": now + timedelta(days=365)}
    appointment = make_appointment(principal_id=family.company, firm_id=firm.organisation_id, **term)
    own = make_mandate(person.person_id, principal_id=firm.organisation_id, **term)
    through = make_mandate(
        person.person_id,
        principal_id=family.company,
        through_id=firm.organisation_id,
        appointment_id=appointment.appointment_id,
        **term,
    )

    def arrange(tx: Tx) -> Done[None]:
        tx.organisations.add(firm)
        tx.mandate_firms.add(appointment)
        tx.mandates.add([own, through])
        return Done(None)

    await world.write(arrange)
    browser = world.browser()
    await world.signed_in(browser, person.person_id)
    await world.agree(person.person_id, family.rp)
    return Accountant(browser=browser, own=own.mandate_id, appointment_id=appointment.appointment_id)


async def test_b17_an_accountant_acts_for_a_client_of_their_firm(
    world: World, family: Family, accountant: Accountant
) -> None:
    page = await choose(replace(family, browser=accountant.browser), "Cảng Xanh")
    assert (await said_by(world, family, page.answer["code"]))["org"]["name"] == "Công ty TNHH Cảng Xanh"


@pytest.mark.parametrize("what", ["place", "appointment"])
async def test_b17_an_accountant_whose_place_or_firm_s_term_is_over_gets_no_code(
    world: World, family: Family, accountant: Accountant, what: str
) -> None:
    """Not for the client, and none in their own name instead; before any job came to end what hangs on it."""
    over = world.time()

    def end(tx: Tx) -> Done[None]:
        if what == "place":
            assert tx.mandates.set_term(accountant.own, over)
        else:
            assert tx.mandate_firms.end(accountant.appointment_id, over, "term over") is not None
        return Done(None)

    await world.write(end)
    world.time.move(seconds=1)
    page = await choose(replace(family, browser=accountant.browser), "Cảng Xanh")
    assert "code" not in page.answer
    assert page.answer["error"] == "access_denied"
    assert await world.events(EventType.CODE_ISSUED) == []
