"""E06: a level that was asked for is reached or refused, however somebody comes; what is issued says what was done."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from idp.credentials.recovery_code import CODE_BYTES, read_code, write_code
from idp.credentials.service import set_recovery_codes
from idp.people.model import Person
from idp.protocol.assurance import Acr
from tests.attacks.oracle import Oracle
from tests.driver import Browser, Citizen, Page, RelyingParty
from tests.endpoints.signing_in import password_page, try_password, without_code
from tests.world import PASSWORD, World

HIGH = {
    "acr_values": {"acr_values": "LoA3"},
    "urn": {"acr_values": Acr.HIGH.value},
    "essential": {"claims": json.dumps({"id_token": {"acr": {"essential": True, "values": ["LoA3"]}}})},
    "one value": {"claims": json.dumps({"id_token": {"acr": {"essential": True, "value": "LoA3"}}})},
    "both": {
        "acr_values": "LoA1",
        "claims": json.dumps({"id_token": {"acr": {"essential": True, "values": ["LoA3"]}}}),
    },
}
"""Every way in which a client says that nothing less will do."""
REFUSED = {"login_required", "unmet_authentication_requirements"}


@dataclass
class Comer:
    """Somebody with a password and, unless it was taken, an authenticator; a browser; the client they go to."""

    world: World
    rp: RelyingParty
    person: Person
    citizen: Citizen = field(repr=False)
    browser: Browser = field(repr=False)

    async def by_password(self) -> Page:
        return await try_password(self.browser, await password_page(self.browser, self.rp), "alice", PASSWORD)


@pytest.fixture
async def alice(world: World, oracle: Oracle) -> Comer:
    rp = await world.client()
    person, citizen = await world.citizen()
    await world.agree(person.person_id, rp)
    return Comer(world=world, rp=rp, person=person, citizen=citizen, browser=world.browser())


async def by_the_national_system(alice: Comer) -> None:
    await alice.world.signed_in(alice.browser, alice.person.person_id)


async def by_the_national_system_at_low(alice: Comer) -> None:
    await alice.world.signed_in(alice.browser, alice.person.person_id, acr=Acr.LOW, ial=1)


async def by_an_old_session_at_high(alice: Comer) -> None:
    await alice.world.signed_in(alice.browser, alice.person.person_id, acr=Acr.HIGH)
    alice.world.time.move(minutes=11)


async def by_password_and_code(alice: Comer) -> None:
    page = await alice.by_password()
    await alice.browser.press(page, "submit", otp=alice.citizen.code(alice.world.time().timestamp()))


async def by_a_recovery_code(alice: Comer) -> None:
    code = write_code(alice.world.provider.clock.random_bytes(CODE_BYTES))
    kept, person_id = [read_code(code) or ""], alice.person.person_id
    await alice.world.write(lambda tx: set_recovery_codes(tx, person_id, kept, occasion=alice.world.occasion))
    page = await alice.by_password()
    page = await alice.browser.get(page.links["use-recovery"])
    await alice.browser.press(page, "submit", None, **{"recovery-code": code})


async def with_a_factor_half_enrolled(alice: Comer) -> None:
    """The key of an authenticator is stored and was never confirmed: the password stands alone, and opens level low."""
    await without_code(alice.world, alice.person)
    await alice.by_password()


async def in_place_of_the_national_system(alice: Comer) -> None:
    await alice.world.signed_in(alice.browser, alice.person.person_id, idp="haiphong", degraded=True)


Way = Callable[[Comer], Awaitable[None]]
WAYS: dict[Way, tuple[Acr, list[str]]] = {
    by_the_national_system: (Acr.SUBSTANTIAL, ["pwd", "otp"]),
    by_the_national_system_at_low: (Acr.LOW, ["pwd", "otp"]),
    by_an_old_session_at_high: (Acr.SUBSTANTIAL, ["pwd", "otp"]),
    by_password_and_code: (Acr.LOW, ["pwd", "otp"]),
    by_a_recovery_code: (Acr.LOW, ["pwd", "recovery"]),
    with_a_factor_half_enrolled: (Acr.LOW, ["pwd"]),
    in_place_of_the_national_system: (Acr.LOW, ["pwd", "otp"]),
}
"""Each way, and what of it counts where level low is enough."""
EVERY_WAY = pytest.mark.parametrize("way", WAYS, ids=lambda one: one.__name__)


@EVERY_WAY
async def test_e06_no_way_gets_a_code_where_high_is_asked(alice: Comer, oracle: Oracle, way: Way) -> None:
    await way(alice)
    assert alice.world.cookie_of(alice.browser, "session"), "signed in, and not at high"
    for name, asked in HIGH.items():
        silent = await alice.browser.get(alice.rp.authorize_url(prompt="none", **asked))
        assert silent.answer.keys() >= {"error"}, name
        assert silent.answer["error"] in REFUSED, name
        page = await alice.browser.get(alice.rp.authorize_url(**asked))
        async with oracle.refusing((way.__name__, name), status=range(200, 500)):
            for answer in await _every_way_on(alice, page):
                assert answer.left_for is None, (name, answer.left_for)
        end = await alice.browser.press(await alice.browser.get(f"/sign-in?i={page.interaction}"), "cancel")
        assert end.answer["error"] in {"access_denied", *REFUSED}, name


async def _every_way_on(alice: Comer, page: Page) -> list[Page]:
    """Go back, go on, begin again, and answer pages that were never shown."""
    i, browser = page.interaction, alice.browser
    csrf = page.form("cancel")["fields"]["csrf"]
    looked = [
        await browser.get(f"{path}?i={i}")
        for path in ("/authorize/resume", "/step-up", "/sign-in", "/consent", "/act-for", "/sign-in/otp")
    ]
    forms: tuple[tuple[str, dict[str, str]], ...] = (
        ("/consent", {"answer": "allow", "scope": "profile"}),
        ("/act-for", {"context": "self"}),
        ("/sign-in/password", {}),
        ("/sign-in/otp", {"otp": "000000"}),
        ("/sign-in/recovery", {"recovery-code": "0" * 16}),
        ("/sign-in/recovery/kept", {"kept": "x"}),
        ("/sign-in/code/enter", {"otp": "000000"}),
    )
    sent = [await browser.post(f"{path}?i={i}", {"csrf": csrf, **fields}) for path, fields in forms]
    return [*looked, *sent, await browser.get(f"/authorize/resume?i={i}")]


@EVERY_WAY
async def test_e06_what_is_issued_says_what_was_done(alice: Comer, way: Way) -> None:
    await way(alice)
    acr, amr = WAYS[way]
    for asked in ({}, {"acr_values": "LoA1"}, {"acr_values": "urn:mace:silver LoA1"}):
        page = await alice.browser.get(alice.rp.authorize_url(prompt="none", **asked))
        tokens: dict[str, Any] = (await alice.rp.redeem(alice.world.http, page.answer["code"])).json()
        renewed = (await alice.rp.refresh(alice.world.http, tokens["refresh_token"])).json()
        for token in (
            tokens["id_token"],
            tokens["access_token"],
            renewed["id_token"],
            renewed["access_token"],
        ):
            told = await alice.rp.verify(alice.world.http, token)
            assert (told["acr"], told.get("amr", amr)) == (acr.value, amr)


@pytest.mark.parametrize("asked", HIGH)
async def test_e06_a_proof_given_in_the_very_request_does_not_count_for_more_than_it_is(
    alice: Comer, asked: str
) -> None:
    """The password and the code are taken where the client takes them at low, and the client is told that it was less."""
    page = await alice.browser.get(alice.rp.authorize_url(**HIGH[asked]))
    i = page.interaction
    alice.world.time.move(seconds=1)
    page = await alice.browser.get(f"/sign-in/password?i={i}")
    page = await try_password(alice.browser, page, "alice", PASSWORD)
    page = await alice.browser.press(page, "submit", otp=alice.citizen.code(alice.world.time().timestamp()))
    assert alice.world.cookie_of(alice.browser, "session")
    for path in ("/authorize/resume", "/sign-in", "/step-up", "/consent"):
        page = await alice.browser.get(f"{path}?i={i}")
        assert page.left_for is None, page.left_for
    page = await alice.browser.press(await alice.browser.get(f"/sign-in?i={i}"), "cancel")
    assert page.answer["error"] == "unmet_authentication_requirements"


@pytest.mark.parametrize(
    "way", [one for one in WAYS if one is not by_an_old_session_at_high], ids=lambda one: one.__name__
)
async def test_e06_a_tab_that_asked_for_high_is_not_answered_by_another_that_did_not(
    alice: Comer, oracle: Oracle, way: Way
) -> None:
    """The one that asks for high stands open; the sign-in is done in another; then the first is gone on with."""
    first = await alice.browser.get(alice.rp.authorize_url(acr_values="LoA3"))
    await way(alice)
    for path in ("/authorize/resume", "/sign-in", "/step-up", "/consent"):
        assert (await alice.browser.get(f"{path}?i={first.interaction}")).left_for is None
    end = await alice.browser.press(await alice.browser.get(f"/sign-in?i={first.interaction}"), "cancel")
    assert end.answer["error"] in {"access_denied", *REFUSED}


async def test_e06_high_itself_is_reached_and_said(alice: Comer) -> None:
    await alice.world.signed_in(alice.browser, alice.person.person_id, acr=Acr.HIGH)
    for name, asked in HIGH.items():
        page = await alice.browser.get(alice.rp.authorize_url(prompt="none", **asked))
        tokens = (await alice.rp.redeem(alice.world.http, page.answer["code"])).json()
        told = await alice.rp.verify(alice.world.http, tokens["access_token"])
        assert told["acr"] == Acr.HIGH.value, name
