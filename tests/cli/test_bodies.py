"""Bodies as they come over the wire (RFC 9112 §6): in pieces, in chunks, one behind the other, too short, too long."""

import base64
import json
import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.driver import RelyingParty
from tests.server import Installation, Node, free_ports, serving

pytestmark = pytest.mark.network
FORM = b"grant_type=refresh_token&refresh_token=nobody-ever-had-this-one"
_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


@pytest.fixture(scope="module")
def rp_and_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RelyingParty, Node]]:
    folder: Path = tmp_path_factory.mktemp("bodies") / "state"
    (port,) = free_ports(1)
    installation = Installation(folder=folder, port=port)
    (rp,) = installation.prepare("rp-bodies")
    with serving(node := Node(installation)):
        yield rp, node


class Line:
    """One connection, byte by byte."""

    def __init__(self, wire: socket.socket, rp: RelyingParty) -> None:
        self._wire = wire
        self._come = b""
        secret = base64.b64encode(f"{rp.client_id}:{rp.client_secret}".encode())
        self._head = b"POST /token HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic " + secret
        self._head += b"\r\nContent-Type: application/x-www-form-urlencoded\r\n"

    def head(self, *lines: bytes) -> bytes:
        """The head of a request for a token, with these lines beside what each has."""
        return self._head + b"".join(line + b"\r\n" for line in lines) + b"\r\n"

    def say(self, *pieces: bytes) -> None:
        """Send each piece by itself."""
        for piece in pieces:
            self._wire.sendall(piece)
            time.sleep(0.03)

    def hear(self) -> tuple[int, str]:
        """The next answer's status and error."""
        while b"\r\n\r\n" not in self._come:
            self._more()
        head, _, rest = self._come.partition(b"\r\n\r\n")
        found = _LENGTH.search(head)
        assert found is not None
        while len(rest) < int(found[1]):
            self._more()
            rest = self._come.partition(b"\r\n\r\n")[2]
        self._come = rest[int(found[1]) :]
        body = rest[: int(found[1])]
        return int(head.split()[1]), json.loads(body).get("error", "") if body.startswith(b"{") else ""

    def rest(self) -> bytes:
        """Say no more, and hear the other side out."""
        with suppress(OSError):  # it may have hung up
            self._wire.shutdown(socket.SHUT_WR)
        with suppress(ConnectionResetError):
            while came := self._wire.recv(65536):
                self._come += came
        return self._come

    def _more(self) -> None:
        came = self._wire.recv(65536)
        assert came, "the connection was closed"
        self._come += came


@contextmanager
def line(rp_and_node: tuple[RelyingParty, Node]) -> Iterator[Line]:
    rp, node = rp_and_node
    with socket.create_connection(("127.0.0.1", node.port), timeout=10) as wire:
        yield Line(wire, rp)


def _long(form: bytes) -> bytes:
    return b"Content-Length: %d" % len(form)


def test_a_body_in_pieces_is_read_whole_and_the_connection_goes_on(
    rp_and_node: tuple[RelyingParty, Node],
) -> None:
    with line(rp_and_node) as wire:
        for cut in (1, 30, len(FORM) - 1):
            wire.say(wire.head(_long(FORM)) + FORM[:cut], FORM[cut:])
            assert wire.hear() == (400, "invalid_grant")
        wire.say(wire.head(_long(FORM)), *(FORM[place : place + 1] for place in range(len(FORM))))
        assert wire.hear() == (400, "invalid_grant")


def test_chunks_are_read_to_their_end(rp_and_node: tuple[RelyingParty, Node]) -> None:
    with line(rp_and_node) as wire:
        for cut in (1, 30, len(FORM)):
            chunks = [b"%x\r\n%s\r\n" % (len(piece), piece) for piece in (FORM[:cut], FORM[cut:]) if piece]
            wire.say(wire.head(b"Transfer-Encoding: chunked"), *chunks, b"0\r\n\r\n")
            assert wire.hear() == (400, "invalid_grant")


def test_requests_one_behind_the_other_are_each_answered_for_their_own_body(
    rp_and_node: tuple[RelyingParty, Node],
) -> None:
    other = b"grant_type=refresh_token"
    with line(rp_and_node) as wire:
        wire.say(
            wire.head(_long(FORM)) + FORM + wire.head(_long(other)) + other + wire.head(_long(FORM)) + FORM
        )
        assert [wire.hear() for _ in range(3)] == [
            (400, "invalid_grant"),
            (400, "invalid_request"),
            (400, "invalid_grant"),
        ]


def test_no_body_at_all_is_an_empty_form(rp_and_node: tuple[RelyingParty, Node]) -> None:
    with line(rp_and_node) as wire:
        for length in (b"Content-Length: 0", b"X-Nothing: 1"):
            wire.say(wire.head(length))
            assert wire.hear() == (400, "invalid_request")


def test_what_comes_after_the_body_is_no_part_of_it(rp_and_node: tuple[RelyingParty, Node]) -> None:
    with line(rp_and_node) as wire:
        wire.say(wire.head(_long(FORM)) + FORM + b"&grant_type=authorization_code\r\n\r\n")
        assert wire.hear() == (400, "invalid_grant")
        assert wire.rest()[:12] in {b"", b"HTTP/1.1 400"}


@pytest.mark.parametrize(
    "lines",
    [
        (b"Content-Length: 5", b"Content-Length: 63"),
        (b"Content-Length: 5, 63",),
        (b"Content-Length: +63",),
        (b"Content-Length: -1",),
        (b"Content-Length: 63x",),
    ],
)
def test_a_length_that_says_two_things_or_nothing_is_refused(
    rp_and_node: tuple[RelyingParty, Node], lines: tuple[bytes, ...]
) -> None:
    with line(rp_and_node) as wire:
        wire.say(wire.head(*lines) + FORM)
        status, error = wire.hear()
        assert status in {400, 413}
        assert error != "invalid_grant"


def test_a_length_beside_a_transfer_coding_counts_for_nothing_and_smuggles_nothing(
    rp_and_node: tuple[RelyingParty, Node],
) -> None:
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(FORM), FORM)
    with line(rp_and_node) as wire:
        wire.say(wire.head(b"Content-Length: 4", b"Transfer-Encoding: chunked") + chunked)
        assert wire.hear() in {(400, "invalid_grant"), (400, "")}
        assert wire.rest() == b""


def test_a_body_cut_off_is_no_request(rp_and_node: tuple[RelyingParty, Node]) -> None:
    with line(rp_and_node) as wire:
        wire.say(wire.head(_long(FORM)) + FORM[:-1])
        assert b"invalid_grant" not in wire.rest()


@pytest.mark.parametrize("path", [b"/jwks", b"/token", b"/sign-in", b"/health/ready"])
@pytest.mark.parametrize(
    "hosts", [b"", b"Host: localhost\r\nHost: localhost\r\n", b"Host: localhost\r\nHost: evil.example\r\n"]
)
def test_a_request_that_names_no_host_or_two_is_refused(
    rp_and_node: tuple[RelyingParty, Node], path: bytes, hosts: bytes
) -> None:  # RFC 9112 §3.2
    with line(rp_and_node) as wire:
        wire.say(b"GET " + path + b" HTTP/1.1\r\n" + hosts + b"\r\n")
        assert wire.hear()[0] == 400


def test_before_http_1_1_nobody_had_to_name_a_host(rp_and_node: tuple[RelyingParty, Node]) -> None:
    with line(rp_and_node) as wire:
        wire.say(b"GET /jwks HTTP/1.0\r\n\r\n")
        assert wire.hear()[0] == 200
