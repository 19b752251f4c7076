"""E15: answers of authenticators taken on trust, tried at the front door – WebAuthn Level 3 §7.1, §7.2, §13.4.3.

What the rules refuse of an answer alone is in tests/credentials/test_passkey.py.
"""

import json
from typing import Any

import pytest

from idp.audit.events import EventType
from idp.database import Done
from idp.people.model import Person
from idp.transaction import Tx
from tests.attacks.log_lines import LogLines
from tests.authenticator import BE, ES384, UP, UV, Authenticator, Es256, base64url
from tests.driver import Browser, Page, RelyingParty
from tests.endpoints.passkeys import (
    ADD,
    PASSKEYS,
    add,
    answer,
    bound,
    device,
    named,
    options_of,
    passkey_page,
)
from tests.world import World


@pytest.fixture
async def rp(world: World) -> RelyingParty:
    return await world.client()


@pytest.fixture
async def alice(world: World) -> tuple[Person, Authenticator]:
    return await bound(world)


async def refused(world: World, browser: Browser, page: Page) -> bool:
    """Tell whether the page is the one that asks again, and nobody is signed in."""
    return {"error", "page-passkey"} <= page.ids and world.cookie_of(browser, "session") is None


LIES: dict[str, dict[str, Any]] = {
    "origin of another": {"origin": "https://evil.example"},
    "origin of a subdomain": {"origin": "http://a.localhost:8000"},
    "origin over https": {"origin": "https://localhost:8000"},
    "rp id of another": {"rp_id": "evil.example"},
    "a frame": {"cross_origin": True},
    "made, not used": {"type": "webauthn.create"},
    "nobody present": {"flags": UV},
    "synced all at once": {"flags": UP | UV | BE},
    "id is not rawId": {"answer": {"id": base64url(b"x" * 32)}},
    "a user handle of nobody": {"user_handle": base64url(b"x" * 64)},
    "no user handle": {"user_handle": None},
    "a signature of nothing": {"signature": b"\x30\x06\x02\x01\x01\x02\x01\x01"},
    "cut short": {"cut": 20},
    "a challenge of its own": {"challenge": base64url(b"c" * 32)},
}


async def test_e15_each_lie_is_refused_and_on_record_and_the_truth_still_counts(
    world: World, rp: RelyingParty, alice: tuple[Person, Authenticator], log: LogLines
) -> None:
    person, authenticator = alice
    browser = world.browser()
    page = await passkey_page(browser, rp)
    for count, (name, lie) in enumerate(LIES.items(), 1):
        page = await answer(browser, page, authenticator, **lie)
        assert await refused(world, browser, page), name
        records = await world.records(EventType.SIGN_IN_REFUSED)
        assert len(records) == count, name
        assert records[-1].payload == {"reason": "wrong answer", "factor": "passkey"}
        assert records[-1].actor == f"person:{person.person_id}"
    page = await answer(browser, page, authenticator)
    assert world.cookie_of(browser, "session")


async def test_e15_an_answer_counts_once_in_its_own_browser_interaction_and_ceremony(
    world: World, rp: RelyingParty, alice: tuple[Person, Authenticator]
) -> None:
    person, authenticator = alice
    browser = world.browser()
    page = await passkey_page(browser, rp)
    credential = json.dumps(authenticator.get(options_of(page)))
    sealed = page.form("submit")["fields"]["challenge"]
    thief = world.browser()
    other = await thief.press(
        await passkey_page(thief, rp), "submit", credential=credential, challenge=sealed
    )
    assert await refused(world, thief, other), "of another browser"
    second = await passkey_page(browser, rp)
    second = await browser.press(second, "submit", credential=credential, challenge=sealed)
    assert await refused(world, browser, second), "of another interaction of the same browser"
    await browser.press(page, "submit", credential=credential)
    assert world.cookie_of(browser, "session")
    page = await browser.press(page, "submit", credential=credential)
    assert "error" in page.ids, "again"
    last = (await world.records(EventType.SIGN_IN_REFUSED))[-1]
    assert last.payload["reason"] == "challenge used"

    home = world.browser()
    await world.signed_in(home, person.person_id)
    binding = await home.get(ADD)
    of_binding = json.loads(options_of(binding))
    asked = json.dumps({"challenge": of_binding["challenge"], "rpId": of_binding["rp"]["id"]})
    page = await passkey_page(thief, rp)
    page = await thief.press(
        page,
        "submit",
        credential=json.dumps(authenticator.get(asked)),
        challenge=binding.form("submit")["fields"]["challenge"],
    )
    assert await refused(world, thief, page), "of a binding"


async def test_e15_a_challenge_is_over_after_five_minutes_and_one_of_nobody_s_making_is_none(
    world: World, rp: RelyingParty, alice: tuple[Person, Authenticator]
) -> None:
    _, authenticator = alice
    browser = world.browser()
    page = await passkey_page(browser, rp)
    world.time.move(minutes=5)
    page = await answer(browser, page, authenticator)
    assert await refused(world, browser, page)
    for sealed in ("", "x", "AAAA" * 30):
        credential = json.dumps(authenticator.get(options_of(page)))
        page = await browser.press(page, "submit", credential=credential, challenge=sealed)
        assert await refused(world, browser, page), sealed
    world.time.move(minutes=-0.1)
    await answer(browser, page, authenticator)
    assert world.cookie_of(browser, "session")


async def test_e15_a_counter_that_goes_back_is_refused_and_raises_an_alarm(
    world: World, rp: RelyingParty, alice: tuple[Person, Authenticator]
) -> None:
    person, authenticator = alice
    for expected in (True, False):
        authenticator.sign_count = 6
        browser = world.browser()
        await answer(browser, await passkey_page(browser, rp), authenticator)
        assert bool(world.cookie_of(browser, "session")) is expected
    (alarm,) = await world.records(EventType.CREDENTIAL_COPIED)
    assert (alarm.actor, alarm.payload["kind"]) == (f"person:{person.person_id}", "passkey")
    browser = world.browser()
    await answer(browser, await passkey_page(browser, rp), authenticator)
    assert world.cookie_of(browser, "session")


async def test_e15_one_person_s_key_is_not_another_s_whatever_it_is_called(
    world: World, rp: RelyingParty, alice: tuple[Person, Authenticator]
) -> None:
    _, hers = alice
    bob, his = await bound(world, "bob")
    browser = world.browser()
    page = await passkey_page(browser, rp)
    page = await answer(browser, page, his, user_handle=base64url(hers.user_handle))
    assert await refused(world, browser, page)
    text = base64url(hers.credential_id)
    page = await answer(browser, page, his, answer={"id": text, "rawId": text})
    assert await refused(world, browser, page)
    home = world.browser()
    await world.signed_in(home, bob.person_id)
    forged = device(world, credential_id=hers.credential_id)
    page = await add(home, forged)
    assert "error" in page.ids, "a credential id that is somebody's already"
    kept = await world.provider.database.read(lambda tx: tx.passkeys.find(hers.credential_id))
    assert kept is not None
    assert kept.person_id != bob.person_id


async def test_e15_an_answer_that_is_nobody_s_is_counted_and_leaves_no_row(
    world: World, rp: RelyingParty
) -> None:
    browser, unknown, before = world.browser(), device(world), await world.events()
    page = await passkey_page(browser, rp)
    unknown.user_handle = b"h" * 64
    for _ in range(3):
        page = await answer(browser, page, unknown)
        assert await refused(world, browser, page)
    for garbage in ("{}", "x", "[]", json.dumps({"rawId": "Zm9v"}), "\u2028", "9" * 5000):
        page = await browser.press(page, "submit", credential=garbage)
        assert await refused(world, browser, page)
    assert await world.events() == before

    def spent(tx: Tx) -> Done[int]:
        return Done(tx.passkey_challenges.erase_expired(world.time().replace(year=2100), 10))

    assert await world.write(spent) == 0


BENT_BINDINGS: dict[str, dict[str, Any]] = {
    **{name: LIES[name] for name in ("origin of another", "rp id of another", "a frame", "nobody present")},
    **{name: LIES[name] for name in ("id is not rawId", "cut short", "a challenge of its own")},
    "used, not made": {"type": "webauthn.get"},
    "nobody verified": {"flags": UP},
    "an attestation that was not asked for": {"fmt": "android-key"},
}


async def test_e15_each_lie_at_binding_is_refused(world: World) -> None:
    person, browser = await world.person(), world.browser()
    await world.signed_in(browser, person.person_id)
    for name, lie in BENT_BINDINGS.items():
        page = await add(browser, device(world), **lie)
        assert {"error", "page-passkey-add"} <= page.ids, name
    page = await add(browser, device(world, key=Es256(ES384)))
    assert "error" in page.ids, "an algorithm that was not asked for"
    assert "passkeys-none" in (await browser.get(PASSKEYS)).ids
    assert await world.events(EventType.CREDENTIAL_SET) == []


async def test_e15_a_binding_counts_once_and_in_its_own_session(world: World) -> None:
    person, browser = await world.person(), world.browser()
    await world.signed_in(browser, person.person_id)
    page, authenticator = await browser.get(ADD), device(world)
    given = {"credential": json.dumps(authenticator.create(options_of(page))), **named("x")}
    stranger = world.browser()
    await world.signed_in(stranger, (await world.person("mallory")).person_id)
    theirs = await stranger.get(ADD)
    sealed = page.form("submit")["fields"]["challenge"]
    theirs = await stranger.press(theirs, "submit", challenge=sealed, **given)
    assert "error" in theirs.ids, "somebody else's account"
    assert "notice" in (await browser.press(page, "submit", **given)).ids
    assert "error" in (await browser.press(page, "submit", **given)).ids, "again"
    assert len(await world.events(EventType.CREDENTIAL_SET)) == 1
