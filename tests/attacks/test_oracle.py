"""The oracle bites: each way of failing NEG-0, done on purpose, is noticed."""

import logging
import socket
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest

from idp.audit.events import EventType
from idp.database import Done
from idp.log import fields
from tests.attacks.log_lines import LogLines
from tests.attacks.oracle import Oracle, check_harmless
from tests.world import World

_hoard: list[bytes] = []
Sin = Callable[[Oracle], Awaitable[object]]


class _Slow(httpx.AsyncBaseTransport):
    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        started = time.process_time()
        while time.process_time() - started < 1.1:
            pass
        return await self._inner.handle_async_request(request)


async def _new_session(oracle: Oracle) -> None:
    world = oracle.world
    (person,) = await world.write(lambda tx: Done(tx.people.search_by_name("nguyen", 1)))
    await world.signed_in(world.browser(), person.person_id)


async def _new_event(oracle: Oracle) -> None:
    event = oracle.world.occasion.event(EventType.CODE_REPLAYED, actor="system")
    await oracle.world.write(lambda tx: Done(tx.audit.add(event)))


async def _handle_in_the_log(_: Oracle) -> None:
    logging.getLogger("hpid.x").info("x", extra=fields(code="hp_code_00" + "a" * 43))


async def _planted_secret_in_the_log(_: Oracle) -> None:
    logging.getLogger("hpid.x").info("x", extra=fields(text="so the planted-secret was typed"))


async def _call_somebody(_: Oracle) -> None:
    socket.getaddrinfo("localhost", 1)


async def _be_slow(oracle: Oracle) -> None:
    oracle.recorder._inner = _Slow(oracle.recorder._inner)


async def _grow(_: Oracle) -> None:
    _hoard.append(b"x" * 60_000_000)


@pytest.mark.parametrize(
    "sin",
    [
        _new_session,
        _new_event,
        _handle_in_the_log,
        _planted_secret_in_the_log,
        pytest.param(_call_somebody, marks=pytest.mark.network),
        _be_slow,
        _grow,
    ],
)
async def test_every_way_of_failing_is_noticed(world: World, oracle: Oracle, log: LogLines, sin: Sin) -> None:
    await world.person()
    oracle.planted.add("planted-secret")

    async def attack() -> None:
        async with oracle.refusing("on purpose"):
            await sin(oracle)
            await world.http.get("/authorize")

    with pytest.raises(AssertionError):
        await attack()
    _hoard.clear()
    log.stream.truncate(0)
    log.stream.seek(0)


async def test_an_attack_that_succeeds_is_noticed(world: World, oracle: Oracle) -> None:
    rp = await world.client()
    alice = await world.visitor(rp)
    with pytest.raises(AssertionError):
        async with oracle.refusing("a good request"):
            await alice.browser.get(rp.authorize_url())
    with pytest.raises(AssertionError):
        async with oracle.refusing("a page where a refusal was due", status={400}):
            await world.http.get("/help")
    with pytest.raises(AssertionError):
        async with oracle.refusing("another error than the one due", to_client="invalid_request"):
            await world.http.get(rp.authorize_url(scope="nothing"))


async def test_what_was_not_counted_is_noticed(world: World, oracle: Oracle) -> None:
    with pytest.raises(AssertionError):
        async with oracle.refusing("not a refusal", status={404}, counted=True):
            await world.http.get("/nothing-here")


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(500),
        httpx.Response(400, html="<pre>Traceback (most recent call last)"),
        httpx.Response(400, json={"error": "near SELECT people.person_id"}),
        httpx.Response(400, text=f"see {Path(__file__).parent}"),
        httpx.Response(400, headers={"server": "granian"}),
        httpx.Response(400, headers={"set-cookie": "s=hp_session_00" + "a" * 43}),
        httpx.Response(303, headers={"location": "https://x.example/?code=hp_code_00" + "a" * 43}),
        httpx.Response(400, json={"x": "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.AAAA"}),
    ],
)
def test_an_answer_that_tells_too_much_is_noticed(response: httpx.Response) -> None:
    with pytest.raises(AssertionError):
        check_harmless(response)


def test_a_log_line_that_is_none_is_noticed(log: LogLines) -> None:
    good = '{"at":"x","level":"x","logger":"x","event":"x"}\n'
    for bad in ("2026-03-02 login ok admin\n", good + "\x1b[31m\n", '{"event":"x"}\n', "[]\n"):
        log.stream.truncate(0)
        log.stream.seek(0)
        log.stream.write(bad)
        with pytest.raises((ValueError, AssertionError, AttributeError)):
            log.assert_clean(frozenset())
    log.stream.truncate(0)
    log.stream.seek(0)
