"""The first administrator's one-time link – SECURITY E08, ASVS 6.4.3: shown without harm, used once, newest only."""

import re

import pyotp
import pytest

from idp.audit.events import EventType
from idp.citizen.administrator import PURPOSE
from idp.database import Done
from idp.ids import NO_BUCKET, HandleKind
from idp.people.model import IdentifierScheme
from idp.transaction import Tx
from tests.driver import Browser, Citizen, Page
from tests.world import World

NAME, USERNAME, PASSWORD = "Phạm Văn Cảng", "cang.pham", "một câu dài dễ nhớ của tôi"


async def issue_link(world: World) -> str:
    """As `hpid admin bootstrap` does."""
    link = world.provider.clock.handle(HandleKind.LINK, NO_BUCKET)
    life = world.provider.settings.life.admin_link

    def add(tx: Tx) -> Done[None]:
        now = world.time()
        tx.links.add(link, purpose=PURPOSE, expires_at=now + life, now=now)
        return Done(None)

    await world.write(add)
    return link


@pytest.fixture
async def link(world: World) -> str:
    return await issue_link(world)


@pytest.fixture
def browser(world: World) -> Browser:
    return world.browser()


async def fill(browser: Browser, link: str, **changes: str) -> Page:
    """Open the link and send the first form."""
    page = await browser.get(f"/administrator?link={link}")
    values = {"name": NAME, "username": USERNAME, "new-password": PASSWORD, **changes}
    return await browser.press(page, "submit", extra=None, **values)


def secret_of(page: Page) -> str:
    match = re.search(r'id="totp-key">([A-Z2-7 ]+)<', page.response.text)
    assert match is not None
    return match[1].replace(" ", "")


def code_of(world: World, page: Page) -> str:
    return str(pyotp.TOTP(secret_of(page)).at(int(world.time().timestamp())))


async def people(world: World) -> int:
    return int(await world.write(lambda tx: Done(tx.people.count())))


def assert_dead(page: Page) -> None:
    assert (page.status, page.case) == (400, "expired")


async def test_the_link_makes_an_account_that_can_sign_in(world: World, browser: Browser, link: str) -> None:
    page = await fill(browser, link)
    secret = secret_of(page)
    page = await browser.press(page, "submit", otp=code_of(world, page))
    assert "page-administrator-done" in page.ids
    assert (await world.events())[-4:] == [
        EventType.ADMIN_LINK_SPENT,
        EventType.PERSON_CREATED,
        EventType.CREDENTIAL_SET,  # the password
        EventType.CREDENTIAL_SET,  # and the app
    ]
    person = await world.write(
        lambda tx: Done(tx.people.find_by_identifier(IdentifierScheme.USERNAME, USERNAME))
    )
    assert person.roles == {"admin:security-officer"}
    world.time.move(seconds=30)
    rp = await world.client()
    administrator = Citizen(username=USERNAME, password=PASSWORD, totp_secret=secret)
    other = world.browser()
    page = await administrator.sign_in(
        other, await other.get(rp.authorize_url()), at=world.time().timestamp()
    )
    assert world.cookie_of(other, "session")


async def test_the_link_works_once(world: World, browser: Browser, link: str) -> None:
    page = await fill(browser, link)
    await browser.press(page, "submit", otp=code_of(world, page))
    assert_dead(await world.browser().get(f"/administrator?link={link}"))
    world.time.move(seconds=30)
    assert_dead(await browser.press(page, "submit", otp=code_of(world, page)))
    assert await people(world) == 1


async def test_two_who_opened_it_make_one_account(world: World, link: str) -> None:
    first, second = world.browser(), world.browser()
    page_1 = await fill(first, link)
    page_2 = await fill(second, link, username="somebody.else")
    await first.press(page_1, "submit", otp=code_of(world, page_1))
    assert_dead(await second.press(page_2, "submit", otp=code_of(world, page_2)))
    assert await people(world) == 1


async def test_it_expires_after_a_quarter_of_an_hour_at_every_step(
    world: World, browser: Browser, link: str
) -> None:  # DESIGN 5.4
    page = await fill(browser, link)
    world.time.move(minutes=15)
    assert_dead(await browser.press(page, "submit", otp=code_of(world, page)))
    assert_dead(await browser.get(f"/administrator?link={link}"))
    csrf = (await browser.get("/help")).form("lang-en")["fields"]["csrf"]
    assert_dead(await browser.post("/administrator/start", {"csrf": csrf, "link": link, "name": NAME}))
    assert await people(world) == 0


async def test_a_newer_link_kills_the_older(world: World, browser: Browser, link: str) -> None:
    page = await fill(browser, link)
    newer = await issue_link(world)
    assert_dead(await browser.get(f"/administrator?link={link}"))
    assert_dead(await browser.press(page, "submit", otp=code_of(world, page)))
    assert "page-administrator" in (await browser.get(f"/administrator?link={newer}")).ids


async def test_looking_at_the_link_changes_nothing(
    world: World, browser: Browser, link: str
) -> None:  # PAGES: mail scanners
    before = await world.events()
    for _ in range(3):
        assert (await world.http.head(f"/administrator?link={link}")).status_code == 200
        assert (await world.http.get(f"/administrator?link={link}")).status_code == 200
    assert await world.events() == before
    assert "totp-key" in (await fill(browser, link)).ids


@pytest.mark.parametrize(
    "link",
    ["", "x", "hp_link_00" + "a" * 43, "hp_session_00" + "a" * 43, "é", "%00", "' OR 1=1 --", "a" * 9000],
)
async def test_a_link_that_is_none_opens_nothing(world: World, link: str) -> None:
    assert (await world.http.get(f"/administrator?link={link}")).status_code == 400


@pytest.mark.parametrize(
    ("changes", "id_shown"),
    [
        ({"name": ""}, "error-name"),
        ({"name": "x" * 201}, "error-name"),
        ({"username": ""}, "error-username"),
        ({"username": "no"}, "error-username"),
        ({"username": "Có Dấu"}, "error-username"),
        ({"username": "../etc"}, "error-username"),
        ({"username": "taken.name"}, "error-username"),
        ({"new-password": ""}, "error-new-password"),
        ({"new-password": "x" * 14}, "error-new-password"),
        ({"new-password": "x" * 40}, "error-new-password"),
        ({"new-password": "qwertyuiopasdfg"}, "error-new-password"),
        ({"new-password": "ab" * 513}, "error-new-password"),
        ({"name": "Bùi Thị Ánh Sao", "new-password": "Bùi Thị Ánh Sao"}, "error-new-password"),
        ({"name": "Bùi Thị Ánh Sao", "new-password": "buithianhsao@1984"}, "error-new-password"),
        ({"username": "anh.sao", "new-password": "anh.sao0912345678"}, "error-new-password"),
        ({"new-password": "HaiPhongID#2027#12"}, "error-new-password"),
        ({"new-password": "localhost:12345678"}, "error-new-password"),
    ],
)
async def test_a_field_that_won_t_do_is_told_at_the_field(
    world: World, browser: Browser, link: str, changes: dict[str, str], id_shown: str
) -> None:
    taken = await world.person("taken")
    await world.write(
        lambda tx: Done(
            tx.people.add_identifier(
                taken.person_id, IdentifierScheme.USERNAME, "taken.name", now=world.time()
            )
        )
    )
    page = await fill(browser, link, **changes)
    assert page.status == 200
    assert id_shown in page.ids
    assert PASSWORD not in page.response.text


async def test_the_name_is_written_out_as_text(
    world: World, browser: Browser, link: str
) -> None:  # SECURITY G08
    page = await fill(browser, link, name='<img src=x onerror=alert(1)>"', username="X")
    assert "<img src=x" not in page.response.text
    assert "&lt;img src=x" in page.response.text


async def test_a_wrong_code_writes_nothing_and_may_be_tried_again(
    world: World, browser: Browser, link: str
) -> None:
    page = await fill(browser, link)
    right = code_of(world, page)
    for wrong in ("", "12345", "000000" if right != "000000" else "111111", "abcdef"):
        page = await browser.press(page, "submit", otp=wrong)
        assert {"error-otp", "totp-key"} <= page.ids
    assert await people(world) == 0
    page = await browser.press(page, "submit", otp=right)
    assert "page-administrator-done" in page.ids


@pytest.mark.parametrize("setup", ["", "nonsense", "AAAA", "é"])
async def test_a_second_step_that_did_not_come_of_the_first_is_refused(
    world: World, browser: Browser, link: str, setup: str
) -> None:  # SECURITY E07
    page = await fill(browser, link)
    assert_dead(await browser.press(page, "submit", otp="123456", setup=setup))
    other = world.provider.vault.seal_compact("{}", purpose="interaction")
    assert_dead(await browser.press(page, "submit", otp="123456", setup=other))


async def test_two_links_for_one_name_make_one_account_and_no_fault(world: World) -> None:
    first, second = world.browser(), world.browser()
    page_1 = await fill(first, await issue_link(world))
    done = await first.press(page_1, "submit", otp=code_of(world, page_1))
    assert "page-administrator-done" in done.ids
    page = await fill(second, await issue_link(world))
    assert "error-username" in page.ids


async def test_a_name_taken_between_the_steps_is_refused_and_the_link_lives(
    world: World, browser: Browser, link: str
) -> None:
    page = await fill(browser, link)
    person = await world.person("late")
    await world.write(
        lambda tx: Done(
            tx.people.add_identifier(person.person_id, IdentifierScheme.USERNAME, USERNAME, now=world.time())
        )
    )
    answer = await browser.press(page, "submit", otp=code_of(world, page))
    assert answer.status == 200
    assert "error-username" in answer.ids
    assert "page-administrator" in (await browser.get(f"/administrator?link={link}")).ids
