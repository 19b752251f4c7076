"""HEAD is GET without the body, on the wire: HTTP/1.1, and HTTP/2 over TLS – RFC 9110 §9.3.2, RFC 9113 §8.1."""

import http.client

import pytest

from idp.ui.static import static
from tests.cli.conftest import Office
from tests.http2 import FrameType, exchange
from tests.server import PATIENCE, Node

pytestmark = pytest.mark.network

PATHS = (
    "/.well-known/openid-configuration",
    "/jwks",
    "/health/ready",
    "/authorize",
    "/token",
    "/userinfo",
    "/help",
    "/nowhere",
    static("hpid.css"),
)
"""Protocol endpoints, pages, what is refused, what only POST reaches."""


@pytest.mark.parametrize("path", PATHS)
def test_over_http2_the_headers_end_the_answer_to_head(secure: Node, path: str) -> None:
    for method in ("GET", "HEAD", "GET"):
        frames = exchange(secure.port, method, path, authority=f"localhost:{secure.port}")
        assert [frame.type for frame in frames if frame.type not in {FrameType.HEADERS, FrameType.DATA}] == []
        size = sum(len(frame.payload) for frame in frames if frame.type == FrameType.DATA)
        assert (size > 0) is (method == "GET"), (method, size)
    assert secure.complaints() == []


@pytest.mark.parametrize("path", PATHS)
def test_over_http_1_1_the_length_is_that_of_get_and_the_connection_goes_on(
    office: Office, path: str
) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", office.node.port, timeout=PATIENCE)
    lengths: dict[str, list[int]] = {"GET": [], "HEAD": []}
    for method in ("HEAD", "GET", "HEAD"):  # what is sent after headers spoils the next answer
        connection.request(method, path)
        answer = connection.getresponse()
        length = int(answer.headers["content-length"])
        assert len(answer.read()) == (length if method == "GET" else 0)
        lengths[method].append(length)
    connection.close()
    varies = 200 if path in {"/authorize", "/help", "/nowhere"} else 0  # a page has a reference of its own
    assert all(abs(length - lengths["GET"][0]) <= varies for length in lengths["HEAD"])
    assert lengths["GET"][0] > 0
