"""Mail over SMTP submission – RFC 5321, RFC 6409, RFC 8314; the only module that speaks SMTP.

A connection carries one message, on a thread of a small pool of its own, within a time limit. A header that would not be
one line of printing characters is refused (header injection); the body is plain text. Nothing of a
message is in an error: a server's answer may repeat an address.
"""

import asyncio
import smtplib
import ssl
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from email.header import Header
from email.mime.text import MIMEText
from email.utils import format_datetime, formataddr
from pathlib import Path

from idp.messages.model import Message, NotSent
from idp.settings import MailTls

_THREADS = 8
_PERMANENT = 500


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
        try:
            async with asyncio.timeout(self.whole_limit):
                await asyncio.get_running_loop().run_in_executor(self.threads, self._send, mail)
        except TimeoutError:  # its thread goes on until the server lets go; the message comes again
            raise NotSent("the mail server takes too long", is_final=False) from None

    def _send(self, mail: MIMEText) -> None:
        try:
            with self._connected() as server:
                if self.username:
                    server.login(self.username, self.password)
                server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            is_final = all(code >= _PERMANENT for code in codes)
            raise NotSent("the server refuses the address", is_final=is_final) from None
        except smtplib.SMTPResponseException as error:
            # what refuses our sign-in or our name may be mended: it is no fault of the message
            is_final = isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= _PERMANENT
            raise NotSent(f"the server answers {error.smtp_code}", is_final=is_final) from None
        except (smtplib.SMTPException, OSError) as error:
            raise NotSent(f"no mail server: {type(error).__name__}") from None

    def _connected(self) -> smtplib.SMTP:
        if self.tls is MailTls.IMPLICIT:
            return smtplib.SMTP_SSL(self.host, self.port, timeout=self.time_limit, context=self._trust())
        server = smtplib.SMTP(self.host, self.port, timeout=self.time_limit)
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
