"""The account's pages on who acts for whom: journey 6 of DOMAIN §4.1. test_mandates_private.py: whose business it is."""

import re
from datetime import timedelta
from typing import Any

import pytest

from idp.audit.events import EventType
from idp.database import Done
from idp.ids import OrganisationId
from idp.mandates.service import contest, replace_parents, replace_representatives
from idp.organisations.model import Organisation, OrganisationStatus
from tests.driver import Page
from tests.endpoints import mandating
from tests.endpoints.mandating import HOME, MANAGED, ON, TERM, Somebody, company, somebody
from tests.told import messages_of
from tests.ui.html import Page as Parsed
from tests.world import World

lan, minh, harbour = mandating.lan, mandating.minh, mandating.harbour  # fixtures


async def _acts_told(world: World, who: Somebody) -> list[str]:
    """Return which acts of high risk a person is to hear of."""
    found = await world.provider.database.read(lambda tx: messages_of(tx, who.person.person_id))
    return [str(one.payload["act"]) for one in found if one.payload.get("notice") == "high_risk_act"]


@pytest.mark.usefixtures("harbour")
async def test_a_representative_appoints_an_administrator_who_takes_it(
    world: World, lan: Somebody, minh: Somebody
) -> None:
    receipt = await lan.offer(
        minh.person, role="administrator", areas=[("area-tax", "yes"), ("area-land", "yes")]
    )
    assert "page-mandate-receipt" in receipt.ids
    page, _ = await lan.manage()
    assert "Vũ Đức Minh (••• " in page.response.text
    receipt = await minh.answer()
    assert "Đã nhận lời" in receipt.response.text
    page, _ = await minh.manage()
    assert "Vũ Đức Minh" in page.response.text
    assert "Người quản trị" in page.response.text
    types = [event.type for event in await world.records(EventType.MANDATE_OFFERED, EventType.MANDATE_GIVEN)]
    assert types == [EventType.MANDATE_GIVEN, EventType.MANDATE_OFFERED, EventType.MANDATE_GIVEN]
    assert await _acts_told(world, lan) == ["power_given"], "who gave power away hears of it"
    assert await _acts_told(world, minh) == []


async def test_an_administrator_appoints_a_firm_and_the_firm_says_who_acts(
    world: World, lan: Somebody, minh: Somebody, harbour: Organisation
) -> None:
    await lan.offer(minh.person, role="administrator")
    await minh.answer()
    boss = await somebody(world, "Trần Thị Hải")
    accountant = await somebody(world, "Hoàng Đức An")
    firm = await company(world, boss, name="Công ty TNHH Kế toán Sao Biển")
    await boss.offer(accountant.person, role="viewer")
    await accountant.answer()
    _, mandate_id = await minh.manage()
    page = await minh.browser.get(f"{HOME}/firm?m={mandate_id}")
    filled = {**TERM, "tax-code": firm.identifier}
    page = await minh.browser.press(page, "submit", extra=[*ON, ("role", "maker")], **filled)
    assert "Công ty TNHH Kế toán Sao Biển" in page.response.text
    assert "31/12/2026" in page.response.text
    receipt = await minh.browser.press(page, "submit")
    assert "Đã giao việc" in receipt.response.text
    page, firm_mandate = await boss.manage()
    page = await boss.browser.get(f"{HOME}/clients?m={firm_mandate}")
    assert harbour.name in page.response.text
    of_accountant = re.findall(r'<option value="([^"]+)">Hoàng Đức An<', page.response.text)[0]
    name_it = next(one for one in page.buttons if one.startswith("name-"))
    assert await _acts_told(world, minh) == ["power_given"]
    assert await _acts_told(world, boss) == ["power_given"]
    receipt = await boss.browser.press(page, name_it, person=of_accountant)
    assert "page-mandate-receipt" in receipt.ids
    assert await _acts_told(world, boss) == ["power_given", "power_given"]
    home = await accountant.home()
    assert harbour.name in home.response.text
    assert "Lập hồ sơ&nbsp;· Thuế" in home.response.text
    world.time.moment += timedelta(days=400)
    await world.signed_in(accountant.browser, accountant.person.person_id)
    home = await accountant.home()
    assert "manage-" not in home.response.text
    page, _ = await lan_again(world, lan)
    assert "Sao Biển" not in page.response.text, "it ended by itself"


async def lan_again(world: World, lan: Somebody) -> tuple[Page, str]:
    await world.signed_in(lan.browser, lan.person.person_id)
    return await lan.manage()


@pytest.mark.usefixtures("harbour")
async def test_who_sees_a_slip_at_the_review_changes_it_and_fills_in_nothing_again(
    lan: Somebody, minh: Somebody
) -> None:
    _, mandate_id = await lan.manage()
    form = await lan.browser.get(f"{HOME}/person?m={mandate_id}")
    name, number = minh.person.profile.full_name, minh.person.profile.personal_id
    filled = {**TERM, "number": number, "full-name": name}
    review = await lan.browser.press(form, "submit", extra=[*ON, ("role", "maker")], **filled)
    assert "page-mandate-offer" in review.ids
    again = await lan.browser.press(review, "change")
    assert "error" not in again.ids
    fields = again.form("submit")["fields"]
    assert {key: fields[key] for key in filled} == filled
    ticked = {one.attrs["id"] for one in Parsed(again.response.text).all("input") if "checked" in one.attrs}
    assert ticked == {"role-maker", *(area for area, _ in ON)}
    receipt = await lan.browser.press(again, "submit", extra=[*ON, ("role", "maker")])
    assert "page-mandate-offer" in receipt.ids


@pytest.mark.usefixtures("harbour")
async def test_one_is_ended_at_once(world: World, lan: Somebody, minh: Somebody) -> None:
    await lan.offer(minh.person)
    await minh.answer()
    page, _ = await lan.manage()
    receipt = await lan.act(page, "revoke-")
    assert "Đã chấm dứt" in receipt.response.text
    home = await minh.home()
    assert "đã kết thúc ngày" in home.response.text
    ended = await world.records(EventType.MANDATE_ENDED)
    assert [event.payload["reason"] for event in ended] == ["ended by the principal"]


async def test_the_last_administrator_is_removed_by_two_people(
    world: World, lan: Somebody, minh: Somebody, harbour: Organisation
) -> None:
    await lan.offer(minh.person, role="administrator")
    await minh.answer()
    page, _ = await lan.manage()
    receipt = await lan.act(page, "revoke-")
    assert "Chưa có gì thay đổi" in receipt.response.text
    page, _ = await lan.manage()
    assert not any(one.startswith("confirm-removal-") for one in page.links), "one's own proposal"
    assert len(MANAGED.findall((await minh.home()).response.text)) == 1
    second = await somebody(world, "Phạm Văn Hai")

    def two(tx: Any) -> Done[None]:
        both = [lan.person.person_id, second.person.person_id]
        replace_representatives(
            tx, OrganisationId(harbour.organisation_id), both, actor="register", occasion=world.occasion
        )
        return Done(None)

    await world.write(two)
    page, _ = await second.manage()
    receipt = await second.act(page, "confirm-removal-")
    assert "Đã chấm dứt" in receipt.response.text
    assert await _acts_told(world, second) == ["administrator_ended"]
    assert MANAGED.findall((await minh.home()).response.text) == []


@pytest.mark.usefixtures("harbour")
async def test_an_offer_is_declined_and_another_taken_back(lan: Somebody, minh: Somebody) -> None:
    await lan.offer(minh.person)
    receipt = await minh.answer(yes=False)
    assert "Lời mời đã đóng" in receipt.response.text
    assert "Cảng Xanh" not in receipt.response.text
    await lan.offer(minh.person)
    page, _ = await lan.manage()
    receipt = await lan.act(page, "take-back-")
    assert "Lời mời đã đóng" in receipt.response.text
    assert "offers" not in (await minh.home()).ids


@pytest.mark.usefixtures("harbour")
async def test_a_form_tells_what_is_missing_and_keeps_what_was_typed(lan: Somebody) -> None:
    _, mandate_id = await lan.manage()
    page = await lan.browser.get(f"{HOME}/person?m={mandate_id}")
    typed = {"number": "12", "full-name": "Lê Văn A", "last-day": "1/1/2020"}
    page = await lan.browser.press(page, "submit", extra=[], **typed)
    wrong = {"error-number", "error-role", "error-area", "error-last-day"}
    assert wrong <= page.ids
    assert "error-full-name" not in page.ids
    assert 'value="Lê Văn A"' in page.response.text
    page = await lan.browser.get(f"{HOME}/firm?m={mandate_id}")
    filled = {**TERM, "tax-code": "0200000007"}
    page = await lan.browser.press(page, "submit", extra=[*ON, ("role", "maker")], **filled)
    assert "error-tax-code" in page.ids


@pytest.mark.usefixtures("harbour")
async def test_what_a_rule_forbids_is_said_in_the_form(world: World, lan: Somebody, minh: Somebody) -> None:
    page = await lan.offer(lan.person)
    assert "Không tự mời chính mình" in page.response.text
    for one in ("Hai Một", "Hai Hai"):
        other = await somebody(world, one)
        await lan.offer(other.person, role="administrator")
    page = await lan.offer(minh.person, role="administrator")
    assert "Đã có đủ hai người quản trị" in page.response.text


@pytest.mark.usefixtures("harbour")
@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("02/03/2026", "31/12/9999"),
        ("31/12/9999", "31/12/9999"),
        ("30/12/9999", "31/12/9999"),
        ("01/01/0001", "31/12/9999"),
    ],
)
async def test_a_term_beyond_all_calendars_is_a_mistake_in_the_form(
    lan: Somebody, minh: Somebody, first: str, last: str
) -> None:  # H03
    page = await lan.offer(minh.person, **{"first-day": first, "last-day": last})
    assert page.status == 200
    assert {"error", "last-day"} <= page.ids


async def test_parents_see_their_children_and_a_conflict(world: World, lan: Somebody, minh: Somebody) -> None:
    child = await somebody(world, "Vũ Ngọc Diệp", birthdate="2018-03-02")

    def say(tx: Any) -> Done[None]:
        both = [lan.person.person_id, minh.person.person_id]
        replace_parents(tx, child.person.person_id, both, actor="register", occasion=world.occasion)
        return Done(None)

    await world.write(say)
    assert "Vũ Ngọc Diệp, 8 tuổi" in (await lan.home()).response.text
    assert "Đoàn Thị Lan" in (await child.home()).response.text
    await world.write(
        lambda tx: Done(
            contest(tx, child.person.person_id, "7", actor="operator:desk", occasion=world.occasion)
        )
    )
    assert "tranh chấp quyền nuôi con" in (await minh.home()).response.text


async def test_what_can_not_be_used_is_shown_with_its_reason(
    world: World, lan: Somebody, minh: Somebody, harbour: Organisation
) -> None:
    await lan.offer(minh.person, **{"first-day": "05/04/2026"})
    await minh.answer()
    assert "Bắt đầu có hiệu lực từ ngày 05/4/2026" in (await minh.home()).response.text
    await world.write(
        lambda tx: Done(
            tx.organisations.set_status(
                OrganisationId(harbour.organisation_id),
                OrganisationStatus.DISSOLVED,
                "",
                source="register",
                source_at=world.time(),
                now=world.time(),
            )
        )
    )
    home = await lan.home()
    assert "Tổ chức đã giải thể" in home.response.text
    assert MANAGED.findall(home.response.text) == []
