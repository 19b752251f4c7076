"""`/lock`: people lock their own account, and nobody else can by a name (PAGES §3.1.22; DOMAIN §4 journey 10)."""

import re
from datetime import timedelta

import pytest

from idp.audit.events import EventType
from idp.cases.model import CaseKind, CaseState
from idp.ids import PersonId
from idp.life_events.model import Ground
from idp.people.model import Person, PersonStatus
from tests.driver import Browser, Page, RelyingParty
from tests.endpoints.signing_in import password_page, try_password
from tests.endpoints.test_devices import come, devices
from tests.told import messages_of
from tests.world import PASSWORD, World

HERE = "/lock"
_CODE = re.compile(r'id="code-\d+">([0-9A-HJKMNP-TV-Z-]{19})<')


async def codes_of(world: World, person: Person) -> list[str]:
    browser = world.browser()
    await world.signed_in(browser, person.person_id)
    page = await browser.get("/account/methods/recovery-codes")
    return _CODE.findall((await browser.press(page, "submit")).response.text)


async def lock_by_code(world: World, name: str, code: str) -> tuple[Browser, Page]:
    browser = world.browser()
    page = await browser.get(HERE)
    return browser, await browser.press(
        page, "lock-recovery", None, **{"username": name, "recovery-code": code}
    )


async def notices_of(world: World, person_id: PersonId) -> list[dict[str, str]]:
    found = await world.provider.database.read(lambda tx: messages_of(tx, person_id))
    return [dict(one.payload) for one in found if "notice" in one.payload]


async def test_a_session_of_any_level_locks_with_one_press_and_everything_ends(world: World) -> None:
    rp = await world.client(backchannel_logout_uri="https://rp.example/logout")
    visitor = await world.visitor(rp)
    tokens = await world.tokens(rp, visitor, scope="openid offline_access")
    page = await visitor.browser.press(await visitor.browser.get(HERE), "lock-signed-in")
    assert {"page-account-locked", "case", "unlock"} <= page.ids
    assert world.cookie_of(visitor.browser, "session") is None
    assert (await world.userinfo(tokens["access_token"])).status_code == 401
    assert (await rp.refresh(world.http, tokens["refresh_token"])).status_code == 400
    sent = await world.provider.database.read(
        lambda tx: tx.connection.exec_driver_sql("SELECT client_id, kind FROM outbox").all()
    )
    assert (rp.client_id, "backchannel_logout") in [tuple(one) for one in sent]
    (locked,) = await world.records(EventType.PERSON_LOCKED)
    assert (locked.actor, locked.payload["ground"]) == (locked.subject_ref, Ground.HOLDER.value)
    (case,) = await world.provider.database.read(lambda tx: tx.cases.list(CaseState.OPEN, 10))
    assert (case.kind, case.facts["way"]) == (CaseKind.LOCKED, "signed in")
    assert case.case_id in page.response.text
    told = await notices_of(world, visitor.person.person_id)
    assert {"notice": "high_risk_act", "act": "locked", "case": case.case_id} in told
    browser = world.browser()
    page = await try_password(browser, await password_page(browser, rp), "alice", PASSWORD)
    assert world.cookie_of(browser, "session") is None


async def test_a_lock_forgets_every_browser(world: World, rp: RelyingParty) -> None:
    person, citizen = await world.citizen()
    browser = world.browser()
    await come(world, rp, citizen, browser)
    assert len(await devices(world, person.person_id)) == 1
    page = await browser.press(await browser.get(HERE), "lock-signed-in")
    assert "page-account-locked" in page.ids
    assert await devices(world, person.person_id) == ()


async def test_without_a_session_nothing_locks_and_the_page_says_how(world: World) -> None:
    browser = world.browser()
    page = await browser.get(HERE)
    assert {"page-lock", "lock-recovery", "lock-desk", "foot-lock"} <= page.ids
    assert "lock-signed-in" not in page.ids
    csrf = page.form("lock-recovery")["fields"]["csrf"]
    assert "page-lock" in (await browser.post(HERE, {"csrf": csrf})).ids
    assert (await browser.post(HERE, {})).status == 403
    assert await world.records(EventType.PERSON_LOCKED) == []


async def test_who_signs_in_to_lock_is_led_back_to_the_lock(world: World) -> None:
    browser = world.browser()
    page = await browser.press(await browser.get(HERE), "lock-sign-in")
    assert "page-sign-in" in page.ids
    await world.signed_in(browser, (await world.person()).person_id)
    page = await browser.get(f"/sign-in?i={page.interaction}")
    assert {"page-lock", "lock-signed-in"} <= page.ids, "and not the overview, where it must be looked for"


async def test_an_old_session_locks_nothing(world: World) -> None:
    browser = world.browser()
    await world.signed_in(browser, (await world.person()).person_id)
    page = await browser.get(HERE)
    world.time.move(days=2)
    assert "page-lock" in (await browser.press(page, "lock-signed-in")).ids
    assert await world.records(EventType.PERSON_LOCKED) == []


async def test_a_recovery_code_locks_once_and_counts_as_used(world: World) -> None:
    person, _ = await world.citizen()
    codes = await codes_of(world, person)
    browser, page = await lock_by_code(world, "alice", codes[0].lower())
    assert {"page-account-locked", "case"} <= page.ids
    assert world.cookie_of(browser, "session") is None
    assert await world.status_of(person.person_id) is PersonStatus.LOCKED
    (used,) = await world.records(EventType.RECOVERY_CODE_USED)
    assert used.payload["left"] == 9
    _, page = await lock_by_code(world, "alice", codes[0])
    assert "page-lock" in page.ids, "once"
    assert "recovery" not in {one["notice"] for one in await notices_of(world, person.person_id)}


@pytest.mark.parametrize("name", ["alice", "nobody", "0912345678"])
async def test_a_name_alone_never_locks_and_no_answer_tells_who_is_known(world: World, name: str) -> None:
    person, _ = await world.citizen()
    await codes_of(world, person)
    seen = set()
    for tried in (name, "bob"):  # bob is nobody
        browser, page = await lock_by_code(world, tried, "0000-0000-0000-0000")
        text = page.response.text.replace(tried, "NAME")
        seen.add((page.status, re.sub(r'value="[^"]{20,}"', "", text)))
        assert world.cookie_of(browser, "session") is None
    assert len(seen) == 1
    assert await world.status_of(person.person_id) is PersonStatus.ACTIVE


async def test_wrong_codes_count_on_the_one_counter_and_then_must_wait(world: World) -> None:
    person, _ = await world.citizen()
    codes = await codes_of(world, person)
    for _ in range(10):
        await lock_by_code(world, "alice", "0000-0000-0000-0000")
    state = await world.provider.database.read(lambda tx: tx.attempts.state(person.person_id))
    assert state.failures == 10
    _, page = await lock_by_code(world, "alice", codes[0])
    assert "page-lock" in page.ids, "not even a right one, before the pause is over"
    assert await world.status_of(person.person_id) is PersonStatus.ACTIVE
    world.time.moment += timedelta(minutes=10)
    _, page = await lock_by_code(world, "alice", codes[0])
    assert "page-account-locked" in page.ids


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"username": "", "recovery-code": "0000-0000-0000-0000"}, {"error-username"}),
        ({"username": "alice", "recovery-code": ""}, {"error-recovery-code"}),
        ({"username": "", "recovery-code": "x"}, {"error-username", "error-recovery-code"}),
    ],
)
async def test_what_is_missing_is_said_at_its_field(
    world: World, fields: dict[str, str], wrong: set[str]
) -> None:
    browser = world.browser()
    page = await browser.press(await browser.get(HERE), "lock-recovery", None, **fields)
    assert wrong <= page.ids
