"""One request over HTTP/2 on a socket, frame by frame: what a client library would hide or mend is seen – RFC 9113.

Header blocks are written without compression and not read: frames say what the tests ask.
"""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import IntEnum

_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"  # §3.4
_END_STREAM, _END_HEADERS = 0x1, 0x4
_STREAM = 1
_PATIENCE = 20.0
_LAST_ANSWER = 2.0


class FrameType(IntEnum):
    """§6, those that are read here."""

    DATA = 0
    HEADERS = 1
    RST_STREAM = 3
    SETTINGS = 4
    GOAWAY = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """§4.1."""

    type: int
    flags: int
    stream: int
    payload: bytes

    @property
    def ends_stream(self) -> bool:
        return self.type in {FrameType.DATA, FrameType.HEADERS} and bool(self.flags & _END_STREAM)


def exchange(port: int, method: str, path: str, *, authority: str) -> list[Frame]:
    """Send one request without a body; return the frames of its stream, and a GOAWAY if there is one."""
    with _connected(port) as connection:
        block = _asking(method, path, authority)
        connection.sendall(_frame(FrameType.HEADERS, _END_STREAM | _END_HEADERS, _STREAM, block))
        return _answer(connection)


def repeated_headers(port: int, *, requests: int, length: int, times: int) -> None:
    """Ask with one line of a length, said again so many times by its place in the table (RFC 7541 §6.1), a byte each.

    Goes on until the connection is ended there, and waits for the answers.
    """
    kept = b"\x40\x01x\x7f" + _more_than(127, length) + b"v" * length  # §6.2.1
    with _connected(port) as connection, suppress(OSError):
        for number in range(requests):
            block = _asking("GET", "/nowhere", "localhost") + (kept if number == 0 else b"") + b"\xbe" * times
            stream = _STREAM + 2 * number
            connection.sendall(_frame(FrameType.HEADERS, _END_STREAM | _END_HEADERS, stream, block))
        connection.settimeout(_LAST_ANSWER)
        while connection.recv(65536):
            pass


@contextmanager
def _connected(port: int) -> Iterator[ssl.SSLSocket]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    with (
        socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as connection,
    ):
        assert connection.selected_alpn_protocol() == "h2"
        connection.sendall(_PREFACE + _frame(FrameType.SETTINGS, 0, 0, b""))
        yield connection


def _asking(method: str, path: str, authority: str) -> bytes:
    pseudo = {":method": method, ":scheme": "https", ":authority": authority, ":path": path}
    return b"".join(_literal(name, value) for name, value in pseudo.items())


def _more_than(first: int, number: int) -> bytes:
    """Return what follows a prefix that is full (RFC 7541 §5.1)."""
    rest, octets = number - first, b""
    while rest >= 128:
        octets += bytes([rest % 128 + 128])
        rest //= 128
    return octets + bytes([rest])


def _answer(connection: ssl.SSLSocket) -> list[Frame]:
    frames: list[Frame] = []
    while not frames or not (frames[-1].ends_stream or frames[-1].type in _LAST):
        head = _read(connection, 9)
        frame = Frame(
            type=head[3],
            flags=head[4],
            stream=int.from_bytes(head[5:9]),
            payload=_read(connection, int.from_bytes(head[:3])),
        )
        if frame.stream == _STREAM or frame.type == FrameType.GOAWAY:
            frames.append(frame)
    return frames


_LAST = {FrameType.RST_STREAM, FrameType.GOAWAY}


def _read(connection: ssl.SSLSocket, size: int) -> bytes:
    taken = b""
    while len(taken) < size:
        more = connection.recv(size - len(taken))
        assert more, "the connection was closed in the middle of a frame"
        taken += more
    return taken


def _frame(kind: FrameType, flags: int, stream: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3) + bytes([kind, flags]) + stream.to_bytes(4) + payload


def _literal(name: str, value: str) -> bytes:
    """Return a literal field without indexing, name and value as they are (RFC 7541 §6.2.2)."""
    parts = [part.encode() for part in (name, value)]
    assert all(len(part) < 127 for part in parts), "a length of more than one byte"
    return b"\x00" + b"".join(bytes([len(part)]) + part for part in parts)
