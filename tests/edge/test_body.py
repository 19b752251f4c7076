"""The body is waited for so long and no longer; who ends the task for another reason is not taken for the clock."""

import asyncio

import pytest

from idp.edge import BadCall, body
from idp.edge.asgi import Message
from idp.edge.body import read_body


async def _never() -> Message:
    never: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
    return await never


async def test_a_body_that_does_not_come_is_refused_and_the_task_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(body, "_SECONDS", 0.01)
    with pytest.raises(BadCall) as refused:
        await read_body(_never)
    assert refused.value.status == 408
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0
    await asyncio.sleep(0)


async def test_a_task_that_somebody_else_ends_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    for seconds in (10.0, 0.0):
        monkeypatch.setattr(body, "_SECONDS", seconds)
        task = asyncio.create_task(read_body(_never))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_no_clock_runs_on_once_the_body_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "_SECONDS", 0.01)

    async def whole() -> Message:
        return {"type": "http.request", "body": b"a=1"}

    assert await read_body(whole) == b"a=1"
    await asyncio.sleep(0.03)


async def test_whose_length_is_known_is_not_waited_for_beyond_it() -> None:
    pieces = [b"a=1&", b"b=2"]

    async def come() -> Message:
        return (
            {"type": "http.request", "body": pieces.pop(0), "more_body": True} if pieces else await _never()
        )

    assert await read_body(come, 7) == b"a=1&b=2"


async def test_whose_length_is_not_known_is_waited_for_to_its_end() -> None:
    pieces = [(b"a=1", True), (b"&b=2", True), (b"", False)]

    async def come() -> Message:
        body, more = pieces.pop(0)
        return {"type": "http.request", "body": body, "more_body": more}

    assert await read_body(come) == b"a=1&b=2"
    assert not pieces
