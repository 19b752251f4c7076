"""For whom one acts, as a relying party must read and keep it (token profile, DOMAIN §4.1 journeys 5, 7 and 8)."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from demo.apps.common.acting import ContradictoryClaims, read_acting
from tests.demo.acting_claims import CHILD, COMPANY, HOUSEHOLD, POST, company
from tests.demo.apps_browser import Browser
from tests.demo.apps_city import PORTAL, city
from tests.demo.apps_provider import Person

CITIZENS = ("person", "organisation", "ward")
ORG: dict[str, Any] = {**COMPANY, "org": COMPANY["org"] | {"id": "o1"}}
WARD: dict[str, Any] = {**CHILD, "act": {"sub": "parent"}}
ARCHIVE: dict[str, Any] = {**ORG, "ctx": "archive"}
SCHOOL = {"school": "Trường Trung học cơ sở Hoa Phượng Đỏ", "grade": "1"}

network = pytest.mark.network


@pytest.mark.parametrize(
    ("claims", "contexts", "owner", "actor"),
    [
        ({"ctx": "person"}, CITIZENS, "u1", "u1"),
        ({}, ("person",), "u1", "u1"),
        (ORG, CITIZENS, "org:o1", "u1"),
        (WARD, CITIZENS, "u1", "parent"),
        (POST, ("official",), "u1", "u1"),
        (ARCHIVE, ("person", "archive"), "org:o1", "u1"),
    ],
)
def test_what_is_done_is_kept_under_whose_it_is(
    claims: dict[str, Any], contexts: tuple[str, ...], owner: str, actor: str
) -> None:
    acting = read_acting({"sub": "u1", **claims}, contexts=contexts, now=1000)
    assert (acting.owner, acting.actor) == (owner, actor)


@pytest.mark.parametrize(
    ("claims", "contexts"),
    [
        ({}, CITIZENS),
        ({"ctx": "official"}, CITIZENS),
        ({"ctx": "person"}, ("official",)),
        (ORG, ("person",)),
        (POST, CITIZENS),
        ({"ctx": ["person"]}, CITIZENS),
        ({"ctx": None}, ("person",)),
        ({**ORG, "ctx": "person"}, CITIZENS),
        (ARCHIVE, CITIZENS),
        ({"ctx": "archive", "org": ORG["org"]}, ("archive",)),
        ({"ctx": "person", "act": {"sub": "x"}}, CITIZENS),
        ({"ctx": "organisation", "mandate": ORG["mandate"]}, CITIZENS),
        ({"ctx": "organisation", "org": ORG["org"]}, CITIZENS),
        ({**ORG, "act": {"sub": "x"}}, CITIZENS),
        ({**ORG, "org": {"name": "no id"}}, CITIZENS),
        ({**ORG, "org": "o1"}, CITIZENS),
        ({**ORG, "mandate": ORG["mandate"] | {"exp": 1000}}, CITIZENS),
        ({**ORG, "mandate": ORG["mandate"] | {"exp": "later"}}, CITIZENS),
        ({**ORG, "mandate": ORG["mandate"] | {"services": "tax"}}, CITIZENS),
        ({**WARD, "act": {"sub": "u1"}}, CITIZENS),
        ({**WARD, "act": {}}, CITIZENS),
        ({**POST, "post": {"id": "p1", "roles": []}}, ("official",)),
    ],
)
def test_claims_that_do_not_fit_together_sign_nobody_in(
    claims: dict[str, Any], contexts: tuple[str, ...]
) -> None:
    with pytest.raises(ContradictoryClaims):
        read_acting({"sub": "u1", **claims}, contexts=contexts, now=1000)


@network
async def test_a_plain_sign_in_asks_nothing_and_the_change_asks_anew_without_another_login(
    tmp_path: Path,
) -> None:
    async with city(tmp_path) as c, Browser() as browser:
        await browser.open(c.portal)
        home = await browser.press("sign-in")
        assert c.provider.requests[-1]["ctx_hint"] == "person"
        c.provider.acting = COMPANY
        assert home.text("acting-for") == "Cho bản thân"
        home = await browser.press("switch-context")
        asked = c.provider.requests[-1]
        assert (asked["ctx_hint"], asked.keys() & {"prompt", "max_age", "id_token_hint"}) == ("choose", set())
        assert home.text("acting-for") == "Cho Công ty TNHH Cảng Xanh"
        assert home.text("signed-in-name") == "Nguyễn Thị Hương"


@network
async def test_a_company_files_under_its_own_name_and_its_papers_are_its_own(tmp_path: Path) -> None:
    async with city(tmp_path) as c, Browser() as browser:
        c.provider.acting = COMPANY
        await browser.open(f"{c.portal}/procedures/company-change/form")
        assert c.provider.requests[-1]["ctx_hint"] == "organisation"
        form = browser.page
        assert form is not None
        assert form.text("applicant-organisation") == "Công ty TNHH Cảng Xanh, mã số thuế 0299900011"
        await browser.press("submit", what="0", change="Số 2, đường Ngô Gia Tự")
        receipt = await browser.press("submit")
        assert receipt.text("filed-for") == "Cho Công ty TNHH Cảng Xanh"
        assert receipt.text("filed-by") == "Nguyễn Thị Hương (Người đại diện theo pháp luật)"
        assert "delivered" in receipt
        documents = await browser.open(f"{c.data_store}/documents")
        assert documents.text("whose-documents") == "Cho Công ty TNHH Cảng Xanh"
        assert documents.text("document-count") == "1 giấy tờ"
        c.provider.acting = {"ctx": "person"}
        for service in (c.portal, c.data_store):
            await browser.open(f"{service}/sign-in?for=person")
        mine = await browser.open(f"{c.portal}/my-files")
        assert "no-filings" in mine
        documents = await browser.open(f"{c.data_store}/documents")
        assert documents.text("document-count") == "3 giấy tờ"


@network
async def test_a_parent_files_for_a_child_and_both_are_named(tmp_path: Path) -> None:
    async with city(tmp_path) as c, Browser() as browser:
        await browser.open(f"{c.portal}/sign-in")
        page = await browser.open(f"{c.portal}/procedures/school-admission")
        assert page.elements["hindrance"].attributes["data-case"] == "not-for"
        c.provider.acting, c.provider.person = CHILD, Person(name="Nguyễn Gia Bảo")
        page = await browser.press("choose-for-whom")
        assert (page.name, page.text("acting-for")) == ("procedure", "Thay cho con: Nguyễn Gia Bảo")
        assert page.text("signed-in-name") == "Nguyễn Thị Hương"
        form = await browser.press("start")
        assert form.text("applicant-actor") == "Nguyễn Thị Hương (Cha hoặc mẹ)"
        assert form.text("applicant-name") == "Nguyễn Gia Bảo"
        await browser.press("submit", **SCHOOL)
        receipt = await browser.press("submit")
        assert receipt.text("filed-by") == "Nguyễn Thị Hương (Cha hoặc mẹ)"
        assert receipt.text("filed-for") == "Thay cho con: Nguyễn Gia Bảo"


@network
async def test_a_parent_whose_name_the_service_never_heard_is_named_by_what_they_are(tmp_path: Path) -> None:
    async with city(tmp_path) as c, Browser() as browser:
        c.provider.acting, c.provider.person = CHILD, Person(name="Nguyễn Gia Bảo")
        form = await browser.open(f"{c.portal}/procedures/school-admission/form")
        assert (form.text("signed-in-name"), form.text("applicant-actor")) == ("Cha hoặc mẹ", "Cha hoặc mẹ")
        await browser.press("submit", **SCHOOL)
        assert (await browser.press("submit")).text("filed-by") == "Cha hoặc mẹ"


@network
async def test_a_stronger_sign_in_stays_with_whom_it_was_for(tmp_path: Path) -> None:
    stronger = "urn:haiphong:acr:high"
    async with city(tmp_path, share_acr=stronger) as c, Browser() as browser:
        c.provider.acting, c.provider.person = CHILD, Person(name="Nguyễn Gia Bảo")
        await browser.open(f"{c.portal}/procedures/school-admission/form")
        await browser.press("submit", **SCHOOL)
        receipt = await browser.press("submit")
        asked = c.provider.requests[-1]
        assert (asked["acr_values"], asked["ctx_hint"]) == (stronger, "ward")
        assert asked["id_token_hint"].count(".") == 2
        assert "delivered" in receipt
        c.provider.acting = company()
        home = await browser.open(f"{c.portal}/sign-in?next=/my-files")
        assert home.name == "home", "what they were about is the child's"


HINDRANCES = {
    "view-only": company("viewer"),
    "other-area": company("maker", services=["customs"]),
    "not-active": company(status="dissolved"),
}


@network
@pytest.mark.parametrize("case", HINDRANCES)
async def test_a_power_that_does_not_reach_is_refused_with_the_reason(tmp_path: Path, case: str) -> None:
    async with city(tmp_path) as c, Browser() as browser:
        c.provider.acting = HINDRANCES[case]
        page = await browser.open(f"{c.portal}/procedures/company-change/form")
        assert (page.name, page.elements["hindrance"].attributes["data-case"]) == ("procedure", case)
        for step in ("form", "submit"):
            await browser.client.post(
                f"{c.portal}/procedures/company-change/{step}",
                data={"what": "0", "change": "x", "draft": "x"},
                headers={"Origin": c.portal},
            )
        assert "no-filings" in await browser.open(f"{c.portal}/my-files")


@network
async def test_a_power_that_ends_meanwhile_files_nothing_more(tmp_path: Path) -> None:
    async with city(tmp_path) as c, Browser() as browser:
        c.provider.acting = company("maker", exp=int(time.time()) + 2)
        await browser.open(f"{c.portal}/procedures/company-change/form")
        await browser.press("submit", what="0", change="Số 2")
        await asyncio.sleep(2.1)
        page = await browser.press("submit")
        assert (page.name, page.elements["hindrance"].attributes["data-case"]) == ("procedure", "power-over")


@network
async def test_a_household_business_brings_no_number_into_its_name(tmp_path: Path) -> None:
    async with city(tmp_path) as c, Browser() as browser:
        c.provider.acting = HOUSEHOLD
        form = await browser.open(f"{c.portal}/procedures/household-business-reissue/form")
        assert c.provider.requests[-1]["ctx_hint"] == "person", "a plain one; the answer counts"
        assert form.text("applicant-organisation") == "HỘ KINH DOANH YẾN BIỂN"
        assert "Chủ hộ kinh doanh" in form.text("applicant-name")


@network
async def test_a_token_whose_parts_contradict_each_other_signs_nobody_in(tmp_path: Path) -> None:
    async with city(tmp_path) as c, Browser() as browser:
        c.provider.acting = {**COMPANY, "ctx": "person"}
        page = await browser.open(f"{c.portal}/sign-in")
        assert (page.name, page.status) == ("sign-in-unverified", 502)
        c.provider.acting = {"ctx": "person"}
        c.provider.faults = {"id_token": company() | {"org": {"id": "o1", "name": "x"}}}
        page = await browser.open(f"{c.data_store}/documents")
        assert (page.name, page.status) == ("sign-in-unverified", 502)


@network
async def test_an_official_gets_no_citizens_documents_by_the_api(tmp_path: Path) -> None:
    async with city(tmp_path) as c, Browser() as browser:
        c.provider.acting = POST
        token = c.provider.access_token(PORTAL, scope="docs.read docs.share", aud="urn:haiphong:kho-du-lieu")
        answer = await browser.client.get(
            f"{c.data_store}/api/documents", headers={"Authorization": f"Bearer {token}"}
        )
        assert (answer.status_code, answer.json()["error"]) == (403, "insufficient_scope")
