"""The simulated national system: signing in by QR code, passcode and number matching on a phone (DOMAIN §1.3, §3.4)."""

import asyncio
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from federation.national_mock.scans import SCAN_SECONDS, WRONG_DIGITS, normalise_code
from federation.national_mock.throttle import MAX_TRIES
from tests.federation.national_driver import (
    HOA,
    HUONG,
    ISSUER,
    LOCKED,
    PASSWORDS,
    Browser,
    National,
    RelyingParty,
    answer,
    make_national,
)

COMPANY = "0201234569"


@pytest.fixture
def national(tmp_path: Path) -> National:
    return make_national(tmp_path)


def _shown(browser: Browser) -> tuple[str, str]:
    """The code and the digits on the screen."""
    code = re.search(r'id="scan-code">([2-9A-Z]{4}-[2-9A-Z]{4})<', browser.page.text)
    digits = re.search(r'id="scan-digits">(\d\d)<', browser.page.text)
    assert code is not None
    assert digits is not None
    return code[1], digits[1]


async def _phone(national: National, code: str, digits: str, *, number: str = HUONG, **typed: str) -> str:
    """Somebody's phone, with nothing of the browser's: what it shows after the form."""
    phone = national.browser()
    data = {"c": code, "number": number, "passcode": PASSWORDS[number], "digits": digits, "action": "confirm"}
    return (await phone.http.post("/phone", data=data | typed, headers={"Origin": ISSUER})).text


async def _press(browser: Browser, action: str = "submit") -> None:
    """The button of the scan: the login page has two forms, so the scan's own is sent."""
    url = f"/authenticationendpoint/qr.do?sessionDataKey={browser.page.url.params['sessionDataKey']}"
    await browser.open(url)
    await browser.press(action)


async def test_a_scan_and_a_passcode_sign_in_at_the_second_level(national: National) -> None:
    browser, rp = national.browser(), RelyingParty(national)
    await browser.start(acr_values="LoA2")
    code, digits = _shown(browser)
    found = await national.browser().open(f"/phone?c={code.replace('-', '')}")
    assert "Hải Phòng ID" in found.text, "the phone says for whom"
    assert f">{digits}<" not in found.text, "and not the digits"
    assert 'id="done"' in await _phone(national, code, digits)
    await _press(browser)
    tokens = (await rp.redeem(answer(browser.page)["code"])).json()
    claims = await rp.verified(tokens["id_token"])
    assert (claims["sub"], claims["acr"], claims["amr"]) == ("sub-huong", "LoA2", ["swk", "pin"])


async def test_the_qr_code_holds_the_address_of_the_phone_page(national: National) -> None:
    browser = national.browser()
    await browser.start()
    link = re.search(r'id="open-scan-phone" href="([^"]+)"', browser.page.text)
    assert link is not None
    assert parse_qs(urlsplit(link[1]).query)["c"] == [_shown(browser)[0].replace("-", "")]
    assert "<svg" in browser.page.text
    assert "xmlns:xlink" not in browser.page.text


async def test_it_is_two_factors_even_where_one_was_asked_for(national: National) -> None:
    browser, rp = national.browser(), RelyingParty(national)
    await browser.start(acr_values="LoA1")
    await _phone(national, *_shown(browser))
    await _press(browser)
    claims = await rp.verified((await rp.redeem(answer(browser.page)["code"])).json()["id_token"])
    assert claims["acr"] == "LoA2"


async def test_the_face_follows_where_the_highest_level_is_asked_for(national: National) -> None:
    browser, rp = national.browser(), RelyingParty(national)
    await browser.start(acr_values="LoA3")
    await _phone(national, *_shown(browser))
    await _press(browser)
    assert browser.page.url.path.endswith("face.do")
    code = answer(await browser.press("match"))["code"]
    claims = await rp.verified((await rp.redeem(code)).json()["id_token"])
    assert (claims["acr"], claims["amr"]) == ("LoA3", ["swk", "pin", "face"])


async def test_an_account_without_a_face_never_gets_further(national: National) -> None:
    browser, rp = national.browser(), RelyingParty(national)
    await browser.start(acr_values="LoA3")
    await _phone(national, *_shown(browser), number=HOA)
    await _press(browser)
    claims = await rp.verified((await rp.redeem(answer(browser.page)["code"])).json()["id_token"])
    assert (claims["sub"], claims["acr"]) == ("sub-hoa", "LoA2")


async def test_the_button_before_the_phone_says_so_and_keeps_the_code(national: National) -> None:
    browser = national.browser()
    await browser.start()
    shown = _shown(browser)
    await _press(browser)
    assert "Chưa nhận được xác nhận" in browser.error()
    assert _shown(browser) == shown
    await _phone(national, *shown)
    await _press(browser)
    assert answer(browser.page)["code"]


async def test_what_the_phone_confirmed_is_no_use_to_another_browser(national: National) -> None:
    person, attacker = national.browser(), national.browser()
    await person.start()
    await _phone(national, *_shown(person))
    await attacker.start()
    flow = person.page.url.params["sessionDataKey"]
    assert (
        await attacker.http.get(f"/authenticationendpoint/qr.do?sessionDataKey={flow}")
    ).status_code == 400
    attacker.page = person.page
    assert (await attacker.post("submit")).status_code == 400


async def test_a_code_counts_once(national: National) -> None:
    browser = national.browser()
    await browser.start()
    shown = _shown(browser)
    pages = await asyncio.gather(*(_phone(national, *shown, number=who) for who in (HUONG, HOA)))
    assert sum('id="done"' in page for page in pages) == 1
    await _press(browser)
    assert answer(browser.page)["code"]
    assert "Mã không đúng" in await _phone(national, *shown)


async def test_a_code_runs_out_and_a_new_one_works(national: National) -> None:
    browser = national.browser()
    await browser.start()
    old = _shown(browser)
    national.clock.now += SCAN_SECONDS
    assert "Mã không đúng" in await _phone(national, *old)
    await _press(browser)
    assert _shown(browser)[0] != old[0]
    await _phone(national, *_shown(browser))
    await _press(browser)
    assert answer(browser.page)["code"]


async def test_a_confirmation_is_kept_though_the_code_has_run_out_since(national: National) -> None:
    browser = national.browser()
    await browser.start()
    await _phone(national, *_shown(browser))
    national.clock.now += SCAN_SECONDS
    await _press(browser)
    assert answer(browser.page)["code"]


async def test_three_wrong_numbers_end_it(national: National) -> None:
    browser = national.browser()
    await browser.start()
    code, digits = _shown(browser)
    wrong = "99" if digits != "99" else "98"
    for left in range(WRONG_DIGITS - 1, 0, -1):
        assert f"Còn {left} lần thử" in await _phone(national, code, wrong)
    assert "Mã không đúng" in await _phone(national, code, wrong)
    assert "Mã không đúng" in await _phone(national, code, digits), "not even the right one now"
    await browser.open(str(browser.page.url).replace("login.do", "qr.do"))
    assert "ba lần" in browser.page.text
    await browser.press("new")
    await _phone(national, *_shown(browser))
    await _press(browser)
    assert answer(browser.page)["code"]


async def test_not_me_blocks_it(national: National) -> None:
    browser = national.browser()
    await browser.start()
    code, digits = _shown(browser)
    assert "Đã chặn" in await _phone(national, code, digits, action="deny", passcode="")
    assert "Mã không đúng" in await _phone(national, code, digits)


async def test_a_wrong_passcode_confirms_nothing_and_counts_as_wrong_passwords_do(national: National) -> None:
    browser = national.browser()
    await browser.start()
    code, digits = _shown(browser)
    for _ in range(MAX_TRIES):
        assert "không đúng" in await _phone(national, code, digits, passcode="a guess")
    assert "quá nhiều lần" in await _phone(national, code, digits)
    await _press(browser)
    assert "Chưa nhận được" in browser.error()


async def test_an_organisation_has_no_phone(national: National) -> None:
    browser = national.browser()
    await browser.start()
    assert "không đúng" in await _phone(national, *_shown(browser), number=COMPANY)


async def test_a_locked_account_is_told_why(national: National) -> None:
    browser = national.browser()
    await browser.start()
    await _phone(national, *_shown(browser), number=LOCKED)
    await _press(browser)
    assert "đang bị khóa" in browser.page.text


@pytest.mark.parametrize("origin", ["", "null", "https://attacker.example"])
async def test_another_site_confirms_nothing(national: National, origin: str) -> None:
    browser = national.browser()
    await browser.start()
    code, digits = _shown(browser)
    data = {"c": code, "number": HUONG, "passcode": PASSWORDS[HUONG], "digits": digits}
    headers = {"Origin": origin} if origin else {}
    assert (await national.browser().http.post("/phone", data=data, headers=headers)).status_code == 403


@pytest.mark.parametrize("code", ["", "XXXXXXXX", "é", "a" * 500, "2B4C-6D8F"])
async def test_a_code_that_nobody_shows_leads_nowhere(national: National, code: str) -> None:
    await national.browser().start()
    page = await national.browser().http.get("/phone", params={"c": code})
    assert page.status_code == 200
    assert 'id="scan-find"' in page.text
    assert "scan-passcode" not in page.text


def test_a_code_is_read_as_it_is_typed() -> None:
    assert normalise_code(" 2b4c-6d8f ") == "2B4C6D8F"
