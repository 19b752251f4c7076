"""The simulated national system: signing in, page by page – OpenID Connect Core §3.1.2."""

from pathlib import Path

import pytest

from federation.national_mock.flows import FLOW_SECONDS, OTP_SECONDS
from federation.national_mock.throttle import MAX_TRIES, WINDOW_SECONDS
from tests.federation.national_driver import (
    HOA,
    HUONG,
    ISSUER,
    LOCKED,
    PASSWORDS,
    National,
    RelyingParty,
    answer,
    make_national,
)


@pytest.fixture
def national(tmp_path: Path) -> National:
    return make_national(tmp_path)


@pytest.mark.parametrize(
    ("acr_values", "acr", "amr"),
    [
        ("LoA1", "LoA1", ["pwd"]),
        ("LoA2", "LoA2", ["pwd", "otp"]),
        ("LoA3", "LoA3", ["pwd", "otp", "face"]),
        (None, "LoA2", ["pwd", "otp"]),
        ("urn:unknown", "LoA2", ["pwd", "otp"]),
        ("LoA3 LoA1", "LoA3", ["pwd", "otp", "face"]),
        ("LoA1 LoA3", "LoA1", ["pwd"]),
    ],
)
async def test_a_sign_in_reaches_the_level_asked_for_and_says_so(
    national: National, acr_values: str | None, acr: str, amr: list[str]
) -> None:
    rp = RelyingParty(national)
    tokens = await rp.tokens(HUONG, acr_values=acr_values)
    claims = await rp.verified(tokens["id_token"])
    assert (claims["acr"], claims["amr"]) == (acr, amr)
    assert (await rp.userinfo(tokens["access_token"])).json()["loAs"] == acr


@pytest.mark.parametrize(("acr_values", "acr"), [("LoA3 LoA1", "LoA1"), ("LoA3", "LoA2"), ("LoA2", "LoA2")])
async def test_an_account_without_a_face_on_record_never_claims_a_face_match(
    national: National, acr_values: str, acr: str
) -> None:
    rp = RelyingParty(national)
    tokens = await rp.tokens(HOA, acr_values=acr_values)
    assert (await rp.verified(tokens["id_token"]))["acr"] == acr


async def test_the_answer_carries_state_unchanged_and_the_issuer(national: National) -> None:
    state = "a b+c%2F&=;~'\"Hải \\ ?#"
    given = answer(await national.browser().sign_in(state=state))
    assert given["state"] == state
    assert given["iss"] == ISSUER  # RFC 9207 §2
    assert set(given) == {"code", "state", "iss"}


@pytest.mark.parametrize("pages", [0, 1, 2])
async def test_cancelling_on_any_page_tells_the_relying_party(national: National, pages: int) -> None:
    browser = national.browser()
    await browser.start(acr_values="LoA3")
    if pages >= 1:
        await browser.press(number=HUONG, password=PASSWORDS[HUONG])
    if pages == 2:
        await browser.press(otp=browser.otp())
    given = answer(await browser.press("cancel"))
    assert (given["error"], given["state"], given["iss"]) == ("access_denied", "a-state", ISSUER)


async def test_a_wrong_password_and_an_unknown_number_look_the_same(national: National) -> None:
    sentences = []
    for number in (HUONG, "031099999999"):
        browser = national.browser()
        await browser.start()
        page = await browser.press(number=number, password="not the password")
        assert number in page.text, "the number stays typed"
        assert "Lỗi: " in page.text.split("</title>")[0]
        sentences.append(browser.error())
    assert sentences[0] == sentences[1] != ""


async def test_nothing_typed_is_said_so_and_not_counted(national: National) -> None:
    browser = national.browser()
    await browser.start()
    for _ in range(MAX_TRIES + 1):
        assert (await browser.press(number="", password="")).status_code == 200
    assert "Nhập số định danh" in browser.error()


async def test_after_ten_wrong_passwords_even_the_right_one_waits(national: National) -> None:
    browser = national.browser()
    await browser.start()
    for _ in range(MAX_TRIES):
        assert (await browser.press(number=HUONG, password="wrong")).status_code == 200
    refused = await browser.press(number=HUONG, password=PASSWORDS[HUONG])
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) == WINDOW_SECONDS
    assert "15 phút" in browser.error()
    assert answer(await national.browser().sign_in(HOA))["code"], "other numbers are free"
    national.clock.now += WINDOW_SECONDS
    assert answer(await national.browser().sign_in(HUONG))["code"]


async def test_wrong_codes_count_with_wrong_passwords_across_sign_ins(national: National) -> None:
    browser = national.browser()
    for _ in range(2):
        await browser.start()
        await browser.press(number=HUONG, password=PASSWORDS[HUONG])
        for _ in range(MAX_TRIES // 2):
            assert (await browser.press(otp="not it")).status_code == 200
            assert "Mã xác thực không đúng" in browser.error()
    refused = await browser.press(otp=browser.otp())
    assert refused.status_code == 429


async def test_a_finished_sign_in_forgets_the_wrong_tries(national: National) -> None:
    browser = national.browser()
    for _ in range(3):
        await browser.start()
        for _ in range(MAX_TRIES - 2):
            await browser.press(number=HUONG, password="wrong")
        await browser.press(number=HUONG, password=PASSWORDS[HUONG])
        assert answer(await browser.press(otp=browser.otp()))["code"]


async def test_a_code_runs_out_and_a_new_one_works(national: National) -> None:
    browser = national.browser()
    await browser.start()
    await browser.press(number=HUONG, password=PASSWORDS[HUONG])
    old = browser.otp()
    national.clock.now += OTP_SECONDS
    page = await browser.press(otp=old)
    assert "hết hạn" in browser.error()
    assert old not in page.text
    await browser.press("resend")
    assert answer(await browser.press(otp=f" {browser.otp()[:3]} {browser.otp()[3:]} "))["code"]


async def test_another_number_can_be_used_after_the_password(national: National) -> None:
    browser = national.browser()
    await browser.start()
    await browser.press(number=HUONG, password=PASSWORDS[HUONG])
    page = await browser.press("restart")
    assert page.url.path.endswith("login.do")
    assert HUONG not in page.text
    await browser.press(number=HOA, password=PASSWORDS[HOA])
    code = answer(await browser.press(otp=browser.otp()))["code"]
    tokens = (await RelyingParty(national).redeem(code)).json()
    assert (await RelyingParty(national).verified(tokens["id_token"]))["sub"] == "sub-hoa"


async def test_a_face_that_does_not_match_can_try_again(national: National) -> None:
    browser = national.browser()
    await browser.start(acr_values="LoA3")
    await browser.press(number=HUONG, password=PASSWORDS[HUONG])
    await browser.press(otp=browser.otp())
    await browser.press("mismatch")
    assert "không khớp" in browser.error()
    assert answer(await browser.press("match"))["code"]


@pytest.mark.parametrize(
    ("number", "sentence", "ground"),
    [
        (LOCKED, "đang bị khóa", "locked"),
        ("031040000055", "đã mất", "deceased"),
        ("031084000066", "hết hạn", "expired_card"),
        ("0200000099", "giải thể", "dissolved"),
    ],
)
async def test_an_account_that_may_not_be_used_says_why_and_returns(
    national: National, number: str, sentence: str, ground: str
) -> None:
    browser = national.browser()
    await browser.start(acr_values="LoA1")
    page = await browser.press(number=number, password=PASSWORDS[number])
    assert page.url.path.endswith("refused.do")
    assert sentence in page.text
    given = answer(await browser.press("return"))
    assert given["error"] == "access_denied"
    assert ground in given["error_description"]


async def test_that_an_account_is_locked_is_not_told_without_its_password(national: National) -> None:
    browser = national.browser()
    await browser.start()
    await browser.press(number=LOCKED, password="a guess")
    assert "không đúng" in browser.error()


async def test_pages_cannot_be_skipped(national: National) -> None:
    browser = national.browser()
    await browser.start(acr_values="LoA3")
    flow = browser.page.url.params["sessionDataKey"]
    for page in ("otp.do", "face.do", "refused.do"):
        shown = await browser.open(f"/authenticationendpoint/{page}?sessionDataKey={flow}")
        assert shown.url.path.endswith("login.do")
    await browser.press(number=HUONG, password=PASSWORDS[HUONG])
    for page in ("login.do", "face.do"):
        shown = await browser.open(f"/authenticationendpoint/{page}?sessionDataKey={flow}")
        assert shown.url.path.endswith("otp.do")


async def test_a_finished_sign_in_gives_one_code_only(national: National) -> None:
    browser = national.browser()
    await browser.start()
    await browser.press(number=HUONG, password=PASSWORDS[HUONG])
    otp = browser.otp()
    first, second = await browser.post(otp=otp), await browser.post(otp=otp)
    assert answer(first)["code"]
    assert second.status_code == 400


async def test_a_sign_in_runs_out(national: National) -> None:
    browser = national.browser()
    await browser.start()
    national.clock.now += FLOW_SECONDS
    page = await browser.press(number=HUONG, password=PASSWORDS[HUONG])
    assert page.status_code == 400


async def test_who_asks_is_named_with_host(national: National) -> None:
    page = await national.browser().start()
    assert "Hải Phòng ID" in page.text
    assert "localhost:8443" in page.text


async def test_prompt_none_is_refused_because_there_is_no_session(national: National) -> None:
    browser = national.browser()
    await browser.sign_in()
    given = answer(await browser.start(prompt="none"))
    assert (given["error"], given["state"], given["iss"]) == ("login_required", "a-state", ISSUER)


@pytest.mark.parametrize("asked", [{"prompt": "login"}, {"max_age": "0"}, {"max_age": "3600"}])
async def test_every_sign_in_asks_again_and_tells_when(national: National, asked: dict[str, str]) -> None:
    browser, rp = national.browser(), RelyingParty(national)
    await browser.sign_in()
    national.clock.now += 100
    code = answer(await browser.sign_in(**asked))["code"]
    claims = await rp.verified((await rp.redeem(code)).json()["id_token"])
    assert claims["auth_time"] == national.clock.now
