"""Every fault of the national system's panel, met by a citizen – SECURITY R21, R22, E03; DOMAIN 3.6.

What they see within three seconds, in their language, with a reference and a way on; that nothing is spent; and that
the next sign-in works when the fault is over. Faults of single claims stand in tests/attacks/test_e02_upstream.py; the
same on the whole demo in tests/proof/national_faults.py.
"""

import re
import time
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest

from federation.upstream import UpstreamError
from idp.audit.events import EventType
from tests.driver import Page, RelyingParty
from tests.federation.national_driver import HUONG, PASSWORDS, REDIRECT_URI
from tests.federation.national_driver import Browser as NationalBrowser
from tests.federation.national_process import Process
from tests.national import Traveller, open_federated_world, order_fault
from tests.world import World

pytestmark = pytest.mark.network

SERVICE = ("down", "slow", "drip", "http500", "maintenance")
_TXN = re.compile(r"[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}")
_SEEN_WITHIN = 3.0


@pytest.fixture
async def world(template: Path, tmp_path: Path, national: Process) -> AsyncIterator[World]:
    async with open_federated_world(
        template, tmp_path, national, national_patience=1.0, national_time_limit=1.2
    ) as world:
        yield world


def order(national: Process, mode: str, amount: float | None = None) -> None:
    httpx.post(f"{national.url}/__faults", json={"mode": mode, "amount": amount}).raise_for_status()


def assert_told(page: Page, *, language: str = "vi") -> None:
    """An honest page of ours: in their language, with a reference, with ways on, and nobody was sent anywhere."""
    assert page.left_for is None
    assert page.status == 200
    assert {"page-sign-in", "error", "error-reference", "cancel"} <= page.ids
    assert {"method-national", "method-national-down"} & page.ids
    assert f'<html lang="{language}"' in page.response.text
    shown = re.search(r'id="error-reference">(.*?)</p>', page.response.text, re.DOTALL)
    assert shown is not None
    assert _TXN.search(shown[1])


async def assert_nothing_is_spent(world: World, traveller: Traveller, rp: RelyingParty) -> None:
    """The service got nothing, nobody is signed in, and the same request goes on when the fault is over."""
    assert world.cookie_of(traveller.browser, "session") is None
    assert (
        await world.events(EventType.SESSION_STARTED, EventType.CODE_ISSUED, EventType.PERSON_CREATED) == []
    )
    order_fault(traveller.national, "none")
    door = await _door_again(traveller)
    page = await traveller.return_with(await traveller.sign_in_there(door))
    page = await traveller.browser.press(page, "allow")
    tokens = (await rp.redeem(world.http, page.answer["code"])).json()
    assert (await rp.verify(world.http, tokens["id_token"]))["idp"] == "national"


async def _door_again(traveller: Traveller) -> str:
    """The way there from the same request; a reading that began under the fault may have to end first."""
    until = time.monotonic() + 5
    while time.monotonic() < until:
        page = await traveller.browser.get(f"/sign-in/national?i={traveller.interaction}")
        if page.left_for is None:
            page = await traveller.browser.press(page, "submit")
        if page.left_for is not None:
            return page.left_for
    raise AssertionError("the way there does not open again")


@pytest.mark.parametrize("mode", SERVICE)
async def test_who_wants_to_go_there_is_told_and_loses_nothing(
    world: World, rp: RelyingParty, huong: Traveller, national: Process, mode: str
) -> None:
    page = await huong.browser.get(rp.authorize_url())
    huong.interaction = page.interaction
    page = await huong.browser.get(f"/sign-in/national?i={page.interaction}")
    order(national, mode)
    began = time.monotonic()
    page = await huong.browser.press(page, "submit")
    assert time.monotonic() - began < _SEEN_WITHIN
    assert_told(page)
    await assert_nothing_is_spent(world, huong, rp)


@pytest.mark.parametrize("mode", SERVICE)
async def test_who_comes_back_is_told_and_loses_nothing(
    world: World, rp: RelyingParty, huong: Traveller, national: Process, mode: str
) -> None:
    address = await huong.sign_in_there(await huong.leave(rp, ui_locales="en"))
    order(national, mode)
    began = time.monotonic()
    page = await huong.return_with(address)
    assert time.monotonic() - began < _SEEN_WITHIN
    assert_told(page, language="en")
    assert world.provider.national_circuit.failures == 1, "an outage, not a lie"
    await assert_nothing_is_spent(world, huong, rp)


async def test_one_stranger_whose_codes_fail_there_shuts_the_way_for_nobody(
    world: World, rp: RelyingParty, huong: Traveller, national: Process
) -> None:
    strangers = [Traveller(world, national, world.browser()) for _ in range(6)]
    states = [dict(parse_qsl(urlsplit(await one.leave(rp)).query))["state"] for one in strangers]
    order(national, "http500")
    for stranger, state in zip(strangers, states, strict=True):
        invented = urlencode({"state": state, "iss": national.issuer, "code": "' or 1=1 --"})
        assert_told(await stranger.return_with(f"{REDIRECT_URI}?{invented}"))
    assert not world.provider.national_circuit.is_open(world.time())
    order(national, "none")
    page = await huong.sign_in(rp)
    assert "allow" in page.ids


async def test_who_gives_up_goes_back_with_the_right_error(
    world: World, rp: RelyingParty, huong: Traveller, national: Process
) -> None:
    address = await huong.sign_in_there(await huong.leave(rp))
    order(national, "http500")
    page = await huong.browser.press(await huong.return_with(address), "cancel")
    assert page.answer["error"] == "access_denied"
    assert "code" not in page.answer
    order(national, "none")


@pytest.mark.parametrize("mode", ["wrong_key", "unknown_kid", "userinfo_sub_mismatch", "lower_acr"])
async def test_a_lie_signs_nobody_in_and_the_next_truth_does(
    world: World, rp: RelyingParty, huong: Traveller, national: Process, mode: str
) -> None:
    address = await huong.sign_in_there(await huong.leave(rp))
    order(national, mode)
    assert_told(await huong.return_with(address))
    assert world.provider.national_circuit.failures == 0, "a lie is no outage"
    await assert_nothing_is_spent(world, huong, rp)


async def test_keys_that_changed_and_were_published_are_read_again(
    world: World, rp: RelyingParty, huong: Traveller, national: Process
) -> None:  # R22
    await huong.browser.press(await huong.sign_in(rp), "allow")
    order(national, "key_rotated")
    assert_told(await huong.sign_in(rp, prompt="login"))  # they were read a moment ago
    assert world.provider.national is not None
    await world.provider.national.probe(now=world.time.moment)  # what every process does every ten seconds
    assert (await huong.sign_in(rp, prompt="login")).answer["code"]
    order(national, "none")
    assert (await huong.sign_in(rp, prompt="login")).answer["code"], "and the key before is not forgotten"


async def test_an_empty_list_of_keys_does_not_take_away_those_read_last(
    world: World, rp: RelyingParty, huong: Traveller, national: Process
) -> None:  # R22
    await huong.browser.press(await huong.sign_in(rp), "allow")
    order(national, "jwks_empty")
    assert world.provider.national is not None
    with pytest.raises(UpstreamError, match="no key"):
        await world.provider.national.probe(now=world.time.moment)
    door = await huong.leave(rp, prompt="login")
    assert (await huong.return_with(await huong.sign_in_there(door))).answer["code"]


async def test_with_no_key_ever_read_an_empty_list_signs_nobody_in(
    world: World, rp: RelyingParty, huong: Traveller, national: Process
) -> None:
    address = await huong.sign_in_there(await huong.leave(rp))
    order(national, "jwks_empty")
    assert_told(await huong.return_with(address))
    await assert_nothing_is_spent(world, huong, rp)


async def test_an_issuer_that_changed_its_name_is_not_followed(
    world: World, rp: RelyingParty, huong: Traveller, national: Process
) -> None:
    page = await huong.browser.get(rp.authorize_url())
    huong.interaction = page.interaction
    page = await huong.browser.get(f"/sign-in/national?i={page.interaction}")
    order(national, "issuer_changed")
    assert_told(await huong.browser.press(page, "submit"))
    order(national, "none")
    door = await huong.leave(rp)
    order(national, "issuer_changed")
    assert_told(await huong.return_with(await huong.sign_in_there(door)))
    await assert_nothing_is_spent(world, huong, rp)


@pytest.mark.parametrize("seconds", [-45, 45])
async def test_a_clock_a_little_off_is_no_matter(
    rp: RelyingParty, huong: Traveller, national: Process, seconds: int
) -> None:
    door = await huong.leave(rp)
    order(national, "clock_off", seconds)
    page = await huong.return_with(await huong.sign_in_there(door))
    assert "page-consent" in page.ids
    order(national, "none")


@pytest.mark.parametrize("seconds", [-3600, 3600])
async def test_a_clock_far_off_signs_nobody_in(
    world: World, rp: RelyingParty, huong: Traveller, national: Process, seconds: int
) -> None:
    door = await huong.leave(rp)
    order(national, "clock_off", seconds)
    assert_told(await huong.return_with(await huong.sign_in_there(door)))
    await assert_nothing_is_spent(world, huong, rp)


async def test_who_is_sent_back_twice_is_signed_in_once_and_the_service_gets_one_code(
    world: World, rp: RelyingParty, huong: Traveller, national: Process
) -> None:  # E02
    door = await huong.leave(rp)
    order(national, "double_callback")
    async with httpx.AsyncClient(base_url=national.issuer) as http:
        there = NationalBrowser(http)
        await there.open(door)
        page = await there.press(origin=national.issuer, number=HUONG, password=PASSWORDS[HUONG])
    first, second = (unescape(way) for way in re.findall(r'id="back-\w+" href="([^"]+)"', page.text))
    assert first == second
    consent = await huong.return_with(first)
    assert "page-consent" in consent.ids
    again = await huong.return_with(second)
    assert (again.status, again.case) == (400, "expired")
    assert _TXN.search(again.response.text)
    assert (await huong.browser.press(consent, "allow")).answer["code"]
    assert await world.events(EventType.SESSION_STARTED, EventType.CODE_ISSUED) == [
        EventType.SESSION_STARTED,
        EventType.CODE_ISSUED,
    ]


@pytest.mark.parametrize(
    "txn", ["<b>x</b>", "ABCD", "call 1900 now", "ABCD-EFGH-JKLM-NPQR", "abcd-efgh-jklm"]
)
async def test_a_reference_from_elsewhere_is_not_shown(rp: RelyingParty, huong: Traveller, txn: str) -> None:
    page = await huong.browser.get(rp.authorize_url())
    query = httpx.QueryParams(i=page.interaction, m="upstream-failed", txn=txn)
    page = await huong.browser.get(f"/sign-in?{query}")
    assert "error" in page.ids
    assert "error-reference" not in page.ids
