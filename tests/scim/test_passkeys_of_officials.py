"""An official's passkey opens officials' services at substantial, in a session of theirs alone (DESIGN 5.2; adr/0045)."""

from dataclasses import replace

import pytest

from idp.database import Done
from idp.people.model import Person
from idp.protocol.acting import ContextKind
from idp.protocol.assurance import Acr
from idp.protocol.facts import LocalLogin
from idp.scim.resources import OFFICIAL
from idp.transaction import Tx
from tests.authenticator import UP, Authenticator
from tests.driver import Browser, Page, RelyingParty
from tests.endpoints.passkeys import answer, bound, passkey_page
from tests.scim.hr import HrSystem, post, user
from tests.world import World

SCOPE = "openid profile agency position"


@pytest.fixture
async def office(world: World) -> RelyingParty:
    return await world.client(
        "egov",
        subject_contexts=(ContextKind.OFFICIAL,),
        local_login=LocalLogin.NEVER,
        default_acr=None,
        scopes=frozenset(SCOPE.split()),
        audiences=(),
    )


async def _official(world: World, hr: HrSystem, *, with_post: bool = True) -> tuple[Person, Authenticator]:
    person, authenticator = await bound(world, "mai")
    known = replace(person, profile=replace(person.profile, personal_id="031194990032"))

    def number(tx: Tx) -> Done[None]:
        tx.people.update(known)
        return Done(None)

    await world.write(number)
    if with_post:
        document = user("N-mai")
        document[OFFICIAL] = {"personalId": "031194990032", "posts": [post()]}
        assert (await hr.call("POST", "/Users", document)).status_code == 201
    return person, authenticator


async def _through(browser: Browser, page: Page) -> Page:
    while page.left_for is None:
        page = await browser.press(page, "submit")
    return page


async def test_it_opens_their_service_at_substantial_and_no_citizen_s(
    world: World, hr: HrSystem, office: RelyingParty
) -> None:
    person, authenticator = await _official(world, hr)
    await world.agree(person.person_id, office)
    browser = world.browser()
    page = await passkey_page(browser, office, scope=SCOPE)
    page = await _through(browser, await answer(browser, page, authenticator))
    told = await office.verify(
        world.http, (await office.redeem(world.http, page.answer["code"])).json()["id_token"]
    )
    assert (told["acr"], told["ctx"]) == (Acr.SUBSTANTIAL.value, "official")
    assert {"mfa", "user"} <= set(told["amr"])
    citizens = await world.client("rp-citizens", default_acr=Acr.LOW)
    await world.agree(person.person_id, citizens)
    page = await browser.get(citizens.authorize_url())
    assert "page-sign-in" in page.ids, "an official's session is none of a citizen's"


async def test_a_citizen_s_session_by_passkey_opens_no_service_of_officials(
    world: World, hr: HrSystem, office: RelyingParty
) -> None:
    person, authenticator = await _official(world, hr)
    citizens = await world.client("rp-citizens", default_acr=Acr.LOW)
    await world.agree(person.person_id, citizens)
    browser = world.browser()
    page = await answer(browser, await passkey_page(browser, citizens), authenticator)
    assert "code" in page.answer
    silent = await browser.get(office.authorize_url(scope=SCOPE, prompt="none"))
    assert silent.answer["error"] == "login_required"


async def test_without_verification_or_a_post_it_opens_nothing(
    world: World, hr: HrSystem, office: RelyingParty
) -> None:
    _, authenticator = await _official(world, hr, with_post=False)
    browser = world.browser()
    page = await answer(browser, await passkey_page(browser, office, scope=SCOPE), authenticator, flags=UP)
    assert "error" in page.ids, "one factor is not enough"
    page = await answer(browser, await passkey_page(browser, office, scope=SCOPE), authenticator)
    assert page.case == "no-post"
    assert not world.cookie_of(browser, "session-official")


async def test_high_is_told_to_be_out_of_reach_with_the_way_back(
    world: World, hr: HrSystem, office: RelyingParty
) -> None:
    person, authenticator = await _official(world, hr)
    await world.agree(person.person_id, office)
    browser = world.browser()
    page = await passkey_page(browser, office, scope=SCOPE)
    await _through(browser, await answer(browser, page, authenticator))
    world.time.move(seconds=1)
    page = await browser.get(office.authorize_url(scope=SCOPE, acr_values="LoA3"))
    assert {"page-step-up", "no-way", "cancel"} <= page.ids
    assert not {"method-passkey", "method-password"} & page.ids
    assert (await browser.press(page, "cancel")).answer["error"] == "access_denied"
