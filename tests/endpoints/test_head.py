"""HEAD as the edge itself answers it, whatever server is below – RFC 9110 §9.3.2, §8.6."""

from collections.abc import MutableMapping
from typing import Any

import pytest

from idp.ui.static import static
from tests.world import World

Message = MutableMapping[str, Any]


async def _messages(world: World, method: str, path: str, **headers: str) -> list[Message]:
    """Return what is sent for one request, message by message."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "2",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("192.0.2.1", 40000),
        "server": ("127.0.0.1", 8000),
    }
    await world.app(scope, receive, send)
    return sent


def _length(start: Message) -> int:
    (length,) = [int(value) for name, value in start["headers"] if name == b"content-length"]
    return length


@pytest.mark.parametrize(
    "path", ["/.well-known/openid-configuration", "/jwks", "/health/ready", "/userinfo", static("hpid.css")]
)
async def test_head_has_the_length_of_get_and_no_body(world: World, path: str) -> None:
    got = await _messages(world, "GET", path)
    start, body = await _messages(world, "HEAD", path)
    assert start["status"] == got[0]["status"]
    assert _length(start) == _length(got[0]) == sum(len(message["body"]) for message in got[1:]) > 0
    assert (body["body"], body.get("more_body", False)) == (b"", False)


@pytest.mark.parametrize("path", ["/authorize", "/help", "/nowhere", "/sign-in", "/token", "/sign-in/cancel"])
async def test_a_page_and_a_refusal_have_none_either(world: World, path: str) -> None:
    start, body = await _messages(world, "HEAD", path)
    assert _length(start) > 0
    assert body["body"] == b""


async def test_a_fault_has_none_either(world: World) -> None:
    world.provider.configuration._clients = None  # type: ignore[assignment]
    for path in ("/authorize", "/sign-in"):
        start, body = await _messages(world, "HEAD", path)
        assert _length(start) > 0, path
        assert body["body"] == b""


async def test_where_nothing_can_follow_no_length_is_said(world: World) -> None:
    await world.client("spa", secret=False)
    start, body = await _messages(world, "OPTIONS", "/token", origin="https://spa.example")
    assert start["status"] == 204
    assert [name for name, _ in start["headers"] if name == b"content-length"] == []
    assert body["body"] == b""
