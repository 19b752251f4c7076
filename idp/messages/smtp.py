"""Mail over SMTP submission – RFC 5321, RFC 6409, RFC 8314; the only module that speaks SMTP.

A connection carries one message, on a thread of a small pool of its own, within a time limit that ends it whatever the
server does; a message that it has taken is sent, however it says goodbye. A header that would not be one line of printing
characters is refused (header injection); the body is plain text. Nothing of a message is in an error: a server's answer
may repeat an address.
"""

import asyncio
import smtplib
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from email.header import Header
from email.mime.text import MIMEText
from email.utils import format_datetime, formataddr
from io import BufferedReader
from pathlib import Path
from typing import Any

from idp.messages.model import Message, NotSent
from idp.settings import MailTls

_THREADS = 8
_PERMANENT = 500
_GOODBYE_SECONDS = 1.0
_LONGEST_ANSWER = 64 * 1024
"""Bytes of one answer, with all its lines: what a server says to EHLO takes one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpSender:
    """Hands messages to one mail server."""

    host: str
    port: int
    tls: MailTls
    sender: str
    """Address that messages come from."""
    time_limit: float
    """Seconds each exchange with the server may take."""
    whole_limit: float = 120.0
    """Seconds a message may take, with its wait for a thread: less than other workers leave it alone (relay.py)."""
    username: str = ""
    password: str = field(default="", repr=False)
    ca_bundle: Path | None = None
    threads: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(_THREADS, thread_name_prefix="smtp"), repr=False
    )

    async def send(self, message: Message) -> None:
        """Send a message, or raise NotSent."""
        try:
            mail = _mail(message, self.sender)
        except ValueError:
            raise NotSent("a header would not be one line", is_final=True) from None
        line = _Line()
        try:
            async with asyncio.timeout(self.whole_limit):
                await asyncio.get_running_loop().run_in_executor(self.threads, self._send, mail, line)
        except TimeoutError:
            raise NotSent("the mail server takes too long", is_final=False) from None
        finally:
            line.cut()  # out of time, or the worker stops: its thread waits no longer than we do

    def _send(self, mail: MIMEText, line: "_Line") -> None:
        try:
            server = self._connected(line)
            try:
                if self.username:
                    server.login(self.username, self.password)
                server.send_message(mail)
            finally:
                _say_goodbye(server)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            is_final = all(code >= _PERMANENT for code in codes)
            raise NotSent("the server refuses the address", is_final=is_final) from None
        except smtplib.SMTPResponseException as error:
            # what refuses our sign-in or our name may be mended: it is no fault of the message
            is_final = isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= _PERMANENT
            raise NotSent(f"the server answers {error.smtp_code}", is_final=is_final) from None
        except (smtplib.SMTPException, OSError, ValueError) as error:  # no base64 where it should be
            raise NotSent(f"no mail server: {type(error).__name__}") from None

    def _connected(self, line: "_Line") -> smtplib.SMTP:
        if self.tls is MailTls.IMPLICIT:
            trust = self._trust()
            return _TlsServer(line, self.host, self.port, timeout=self.time_limit, context=trust)
        server = _Server(line, self.host, self.port, timeout=self.time_limit)
        if self.tls is MailTls.STARTTLS:
            try:
                server.starttls(context=self._trust())
            except BaseException:
                server.close()
                raise
        return server

    def _trust(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self.ca_bundle)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context


class _Line:
    """A connection that another thread may cut: whoever is reading from it reads its end."""

    def __init__(self) -> None:
        self._socket: socket.socket | None = None
        self._is_cut = False

    def is_held(self, connection: socket.socket | None) -> bool:
        """Take the connection as it is now, TLS or not; False: it is cut."""
        self._socket = connection
        return not self._is_cut

    def cut(self) -> None:
        """End it, now or as soon as it is there."""
        self._is_cut = True
        if self._socket is not None:
            with suppress(OSError):  # it has ended by itself
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)  # that of TLS is not for other threads


class _Answer:
    """What a server says, up to a size: smtplib takes lines for as long as they come."""

    def __init__(self, file: BufferedReader) -> None:
        self._file = file
        self.left = 0

    def readline(self, most: int) -> bytes:
        """Return a line; OSError if it is one too many."""
        line = self._file.readline(most)
        self.left -= len(line)
        if self.left < 0:
            raise OSError("an answer without end")
        return line

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class _Server(smtplib.SMTP):
    """A mail server on a line."""

    file: Any

    def __init__(self, line: _Line, *where: Any, **how: Any) -> None:
        self._line = line
        super().__init__(*where, **how)

    def getreply(self) -> tuple[int, bytes]:
        """Read an answer (RFC 5321 §4.2)."""
        if not self._line.is_held(self.sock):
            self.close()
            raise smtplib.SMTPServerDisconnected("cut")
        if self.file is None and self.sock is not None:
            self.file = _Answer(self.sock.makefile("rb"))
        if self.file is not None:
            self.file.left = _LONGEST_ANSWER
        return super().getreply()


class _TlsServer(_Server, smtplib.SMTP_SSL):
    """A mail server that speaks TLS from the first byte."""


def _say_goodbye(server: smtplib.SMTP) -> None:
    """Quit, and wait a moment for an answer; whatever it is, it is none about the message (RFC 5321 §4.1.1.10)."""
    with suppress(smtplib.SMTPException, OSError):
        server.putcmd("QUIT")
        if server.sock is not None:
            server.sock.settimeout(_GOODBYE_SECONDS)
            server.sock.recv(_LONGEST_ANSWER)
    server.close()


def _mail(message: Message, sender: str) -> MIMEText:
    """Return the message as mail: no header holds what somebody typed but the address it goes to.

    Made of the older classes: the newer ones lose spaces where they fold a long subject that is not ASCII.
    """
    if not all(one.isprintable() for one in (message.to, message.subject, message.message_id)):
        raise ValueError("a header would not be one line")
    mail = MIMEText(message.text, "plain", "utf-8")
    mail["From"] = formataddr(("Hải Phòng ID", sender), "utf-8")
    mail["To"] = message.to
    mail["Subject"] = Header(message.subject, "utf-8", header_name="Subject").encode()
    mail["Date"] = format_datetime(message.at)
    mail["Message-ID"] = f"<{message.message_id}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no answer by a machine is wanted
    return mail
