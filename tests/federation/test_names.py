"""Names that nobody answers for: the system's own resolver may wait long after its caller has given up (R29)."""

import asyncio
import socket
import threading
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from federation.fetch import ANY_HOST, Fetcher, FetchFailed, FetchFailure
from tests.federation.fetch_peers import failure, serving

_SOON = 3.0
_SLOW = 40
"""More than the threads that everything in this process shares."""


class SlowNames:
    """The system's resolver, as it is for names under `.slow.example` while their servers are silent."""

    def __init__(self, real: Any) -> None:
        self._real = real
        self.answered = threading.Event()
        self.asked: Counter[str] = Counter()

    def __call__(self, host: str, *arguments: Any, **options: Any) -> Any:
        if not host.endswith(".slow.example"):
            return self._real(host, *arguments, **options)
        self.asked[host] += 1
        self.answered.wait(60)
        raise socket.gaierror(socket.EAI_AGAIN, "nobody answers")


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowNames]:
    slow = SlowNames(socket.getaddrinfo)
    monkeypatch.setattr(socket, "getaddrinfo", slow)
    yield slow
    slow.answered.set()


@pytest.fixture
async def hostile() -> AsyncIterator[Fetcher]:
    fetcher = Fetcher(total_timeout=0.2, connections=4)
    yield fetcher
    await fetcher.aclose()


async def _ask(fetcher: Fetcher, *hosts: str) -> set[FetchFailure]:
    return set(await asyncio.gather(*(failure(fetcher.check(f"https://{host}/")) for host in hosts)))


async def test_names_that_nobody_answers_for_take_no_thread_that_others_need(
    names: SlowNames, hostile: Fetcher
) -> None:
    assert await _ask(hostile, *(f"n{n}.slow.example" for n in range(_SLOW))) == {FetchFailure.TIMEOUT}
    # RSA signs there
    assert await asyncio.wait_for(asyncio.to_thread(lambda: "signed"), _SOON) == "signed"


@pytest.mark.network
async def test_what_one_fetcher_asks_for_holds_up_no_other(names: SlowNames, hostile: Fetcher) -> None:
    assert await _ask(hostile, *(f"n{n}.slow.example" for n in range(_SLOW))) == {FetchFailure.TIMEOUT}
    async with serving() as peer:
        other = Fetcher(allowed_loopback=frozenset({peer.origin}))
        assert (await asyncio.wait_for(other.get(peer.origin), _SOON)).status == 200
        await other.aclose()


async def test_a_name_is_asked_for_once_at_a_time_however_many_wait_for_it(
    names: SlowNames, hostile: Fetcher
) -> None:
    for _ in range(3):
        assert await _ask(hostile, *["one.slow.example"] * 10) == {FetchFailure.TIMEOUT}
    assert names.asked == {"one.slow.example": 1}
    names.answered.set()
    await asyncio.sleep(0.1)
    assert await _ask(hostile, "one.slow.example") == {FetchFailure.UNREACHABLE}
    assert names.asked == {"one.slow.example": 2}


async def test_more_names_than_threads_wait_their_turn(names: SlowNames, hostile: Fetcher) -> None:
    assert await _ask(hostile, *(f"n{n}.slow.example" for n in range(_SLOW))) == {FetchFailure.TIMEOUT}
    assert len(names.asked) == 4
    names.answered.set()
    await asyncio.sleep(0.1)
    with pytest.raises(FetchFailed) as failed:
        await hostile.check("https://next.slow.example/")
    assert failed.value.reason is FetchFailure.UNREACHABLE
    assert len(names.asked) == 5


@pytest.mark.network  # none is asked for, but the interpreter's call is made
@pytest.mark.parametrize("host", ["a..example", f"{'a' * 64}.example"])
async def test_what_is_no_name_leads_nowhere(host: str) -> None:
    fetcher = Fetcher(loopback_hosts=frozenset({ANY_HOST}))  # certification takes names as they come
    assert await failure(fetcher.check(f"https://{host}/")) is FetchFailure.UNREACHABLE
    await fetcher.aclose()
