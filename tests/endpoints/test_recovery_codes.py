"""Recovery codes: shown once, used once, replaced, and what they never open – SP 800-63B-4 §3.1.2, §4.2.1.1; E14."""

import re
from datetime import timedelta

import pytest

from idp.audit.events import EventType
from idp.citizen.local_proof import SigningIn
from idp.citizen.recovery_code import takes_recovery_codes
from idp.credentials.model import MOST_TRIES
from idp.database import Done
from idp.lifetimes import Lifetimes
from idp.outbox.model import OutboxKind
from idp.people.model import Person
from idp.protocol.facts import Realm
from idp.transaction import Tx
from tests.driver import Browser, Page, RelyingParty
from tests.endpoints.signing_in import password_page, try_password
from tests.told import messages_of
from tests.world import PASSWORD, World

CODES = "/account/methods/recovery-codes"
UPSTREAM = "https://national.example"
LIFE = Lifetimes()
_SHOWN = re.compile(r'id="(?:code-\d+|new-code)">([0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){3})<')


async def _codes(world: World, person: Person) -> list[str]:
    browser = world.browser()
    await world.signed_in(browser, person.person_id)
    page = await browser.press(await browser.get(CODES), "submit")
    return _SHOWN.findall(page.response.text)


async def _asked(world: World, rp: RelyingParty, username: str = "alice") -> tuple[Browser, Page]:
    browser = world.browser()
    page = await try_password(browser, await password_page(browser, rp), username, PASSWORD)
    return browser, await browser.get(page.links["use-recovery"])


async def _use(world: World, rp: RelyingParty, code: str, username: str = "alice") -> tuple[Browser, Page]:
    browser, page = await _asked(world, rp, username)
    return browser, await browser.press(page, "submit", None, **{"recovery-code": code})


async def _left(world: World, person: Person) -> int:
    return await world.provider.database.read(lambda tx: tx.recovery_codes.state(person.person_id).left)


async def test_ten_codes_are_shown_once_and_never_stored(world: World) -> None:
    person, _ = await world.citizen()
    codes = await _codes(world, person)
    assert len(set(codes)) == 10
    assert await _left(world, person) == 10

    def everything(tx: Tx) -> Done[str]:
        rows = tx.connection.exec_driver_sql("SELECT * FROM recovery_codes").all()
        return Done(repr(rows) + repr(tx.connection.exec_driver_sql("SELECT * FROM audit_events").all()))

    stored = await world.write(everything)
    assert not any(code in stored or code.replace("-", "") in stored for code in codes)
    browser = world.browser()
    await world.signed_in(browser, person.person_id)
    assert not _SHOWN.findall((await browser.get(CODES)).response.text)
    assert "codes-left" in (await browser.get("/account/methods")).ids


async def test_loading_the_page_of_new_codes_again_leaves_them_valid(world: World) -> None:
    person, _ = await world.citizen()
    browser = world.browser()
    await world.signed_in(browser, person.person_id)
    form = (await browser.get(CODES)).form("submit")
    shown = await browser.post(form["action"], form["fields"])
    assert len(_SHOWN.findall(shown.response.text)) == 10
    world.time.moment += timedelta(seconds=3)
    page = await browser.post(form["action"], form["fields"])
    assert _SHOWN.findall(page.response.text) == [], "the ones on paper would have ended without a word"
    assert {"page-method-codes", "error", "codes-end"} <= page.ids
    assert len(await world.events(EventType.CREDENTIAL_SET)) == 1
    page = await browser.press(page, "submit")
    assert len(_SHOWN.findall(page.response.text)) == 10, "who has none makes new ones"


async def test_a_code_stands_in_for_the_second_factor_and_its_level_is_low(
    world: World, rp: RelyingParty
) -> None:
    person, _ = await world.citizen()
    codes = await _codes(world, person)
    browser, page = await _use(world, rp, codes[0].lower().replace("-", " "))
    assert {"page-recovery-used", "new-code", "codes-left"} <= page.ids
    assert world.cookie_of(browser, "session")
    assert await _left(world, person) == 9
    page = await browser.get(page.links["skip-code"])
    page = await browser.press(page, "allow")
    tokens = (await rp.redeem(world.http, page.answer["code"])).json()
    claims = await rp.verify(world.http, tokens["id_token"])
    assert (claims["acr"], claims["amr"]) == ("urn:haiphong:acr:low", ["pwd", "recovery"])
    (used,) = await world.records(EventType.RECOVERY_CODE_USED)
    assert used.payload["left"] == 9
    assert await world.provider.database.read(lambda tx: tx.attempts.state(person.person_id).failures) == 0


async def test_a_used_code_is_replaced_when_the_new_one_is_kept(
    world: World, rp: RelyingParty
) -> None:  # row 32
    person, _ = await world.citizen()
    codes = await _codes(world, person)
    browser, page = await _use(world, rp, codes[0])
    (new,) = _SHOWN.findall(page.response.text)
    _, wrong = await _use(world, rp, new)
    assert "error-recovery-code" in wrong.ids, "not before it is kept"
    form = page.form("submit")
    page = await browser.press(page, "submit")
    assert "page-consent" in page.ids
    assert await _left(world, person) == 10
    await browser.post(form["action"], form["fields"])
    assert await _left(world, person) == 10, "once"
    for code, opens in ((codes[0], False), (new, True), (new, False)):
        other, _ = await _use(world, rp, code)
        assert bool(world.cookie_of(other, "session")) is opens
    assert len(await world.events(EventType.RECOVERY_CODE_REPLACED)) == 1


async def test_a_new_set_kills_the_old_one_and_what_was_to_be_kept_of_it(
    world: World, rp: RelyingParty
) -> None:
    person, _ = await world.citizen()
    old = await _codes(world, person)
    browser, used = await _use(world, rp, old[0])
    (kept,) = _SHOWN.findall(used.response.text)
    new = await _codes(world, person)
    await browser.press(used, "submit")
    assert await _left(world, person) == 10
    for code in (*old, kept):
        other, _ = await _use(world, rp, code)
        assert world.cookie_of(other, "session") is None
        world.time.move(hours=1)
    other, _ = await _use(world, rp, new[3])
    assert world.cookie_of(other, "session")


async def test_only_one_s_own_code_and_only_as_what_it_is(world: World, rp: RelyingParty) -> None:  # E14
    alice, _ = await world.citizen()
    bob, _ = await world.citizen("bob", profile=(await world.person("x")).profile)
    codes, bobs = await _codes(world, alice), await _codes(world, bob)
    for code in (bobs[0], codes[0][:-1], codes[0] + "0", "0" * 16, "", "Ａ" * 16, codes[0] * 9):
        browser, page = await _use(world, rp, code)
        assert "error-recovery-code" in page.ids, code
        assert world.cookie_of(browser, "session") is None
        assert code not in page.response.text or not code
    browser = world.browser()
    page = await try_password(browser, await password_page(browser, rp), "alice", PASSWORD)
    assert "error-otp" in (await browser.press(page, "submit", otp=codes[0])).ids
    browser = world.browser()
    page = await try_password(browser, await password_page(browser, rp), "alice", codes[0])
    assert "error" in page.ids
    assert await _left(world, alice) == 10


async def test_the_page_opens_only_after_the_password(world: World, rp: RelyingParty) -> None:  # E07
    person, _ = await world.citizen()
    codes = await _codes(world, person)
    browser = world.browser()
    page = await browser.get(rp.authorize_url())
    assert "page-sign-in" in (await browser.get(f"/sign-in/recovery?i={page.interaction}")).ids
    fields = {"csrf": page.form("cancel")["fields"]["csrf"], "recovery-code": codes[0], "kept": "x"}
    sent = await browser.post(f"/sign-in/recovery?i={page.interaction}", fields)
    assert "page-sign-in" in sent.ids
    assert (await browser.post(f"/sign-in/recovery/kept?i={page.interaction}", fields)).case == "expired"
    assert world.cookie_of(browser, "session") is None
    assert await _left(world, person) == 10


async def test_wrong_codes_count_on_the_one_counter_and_at_last_all_rests(
    world: World, rp: RelyingParty
) -> None:  # E11, row 33
    person, citizen = await world.citizen()
    codes = await _codes(world, person)
    browser, page = await _asked(world, rp)
    for _ in range(10):
        page = await browser.press(page, "submit", None, **{"recovery-code": "0" * 16})
    page = await browser.press(page, "submit", None, **{"recovery-code": codes[0]})
    assert "Đã thử sai nhiều lần" in page.response.text
    otp = await browser.get(page.links["use-otp"])
    page = await browser.press(otp, "submit", otp=citizen.code(world.time().timestamp()))
    assert "Đã thử sai nhiều lần" in page.response.text, "nor with the other factor"
    assert await _left(world, person) == 10

    def guess(tx: Tx) -> Done[int]:
        now = world.time()
        for hours in range(1, MOST_TRIES + 1):
            tx.attempts.reserve(person.person_id, now + timedelta(hours=hours))
        return Done(tx.attempts.state(person.person_id).failures)

    assert await world.write(guess) == MOST_TRIES
    world.time.move(days=30)
    browser = world.browser()
    page = await try_password(browser, await password_page(browser, rp), "alice", PASSWORD)
    assert "Đã thử sai nhiều lần" in page.response.text


@pytest.mark.parametrize(
    ("purpose", "takes"),
    [
        (SigningIn(realm=Realm.CITIZEN, life=LIFE), True),
        (SigningIn(realm=Realm.CITIZEN, life=LIFE, in_place_of=UPSTREAM), True),
        (SigningIn(realm=Realm.CITIZEN, life=LIFE, in_place_of=UPSTREAM, counts_only_so=True), False),
        (SigningIn(realm=Realm.OFFICIAL, life=LIFE), False),
    ],
)
def test_where_it_could_not_do_it_is_not_taken(purpose: SigningIn, takes: bool) -> None:
    assert takes_recovery_codes(purpose) is takes


async def test_each_change_is_told_to_the_person(world: World, rp: RelyingParty) -> None:  # rows 30, 32, 36
    person, _ = await world.citizen()
    codes = await _codes(world, person)
    await _use(world, rp, codes[0])
    browser = world.browser()
    await world.signed_in(browser, person.person_id)
    await browser.press(await browser.get("/account/methods/remove?m=recovery-codes"), "submit")

    def notices(tx: Tx) -> list[str]:
        found = messages_of(tx, person.person_id)
        return sorted(one.payload["notice"] for one in found if one.kind is OutboxKind.NOTICE)

    told = await world.provider.database.read(notices)
    assert [one for one in told if one != "new_device"] == ["factor_removed", "new_factor", "recovery"]


async def test_a_session_opened_by_a_code_ends_when_the_codes_are_removed(
    world: World, rp: RelyingParty
) -> None:  # PAGES 3.1.14
    person, _ = await world.citizen()
    codes = await _codes(world, person)
    by_code, _ = await _use(world, rp, codes[0])
    browser = world.browser()
    await world.signed_in(browser, person.person_id)
    await browser.press(await browser.get("/account/methods/remove?m=recovery-codes"), "submit")
    left = await world.provider.database.read(lambda tx: tx.sessions.of_person(person.person_id))
    assert left
    assert not any("recovery" in one.amr for one in left)
    assert world.cookie_of(by_code, "session") is not None, "the cookie is there and opens nothing"
