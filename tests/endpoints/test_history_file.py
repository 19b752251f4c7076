"""The history as a file to keep: what the page lists, in words, for nobody but its holder (PAGES §3.1.17)."""

import csv
import io
from datetime import timedelta

import pytest

from idp.audit.events import EventType
from idp.days import VIETNAM_TIME
from tests.cli.test_g06_tables import BEGINNINGS
from tests.driver import Page
from tests.world import World

HERE = "/account/history"


def _rows(page: Page) -> list[list[str]]:
    assert page.status == 200
    assert page.response.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    text = page.response.content.decode("utf-8")
    assert text.startswith("\ufeff"), "spreadsheets take it for another charset without"
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


async def test_it_holds_what_the_page_lists_in_words(world: World) -> None:
    rp = await world.client()
    visitor = await world.visitor(rp)
    await world.tokens(rp, visitor)
    page = await visitor.browser.get(HERE)
    file = await visitor.browser.get(page.links["export"])
    head, *rows = _rows(file)
    assert head == ["Ngày", "Giờ", "Loại hoạt động", "Việc", "Chi tiết", "Thiết bị"]
    assert len(rows) == len([one for one in page.ids if one.startswith("event-")])
    at = world.time().astimezone(VIETNAM_TIME)
    assert {(row[0], row[1]) for row in rows} == {(f"{at:%d/%m/%Y}", f"{at:%H:%M:%S}")}
    assert ["Đăng nhập", "Đăng nhập Hải Phòng ID"] in [row[2:4] for row in rows]
    assert "attachment" in file.response.headers["content-disposition"]
    assert file.response.headers["cache-control"] == "no-store"


async def test_it_keeps_the_filter_of_the_page_and_its_language(world: World) -> None:
    rp = await world.client()
    visitor = await world.visitor(rp)
    await world.tokens(rp, visitor)
    english = {"accept-language": "en"}
    page = await visitor.browser.get(f"{HERE}?kind=sent&service={rp.client_id}", **english)
    assert page.links["export"] == f"{HERE}/file?kind=sent&service={rp.client_id}"
    head, *rows = _rows(await visitor.browser.get(page.links["export"], **english))
    assert head[:2] == ["Date", "Time"]
    assert {row[2] for row in rows} == {"Information sent"}
    assert len(_rows(await visitor.browser.get(f"{HERE}/file?service=nobody"))) == 1


async def test_older_pages_are_in_it_too(world: World) -> None:
    person, browser = await world.person(), world.browser()
    for _ in range(120):
        world.time.moment += timedelta(seconds=1)
        await world.signed_in(browser, person.person_id)
    _, *rows = _rows(await browser.get(f"{HERE}/file"))
    assert len(rows) == len(await world.records(EventType.SESSION_STARTED, EventType.SESSION_REAUTHENTICATED))
    assert [row[1] for row in rows] == sorted((row[1] for row in rows), reverse=True)


@pytest.mark.parametrize("beginning", [one for one in BEGINNINGS if one.strip() == one])  # no name has others
async def test_g06_no_name_of_a_service_is_a_formula(world: World, beginning: str) -> None:
    name = f'{beginning}HYPERLINK("https://evil.example")'
    rp = await world.client()
    visitor = await world.visitor(rp)
    await world.tokens(rp, visitor)
    await world.change_client(rp.client_id, name=name)
    _, row = _rows(await visitor.browser.get(f"{HERE}/file?kind=detail"))
    assert row[3].startswith("'")
    assert name in row[3]


async def test_g01_nobody_gets_anothers_and_who_is_not_signed_in_gets_none(world: World) -> None:
    rp = await world.client()
    visitor = await world.visitor(rp)
    await world.tokens(rp, visitor)
    stranger = world.browser()
    assert "page-account-sign-in" in (await stranger.get(f"{HERE}/file")).ids
    await world.signed_in(stranger, (await world.person("bob")).person_id)
    _, *rows = _rows(await stranger.get(f"{HERE}/file?service={rp.client_id}"))
    assert rows == []
    _, *rows = _rows(await stranger.get(f"{HERE}/file"))
    assert len(rows) == 1
