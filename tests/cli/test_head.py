"""HEAD is GET without the body, on the wire: HTTP/1.1, and HTTP/2 over TLS – RFC 9110 §9.3.2, RFC 9113 §8.1."""

import http.client
import ssl
import time
from collections.abc import Iterator

import pytest

from idp.ui.static import static
from tests.cli.conftest import Office
from tests.federation.test_fetch_tls import certificate_files
from tests.http2 import FrameType, exchange
from tests.server import PATIENCE, Installation, Node, free_ports

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


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node that serves https itself."""
    folder = tmp_path_factory.mktemp("secure")
    certificate, key = certificate_files(folder, "localhost")
    (port,) = free_ports(1)
    settings = {
        "HPID_ISSUER": f"https://localhost:{port}",
        "HPID_CERTIFICATE": str(certificate),
        "HPID_CERTIFICATE_KEY": str(key),
    }
    installation = Installation(folder=folder / "state", port=port, settings=settings)
    installation.prepare()
    node = Node(installation)
    node.start()
    try:
        _wait_for_tls(node)
        yield node
    finally:
        node.kill()


def _wait_for_tls(node: Node) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            exchange(node.port, "GET", "/health/ready", authority="localhost")
        except (OSError, ssl.SSLError):
            assert node.process.poll() is None, node.log.read_text()
            assert time.monotonic() < deadline, node.log.read_text()
            time.sleep(0.1)
        else:
            return


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
