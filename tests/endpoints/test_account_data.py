"""My data: what is held, the number in full, requests with their clocks (PAGES §3.1.13, §3.1.20; attack row G01)."""

import re
from dataclasses import replace

import pytest

from idp.audit.events import EventType
from idp.data_rights.model import DataRequest, RequestState, Right
from idp.data_rights.service import requests_of
from idp.ids import PersonId
from idp.people.model import Person
from tests.driver import Browser, RelyingParty
from tests.ui.html import Page
from tests.world import World

HERE = "/account/data"
NUMBER = "/account/number"


async def at_account(world: World, person: Person) -> Browser:
    browser = world.browser()
    await world.signed_in(browser, person.person_id)
    return browser


async def numbered(world: World) -> Person:
    """Somebody whose record has an ID number, a phone number and an address."""
    template = await world.person("huong")
    profile = replace(template.profile, personal_id="031184990456", email="")
    return await world.person("alice", profile=profile)


async def requested(world: World, person_id: PersonId) -> tuple[DataRequest, ...]:
    return await world.provider.database.read(lambda tx: requests_of(tx, person_id))


async def send(browser: Browser, right: str, **fields: str) -> None:
    page = await browser.get(f"{HERE}/request?r={right}")
    page = await browser.press(page, "submit", None, **fields)
    assert "error" not in page.ids, page.response.text


@pytest.mark.parametrize(("name_en", "option"), [("", "Biển & Đảo"), ("Sea & Islands", "Sea & Islands")])
async def test_services_to_choose_from_are_called_by_their_names_and_each_is_in_one_language(
    world: World, name_en: str, option: str
) -> None:
    rp = await world.client(name="Biển & Đảo", name_en=name_en, agency="Sở Văn hóa")
    visitor = await world.visitor(rp)
    await world.tokens(rp, visitor)
    english = {"accept-language": "en"}
    for path, agency in (
        (f"{HERE}/request?r=view", "" if name_en else " (Sở Văn hóa)"),
        ("/account/history", ""),
    ):
        page = Page((await visitor.browser.get(path, **english)).response.text)
        spoken = {
            one.text: one.attrs.get("lang")
            for one in page.all("option")
            if one.attrs["value"] == rp.client_id
        }
        assert spoken == {option + agency: None if name_en else "vi"}


async def test_what_is_a_code_in_the_record_is_said_in_words(world: World) -> None:
    template = await world.person("huong")
    for code, said in (("VNM", "Việt Nam"), ("VN", "Việt Nam"), ("KOR", "Hàn Quốc"), ("Đại Hàn", "Đại Hàn")):
        person = await world.person("alice", profile=replace(template.profile, nationality=code))
        page = await (await at_account(world, person)).get(HERE)
        row = page.response.text.partition('id="held-nationality"')[2]
        assert f">{said}<" in row.partition("</dd>")[0], code


async def test_what_is_held_stands_there_with_its_source_and_no_number_in_full(world: World) -> None:
    person = await numbered(world)
    browser = await at_account(world, person)
    page = await browser.get(HERE)
    assert {"page-data", "held-name", "held-id-number", "export", "ask-view", "close-account"} <= page.ids
    assert person.profile.full_name in page.response.text
    assert person.profile.personal_id not in page.response.text
    assert person.profile.phone not in page.response.text
    assert person.profile.personal_id not in (await browser.get("/account")).response.text


async def test_the_number_is_shown_in_full_only_in_answer_to_a_post_after_a_fresh_sign_in(
    world: World,
) -> None:
    person = await numbered(world)
    browser = await at_account(world, person)
    number = person.profile.personal_id
    page = await browser.get("/account")
    form = page.form("show-number")
    page = await browser.press(page, "show-number")
    shown = re.sub(r"</?span>", "", page.response.text)
    assert number in shown
    assert page.response.headers["cache-control"] == "no-store"
    assert number not in str(page.response.url)
    assert number not in re.findall(r"<title>.*</title>", page.response.text)[0]
    (event,) = await world.records(EventType.NUMBER_SHOWN)
    assert event.actor == event.subject_ref == f"person:{person.person_id}"
    assert number not in str(event.payload)
    assert "Xem đầy đủ số định danh" in (await browser.get("/account/history")).response.text
    page = await browser.get(NUMBER)
    assert number not in re.sub(r"</?span>", "", page.response.text)
    assert (await browser.post(NUMBER, {})).status == 403
    world.time.move(minutes=11)
    page = await browser.post(NUMBER, form["fields"])
    assert page.status == 403
    assert number not in re.sub(r"</?span>", "", page.response.text)
    assert len(await world.records(EventType.NUMBER_SHOWN)) == 1


@pytest.mark.parametrize("right", [one.value for one in Right if one is not Right.DELETE])
async def test_each_right_has_a_form_and_its_request_has_its_clocks(
    world: World, rp: RelyingParty, right: str
) -> None:
    visitor = await world.visitor(rp)
    await world.tokens(rp, visitor)
    fields = {} if right == "restrict" else {"what": "<b>việc này</b>"}
    if right == "object":
        fields["service"] = rp.client_id
    await send(visitor.browser, right, why="lý do", **fields)
    (request,) = await requested(world, visitor.person.person_id)
    assert (request.right, request.why) == (Right(right), "lý do")
    assert request.answer_due_at < request.complete_due_at
    page = await visitor.browser.get(HERE)
    assert {f"request-{request.request_id}", f"withdraw-request-{request.request_id}"} <= page.ids
    assert "<b>việc" not in page.response.text
    (event,) = await world.records(EventType.DATA_REQUESTED)
    assert "lý do" not in str(event.payload)


async def test_an_objection_to_a_public_task_names_the_service_and_only_one_that_is_used(
    world: World, rp: RelyingParty
) -> None:
    visitor = await world.visitor(rp)
    await world.tokens(rp, visitor)
    form = f"{HERE}/request?r=object&c={rp.client_id}"
    page = await visitor.browser.get(form)
    assert re.search(rf'value="{rp.client_id}" selected', page.response.text)
    stranger = await at_account(world, await world.person("bob"))
    page = await stranger.get(form)
    assert rp.client_id not in page.response.text
    csrf = page.form("submit")["fields"]["csrf"]
    page = await stranger.post(
        f"{HERE}/request", {"csrf": csrf, "right": "object", "service": rp.client_id, "what": "x"}
    )
    assert "error" in page.ids
    await send(visitor.browser, "object", what="x", service=rp.client_id)
    (request,) = await requested(world, visitor.person.person_id)
    assert request.client_id == rp.client_id


async def test_who_uses_no_service_may_object_to_what_hai_phong_id_itself_does(world: World) -> None:
    person = await world.person()
    browser = await at_account(world, person)
    page = await browser.get(f"{HERE}/request?r=object")
    assert '<option value="-">Hải Phòng ID</option>' in page.response.text
    nobody = await browser.press(page, "submit", what="x", service="")
    assert "error-service" in nobody.ids, "nothing is chosen for anybody"
    await send(browser, "object", what="Ghi lại vùng của lần đăng nhập.", service="-")
    (request,) = await requested(world, person.person_id)
    assert (request.right, request.client_id) == (Right.OBJECT, None)
    assert (request.complete_due_at - request.received_at).days == 15
    page = await browser.get(f"{HERE}/request?r=object")
    page = await browser.press(page, "submit", what="y", service="-")
    assert "error" in page.ids, "one about the same is enough"
    page = await browser.get(f"{HERE}/request?r=delete")
    assert {"no-services", "back"} <= page.ids
    assert not {"submit", "service", "what"} & page.ids, "there is nothing to fill in"
    assert "ask-delete" not in (await browser.get(HERE)).ids
    csrf = (await browser.get(HERE)).form("export")["fields"]["csrf"]
    page = await browser.post(
        f"{HERE}/request", {"csrf": csrf, "right": "delete", "what": "x", "service": "-"}
    )
    assert {"page-data-request", "no-services"} <= page.ids, "deleting it all is closing the account"
    assert len(await requested(world, person.person_id)) == 1


async def test_what_is_missing_or_too_long_is_said_and_kept(world: World) -> None:
    browser = await at_account(world, await world.person())
    page = await browser.get(f"{HERE}/request?r=correct")
    page = await browser.press(page, "submit", what=" \n ", why="giữ lại")
    assert "error-what" in page.ids
    assert "giữ lại</textarea>" in page.response.text
    page = await browser.press(page, "submit", what="x" * 1001)
    assert "error-what" in page.ids
    assert (await browser.get(f"{HERE}/request?r=nothing")).ids >= {"page-data"}


async def test_g01_nobody_takes_back_or_sees_anothers_request(world: World) -> None:
    alice = await world.person()
    browser = await at_account(world, alice)
    await send(browser, "view", what="x")
    (request,) = await requested(world, alice.person_id)
    stranger = await at_account(world, await world.person("bob"))
    page = await stranger.get(HERE)
    assert request.request_id not in page.response.text
    csrf = page.form("export")["fields"]["csrf"]
    seen = []
    for name in (request.request_id, "0" * 16):
        page = await stranger.post(f"{HERE}/request/withdraw", {"csrf": csrf, "request": name})
        seen.append((page.status, str(page.response.url), page.ids))
    assert seen[0] == seen[1]
    (request,) = await requested(world, alice.person_id)
    assert request.state is RequestState.RECEIVED
    page = await browser.press(await browser.get(HERE), f"withdraw-request-{request.request_id}")
    assert "notice" in page.ids
    (request,) = await requested(world, alice.person_id)
    assert request.state is RequestState.WITHDRAWN
    assert len(await world.records(EventType.DATA_REQUEST_WITHDRAWN)) == 1


async def test_the_same_is_asked_for_once_and_not_without_end(world: World) -> None:
    alice = await world.person()
    browser = await at_account(world, alice)
    await send(browser, "view", what="x")
    page = await browser.get(f"{HERE}/request?r=view")
    page = await browser.press(page, "submit", what="y")
    assert "error" in page.ids
    for _ in range(19):
        (request, *_others) = await requested(world, alice.person_id)
        await browser.press(await browser.get(HERE), f"withdraw-request-{request.request_id}")
        world.time.move(seconds=1)
        await send(browser, "view", what="x")
    (request, *_others) = await requested(world, alice.person_id)
    await browser.press(await browser.get(HERE), f"withdraw-request-{request.request_id}")
    page = await browser.press(await browser.get(f"{HERE}/request?r=view"), "submit", what="x")
    assert "error" in page.ids


async def test_what_was_written_before_the_session_ended_is_shown_to_be_copied_and_the_way_leads_back(
    world: World,
) -> None:
    browser = await at_account(world, await world.person())
    form = await browser.get(f"{HERE}/request?r=correct")
    world.time.move(seconds=13 * 3600)
    page = await browser.press(form, "submit", what="Tên <b>đúng</b> là\r\nNguyễn Văn Ẵ", why="")
    assert {"page-account-sign-in", "not-done", "unsent"} <= page.ids
    (told,) = Page(page.response.text).all("li")[:1]
    assert told.text.split() == ["Tên", "<b>đúng</b>", "là", "Nguyễn", "Văn", "Ẵ"]
    assert page.form("submit")["fields"]["next"] == f"{HERE}/request?r=correct"
    forged = await browser.post(f"{HERE}/request", {"right": "correct", "what": "Gọi 0900 000 000"})
    assert forged.status == 403
    assert "0900" not in forged.response.text


@pytest.mark.parametrize("path", [HERE, f"{HERE}/request?r=view", f"{HERE}/close", NUMBER])
async def test_a_stranger_is_led_to_the_sign_in(world: World, path: str) -> None:
    page = await world.browser().get(path)
    assert "page-data" not in page.ids
    assert "submit" in page.ids
