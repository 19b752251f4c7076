"""What the same server can do at most: raw ASGI on Granian, with no provider in it. A process of its own.

`python -m bench.limits PORT [DATABASE_URL]` answers

- GET /static: bytes prepared once, with ETag and max-age: the limit of discovery and keys;
- POST /bare: a form parsed, a secret compared, one ES256 signature: the limit of a token without a record;
- POST /durable: the same, answered after one row is on disk, all that wait sharing one INSERT and one commit: the limit
  of a token with its record.
"""

import asyncio
import hashlib
import hmac
import json
import os
import secrets
import sqlite3
import sys
import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol
from urllib.parse import parse_qsl

import uvloop
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

_Row = tuple[str, str, int, bytes, bytes]
_TABLE = (
    "CREATE TABLE IF NOT EXISTS bench_limit"
    " (id TEXT PRIMARY KEY, type TEXT, at BIGINT, payload {bytes}, digest {bytes})"
)
_KEY = ec.generate_private_key(ec.SECP256R1())
_HEADER = urlsafe_b64encode(b'{"alg":"ES256","kid":"limit","typ":"at+jwt"}').rstrip(b"=")
_SECRET = hashlib.sha256(b"secret").digest()
_STATIC = b"x" * 2048
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


class Durable(Protocol):
    """Keeps rows."""

    async def insert(self, rows: list[_Row]) -> None:
        """Return once they are on disk."""
        ...


class OnSqlite:
    """One writer thread, write-ahead log, synchronous FULL."""

    def __init__(self, path: str) -> None:
        self._thread = ThreadPoolExecutor(1)
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute(_TABLE.format(bytes="BLOB"))

    async def insert(self, rows: list[_Row]) -> None:
        """Insert and commit."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._insert, rows)

    def _insert(self, rows: list[_Row]) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany("INSERT INTO bench_limit VALUES (?, ?, ?, ?, ?)", rows)
        self._connection.execute("COMMIT")


class OnPostgresql:
    """One connection of the bare driver."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: Any = None

    async def insert(self, rows: list[_Row]) -> None:
        """Insert and commit."""
        import asyncpg

        if self._connection is None:
            self._connection = await asyncpg.connect(self._url)
            await self._connection.execute(_TABLE.format(bytes="BYTEA"))
        await self._connection.executemany("INSERT INTO bench_limit VALUES ($1, $2, $3, $4, $5)", rows)


class Lane:
    """Those who come while one commit is on its way share the next."""

    def __init__(self, durable: Durable) -> None:
        self._durable = durable
        self._waiting: list[tuple[_Row, asyncio.Future[None]]] = []
        self._running: asyncio.Task[None] | None = None

    async def add(self, row: _Row) -> None:
        """Return after the row's commit."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        self._waiting.append((row, future))
        if self._running is None:
            self._running = loop.create_task(self._run())
        await future

    async def _run(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting, []
            await self._durable.insert([row for row, _ in group])
            for _, future in group:
                future.set_result(None)
        self._running = None


class Limit:
    """The application."""

    def __init__(self, lane: Lane | None) -> None:
        self._lane = lane

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        if scope["path"] == "/static":
            await _answer(send, _STATIC, (b"etag", b'"1"'), (b"cache-control", b"public, max-age=300"))
            return
        form = dict(parse_qsl((await receive())["body"].decode()))
        given = dict(scope["headers"])[b"authorization"].removeprefix(b"Basic ")
        client_id, _, secret = b64decode(given).decode().partition(":")
        if not hmac.compare_digest(hashlib.sha256(secret.encode()).digest(), _SECRET):
            raise ValueError(client_id)
        jti, now = secrets.token_urlsafe(32), time.time()
        token = _sign(
            {"iss": "i", "sub": client_id, "aud": form["resource"], "jti": jti, "exp": int(now) + 300}
        )
        if scope["path"] == "/durable" and self._lane is not None:
            payload = json.dumps({"client_id": client_id, "jti": jti, "audience": form["resource"]}).encode()
            await self._lane.add((jti, "issued", int(now * 1e6), payload, hashlib.sha256(payload).digest()))
        body = json.dumps({"access_token": token, "token_type": "Bearer", "expires_in": 300})
        await _answer(send, body.encode(), (b"cache-control", b"no-store"))


async def _answer(send: Send, body: bytes, *headers: tuple[bytes, bytes]) -> None:
    common = ((b"content-type", b"application/json"), (b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": 200, "headers": [*common, *headers]})
    await send({"type": "http.response.body", "body": body})


def _sign(claims: dict[str, object]) -> str:
    message = _HEADER + b"." + urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=")
    r, s = decode_dss_signature(_KEY.sign(message, ec.ECDSA(SHA256())))
    signature = urlsafe_b64encode(r.to_bytes(32, "big") + s.to_bytes(32, "big")).rstrip(b"=")
    return (message + b"." + signature).decode()


async def _serve(port: int, url: str) -> None:
    from granian.constants import HTTPModes, Interfaces
    from granian.server.embed import Server

    os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))  # as ours
    durable: Durable = OnPostgresql(url) if url.startswith("postgresql") else OnSqlite(url)
    server = Server(
        Limit(Lane(durable)),
        address="127.0.0.1",
        port=port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        websockets=False,
        log_enabled=False,
    )
    await server.serve()


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1]), sys.argv[2]))
