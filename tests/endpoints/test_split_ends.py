"""What either of two people may have begun or bound while their records were one, used after the split (adr/0036)."""

from datetime import timedelta

import pytest

from idp.audit.events import EventType
from idp.data_rights.model import RequestState
from idp.database import Done
from idp.messages.model import Channel
from idp.people.contacts import Contact
from idp.people.model import Person
from idp.transaction import Tx
from tests.driver import Browser, RelyingParty
from tests.endpoints.merged import Duplicates
from tests.endpoints.passkeys import add, answer, bound, device, passkey_page
from tests.endpoints.signing_in import password_page, try_password
from tests.endpoints.test_account_data import HERE, requested, send
from tests.endpoints.test_account_rights import begin_closing, run_closing
from tests.endpoints.test_recover import RENEW, _recover
from tests.endpoints.test_recover_desk import NEW, _enter, _paper
from tests.world import PASSWORD, World

OWN_PASSWORD = "/account/methods/password"


@pytest.fixture
async def two(world: World) -> Duplicates:
    winner, as_winner = await world.citizen("winner")
    loser, as_loser = await world.citizen("loser")
    return Duplicates(world, winner, loser, as_winner, as_loser)


async def at_home(two: Duplicates, person: Person | None = None) -> Browser:
    browser = two.world.browser()
    await two.world.signed_in(browser, (person or two.winner).person_id)
    return browser


async def apart(two: Duplicates) -> None:
    two.world.time.move(minutes=1)
    await two.split()


@pytest.mark.parametrize("entered", [False, True])
async def test_a_paper_for_either_opens_the_account_of_neither(two: Duplicates, entered: bool) -> None:
    world, browser = two.world, two.world.browser()
    await two.confirm()
    paper = await _paper(world, two.loser)
    assert paper.case.person_id == two.winner.person_id
    case, code = paper.case.case_id, paper.code or ""
    if entered:
        page = await _enter(browser, case, code)
        await apart(two)
        page = await browser.press(page, "submit", None, **{"new-password": NEW})
    else:
        await apart(two)
        page = await _enter(browser, case, code)
    assert "page-recover-desk-bind" not in page.ids
    assert "page-recover-desk-done" not in page.ids
    assert await world.records(EventType.ACCOUNT_RECOVERED) == []


async def test_a_closing_that_either_asked_for_closes_nothing(two: Duplicates) -> None:
    world = two.world
    await two.confirm()
    await begin_closing(world, await at_home(two))
    await apart(two)
    world.time.move(days=60)
    assert await run_closing(world) == 0
    assert "closing" not in (await (await at_home(two)).get(HERE)).ids


async def test_a_passkey_bound_together_opens_nothing_and_one_from_before_goes_on(
    world: World, rp: RelyingParty
) -> None:
    winner, before = await bound(world, "winner")
    loser, as_loser = await world.citizen("loser")
    two = Duplicates(world, winner, loser, as_loser, as_loser)
    await two.confirm()
    meanwhile = device(world)
    assert "notice" in (await add(await at_home(two), meanwhile)).ids
    await apart(two)
    for key, opens in ((meanwhile, False), (before, True)):
        browser = world.browser()
        await answer(browser, await passkey_page(browser, rp), key)
        assert (world.cookie_of(browser, "session") is not None) is opens
    (event,) = await world.records(EventType.PERSON_SPLIT)
    assert event.payload["factors"] == ["passkeys"]


async def test_a_password_set_together_opens_nothing(two: Duplicates, rp: RelyingParty) -> None:
    world = two.world
    await two.confirm()
    browser = await at_home(two)
    await browser.press(await browser.get(OWN_PASSWORD), "submit", None, **{"new-password": NEW})
    other = world.browser()
    assert "otp" in (await try_password(other, await password_page(other, rp), "winner", NEW)).ids
    await apart(two)
    other = world.browser()
    assert "otp" not in (await try_password(other, await password_page(other, rp), "winner", NEW)).ids


async def test_a_password_from_before_and_proved_half_way_opens_each_their_own(
    two: Duplicates, rp: RelyingParty
) -> None:
    world = two.world
    await two.confirm()
    ways = ((two.as_winner, two.winner, False), (two.as_loser, two.loser, True))
    begun = []
    for citizen, person, goes_on in ways:
        browser = world.browser()
        page = await try_password(browser, await password_page(browser, rp), citizen.username, PASSWORD)
        begun.append((browser, page, citizen, person, goes_on))
    await apart(two)
    for browser, page, citizen, person, goes_on in begun:
        await browser.press(page, "submit", otp=citizen.code(world.time().timestamp()))
        assert (world.cookie_of(browser, "session") is not None) is goes_on
        if goes_on:
            started = (await world.records(EventType.SESSION_STARTED))[-1]
            assert started.subject_ref == f"person:{person.person_id}"


async def test_an_address_opened_together_opens_nothing_and_one_from_before_goes_on(two: Duplicates) -> None:
    world = two.world

    async def opened(name: str) -> Contact:
        address = Contact(
            contact_id=name,
            channel=Channel.EMAIL,
            address=f"{name}@example.vn",
            language="vi",
            verified_at=world.time() - timedelta(days=1),
            signs_in_since=world.time(),
        )

        def give(tx: Tx) -> Done[None]:
            tx.contacts.add(two.winner.person_id, address)
            return Done(None)

        await world.write(give)
        return address

    await opened("before")
    await two.confirm()
    await opened("meanwhile")
    await apart(two)
    held = await world.provider.database.read(lambda tx: tx.contacts.of_person(two.winner.person_id))
    assert {one.contact_id: one.signs_in_since is not None for one in held} == {
        "before": True,
        "meanwhile": False,
    }


async def test_an_address_added_together_is_removed_and_one_from_before_stays(two: Duplicates) -> None:
    """It would bring one person the notices of the other, and tell services the mailbox of a stranger."""
    world = two.world

    async def prove(name: str) -> None:
        address = Contact(
            contact_id=name,
            channel=Channel.EMAIL,
            address=f"{name}@example.vn",
            language="vi",
            verified_at=world.time(),
        )
        await world.write(lambda tx: Done(tx.contacts.add(two.winner.person_id, address)))

    await prove("before")
    world.time.move(minutes=1)
    await two.confirm()
    world.time.move(minutes=1)
    await prove("together")
    await apart(two)
    left = await world.provider.database.read(lambda tx: tx.contacts.of_person(two.winner.person_id))
    assert [one.contact_id for one in left] == ["before"]
    (removed,) = await world.records(EventType.CONTACT_REMOVED)
    assert removed.actor == "operator:lan"


async def test_what_was_asked_about_data_together_is_done_to_nobody_and_its_words_are_gone(
    two: Duplicates,
) -> None:
    """An official would put the data of one right as the other asked; and who reads the page may not be who wrote it."""
    world = two.world
    await send(await at_home(two), "view", what="what was asked before")
    await two.confirm()
    world.time.move(minutes=1)
    await send(await at_home(two), "correct", what="what the other wrote")
    await apart(two)
    earlier, later = sorted(await requested(world, two.winner.person_id), key=lambda one: one.received_at)
    assert (earlier.state, earlier.what) == (RequestState.RECEIVED, "what was asked before")
    assert (later.state, later.what) == (RequestState.WITHDRAWN, "")
    assert "what the other wrote" not in (await (await at_home(two)).get(HERE)).response.text
    (event,) = await world.records(EventType.DATA_REQUEST_WITHDRAWN)
    assert (event.actor, event.payload["reason"]) == ("operator:lan", "split from another record")


async def test_what_protects_goes_on_for_both(two: Duplicates) -> None:
    """The days after a recovery, and a restriction: nobody can tell which of the two needed them."""
    await two.confirm()
    browser = await at_home(two)
    await send(browser, "restrict")
    await _recover(browser, await browser.get(RENEW))
    await apart(two)
    for person in (two.winner, two.loser):
        browser = await at_home(two, person)
        assert "restricted" in (await browser.get(HERE)).ids
        assert "page-held" in (await browser.get("/account/methods/remove")).ids
