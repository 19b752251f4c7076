"""For whom one acts, at every system of the demo: journeys 2, 5, 7 and 8 of DOMAIN §4.1, and officials apart.

Each system's pages are looked at as they are come to (axe-core, width), in one language and width each.
"""

import base64
import json
import sqlite3
from contextlib import closing
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.journeys.people import (
    city_account,
    code_of,
    full_name,
    give_password,
    go_to_national,
    national_account,
    prove_nationally,
    sign_in,
)
from tests.journeys.stack import Stack
from tests.journeys.test_accessibility import NARROW, WIDE, check
from tests.journeys.visitor import Visitor

pytestmark = [pytest.mark.network, pytest.mark.browser, pytest.mark.timeout(300)]

PARENT, CHILD, DIRECTOR, OWNER = "level-02-adult", "child-9", "director-of-1", "household-business-owner"
COMPANY, HOUSEHOLD = "Công ty TNHH Cảng Xanh", "HỘ KINH DOANH YẾN BIỂN"


def choose(visitor: Visitor, name: str) -> None:
    """Take the choice of this name at the provider, and agree to what is told of it."""
    assert visitor.at == "act-for"
    visitor.page.locator("label", has_text=name).click()
    visitor.press("submit")
    if visitor.at == "consent":
        visitor.press("allow")


def asked_since(visitor: Visitor, stack: Stack, mark: int) -> list[str]:
    """Return what was asked of the national system, and of pages where one proves who one is, since then."""
    proofs = (stack.national, f"{stack.provider}/sign-in")
    return [url for url in visitor.asked[mark:] if url.startswith(proofs)]


def tokens_kept_by_smart(stack: Stack) -> list[dict[str, Any]]:
    """Return what the tokens say that the app keeps on its device."""
    file = f"file:{stack.state / 'smart' / 'smart.sqlite3'}?mode=ro"
    with closing(sqlite3.connect(file, uri=True)) as database:
        kept = [json.loads(content) for (content,) in database.execute("SELECT content FROM sessions")]
    tokens = [
        one["visitor"][name] for one in kept if "visitor" in one for name in ("id_token", "access_token")
    ]
    return [json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "==")) for token in tokens]


def test_a_director_chooses_the_company_and_changes_back_without_another_login(
    stack: Stack, browser: Browser
) -> None:
    """Journey 5: the list comes of the register and mandates, the token carries the choice, no full login to change."""
    with Visitor(browser) as visitor:
        visitor.open(stack.portal)
        sign_in(visitor, stack.portal, DIRECTOR)
        assert visitor.text("acting-for") == "Cho bản thân"
        mark = len(visitor.asked)
        visitor.press("procedure-company-change")
        assert visitor.element("hindrance").get_attribute("data-case") == "not-for"
        visitor.press("switch-context")
        shown = visitor.page.locator("main").inner_text()
        assert COMPANY in shown
        assert "Người đại diện theo pháp luật" in shown
        choose(visitor, COMPANY)
        assert (visitor.site, visitor.text("acting-for")) == (stack.portal, f"Cho {COMPANY}")
        assert visitor.text("signed-in-name") == full_name(DIRECTOR)
        visitor.open(f"{stack.portal}/procedures/company-change/form")
        visitor.element("what-0").check()
        visitor.type(change="số 2, đường Ngô Gia Tự")
        visitor.press("submit")
        visitor.press("submit")
        assert (visitor.at, visitor.sees("delivered")) == ("receipt", True)
        assert visitor.text("filed-for") == f"Cho {COMPANY}"
        visitor.press("open-data-store")
        choose(visitor, COMPANY)  # the portal's hint alone tells no other service for whom its visitor acts
        assert (visitor.at, visitor.text("whose-documents")) == ("documents", f"Cho {COMPANY}")
        visitor.open(stack.portal)
        visitor.press("switch-context")
        choose(visitor, "Cho bản thân")
        assert visitor.text("acting-for") == "Cho bản thân"
        visitor.open(f"{stack.portal}/my-files")
        assert visitor.sees("no-filings"), "the company's files are the company's"
        assert asked_since(visitor, stack, mark) == []


def test_a_household_business_acts_under_its_name_and_its_owners_number_stays(
    stack: Stack, browser: Browser
) -> None:
    """Journey 7: a business context, and no ID number where no scope opens it; journey 2: a second service, no login."""
    number = national_account(OWNER).number
    with Visitor(browser, language="en-GB", width=WIDE, arrive=check) as visitor:
        visitor.open(stack.smart)
        visitor.press("sign-in-for-other")
        go_to_national(visitor)
        give_password(visitor, OWNER)
        shown = visitor.page.locator("main").inner_text()
        assert HOUSEHOLD in shown
        assert number not in visitor.page.content()
        choose(visitor, HOUSEHOLD)
        assert (visitor.site, visitor.at) == (stack.smart, "today")
        assert visitor.text("acting-for") == f"For {HOUSEHOLD}"
        tokens = [token for token in tokens_kept_by_smart(stack) if token.get("ctx") == "organisation"]
        named = [token["org"] for token in tokens if HOUSEHOLD in str(token)]
        assert len(named) == 2, "ID token and access token"
        assert all(set(org) == {"id", "scheme", "name", "status"} for org in named)
        assert number not in json.dumps(tokens)
        visitor.press("tab-device")
        assert visitor.sees("may-renew")
        mark = len(visitor.asked)
        visitor.press("tab-for")
        choose(visitor, "For myself")
        assert visitor.text("acting-for") == "For myself"
        assert asked_since(visitor, stack, mark) == []


def test_a_parent_acts_for_a_child_and_another_service_asks_no_login(stack: Stack, browser: Browser) -> None:
    """Journeys 8 and 2: `act` is the parent, `sub` the child's; the second service tells of new claims and no more."""
    with Visitor(browser, width=NARROW, arrive=check) as visitor:
        visitor.open(f"{stack.portal}/procedures/school-admission")
        visitor.press("start")
        go_to_national(visitor)
        prove_nationally(visitor, PARENT)
        choose(visitor, full_name(CHILD))
        assert (visitor.site, visitor.at) == (stack.portal, "form")
        assert visitor.text("acting-for") == f"Thay cho con: {full_name(CHILD)}"
        assert visitor.text("applicant-name") == full_name(CHILD)
        visitor.type(school="Trường Tiểu học Đinh Tiên Hoàng")
        visitor.element("grade-0").check()
        visitor.press("submit")
        visitor.press("submit")
        assert visitor.at == "receipt"
        assert visitor.text("filed-for") == f"Thay cho con: {full_name(CHILD)}"
        mark = len(visitor.asked)
        visitor.open(stack.smart)
        visitor.press("sign-in")
        assert visitor.at == "consent", "its claims are new"
        visitor.press("allow")
        assert visitor.at == "today"
        own = visitor.text("acting-for")
        visitor.press("tab-for")
        choose(visitor, full_name(CHILD))
        assert (own, visitor.text("acting-for").startswith("Thay cho con")) == ("Cho bản thân", True)
        assert [url for url in asked_since(visitor, stack, mark) if url.startswith(stack.national)] == []
        tokens = tokens_kept_by_smart(stack)
        (child,) = {token["sub"] for token in tokens if token["ctx"] == "ward"}
        (parent,) = {token["act"]["sub"] for token in tokens if "act" in token}
        assert child != parent


def test_an_official_sees_the_files_of_the_post_in_use_and_a_citizens_session_opens_nothing(
    stack: Stack, browser: Browser
) -> None:
    account = city_account("official-two-posts")
    with Visitor(browser, width=NARROW, arrive=check) as visitor:
        visitor.open(stack.egov)
        visitor.press("sign-in")
        assert visitor.at == "password"
        visitor.type(username=account.username, password=account.password)
        visitor.press("submit")
        visitor.type(otp=code_of(account))
        visitor.press("submit")
        visitor.press("submit")
        assert visitor.text("error").endswith("Chọn một chức danh")
        choose(visitor, "Trưởng phòng")
        assert (visitor.site, visitor.at) == (stack.egov, "board")
        assert (visitor.text("agency-code"), visitor.sees("commune-code")) == ("H24.08", False)
        first = visitor.page.locator("#files a").first.get_attribute("id")
        assert first is not None
        visitor.press(first)
        visitor.press("back")
        mark = len(visitor.asked)
        visitor.press("switch-context")
        choose(visitor, "Phó Chủ tịch")
        visitor.open(f"{stack.egov}/board")
        assert visitor.text("commune-code").endswith("11311")
        assert asked_since(visitor, stack, mark) == []
        visitor.open(stack.portal)
        visitor.press("sign-in")
        assert visitor.at == "sign-in", "an official's session is no citizen's"


@pytest.mark.parametrize(
    ("slug", "agency", "commune", "other"),
    [
        ("official-cam-giang-10888", "H24.135", "10888", "H24.137"),
        ("official-cam-giang-10903", "H24.137", "10903", "H24.135"),
    ],
)
def test_officials_of_communes_alike_in_name_see_their_own_alone(
    stack: Stack, browser: Browser, slug: str, agency: str, commune: str, other: str
) -> None:
    account = city_account(slug)
    with Visitor(browser) as visitor:
        visitor.open(f"{stack.egov}/board")
        visitor.type(username=account.username, password=account.password)
        visitor.press("submit")
        visitor.type(otp=code_of(account))
        visitor.press("submit")
        visitor.press("allow")
        assert (visitor.text("agency-code"), visitor.text("commune-code")[-5:]) == (agency, commune)
        numbers = visitor.page.locator("#files .number").all_inner_texts()
        assert {number.split("-")[0] for number in numbers} == {agency.removeprefix("H24.")}
        visitor.open(f"{stack.egov}/board?agency={other}")
        assert visitor.at == "not-found"


def test_who_has_left_office_is_told_so_by_the_provider_and_enters_nothing(
    stack: Stack, browser: Browser
) -> None:
    account = city_account("leaver")
    with Visitor(browser) as visitor:
        visitor.open(f"{stack.egov}/board")
        visitor.type(username=account.username, password=account.password)
        visitor.press("submit")
        if visitor.at == "otp":
            visitor.type(otp=code_of(account))
            visitor.press("submit")
        assert visitor.site == stack.provider
        assert visitor.sees("error")
        visitor.open(f"{stack.egov}/")
        assert visitor.sees("sign-in")
