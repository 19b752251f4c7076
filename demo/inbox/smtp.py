"""As much of an SMTP server (RFC 5321) as takes mail from this machine and keeps it."""

import asyncio
import re
from email import message_from_bytes
from email.policy import default

from demo.inbox.kept import Inbox

_MOST_BYTES = 256 * 1024
_PATH = re.compile(r"(?:FROM|TO):\s*<([^<>\s]*)>", re.IGNORECASE)
_SECONDS = 30.0


async def receive(inbox: Inbox, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Serve one connection."""
    try:
        async with asyncio.timeout(_SECONDS):
            await _Talk(inbox, reader, writer).serve()
    except (
        TimeoutError,
        ConnectionError,
        asyncio.IncompleteReadError,
        asyncio.LimitOverrunError,
        ValueError,
    ):
        pass  # who breaks off has sent nothing
    finally:
        writer.close()


class _Talk:
    def __init__(self, inbox: Inbox, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._inbox, self._reader, self._writer = inbox, reader, writer
        self._recipients: list[str] = []

    async def serve(self) -> None:
        await self._say("220 inbox.demo")
        while line := await self._reader.readline():
            verb, _, rest = line.decode("ascii", "replace").strip().partition(" ")
            match verb.upper():
                case "EHLO" | "HELO" | "NOOP":
                    await self._say("250 inbox.demo")
                case "MAIL" | "RSET":
                    self._recipients = []
                    await self._say("250 OK")
                case "RCPT" if found := _PATH.search(rest):
                    self._recipients.append(found[1])
                    await self._say("250 OK")
                case "DATA" if self._recipients:
                    await self._say("354 end with a dot")
                    await self._take()
                case "QUIT":
                    await self._say("221 bye")
                    return
                case _:
                    await self._say("502 not here")

    async def _take(self) -> None:
        lines: list[bytes] = []
        while (line := await self._reader.readline()) not in {b".\r\n", b""}:
            lines.append(line.removeprefix(b"."))
            if sum(map(len, lines)) > _MOST_BYTES:
                raise ValueError("too large")
        mail = message_from_bytes(b"".join(lines), policy=default)
        text = "" if mail.is_multipart() else mail.get_content()
        for to in self._recipients:
            self._inbox.keep("email", to, str(mail["Subject"] or ""), str(text))
        await self._say("250 kept")

    async def _say(self, answer: str) -> None:
        self._writer.write(f"{answer}\r\n".encode("ascii"))
        await self._writer.drain()
