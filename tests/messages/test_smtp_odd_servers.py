"""A mail server that is odd or hostile: what it took is not sent again, and it keeps no thread (RFC 5321)."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any

import pytest

from idp.messages.model import NotSent
from idp.messages.smtp import SmtpSender
from idp.settings import MailTls
from tests.messages.post_office import mail_server
from tests.messages.test_smtp import MAIL

pytestmark = pytest.mark.network

WITHOUT_END = b"without end"
BYTE_BY_BYTE = b"byte by byte"
SILENCE = b"silence"
CLOSES = b"closes"
USUAL = {b"": b"220 mail.test", b"EHLO": b"250 mail.test", b"MAIL": b"250 ok", b"RCPT": b"250 ok"} | {
    b"DATA": b"354 go on",
    b".": b"250 taken",
    b"QUIT": b"221 bye",
    b"RSET": b"250 ok",
}


@dataclass
class OddServer:
    """Answers each word as it is told."""

    answers: Mapping[bytes, bytes]
    port: int = 0
    taken: list[bytes] = field(default_factory=list)
    serving: set[asyncio.Task[None]] = field(default_factory=set)

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving = asyncio.create_task(self._serve(reader, writer))
        self.serving.add(serving)
        await serving

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            await self._say(b"", reader, writer)
            while line := await reader.readline():
                word = line[:4].strip().upper()
                await self._say(word, reader, writer)
                if word == b"DATA":
                    self.taken.append(await reader.readuntil(b"\r\n.\r\n"))
                    await self._say(b".", reader, writer)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    async def _say(self, word: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answer = self.answers[word]
        if answer == CLOSES:
            raise ConnectionResetError
        while answer in {WITHOUT_END, BYTE_BY_BYTE, SILENCE}:
            if reader.at_eof():
                raise ConnectionResetError
            if answer != SILENCE:
                writer.write(b"220-on and on\r\n" * 1000 if answer == WITHOUT_END else b"2")
            await writer.drain()
            await asyncio.sleep(0 if answer == WITHOUT_END else 0.02)
        writer.write(answer + b"\r\n")
        await writer.drain()


@asynccontextmanager
async def odd(**answers: bytes) -> AsyncIterator[OddServer]:
    """Serve with some answers changed; the greeting is `greeting`, what follows the text `taken`."""
    names = {"greeting": b"", "taken": b"."}
    changed = {names.get(word, word.upper().encode()): answer for word, answer in answers.items()}
    server = OddServer({**USUAL, **changed})
    async with await asyncio.start_server(server.accept, "localhost", 0) as listening:
        server.port = listening.sockets[0].getsockname()[1]
        yield server
        await asyncio.gather(*server.serving)


def sender(port: int, **changes: Any) -> SmtpSender:
    plain = SmtpSender(
        host="localhost", port=port, tls=MailTls.NONE, sender="a@b.example", time_limit=2, whole_limit=4
    )
    return replace(plain, **changes)


@pytest.mark.parametrize(
    "farewell",
    [b"421 too busy", b"500 what?", b"250 ok", b"garbage", CLOSES, SILENCE, BYTE_BY_BYTE, WITHOUT_END],
)
async def test_what_was_taken_is_sent_however_the_server_says_goodbye(farewell: bytes) -> None:
    """Its 250 after the text makes it responsible (§4.2.5): the person would get the mail once an attempt, all day."""
    async with odd(quit=farewell) as server:
        await sender(server.port, time_limit=0.5, whole_limit=1.5).send(MAIL)
    assert len(server.taken) == 1


@pytest.mark.parametrize("farewell", [b"421 too busy", b"garbage", CLOSES, SILENCE])
async def test_what_was_refused_for_good_stays_refused_however_it_says_goodbye(farewell: bytes) -> None:
    async with odd(rcpt=b"550 nobody", quit=farewell) as server:
        with pytest.raises(NotSent) as caught:
            await sender(server.port, time_limit=0.5).send(MAIL)
    assert caught.value.is_final


@pytest.mark.parametrize("word", ["greeting", "ehlo", "mail", "rcpt", "data", "taken"])
async def test_who_talks_byte_by_byte_gives_the_thread_back(word: str) -> None:
    """Eight such connections would have been the end of all mail, and of a worker's stop."""
    with ThreadPoolExecutor(1) as threads:
        async with odd(**{word: BYTE_BY_BYTE}) as server, mail_server() as good:
            with pytest.raises(NotSent):
                await sender(server.port, threads=threads, whole_limit=0.3).send(MAIL)
            await sender(good.port, threads=threads).send(MAIL)
            assert len(good.mails) == 1


async def test_who_stops_waits_for_no_mail_server() -> None:
    began = monotonic()
    with ThreadPoolExecutor(1) as threads:
        async with odd(mail=BYTE_BY_BYTE) as server:
            sending = asyncio.create_task(sender(server.port, threads=threads, whole_limit=60).send(MAIL))
            await asyncio.sleep(0.3)
            sending.cancel()
            with pytest.raises(asyncio.CancelledError):
                await sending
            await asyncio.to_thread(threads.shutdown)
    assert monotonic() - began < 3


async def test_a_challenge_that_is_none_is_an_answer_like_any() -> None:
    """RFC 4954 §4: base64. As an error of its own it would leave all others of its batch to be sent once more."""
    async with odd(ehlo=b"250-mail.test\r\n250 AUTH CRAM-MD5", auth=b"334 x") as server:
        with pytest.raises(NotSent) as caught:
            await sender(server.port, username="hpid", password="s3cret").send(MAIL)
    assert not caught.value.is_final


async def test_an_answer_without_end_fills_no_memory() -> None:
    async with odd(ehlo=WITHOUT_END) as server:
        began = monotonic()
        with pytest.raises(NotSent) as caught:
            await sender(server.port).send(MAIL)
        assert monotonic() - began < 2, "given up by its size, before its time"
    assert not caught.value.is_final
