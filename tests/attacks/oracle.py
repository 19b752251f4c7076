"""NEG-0, what must hold after every attack whatever it was (SECURITY §1).

No token, session, grant, link, credential or person appeared; exactly the audit events of the attack's class were
written and the log verifies; the answer is a refusal and never a fault, and tells nothing of our insides; it came
quickly and cost little memory; no secret stands in any log line; nobody was called.
"""

import gc
import re
import resource
import tempfile
import time
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx
from sqlalchemy import func, select

from idp.audit.events import EventType
from idp.database import metadata
from idp.transaction import Tx
from tests.attacks import canary
from tests.attacks.log_lines import LogLines, shapes_in
from tests.world import World

GUARDED = (
    "agencies",
    "clients",
    "client_assertions",
    "client_logos",
    "client_secrets",
    "codes",
    "consents",
    "cross_device_sign_ins",
    "external_links",
    "grants",
    "invitations",
    "links",
    "official_external_ids",
    "official_posts",
    "officials",
    "organisations",
    "outbox",
    "password_proofs",
    "passwords",
    "people",
    "person_addresses",
    "person_identifiers",
    "pushed_requests",
    "refresh_tokens",
    "registrations",
    "session_clients",
    "sessions",
    "signing_keys",
    "subjects",
    "totp",
)
"""Tables in which no refused request may leave a row."""
_HOW_MANY = select(
    *(select(func.count()).select_from(metadata.tables[name]).scalar_subquery() for name in GUARDED)
)
_EVENTS = metadata.tables["audit_events"]
_RECORDED = select(_EVENTS.c.event_id, _EVENTS.c.type).order_by(_EVENTS.c.at, _EVENTS.c.event_id)
"""Both made once: they run before and after every attack, and to compile them takes longer than all else."""

_ROOT = Path(__file__).resolve().parents[2]
_INSIDES = re.compile(
    rf"{re.escape(str(_ROOT))}|{re.escape(tempfile.gettempdir())}|Traceback|File \"|\.py\b|site-packages|/usr/|/tmp/"
    r"|sqlite|sqlalchemy|asyncpg|postgres|SELECT |INSERT |UPDATE .* SET|no such table"
    r"|joserfc|cryptography|starlette|fastapi|granian|uvicorn|python/|Python 3|jinja",
    re.IGNORECASE,
)
_BY_DESIGN = re.compile(
    r"Mã phiên bản [^<]*|Release [0-9][^<]*"  # the footer of every page names the release
    r'|name="next" value="[^"]*"'  # the address that was asked for, where the language switch leads back to
)
_TELLTALE_HEADERS = {"server", "x-powered-by", "via", "x-debug"}
_MOST_SECONDS = 1.0
_MOST_GROWTH = 20 * 1024 * 1024


@dataclass(frozen=True)
class Exchange:
    """One request with its answer and the processor time it took."""

    request: httpx.Request
    response: httpx.Response
    seconds: float


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep the collector still: what this process holds of other tests takes it longer than any request."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class Recorder(httpx.AsyncBaseTransport):
    """Passes requests on and remembers every exchange."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self.exchanges: list[Exchange] = []
        self.secrets: set[str] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        content = await request.aread()
        with uncollected():
            started = time.process_time()
            response = await self._inner.handle_async_request(request)
            await response.aread()
            self.exchanges.append(Exchange(request, response, time.process_time() - started))
        self._remember(request, content, response)
        return response

    def _remember(self, request: httpx.Request, content: bytes, response: httpx.Response) -> None:
        """Collect whatever passed by that opens something: handles, tokens, credentials, cookies."""
        texts = [str(request.url), content.decode("latin-1"), response.text]
        texts += [value for _, value in (*request.headers.multi_items(), *response.headers.multi_items())]
        for text in texts:
            self.secrets.update(shapes_in(text))
        authorization = request.headers.get("authorization", "")
        if authorization.lower().startswith("basic "):
            self.secrets.add(authorization[6:])
        for header in response.headers.get_list("set-cookie"):
            value = header.partition("=")[2].partition(";")[0]
            if len(value) >= 16:
                self.secrets.add(value)


@dataclass
class Watch:
    """What happened while an attack ran."""

    exchanges: list[Exchange] = field(default_factory=list)
    events: list[str] = field(default_factory=list)

    @property
    def last(self) -> httpx.Response:
        return self.exchanges[-1].response


@dataclass
class Oracle:
    """Holds every attack of a test against NEG-0."""

    world: World
    log: LogLines
    recorder: Recorder
    planted: set[str] = field(default_factory=set)
    """Secrets of this test beyond those seen passing by."""

    @asynccontextmanager
    async def refusing(
        self,
        case: object,
        *,
        events: Collection[EventType] = (),
        counted: bool | None = None,
        rows: Collection[str] = (),
        to_client: str | None = None,
        status: Collection[int] = (),
        seconds: float = _MOST_SECONDS,
        calls: str = "",
    ) -> AsyncIterator[Watch]:
        """Run an attack and hold its outcome against NEG-0.

        `to_client`: the error is one that may go to the redirect URI, and has this code. `rows`: tables that may grow.
        `counted`: whether it must be in the summary of refusals where nobody was proved; None: either way.
        `calls`: what a permitted connection looks like.
        """
        before = await self._rows()
        known = await self._events()
        self.world.provider.summaries.take(self.world.provider.clock, all_minutes=True)
        first, called, memory = len(self.recorder.exchanges), len(canary.calls()), _memory()
        logged = self.log.stream.tell()
        watch = Watch()
        try:
            yield watch
            watch.exchanges = self.recorder.exchanges[first:]
            fresh = await self._events()
            watch.events = [kind for event_id, kind in fresh.items() if event_id not in known]
            assert watch.exchanges, "nothing was sent"
            self._check_answers(watch, to_client=to_client, status=status, seconds=seconds)
            after = await self._rows()
            grown = {name for name in GUARDED if after[name] > before[name]} - set(rows)
            assert not grown, f"rows appeared: {sorted(grown)}"
            assert sorted(watch.events) == sorted(kind.value for kind in events)
            self._check_count(counted)
            assert _memory() - memory < _MOST_GROWTH
            silent = [call for call in canary.calls()[called:] if not calls or calls not in call]
            assert not silent, f"somebody was called: {silent}"
            self.log.assert_clean(self.secrets(), since=logged)
        except Exception as error:
            error.add_note(f"the attack was: {case!r}"[:600])
            raise

    async def verify_record(self) -> None:
        """The whole audit log opens, agrees with its digests and has no gap (I5)."""
        await self.world.events()
        records = await self.world.provider.database.read(lambda tx: tx.audit.read(after=-1, limit=100_000))
        assert [record.leaf_index for record in records] == list(range(len(records)))
        assert all(record.is_intact for record in records)

    def secrets(self) -> frozenset[str]:
        return frozenset(self.recorder.secrets | self.planted)

    async def _rows(self) -> dict[str, int]:
        def count(tx: Tx) -> tuple[int, ...]:
            return tuple(tx.connection.execute(_HOW_MANY).one())

        return dict(zip(GUARDED, await self.world.provider.database.read(count), strict=True))

    async def _events(self) -> dict[str, str]:
        rows = await self.world.provider.database.read(lambda tx: tx.connection.execute(_RECORDED).all())
        return {row.event_id: row.type for row in rows}

    def _check_count(self, counted: bool | None) -> None:
        events = self.world.provider.summaries.take(self.world.provider.clock, all_minutes=True)
        if counted is not None:
            assert bool(events) is counted, "the summary of refusals does not tell of it"
        for event in events:
            assert len(str(event.payload)) < 400

    def _check_answers(
        self, watch: Watch, *, to_client: str | None, status: Collection[int], seconds: float
    ) -> None:
        for exchange in watch.exchanges:
            check_harmless(exchange.response, sent=exchange.request)
            assert exchange.seconds < seconds, f"it took {exchange.seconds:.2f} s"
        last = watch.last
        if to_client is not None:
            assert last.status_code == 303, last.status_code
            answer = dict(parse_qsl(urlsplit(last.headers["location"]).query))
            assert answer.get("error") == to_client, answer
            assert answer["iss"] == self.world.issuer
            return
        assert last.status_code in (status or range(400, 500)), last.status_code
        if last.status_code >= 400:
            assert "location" not in last.headers


def check_harmless(response: httpx.Response, *, sent: httpx.Request | None = None) -> None:
    """No fault, no insides, and nothing that opens anything, unless it was sent in the first place."""
    assert response.status_code < 500, response.text[:500]
    shown = _BY_DESIGN.sub("", response.text) if _is_text(response) else ""
    assert (inside := _INSIDES.search(shown)) is None, inside
    assert not _TELLTALE_HEADERS & response.headers.keys()
    headers = [*response.headers.get_list("set-cookie"), response.headers.get("location", "")]
    for shape in shapes_in(" ".join([shown, *headers])):
        was_sent = sent is not None and shape in f"{sent.url} {sent.content!r}"
        assert was_sent or shape.startswith("hp_up_"), "something that opens was handed out"


def _is_text(response: httpx.Response) -> bool:
    content_type: str = response.headers.get("content-type", "")
    return content_type.startswith(("text/html", "application/json", "text/plain"))


def _memory() -> int:
    """Resident memory of this process now, in bytes."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * resource.getpagesize()
