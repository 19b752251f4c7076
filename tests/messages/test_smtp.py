"""Mail over SMTP submission: TLS to a name we trust, a password only inside it, one line for each header."""

import asyncio
import ssl
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from idp.messages.model import Message, NotSent
from idp.messages.smtp import SmtpSender
from idp.settings import MailTls
from tests.conformance.throwaway_ca import ThrowawayCa
from tests.messages.post_office import NAME, PASSWORD, MailServer, mail_server

pytestmark = pytest.mark.network

MAIL = Message(
    message_id="m-1",
    to="huong@example.vn",
    subject="Hải Phòng ID: thêm hoặc đổi cách đăng nhập: ứng dụng xác thực",
    at=datetime(2026, 11, 27, tzinfo=UTC),
    text="Thời gian: 21:07.\n.\nMột dấu chấm đứng riêng không kết thúc thư.\n" + "dài " * 500,
)


def contexts(folder: Path, name: str = "localhost") -> tuple[ssl.SSLContext, Path]:
    ca = ThrowawayCa(folder)
    pair = ca.issue(name)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pair.certificate, pair.key)
    return context, ca.certificate


def sender(server: MailServer, tls: MailTls, ca: Path | None = None, **changes: Any) -> SmtpSender:
    plain = SmtpSender(
        host="localhost", port=server.port, tls=tls, sender="a@b.example", time_limit=5, ca_bundle=ca
    )
    return replace(plain, **changes)


async def failure(smtp: SmtpSender, message: Message = MAIL) -> NotSent:
    with pytest.raises(NotSent) as caught:
        await smtp.send(message)
    assert "huong" not in str(caught.value)
    return caught.value


async def test_a_mail_arrives_as_it_was_written() -> None:
    async with mail_server() as server:
        await sender(server, MailTls.NONE).send(MAIL)
    (mail,) = server.mails
    assert mail["Subject"] == MAIL.subject
    assert str(mail.get_content()).replace("\r\n", "\n").rstrip("\n") == MAIL.text.rstrip("\n")
    assert mail["Auto-Submitted"] == "auto-generated"


async def test_starttls_comes_before_the_password_and_the_mail(tmp_path: Path) -> None:
    context, ca = contexts(tmp_path)
    async with mail_server(starttls=context, with_password=True) as server:
        known = {"username": NAME, "password": PASSWORD}
        await sender(server, MailTls.STARTTLS, ca, **known).send(MAIL)
        assert server.encrypted == [True]
        wrong = await failure(sender(server, MailTls.STARTTLS, ca, username=NAME, password="x"))
        assert not wrong.is_final, "a wrong password is the operator's to mend"


async def test_implicit_tls_speaks_nothing_in_clear(tmp_path: Path) -> None:
    context, ca = contexts(tmp_path)
    async with mail_server(tls=context) as server:
        await sender(server, MailTls.IMPLICIT, ca).send(MAIL)
    assert len(server.mails) == 1


@pytest.mark.parametrize("tls", [MailTls.STARTTLS, MailTls.IMPLICIT])
@pytest.mark.parametrize("wrong", ["authority", "name"])
async def test_a_server_that_does_not_prove_its_name_gets_nothing(
    tmp_path: Path, tls: MailTls, wrong: str
) -> None:
    context, ca = contexts(tmp_path, "localhost" if wrong == "authority" else "other.example")
    by: dict[str, Any] = {"starttls": context} if tls is MailTls.STARTTLS else {"tls": context}
    async with mail_server(**by) as server:
        error = await failure(sender(server, tls, None if wrong == "authority" else ca))
    assert not error.is_final
    assert server.mails == []


async def test_a_server_without_starttls_gets_nothing() -> None:
    async with mail_server() as server:
        await failure(sender(server, MailTls.STARTTLS))
    assert server.mails == []


@pytest.mark.parametrize(
    ("answer", "is_final"), [("451 later", False), ("554 no", True), ("550 no huong@example.vn", True)]
)
async def test_what_a_server_refuses_for_good_is_final(answer: str, is_final: bool) -> None:
    async with mail_server() as server:
        server.answer = answer
        assert (await failure(sender(server, MailTls.NONE))).is_final is is_final


@pytest.mark.parametrize("field", ["to", "subject", "message_id"])
@pytest.mark.parametrize("line", ["a\r\nBcc: b@example.vn", "a\nb", "a\rb", "a\x00b", "a\u2028b"])
async def test_a_header_is_one_line(field: str, line: str) -> None:
    changed: dict[str, Any] = {field: line}
    async with mail_server() as server:
        error = await failure(sender(server, MailTls.NONE), replace(MAIL, **changed))
    assert error.is_final
    assert server.mails == []


async def test_a_server_that_is_not_there_is_asked_again() -> None:
    async with mail_server() as server:
        pass
    error = await failure(sender(server, MailTls.NONE))
    assert not error.is_final


async def test_a_server_that_talks_without_end_is_given_up() -> None:
    """Each line comes in time, and the greeting never ends (RFC 5321 §4.2.1: lines that go on)."""

    async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while not is_over.is_set():
                writer.write(b"220-wait\r\n")
                await writer.drain()
                await asyncio.sleep(0.05)
            writer.close()
            await writer.wait_closed()
        has_ended.set()

    is_over, has_ended = asyncio.Event(), asyncio.Event()
    async with await asyncio.start_server(drip, "localhost", 0) as server:
        port = server.sockets[0].getsockname()[1]
        smtp = SmtpSender(
            host="localhost", port=port, tls=MailTls.NONE, sender="a@b.example", time_limit=5, whole_limit=0.3
        )
        try:
            error = await failure(smtp)
        finally:
            is_over.set()
            await has_ended.wait()
    assert not error.is_final
