"""The body of a request: read whole before an endpoint begins, within a size and a time (SECURITY H04)."""

import asyncio

from idp.edge.asgi import Message, Receive
from idp.edge.call import BadCall
from idp.edge.head import LARGEST_BODY

_SECONDS = 10.0


async def read_body(receive: Receive, length: int | None = None) -> bytes:
    """Return the body, or refuse one that is too large, too slow or cut off.

    `length` is how many bytes it has, if its head says so and the server sees to it (`body_length`): then nobody waits
    for the message that says it is over, which costs as much as the body does.
    """
    deadline = _Deadline()
    timer = asyncio.get_running_loop().call_later(_SECONDS, deadline.strike)
    try:
        return await _whole(receive, length)
    except asyncio.CancelledError:
        if deadline.struck_alone():
            raise BadCall(408, "the body did not come in time") from None
        raise
    finally:
        timer.cancel()


def replay(body: bytes, receive: Receive) -> Receive:
    """Hand a framework the body that was read."""
    given = False

    async def replayed() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replayed


async def _whole(receive: Receive, length: int | None) -> bytes:
    chunks: list[bytes] = []
    total = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise BadCall(400, "the connection was closed")
        chunk: bytes = message.get("body", b"")
        total += len(chunk)
        if total > LARGEST_BODY:
            raise BadCall(413, "the body is too large")
        chunks.append(chunk)
        if total == length or not message.get("more_body"):
            return b"".join(chunks)


class _Deadline:
    """Cancels the task that made it. asyncio.timeout does the same at four times the price, once per POST."""

    __slots__ = ("_has_struck", "_task")

    def __init__(self) -> None:
        self._task = asyncio.current_task()
        self._has_struck = False

    def strike(self) -> None:
        """End the wait."""
        if self._task is not None:
            self._has_struck = True
            self._task.cancel()

    def struck_alone(self) -> bool:
        """Tell whether the cancellation is ours; if somebody else asked for one too, it is theirs as well."""
        return self._has_struck and self._task is not None and self._task.uncancel() == 0
