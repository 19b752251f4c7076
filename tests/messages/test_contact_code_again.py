"""Asking once more for the code that proves an address: when, what became of the one before, and no way that ends."""

import pytest

from tests.messages.office import Office
from tests.messages.test_contacts import HERE, Somebody, somebody

pytestmark = pytest.mark.network


@pytest.fixture
async def huong(office: Office) -> Somebody:
    return await somebody(office)


async def test_who_asks_twice_in_a_minute_keeps_the_first_and_is_told(
    office: Office, huong: Somebody
) -> None:
    page = await huong.ask("mot@example.vn")
    assert "resend-from" in page.ids
    code = await huong.code()
    early = await huong.browser.press(page, "resend")
    assert early.title.startswith("Lỗi")
    assert "Mã trước vẫn dùng được" in early.response.text
    assert await huong.code() == code, "no other was sent"
    await huong.browser.press(early, "submit", otp=code)
    assert len(await huong.shown()) == 1


async def test_the_same_address_typed_again_in_a_minute_keeps_the_first(
    office: Office, huong: Somebody
) -> None:
    await huong.ask("mot@example.vn")
    code = await huong.code()
    page = await huong.ask("Mot@Example.VN")
    await huong.browser.press(page, "submit", otp=code)
    assert len(await huong.shown()) == 1


async def test_a_new_code_is_said_to_be_one(office: Office, huong: Somebody) -> None:
    page = await huong.ask("mot@example.vn")
    await huong.code()
    office.world.time.move(minutes=1)
    again = await huong.browser.press(page, "resend")
    assert "Mã trước không dùng được nữa" in again.response.text
    await huong.browser.press(again, "submit", otp=await huong.code())
    assert len(await huong.shown()) == 1


async def test_who_had_too_many_sent_stays_on_the_way_and_is_told_until_when(
    office: Office, huong: Somebody
) -> None:
    page, code = await huong.ask("mot@example.vn"), ""
    for _ in range(4):
        office.world.time.move(minutes=1)
        page = await huong.browser.press(page, "resend")
        code = await huong.code()
    office.world.time.move(minutes=1)
    many = await huong.browser.press(page, "resend")
    assert many.status == 429
    assert int(many.response.headers["retry-after"]) == 55 * 60
    assert "Gửi lại được từ" in many.response.text
    await huong.browser.press(many, "submit", otp=code)
    assert len(await huong.shown()) == 1


async def test_who_had_too_many_sent_keeps_what_they_typed(office: Office, huong: Somebody) -> None:
    for number in range(5):
        await huong.ask("mot@example.vn" if number % 2 else "MOT@example.vn")
        office.world.time.move(minutes=1)
    many = await huong.ask("mot@example.vn")
    assert many.status == 429
    assert "mot@example.vn" in many.response.text
    assert {"send-email", "error"} <= many.ids
    assert (await huong.browser.get(HERE)).status == 200
