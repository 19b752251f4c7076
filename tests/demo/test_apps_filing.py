"""Filing a procedure at the portal, and finding it in the data store (DOMAIN journeys 4.1.2, 4.1.3, 4.1.4)."""

import asyncio
import re
from pathlib import Path

import pytest

from demo.apps.common.words import say_date
from demo.apps.portal.fields import check_answers
from demo.apps.portal.procedures import PROCEDURES
from tests.demo.apps_browser import Browser, Page
from tests.demo.apps_city import AUDIENCE, PORTAL, City, city
from tests.demo.apps_provider import HIGH, HUONG, Person

network = pytest.mark.network

BIRTH = {
    "child_name": "Nguyễn Hải An",
    "birth_date": "14/3/2026",
    "sex": "0",
    "birth_place": "Bệnh viện Phụ sản, phường Lê Chân",
    "relation": "0",
}


async def filed(c: City, browser: Browser) -> Page:
    """Fill in a birth registration and submit it; return the page one ends on."""
    await browser.open(f"{c.portal}/procedures/birth-registration/form")
    assert (await browser.press("submit", **BIRTH)).name == "review"
    return await browser.press("submit")


@network
async def test_what_is_filed_at_the_portal_lies_in_the_data_store(tmp_path: Path) -> None:
    async with city(tmp_path) as c, Browser() as browser:
        await browser.open(c.portal)
        await browser.press("procedure-birth-registration")
        form = await browser.press("start")
        assert form.name == "form"
        assert form.text("applicant-id-number") == "••• ••• ••• 456ba số cuối 456"
        assert form.text("applicant-phone") == "0901 234 567"
        assert "031190012" not in form.answer.text
        review = await browser.press("submit", **BIRTH)
        assert review.text("answer-sex") == "Nữ"
        receipt = await browser.press("submit")
        number = receipt.text("receipt-number")
        assert re.fullmatch(r"HP-\d{6}-[2-9A-Z]{4}-[2-9A-Z]{4}", number)
        assert "delivered" in receipt
        prompts = len(c.provider.requests)
        documents = await browser.press("open-data-store")
        assert documents.text("document-count") == "4 giấy tờ"
        assert len(c.provider.requests) == prompts + 1  # one trip to the provider, no page there
        mine = next(
            id_ for id_ in documents.elements if id_.startswith("document-") and id_ != "document-count"
        )
        assert "Từ Cổng dịch vụ công" in documents.text(mine)
        assert "Cổng dịch vụ công Đưa giấy tờ vào" in documents.text("events")
        document = await browser.press(mine)
        assert (document.text("title"), document.text("reference")) == ("Hồ sơ đăng ký khai sinh", number)


@network
async def test_submitting_twice_files_once(tmp_path: Path) -> None:
    async with city(tmp_path) as c, Browser() as browser:
        await browser.open(f"{c.portal}/procedures/birth-registration/form")
        review = await browser.press("submit", **BIRTH)
        first = await browser.press("submit")
        browser.page = review
        second = await browser.press("submit")
        assert second.text("receipt-number") == first.text("receipt-number")
        mine = await browser.open(f"{c.portal}/my-files")
        assert len([id_ for id_ in mine.elements if id_.startswith("filing-")]) == 1
        documents = await browser.open(f"{c.data_store}/documents")
        assert documents.text("document-count") == "4 giấy tờ"


@network
async def test_missing_answers_are_named_and_what_was_typed_stays(tmp_path: Path) -> None:
    async with city(tmp_path) as c, Browser() as browser:
        await browser.open(f"{c.portal}/procedures/birth-registration/form")
        page = await browser.press("submit", child_name="Nguyễn Hải An", birth_date="31/2/2026", sex="9")
        assert page.title.startswith("Lỗi: ")
        assert "Nhập ngày/tháng/năm" in page.text("error")
        assert "Chọn giới tính của trẻ" in page.text("error")
        assert page.elements["child-name"].attributes["value"] == "Nguyễn Hải An"
        english = await browser.press("lang-en")
        assert "Enter day/month/year" in english.text("error")
        assert english.elements["birth-date"].attributes["value"] == "31/2/2026"
        too_early = await browser.open(f"{c.portal}/procedures/birth-registration/review")
        assert too_early.name == "form"


@network
async def test_a_draft_outlives_the_session_it_was_typed_in(tmp_path: Path) -> None:
    async with city(tmp_path, portal={"session_idle": 1}) as c, Browser() as browser:
        form = await browser.open(f"{c.portal}/procedures/birth-registration/form")
        await asyncio.sleep(1.2)
        browser.page = form
        page = await browser.press("submit", **BIRTH)
        assert (page.name, page.status) == ("session-ended", 401)
        assert "đã được lưu" in page.answer.text
        again = await browser.press("sign-in-again")
        assert again.elements["child-name"].attributes["value"] == "Nguyễn Hải An"


@network
async def test_what_is_sent_after_signing_out_is_not_kept(tmp_path: Path) -> None:
    async with city(tmp_path) as c, Browser() as browser:
        form = await browser.open(f"{c.portal}/procedures/birth-registration/form")
        await browser.press("sign-out-here")
        browser.page = form
        page = await browser.press("submit", **BIRTH)
        assert (page.status, "không được lưu" in page.answer.text) == (401, True)
        again = await browser.press("sign-in-again")
        assert again.elements["child-name"].attributes["value"] == ""


@network
async def test_a_draft_can_be_found_and_thrown_away(tmp_path: Path) -> None:
    async with city(tmp_path) as c, Browser() as browser:
        await browser.open(f"{c.portal}/procedures/house-number/form")
        await browser.press("submit", where="Ngõ 12 Lạch Tray")
        assert "continue-house-number" in await browser.open(c.portal)
        await browser.open(f"{c.portal}/my-files")
        page = await browser.press("discard-house-number")
        assert "continue-house-number" not in page


@network
async def test_the_token_for_the_data_store_comes_by_refresh_and_serves_until_it_is_stale(
    tmp_path: Path,
) -> None:  # RFC 8707 §2.2
    async with city(tmp_path) as c, Browser() as browser:
        assert "delivered" in await filed(c, browser)
        assert (len(c.provider.requests), c.provider.userinfo_readers) == (1, [PORTAL])
        asked = c.provider.token_requests[-1]
        assert (asked["grant_type"], asked["resource"], asked["scope"]) == (
            "refresh_token",
            AUDIENCE,
            "docs.share",
        )
        await filed(c, browser)
        assert len(c.provider.token_requests) == 2
        await browser.press("sign-out-here")
        c.provider.token_seconds = 1
        await filed(c, browser)
        assert "delivered" in await filed(c, browser)
        assert [request["grant_type"] for request in c.provider.token_requests[-2:]] == ["refresh_token"] * 2


@network
async def test_who_keeps_phone_and_email_to_themselves_still_gets_the_document(tmp_path: Path) -> None:
    async with city(tmp_path) as c, Browser() as browser:
        c.provider.declined = ("phone", "email")
        assert "delivered" in await filed(c, browser)
        assert len(c.provider.requests) == 1


@network
async def test_a_refresh_token_that_has_ended_is_replaced_without_asking(tmp_path: Path) -> None:
    async with city(tmp_path) as c, Browser() as browser:
        await browser.open(f"{c.portal}/sign-in")
        c.provider.refresh_tokens.clear()
        receipt = await filed(c, browser)
        assert "delivered" in receipt
        assert c.provider.requests[-1]["prompt"] == "none"
        assert receipt.text("signed-in-name") == "Nguyễn Thị Hương"


@network
async def test_a_silent_sign_in_that_needs_the_person_leaves_the_filing_safe(tmp_path: Path) -> None:
    async with city(tmp_path) as c, Browser() as browser:
        await browser.open(f"{c.portal}/sign-in")
        c.provider.refresh_tokens.clear()
        c.provider.person = None
        receipt = await filed(c, browser)
        assert "not-delivered" in receipt
        c.provider.person = HUONG
        receipt = await browser.press("deliver-now")
        assert "delivered" in receipt


@network
async def test_where_no_refresh_token_is_given_there_is_a_receipt_and_no_loop(tmp_path: Path) -> None:
    async with city(tmp_path) as c, Browser() as browser:
        c.provider.gives_refresh_tokens = False
        assert "not-delivered" in await filed(c, browser)
        assert len(c.provider.requests) == 2


@network
async def test_a_data_store_that_is_down_delays_only_the_copy(tmp_path: Path) -> None:
    async with city(tmp_path, portal={"data_store_url": "http://127.0.0.1:9"}) as c, Browser() as browser:
        receipt = await filed(c, browser)
        assert (receipt.name, "not-delivered" in receipt) == ("receipt", True)


@network
async def test_the_api_asks_for_a_stronger_sign_in_and_gets_it(tmp_path: Path) -> None:
    """RFC 9470: the challenge travels from the API through the portal to the provider, once."""
    async with city(tmp_path, share_acr=HIGH) as c, Browser() as browser:
        receipt = await filed(c, browser)
        assert c.provider.requests[-1]["acr_values"] == HIGH
        assert "delivered" in receipt
        assert receipt.text("signed-in-level") == "Xác thực mức cao"


@network
async def test_the_api_asks_for_a_fresh_sign_in_and_an_old_one_is_not_taken_for_it(tmp_path: Path) -> None:
    async with city(tmp_path, share_max_age=60) as c, Browser() as browser:
        c.provider.auth_time -= 3600
        c.provider.faults = {"ignores_max_age": True}
        assert (await filed(c, browser)).name == "level-too-low"
        assert c.provider.requests[-1]["max_age"] == "60"
        c.provider.faults = {}
        mine = await browser.open(f"{c.portal}/my-files")
        await browser.press(next(id_ for id_ in mine.elements if id_.startswith("filing-")))
        assert "delivered" in await browser.press("deliver-now")


@network
async def test_a_step_up_that_fails_keeps_the_session_and_the_filing(tmp_path: Path) -> None:
    async with city(tmp_path, share_acr=HIGH) as c, Browser() as browser:
        await browser.open(f"{c.portal}/procedures/birth-registration/form")
        await browser.press("submit", **BIRTH)
        c.provider.faults = {"error": "access_denied"}
        assert (await browser.press("submit")).name == "not-signed-in"
        mine = await browser.open(f"{c.portal}/my-files")
        assert mine.text("signed-in-name") == "Nguyễn Thị Hương"
        assert "Chưa vào kho" in mine.text("filings")


@network
async def test_nobody_sees_or_sends_the_filing_of_another(tmp_path: Path) -> None:
    async with city(tmp_path) as c, Browser() as browser, Browser() as other:
        await browser.open(f"{c.portal}/procedures/birth-registration/form")
        review = await browser.press("submit", **BIRTH)
        receipt = await browser.press("submit")
        path = f"{c.portal}/receipts/{receipt.text('receipt-number')}"
        c.provider.person = Person(name="Phạm Văn Long")
        await other.open(f"{c.portal}/sign-in")
        for address in (path, f"{path}/deliver"):
            assert (await other.open(address)).status == 404
        other.page = review
        assert (await other.press("submit")).name == "form"
        documents = await other.open(f"{c.data_store}/documents")
        assert documents.text("document-count") == "3 giấy tờ"
        c.provider.person = HUONG
        mine = await browser.open(f"{c.data_store}/documents")
        of_browser = next(id_ for id_ in mine.elements if re.match(r"document-(?!count)", id_))
        link = mine.elements[of_browser].attributes["href"]
        assert (await other.open(f"{c.data_store}{link}")).status == 404


@pytest.mark.parametrize("slug", PROCEDURES)
def test_every_procedure_can_be_answered_and_asks_each_thing_once(slug: str) -> None:
    fields = PROCEDURES[slug].fields
    names = [field.name for field in fields]
    assert len(set(names)) == len(names)
    good = {field.name: "0" if field.choices else "14/3/2026" for field in fields}
    assert check_answers(fields, good) == {}
    assert set(check_answers(fields, {})) == {field.name for field in fields if not field.is_optional}


@pytest.mark.parametrize("value", ["", "14/3", "14/3/26", "0/1/2026", "2026/3/14", "x/y/z", "14/3/2026/1"])
def test_a_date_that_is_none_is_refused(value: str) -> None:
    field = next(field for field in PROCEDURES["birth-registration"].fields if field.is_date)
    assert field.check(value) is not None


def test_dates_are_written_as_each_language_writes_them() -> None:
    assert say_date(1770224400, "vi") == "05/02/2026"
    assert say_date(1773421200, "vi") == "14/3/2026"
    assert say_date(1770224400, "en") == "5 February 2026"
