"""The inbox of the demo as somebody reads it: in the browser's language, by the clock on the wall."""

from datetime import UTC, datetime

import httpx
import pytest

from demo.inbox.app import create_app
from demo.inbox.kept import Inbox, Kept


@pytest.mark.parametrize(
    ("headers", "title"),
    [
        ({"accept-language": "en-GB,en;q=0.9"}, "Inbox of the demo"),
        ({"accept-language": "vi-VN"}, "Hộp thư của bản trình diễn"),
        ({}, "Hộp thư của bản trình diễn"),
        ({"accept-language": "en", "cookie": "inbox-lang=vi"}, "Hộp thư của bản trình diễn"),
    ],
)
async def test_it_speaks_the_language_that_was_chosen_or_is_asked_for(
    headers: dict[str, str], title: str
) -> None:
    assert title in await _read(Inbox(), headers)


async def test_it_tells_the_time_of_viet_nam_as_the_messages_do() -> None:
    inbox = Inbox()
    inbox.keep("phone", "+84539900001", "", "mã 123 456")
    (kept,) = inbox.of("")
    assert isinstance(kept, Kept)
    local = kept.at.astimezone(UTC)
    page = await _read(inbox, {})
    assert f"{(local.hour + 7) % 24:02}:{local:%M:%S}" in page
    assert "UTC" not in page
    assert kept.at <= datetime.now(UTC)


async def _read(inbox: Inbox, headers: dict[str, str]) -> str:
    app = create_app(inbox, secret="s", provider="http://localhost:8000")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://inbox") as client:
        return (await client.get("/", headers=headers)).text
