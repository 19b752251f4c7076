"""What a node takes of a connection before it sees a request – RFC 7541 §7.3, RFC 9113 §10.5.1, SECURITY H03, H04."""

import socket
from pathlib import Path

import pytest

from tests.http2 import exchange, repeated_headers
from tests.server import Installation, Node, free_ports, serving

pytestmark = pytest.mark.network

_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_MIB = 1024


def test_h03_a_few_bytes_of_http2_that_stand_for_many_headers_fill_no_memory(secure: Node) -> None:
    """A line that is in the table costs a byte to say again: 16 MiB in 8 KB, forty times, were 400 MB of the node."""
    before = _most_memory(secure)
    repeated_headers(secure.port, requests=40, length=3900, times=4000)

    assert _most_memory(secure) - before < 64 * _MIB
    assert exchange(secure.port, "GET", "/health/ready", authority="localhost")


def test_h04_behind_a_proxy_nobody_speaks_http2(tmp_path: Path) -> None:
    """A server that takes both waits for ever to be told which: who says nothing would keep the connection for good."""
    (port,) = free_ports(1)
    settings = {"HPID_ISSUER": "https://id.example.vn"}
    installation = Installation(folder=tmp_path / "state", port=port, settings=settings)
    installation.prepare()
    node = Node(installation)
    with (
        serving(node),
        socket.create_connection(("127.0.0.1", node.port), timeout=20) as caller,
    ):
        caller.sendall(_PREFACE)
        assert not caller.recv(4096), "an answer in frames"


def _most_memory(node: Node) -> int:
    """Return how much a node has ever held, in KiB."""
    status = Path(f"/proc/{node.process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
