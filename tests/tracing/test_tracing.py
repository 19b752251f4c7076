"""Traces: off unless asked for, of routes and times alone, and part of another's trace where a trusted proxy says so."""

import ast
import asyncio
import sys
import threading
from collections.abc import AsyncIterator, Iterator, MutableMapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from idp.settings import DeploymentProfile, Settings
from idp.tracing import TracingMissing, start_tracing
from tests.architecture.source_tree import ROOT, python_files, source_of
from tests.world import World, open_world

pytestmark = pytest.mark.network
TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
PROXY = "192.0.2.7"


@dataclass
class Collector:
    """What a collector received."""

    url: str = ""
    spans: list[Any] = field(default_factory=list)
    services: set[str] = field(default_factory=set)

    def take(self, body: bytes) -> None:
        request = ExportTraceServiceRequest()
        request.ParseFromString(body)
        for resource in request.resource_spans:
            self.services |= {
                one.value.string_value for one in resource.resource.attributes if one.key == "service.name"
            }
            for scope in resource.scope_spans:
                self.spans.extend(scope.spans)

    def named(self, name: str) -> Any:
        (span,) = [span for span in self.spans if span.name == name]
        return span


@pytest.fixture
def collector() -> Iterator[Collector]:
    """A collector on this machine that takes OTLP over HTTP."""
    found = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            assert self.path == "/v1/traces"
            found.take(body)
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        found.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield found
        server.shutdown()
        thread.join()


@pytest.fixture
async def world(template: Path, tmp_path: Path, collector: Collector) -> AsyncIterator[World]:
    settings: dict[str, Any] = {"otel_endpoint": collector.url, "trusted_proxies": (PROXY,)}
    async with open_world(template, tmp_path, **settings) as world:
        yield world


def _sent(world: World) -> None:
    """Have what is in the queue sent."""
    assert world.provider.tracing is not None
    world.provider.tracing.shutdown()


def _attributes(span: Any) -> dict[str, str | int]:
    return {one.key: one.value.string_value or one.value.int_value for one in span.attributes}


def _from(world: World, address: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=world.app, client=(address, 1))
    return httpx.AsyncClient(transport=transport, base_url=world.issuer)


async def test_a_request_is_a_span_with_its_route_and_what_it_waited_for(
    world: World, collector: Collector
) -> None:
    rp = await world.client()
    visitor = await world.visitor(rp)
    code = await visitor.code(rp)
    await rp.redeem(world.http, code)
    _sent(world)

    assert collector.services == {"hpid"}
    served = collector.named("POST /token")
    told = _attributes(served)
    assert (told["http.route"], told["http.response.status_code"]) == ("/token", 200)
    within = [span for span in collector.spans if span.parent_span_id == served.span_id]
    assert {span.name for span in within} == {"database read", "database write"}
    assert {span.trace_id for span in within} == {served.trace_id}


async def test_nothing_a_person_or_a_service_sent_is_in_a_span(world: World, collector: Collector) -> None:
    rp = await world.client()
    visitor = await world.visitor(rp)
    code = await visitor.code(rp, login_hint="031184000017")
    tokens = (await rp.redeem(world.http, code)).json()
    await world.userinfo(tokens["access_token"])
    await world.http.get("/nobody/0123456789?number=031184000017")
    _sent(world)

    sent = " ".join(map(str, collector.spans))
    held = (code, tokens["access_token"], rp.client_id, rp.client_secret, visitor.person.person_id)
    for secret in (*held, "031184000017", "0123456789", "/nobody", "testserver"):
        assert str(secret) not in sent
    assert "GET other" in {span.name for span in collector.spans}


@pytest.mark.parametrize(("address", "belongs"), [(PROXY, True), ("203.0.113.9", False), ("", False)])
async def test_whose_trace_it_is_is_believed_from_a_trusted_proxy_alone(
    world: World, collector: Collector, address: str, *, belongs: bool
) -> None:
    async with _from(world, address) as http:
        await http.get(
            "/jwks", headers={"traceparent": f"00-{TRACE}-{SPAN}-01", "baggage": "number=031184000017"}
        )
    _sent(world)

    span = collector.named("GET /jwks")
    assert (span.trace_id.hex() == TRACE) is belongs
    assert (span.parent_span_id.hex() == SPAN) is belongs


@pytest.mark.parametrize("value", ["", "00", f"00-{'0' * 32}-{SPAN}-01", "x" * 9000, f"ff-{TRACE}-{SPAN}-01"])
async def test_a_malformed_traceparent_begins_a_trace_of_our_own(
    world: World, collector: Collector, value: str
) -> None:
    async with _from(world, PROXY) as http:
        assert (await http.get("/jwks", headers={"traceparent": value})).status_code == 200
    _sent(world)

    assert collector.named("GET /jwks").parent_span_id == b""


async def test_a_fault_is_told_by_its_kind_never_by_its_text(world: World, collector: Collector) -> None:
    rp = await world.client()
    code = await (await world.visitor(rp)).code(rp)
    await world.provider.database.close()
    response = await rp.redeem(world.http, code)
    assert response.status_code == 503
    _sent(world)

    span = collector.named("POST /token")
    assert span.status.code == 2
    assert span.events == []
    assert code not in str(collector.spans)


async def test_a_collector_that_is_away_holds_nobody_up(template: Path, tmp_path: Path) -> None:
    async with open_world(template, tmp_path, otel_endpoint="http://127.0.0.1:1") as world:
        assert (await world.http.get("/jwks")).status_code == 200


async def test_a_collector_that_the_environment_names_for_others_gets_nothing(
    template: Path, tmp_path: Path, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FastAPI has telemetry of its own, on by default, with queries and bodies in it."""
    monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
    async with open_world(template, tmp_path) as world:
        asked, ended = asyncio.Event(), asyncio.Queue[str]()

        async def receive() -> dict[str, str]:
            if not asked.is_set():
                asked.set()
                return {"type": "lifespan.startup"}
            await asyncio.sleep(0.1)
            assert (await world.http.get("/sign-in?i=031184000017")).status_code >= 200
            return {"type": "lifespan.shutdown"}

        async def send(message: MutableMapping[str, Any]) -> None:
            ended.put_nowait(message["type"])

        await world.app({"type": "lifespan", "asgi": {"version": "3.0"}}, receive, send)
    assert [ended.get_nowait() for _ in range(2)] == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]
    assert collector.spans == []


def test_nothing_that_sends_is_imported_until_it_is_on() -> None:
    """`scripts/proof wheel` serves without the extra; this tells sooner."""
    sends = tuple(f"idp.tracing.{path.stem}" for path in (ROOT / "idp" / "tracing").glob("[a-z]*.py"))
    assert len(sends) == 3
    early = [
        f"{path}: {name}"
        for path in python_files("idp")
        if not path.startswith("idp/tracing/")
        for name in _imported_at_once(source_of(path))
        if name.startswith((*sends, "opentelemetry"))
    ]
    assert early == []
    assert list(_imported_at_once("import a.b\nfrom c import d\ndef f():\n    import e\n")) == ["a.b", "c"]


def _imported_at_once(source: str) -> Iterator[str]:
    for statement in ast.parse(source).body:
        match statement:
            case ast.Import(names=names):
                yield from (one.name for one in names)
            case ast.ImportFrom(module=str(module)):
                yield module


def test_off_there_is_no_tracing() -> None:
    assert start_tracing(Settings(), release="1") is None


def test_without_the_extra_it_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "idp.tracing.export", None)

    with pytest.raises(TracingMissing, match=r"install haiphong-id\[otel\]"):
        start_tracing(Settings(otel_endpoint="http://127.0.0.1:4318"), release="1")


def test_spans_leave_this_machine_by_https_alone(tmp_path: Path) -> None:
    def settings(endpoint: str) -> Settings:
        return Settings(
            profile=DeploymentProfile.PRODUCTION,
            issuer="https://id.example.vn",
            master_key=tmp_path,
            test_environment=False,
            otel_endpoint=endpoint,
        )

    settings("http://127.0.0.1:4318")
    settings("https://traces.example.vn")
    with pytest.raises(ValueError, match="HPID_OTEL_ENDPOINT"):
        settings("http://traces.example.vn")
