"""What a proxy of deploy/ keeps away from the nodes, and what it writes down: the same of both."""

import http.client
import json
import secrets
import socket
import ssl
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.processes import ROOT
from tests.server import PATIENCE

HOST = "id.example.vn"
_BURST = 500
_SECRET = "code-that-nobody-may-read"
_CODE = "BCDFGHJK"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """A proxy that runs: where it listens, whose certificate it shows, where it and the nodes write."""

    https: int
    plain: int
    certificate: Path
    logs: tuple[Path, ...]
    node_logs: tuple[Path, ...]

    def ask(
        self, method: str, target: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> http.client.HTTPResponse:
        """Ask over https, and trust no other certificate."""
        trusted = ssl.create_default_context(cafile=str(self.certificate))
        connection = http.client.HTTPConnection("127.0.0.1", self.https, timeout=PATIENCE)
        connection.sock = trusted.wrap_socket(
            socket.create_connection(("127.0.0.1", self.https)), server_hostname=HOST
        )
        try:
            sent = {"Host": f"{HOST}:{self.https}", **(headers or {})}
            connection.request(method, target, body=body, headers=sent)
            response = connection.getresponse()
            response.read()
            return response
        finally:
            connection.close()


def check_proxy(proxy: Proxy) -> None:
    """Raise AssertionError for what it lets through or writes down."""
    _check_forwarding_and_logs(proxy)
    _check_https(proxy)
    _check_http(proxy)
    _check_smuggled_headers(proxy)
    _check_slow_bodies(proxy)
    _check_limits(proxy)


def _check_forwarding_and_logs(proxy: Proxy) -> None:
    path = f"/nobody-{secrets.token_hex(6)}"
    spoofed = dict.fromkeys(("X-Forwarded-For", "X-Real-IP"), "203.0.113.9")
    spoofed |= {"Forwarded": "for=203.0.113.9", "Referer": f"https://{HOST}/?code={_SECRET}"}
    response = proxy.ask("GET", f"{path}?code={_SECRET}", spoofed)
    assert response.status == 404, response.status
    (line,) = [line for line in _lines(proxy.node_logs, path) if '"event": "request"' in line]
    assert '"peer": "127.0.0.0/24"' in line, line
    written = _lines(proxy.logs, path)
    assert len(written) == 1, written
    assert _SECRET not in "".join(log.read_text() for log in proxy.logs)
    assert "127.0.0.1" not in written[0].partition('"node')[0], written
    proxy.ask("GET", f"/q/{_CODE}")
    proxy.ask("GET", f"{path}-last\\")
    assert len(_lines(proxy.logs, f"{path}-last")) == 1
    assert _CODE not in "".join(log.read_text() for log in proxy.logs)


def _lines(logs: tuple[Path, ...], path: str) -> list[str]:
    """Return what was written about a path, as soon as it is."""
    deadline = time.monotonic() + 5
    while True:
        lines = (line for log in logs for line in log.read_text().splitlines() if line.startswith("{"))
        found = [line for line in lines if path in str(json.loads(line).get("path"))]
        if found or time.monotonic() > deadline:
            return found
        time.sleep(0.05)


def _check_https(proxy: Proxy) -> None:
    response = proxy.ask("GET", "/jwks")
    assert response.headers.get_all("strict-transport-security") == ["max-age=63072000; includeSubDomains"]
    assert proxy.ask("GET", "/metrics").status == 404
    assert proxy.ask("GET", "/", {"Host": "evil.example"}).status == 421
    assert proxy.ask("POST", "/token", body=b"x" * 70_000).status == 413
    assert _handshake(proxy.https, HOST, ssl.TLSVersion.TLSv1_2)
    assert not _handshake(proxy.https, HOST, ssl.TLSVersion.TLSv1_1)
    assert not _handshake(proxy.https, "other.example", ssl.TLSVersion.TLSv1_3)


def _handshake(port: int, name: str, version: ssl.TLSVersion) -> bool:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version
    with socket.create_connection(("127.0.0.1", port)) as plain:
        try:
            context.wrap_socket(plain, server_hostname=name).close()
        except (ssl.SSLError, ConnectionResetError):
            return False
        return True


def _check_http(proxy: Proxy) -> None:
    statuses = {}
    for method in ("GET", "POST"):
        connection = http.client.HTTPConnection("127.0.0.1", proxy.plain, timeout=PATIENCE)
        connection.request(method, f"/authorize?code={_SECRET}", headers={"Host": "evil.example"})
        response = connection.getresponse()
        statuses[method] = (response.status, response.headers.get("location"))
        connection.close()
    assert statuses == {"GET": (301, f"https://{HOST}/authorize"), "POST": (403, None)}, statuses


def _check_smuggled_headers(proxy: Proxy) -> None:
    """A line break in the path stays what it was asked as: no header of the stranger's making comes back."""
    with socket.create_connection(("127.0.0.1", proxy.plain), timeout=PATIENCE) as raw:
        raw.sendall(
            b"GET /%0d%0aSet-Cookie:%20a=b HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
        )
        answer = http.client.HTTPResponse(raw)
        answer.begin()
        assert answer.headers.get("set-cookie") is None
        assert answer.headers["location"] == f"https://{HOST}/%0d%0aSet-Cookie:%20a=b"


def _check_slow_bodies(proxy: Proxy) -> None:
    """A body that never comes is ended, and has no node waiting: its log has no line of it."""
    trusted = ssl.create_default_context(cafile=str(proxy.certificate))
    path = f"/nobody-{secrets.token_hex(6)}"
    with trusted.wrap_socket(
        socket.create_connection(("127.0.0.1", proxy.https), timeout=PATIENCE), server_hostname=HOST
    ) as slow:
        slow.sendall(f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 9\r\n\r\nx".encode())
        answer = slow.recv(64)
        assert not answer or b" 408 " in answer, answer
    assert not any(path in log.read_text() for log in proxy.node_logs)


def _check_limits(proxy: Proxy) -> None:
    """One address that asks for pages without end is told to stop; what it asks as a service has room of its own."""
    answers = Counter(proxy.ask("GET", "/theme").status for _ in range(_BURST))
    assert answers[429] > 0, answers
    assert proxy.ask("GET", "/jwks").status == 200


@contextmanager
def nginx(
    program: str, folder: Path, ports: dict[str, str], *, https: int, plain: int
) -> Iterator[tuple[Path, ...]]:
    """Run nginx with the product's site, other ports and a folder of its own; yield its logs."""
    site = (ROOT / "deploy" / "nginx" / "hpid.conf").read_text(encoding="utf-8")
    changes = {
        "/etc/hpid/tls": str(folder.parent / "tls"),
        "/var/log/nginx": str(folder),
        "listen 80 default_server;": f"listen 127.0.0.1:{plain} default_server;",
        "listen 443 ssl default_server;": f"listen 127.0.0.1:{https} ssl default_server;",
        "listen 443 ssl http2;": f"listen 127.0.0.1:{https} ssl http2;",
        **ports,
    }
    for old, new in changes.items():
        assert old in site, old
        site = site.replace(old, new)
    site = "\n".join(line for line in site.splitlines() if "listen [::]" not in line)
    folder.mkdir()
    (folder / "site.conf").write_text(site, encoding="utf-8")
    paths = "".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    head = f"daemon off; pid {folder}/nginx.pid; error_log {folder}/start.log crit; events {{}}"
    (folder / "nginx.conf").write_text(f"{head} http {{ {paths} include {folder}/site.conf; }}\n")
    process = subprocess.Popen((program, "-c", str(folder / "nginx.conf")), stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + PATIENCE
        while not _listens(https):
            assert process.poll() is None, (folder / "start.log").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield (folder / "hpid.log", folder / "hpid-error.log")
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
