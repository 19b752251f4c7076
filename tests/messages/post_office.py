"""A mail server by others (aiosmtpd) and an SMS gateway on loopback, which keep what they are handed."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.federation.fetch_peers import OK, Peer, serving

NAME, PASSWORD = "hpid", "thu-tu-hai-phong"


class MailServer:
    """Takes mail, and answers as it is told."""

    def __init__(self) -> None:
        self.port = 0
        self.mails: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.encrypted: list[bool] = []
        self.answer = "250 OK"
        self.rcpt_answer = "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name and signature
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.rcpt_answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt_answer

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.answer.startswith("250"):
            content = envelope.content
            assert isinstance(content, bytes)
            mail = message_from_bytes(content, policy=default)
            assert isinstance(mail, EmailMessage)
            self.mails.append(mail)
            self.recipients.append(list(envelope.rcpt_tos))
            self.encrypted.append(session.ssl is not None)
        return self.answer

    @property
    def texts(self) -> list[str]:
        return [str(mail.get_content()) for mail in self.mails]


def _authenticate(
    _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any
) -> AuthResult:
    is_right = isinstance(data, LoginPassword) and (data.login, data.password) == (
        NAME.encode(),
        PASSWORD.encode(),
    )
    return AuthResult(success=is_right)


@asynccontextmanager
async def mail_server(
    *, starttls: ssl.SSLContext | None = None, tls: ssl.SSLContext | None = None, with_password: bool = False
) -> AsyncIterator[MailServer]:
    kept = MailServer()
    loop = asyncio.get_running_loop()

    def protocol() -> SMTP:
        return SMTP(
            kept,
            hostname="mail.test",
            loop=loop,
            tls_context=starttls,
            require_starttls=starttls is not None,
            auth_require_tls=starttls is not None,
            auth_required=with_password,
            authenticator=_authenticate if with_password else None,
        )

    server = await loop.create_server(protocol, "127.0.0.1", 0, ssl=tls)
    kept.port = server.sockets[0].getsockname()[1]
    try:
        yield kept
    finally:
        server.close()


class Gateway:
    """What a gateway was sent."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer

    @property
    def url(self) -> str:
        return f"{self.peer.origin}/sms"

    @property
    def messages(self) -> list[dict[str, str]]:
        return [json.loads(request.partition(b"\r\n\r\n")[2]) for request in self.peer.requests]


@asynccontextmanager
async def gateway(reply: bytes = OK) -> AsyncIterator[Gateway]:
    async with serving(reply) as peer:
        yield Gateway(peer)
