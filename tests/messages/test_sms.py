"""SMS over a gateway: what it answers decides whether the message comes again."""

from datetime import UTC, datetime

import pytest

from idp.messages.model import Message, NotSent
from idp.messages.sms import GatewaySender
from tests.federation.fetch_peers import fetching
from tests.messages.post_office import gateway

pytestmark = pytest.mark.network

SMS = Message(
    message_id="m-1",
    to="+84539900001",
    subject="",
    at=datetime(2026, 11, 27, tzinfo=UTC),
    text="Hải Phòng ID: một dòng",
)


def answer(status: int) -> bytes:
    return f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\nLocation: https://other.example/\r\n\r\n".encode()


async def send(status: int) -> tuple[list[dict[str, str]], NotSent | None]:
    async with gateway(answer(status)) as sms, fetching(sms.peer.origin) as fetcher:
        sender = GatewaySender(url=sms.url, secret="s3cret", sender="HaiPhongID", fetcher=fetcher)
        try:
            await sender.send(SMS)
        except NotSent as error:
            return sms.messages, error
        return sms.messages, None


@pytest.mark.parametrize("status", [200, 201, 202, 204])
async def test_it_takes_a_message_with_its_id(status: int) -> None:
    messages, error = await send(status)
    assert error is None
    assert messages == [
        {"id": "m-1", "from": "HaiPhongID", "to": "+84539900001", "text": "Hải Phòng ID: một dòng"}
    ]


@pytest.mark.parametrize(
    ("status", "is_final"),
    [
        (400, True),
        (413, True),
        (422, True),
        (302, False),
        (308, False),
        (404, False),
        (405, False),
        (401, False),
        (403, False),
        (429, False),
        (500, False),
        (503, False),
    ],
)
async def test_what_it_does_not_take_comes_again_or_not(status: int, *, is_final: bool) -> None:
    _messages, error = await send(status)
    assert error is not None
    assert error.is_final is is_final
    assert str(error) == f"the gateway answers {status}"


@pytest.mark.parametrize("beside", [b"Content-Encoding: gzip\r\n", b"Content-Length: 9999999\r\n"])
async def test_what_it_took_is_sent_whatever_it_says_beside(beside: bytes) -> None:
    """A person would get the SMS again with every attempt of a day."""
    reply = b"HTTP/1.1 202 Accepted\r\n" + beside + b"\r\n{}"
    async with gateway(reply) as sms, fetching(sms.peer.origin) as fetcher:
        await GatewaySender(url=sms.url, secret="s3cret", sender="x", fetcher=fetcher).send(SMS)


async def test_an_address_that_may_not_be_called_gets_nothing() -> None:
    async with gateway() as sms, fetching() as fetcher:
        sender = GatewaySender(url=sms.url, secret="s3cret", sender="x", fetcher=fetcher)
        with pytest.raises(NotSent) as caught:
            await sender.send(SMS)
        assert not caught.value.is_final
        assert sms.messages == []
