"""Reading the registers over a socket: one token as long as it counts, one new one when it does not – RFC 6750 §3.1."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from federation.fetch import Fetcher
from federation.register_reader import RegisterReader
from federation.registers import RegistersFailed, UnknownCursor
from tests.federation.fetch_peers import serving

pytestmark = pytest.mark.network
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
NUMBER = "031190000001"
NOBODY, LOST, ANOTHER, BUSY = (f"03119000000{last}" for last in "2345")
"""A number of nobody, one lost on the way, one answered about somebody else, and one while the register is closed."""


@dataclass
class Registers:
    """A national side that gives a token for each asking, and takes those it has not put on its list."""

    issuer: str = ""
    refused: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    """The paths so far, of metadata and tokens too."""

    def __post_init__(self) -> None:
        self._numbers = count(1)

    async def reply(self, head: bytes, writer: asyncio.StreamWriter) -> None:
        path = head.split(b" ")[1].decode()
        self.asked.append(path.partition("?")[0])
        bearer = next(
            (one for one in head.decode().split("\r\n") if one.lower().startswith("authorization")), ""
        )
        status, answer = self._answer(path, bearer.rpartition(" ")[2])
        body = json.dumps(answer).encode()
        fields = f"Content-Type: application/json\r\nContent-Length: {len(body)}"
        writer.write(f"HTTP/1.1 {status} -\r\n{fields}\r\n\r\n".encode() + body)
        await writer.drain()

    def _answer(self, path: str, token: str) -> tuple[int, dict[str, object]]:
        if path.startswith("/.well-known"):
            places = {"token_endpoint": "/token", "vn_registers_endpoint": "/registers"}
            return 200, {"issuer": self.issuer, **{name: self.issuer + at for name, at in places.items()}}
        if path == "/token":
            return 200, {"access_token": f"t{next(self._numbers)}", "token_type": "Bearer", "expires_in": 300}
        if token in self.refused:
            return 401, {"error": "invalid_token"}
        if path.startswith("/registers/events"):
            cursor = path.partition("after=")[2].partition("&")[0]
            refused = {"lost": "invalid_cursor", "unread": "invalid_request"}.get(cursor)
            return (400, {"error": refused}) if refused else (200, {"events": [], "next": "n"})
        number = path.rpartition("/")[2]
        person: dict[str, object] = {"personal_id": NUMBER, "status": "living"}
        absent = {NOBODY: "not_found", LOST: "no_such_page"}.get(number)
        if absent is not None:
            return 404, {"error": absent}
        return (503, {**person, "personal_id": BUSY}) if number == BUSY else (200, person)


@asynccontextmanager
async def reading(registers: Registers) -> AsyncIterator[RegisterReader]:
    async with serving(registers.reply) as peer:
        registers.issuer = peer.origin
        fetcher = Fetcher(allowed_loopback=frozenset({peer.origin}))
        reader = RegisterReader(
            fetcher, issuer=peer.origin, client_id="city", sign=_sign, new_jti=lambda: "j"
        )
        yield reader
        await fetcher.aclose()


async def _sign(_claims: Mapping[str, object]) -> str:
    return "signed"


async def test_metadata_and_a_token_are_kept_until_they_are_old() -> None:
    registers = Registers()
    async with reading(registers) as reader:
        for _ in range(2):
            assert await reader.person(NUMBER, now=NOW) is not None
        person, first = f"/registers/population/{NUMBER}", ["/.well-known/openid-configuration", "/token"]
        assert registers.asked == [*first, person, person]
        await reader.person(NUMBER, now=NOW + timedelta(seconds=271))
        assert registers.asked[4:] == ["/token", person]
        await reader.person(NUMBER, now=NOW + timedelta(hours=1))
        assert registers.asked[6:] == [*first, person]


async def test_a_token_that_counts_no_more_is_asked_for_anew_once() -> None:
    registers = Registers(refused={"t1"})
    async with reading(registers) as reader:
        assert (await reader.person(NUMBER, now=NOW) or {})["status"] == "living"
        assert registers.asked.count("/token") == 2
        registers.refused.add("t2")
        assert (await reader.events("a", 10, now=NOW)).next == "n"
        assert registers.asked.count("/token") == 3


async def test_who_refuses_the_new_one_too_is_asked_no_further() -> None:
    registers = Registers(refused={"t1", "t2", "t3"})
    async with reading(registers) as reader:
        with pytest.raises(RegistersFailed, match="refuse our token"):
            await reader.events("a", 10, now=NOW)
        assert registers.asked.count("/registers/events") == 2


async def test_a_cursor_that_the_feed_does_not_know_is_told_from_a_feed_that_fails() -> None:
    async with reading(Registers()) as reader:
        with pytest.raises(UnknownCursor):
            await reader.events("lost", 10, now=NOW)


async def test_a_request_that_the_feed_does_not_take_is_no_lost_cursor() -> None:
    """Else the registers would be read from the beginning for a fault of ours."""
    async with reading(Registers()) as reader:
        with pytest.raises(RegistersFailed) as refused:
            await reader.events("unread", 10, now=NOW)
        assert not isinstance(refused.value, UnknownCursor)


async def test_only_the_register_says_that_a_number_is_nobody_s() -> None:
    async with reading(Registers()) as reader:
        assert await reader.person(NOBODY, now=NOW) is None
        for number in (LOST, ANOTHER, BUSY):
            with pytest.raises(RegistersFailed):
                await reader.person(number, now=NOW)
