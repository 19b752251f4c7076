"""A password that others know is changed, and its person alone is told of it – SP 800-63B-4 §3.1.1.2, SECURITY E16."""

import pytest

from idp.audit.events import EventType
from idp.credentials.model import PasswordCredential
from idp.credentials.service import mark_compromised
from idp.database import Done
from idp.ids import PersonId
from idp.people.model import IdentifierScheme
from idp.transaction import Tx
from idp.ui.language import Language
from idp.ui.strings import Texts
from tests.authenticator import Authenticator
from tests.driver import Browser, Page, RelyingParty
from tests.endpoints.passkeys import answer, bound, passkey_page
from tests.endpoints.signing_in import password_page, try_password
from tests.world import PASSWORD, World

NEW = "một câu dài chưa ai biết bao giờ"


async def mark(world: World, person_id: PersonId) -> None:
    """Do what `hpid people mark-compromised` does."""
    reason, actor = "case 9", "operator:lan"

    def work(tx: Tx) -> Done[int | None]:
        return Done(mark_compromised(tx, person_id, reason=reason, actor=actor, occasion=world.occasion))

    assert await world.write(work) is not None


async def known(world: World) -> tuple[PersonId, Authenticator]:
    """Return a person with a passkey and a password that others know."""
    person, authenticator = await bound(world)
    person_id, now = person.person_id, world.time()
    password_hash = await world.provider.hashing.hash(PASSWORD)
    password = PasswordCredential(person_id=person_id, password_hash=password_hash, changed_at=now)

    def give(tx: Tx) -> Done[None]:
        tx.people.add_identifier(person_id, IdentifierScheme.USERNAME, "alice", now=now)
        tx.passwords.put(password)
        return Done(None)

    await world.write(give)
    await mark(world, person_id)
    return person_id, authenticator


async def by_passkey(world: World, rp: RelyingParty, authenticator: Authenticator) -> tuple[Browser, Page]:
    browser = world.browser()
    return browser, await answer(browser, await passkey_page(browser, rp), authenticator)


@pytest.mark.parametrize("language", Language)
async def test_who_comes_another_way_is_told_and_led_to_a_new_password_and_back(
    world: World, rp: RelyingParty, language: Language
) -> None:
    person_id, authenticator = await known(world)
    browser = world.browser()
    page = await passkey_page(browser, rp, ui_locales=language.value)
    page = await answer(browser, page, authenticator)
    assert "page-new-password" in page.ids
    words = Texts(language, upstream="VNeID")
    assert str(words("password_known_text")) in page.response.text
    await world.signed_in(browser, person_id)  # the account asks for the national system
    form = await browser.get(page.links["set-password"])
    again = await browser.press(form, "submit", None, **{"new-password": PASSWORD})
    assert str(words("error_password_known")) in again.response.text
    page = await browser.press(again, "submit", None, **{"new-password": NEW})
    assert "page-consent" in page.ids, "back on the way to the service"
    assert [one.payload["kind"] for one in await world.records(EventType.CREDENTIAL_SET)][1:] == ["password"]
    _, page = await by_passkey(world, rp, authenticator)
    assert "page-consent" in page.ids, "nothing is left to say"


async def test_who_has_no_time_goes_on_and_is_told_at_the_next_sign_in(
    world: World, rp: RelyingParty
) -> None:
    _, authenticator = await known(world)
    for _ in range(2):
        browser, page = await by_passkey(world, rp, authenticator)
        assert "page-new-password" in page.ids
        page = await browser.get(page.links["go-on"])
        assert "page-consent" in page.ids
    assert "page-sign-in" in (await world.browser().get(rp.authorize_url())).ids


async def test_the_account_warns_of_it_first(world: World) -> None:
    person_id, _ = await known(world)
    browser = world.browser()
    await world.signed_in(browser, person_id)
    page = await browser.get("/account")
    assert page.links["alert-set-password"] == "/account/methods/password"


async def test_nobody_is_led_there_without_a_session_of_that_person(world: World, rp: RelyingParty) -> None:
    await known(world)
    browser = world.browser()
    page = await browser.get(rp.authorize_url())
    page = await browser.get(f"/sign-in/new-password?i={page.interaction}")
    assert "page-sign-in" in page.ids
    await world.signed_in(browser, (await world.person("bob")).person_id)
    page = await browser.get(rp.authorize_url())
    page = await browser.get(f"/sign-in/new-password?i={page.interaction}")
    assert "page-new-password" not in page.ids


async def test_the_password_itself_right_or_wrong_says_no_more_than_anybodys(
    world: World, rp: RelyingParty
) -> None:  # E16: whoever guesses learns nothing, whoever is meant reads what to do
    person_id, _ = await known(world)
    told = set()
    for username, password in (("alice", PASSWORD), ("alice", "not the password"), ("nobody", PASSWORD)):
        browser = world.browser()
        page = await try_password(browser, await password_page(browser, rp), username, password)
        assert {"error", "password-known-hint", "other-way"} <= page.ids
        told.add((page.status, page.title, frozenset(page.ids)))
    assert len(told) == 1
    assert await world.provider.database.read(lambda tx: tx.sessions.of_person(person_id)) == ()
