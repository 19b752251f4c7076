"""E08: links and codes outlive neither the account they lock, nor a lock, nor the merge under which they went out."""

import pytest

from idp.cases.model import CaseState
from idp.citizen.dispute import HERE
from idp.data_rights.service import close_account
from idp.database import Done
from idp.life_events.model import Ground
from idp.life_events.service import lift_ground, open_ground
from idp.people.model import Person, PersonStatus
from idp.transaction import Tx
from tests.attacks.test_e08_dispute_links import mailed, opened, somebody
from tests.driver import Citizen
from tests.endpoints.merged import Duplicates
from tests.messages.office import Office
from tests.messages.test_contacts import somebody as signed_in

pytestmark = pytest.mark.network
NOBODY = Citizen(username="", password="", totp_secret="")


async def over(office: Office, path: str) -> None:
    """Look at the link, and press its button in a form left open: neither does anything."""
    browser, page = await opened(office, path)
    assert "page-dispute-over" in page.ids
    csrf = (await browser.get("/recover")).form("theme-dark")["fields"]
    page = await browser.post(HERE, {**csrf, "link": path.partition("=")[2]})
    assert (page.status, "case" in page.ids) == (410, False)
    assert await office.world.provider.database.read(lambda tx: tx.cases.list(CaseState.OPEN, 10)) == ()


async def close(office: Office, person: Person) -> None:
    def work(tx: Tx) -> Done[None]:
        tx.people.lock(person.person_id)
        close_account(tx, person, "request", occasion=office.world.occasion)
        return Done(None)

    await office.world.write(work)


async def test_an_account_that_was_closed_is_not_locked_and_its_link_tells_nothing(office: Office) -> None:
    person = await somebody(office)
    path = await mailed(office, person)
    await close(office, person)
    await over(office, path)
    grounds = await office.world.provider.database.read(
        lambda tx: tx.life_grounds.of_person(person.person_id)
    )
    assert [one.ground.value for one in grounds] == ["closed-by-the-holder"]


async def test_a_mail_from_while_two_were_one_locks_neither_after_the_split(office: Office) -> None:
    winner, loser = await somebody(office), await somebody(office, "bob")
    own = await mailed(office, loser)
    two = Duplicates(office.world, winner, loser, NOBODY, NOBODY)
    await two.confirm()
    path = await mailed(office, winner)
    await two.split()
    await over(office, path)
    assert await office.world.status_of(winner.person_id) is PersonStatus.ACTIVE
    _, page = await opened(office, own)
    assert "page-dispute" in page.ids, "what was sent to one alone still locks their own"


async def test_a_code_sent_before_a_lock_proves_no_address_afterwards(office: Office) -> None:
    """Whoever asked for it may be whom the lock was for: their address would be told of everything from then on."""
    one = await signed_in(office, "alice")
    page = await one.ask("thief@example.vn")
    code = await one.code()
    world, person_id, ground = office.world, one.person.person_id, Ground.HOLDER

    def lock_and_unlock(tx: Tx) -> Done[None]:
        tx.people.lock(person_id)
        open_ground(tx, person_id, ground, "case", actor="test", occasion=world.occasion)
        lift_ground(tx, person_id, ground, "", actor="test", occasion=world.occasion)
        return Done(None)

    await world.write(lock_and_unlock)
    await world.signed_in(one.browser, person_id)
    assert "error" in (await one.browser.press(page, "submit", otp=code)).ids
    assert await one.shown() == []


async def test_a_code_sent_while_two_were_one_proves_an_address_to_neither(office: Office) -> None:
    one, other = await signed_in(office, "winner"), await signed_in(office, "loser")
    two = Duplicates(office.world, one.person, other.person, NOBODY, NOBODY)
    await two.confirm()
    page = await one.ask("a@example.vn")
    code = await one.code()
    await two.split()
    await office.world.signed_in(one.browser, one.person.person_id)
    assert "error" in (await one.browser.press(page, "submit", otp=code)).ids
    assert await one.shown() == []
