"""The only module of the provider that opens a connection – OWASP SSRF rules, SECURITY D01, RFC 9110.

https to public names on port 443 or 8443, and nothing else. The name is resolved here, every address is
checked, and the connection goes to the checked address itself, so a name that changes its mind in between
gains nothing. A connection serves one request; no redirects, cookies, proxies, compression; size and total
time are bounded. In development exact origins on this machine may be allowed; for certification, https names
that lead to it. Callers see one error, FetchFailed.
"""

import asyncio
import ipaddress
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from urllib.parse import urlencode

import httpx

from federation.names import SystemNames

_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<target>/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?(?P<query>\?[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?"
)
"""RFC 3986 §3 without userinfo and fragment; the only reader of an authority, so no other can disagree."""
_MAX_URL_CHARS = 2048
_PUBLIC_NAME = re.compile(
    r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]"
)
"""Two labels or more, the last beginning with a letter: no disguised address (127.1, 0x7f.1, 2130706433)."""
_DEFAULT_PORTS = {"http": 80, "https": 443}
_PUBLIC_PORTS = frozenset({443, 8443})
_MAX_ADDRESSES = 4
_GLOBAL_UNICAST_V6 = ipaddress.IPv6Network("2000::/3")  # leaves out mapped, NAT64, unique local, link local
_TUNNELS_V6 = (
    ipaddress.IPv6Network("2001::/23"),  # IETF protocol assignments, Teredo
    ipaddress.IPv6Network("2002::/16"),  # 6to4: carries an IPv4 address
    ipaddress.IPv6Network("3fff::/20"),  # documentation, RFC 9637
)
_LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))
"""Not 127.0.0.1 written as an address of version 6, which newer Pythons call a loopback one, too."""
_SPECIAL_V4 = (
    ipaddress.IPv4Network("192.0.0.0/24"),  # IETF protocol assignments
    ipaddress.IPv4Network("192.88.99.0/24"),  # 6to4 relays
)

_MOST_PIECES = 4096
"""Chunks of a body: each costs as much time as the bytes of many."""
_HEARD_OUT_SECONDS = 1.0
MOST_CONNECTIONS = 100
FETCH_SECONDS = 8.0
"""How long a call may take in all."""
ANY_HOST = "*"
"""Stands for every host in `loopback_hosts`."""

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


class FetchFailure(StrEnum):
    """Why nothing usable came back; for us, never for whoever chose the URL."""

    REFUSED = "refused"
    """The URL or an address behind its name is not one we call; nothing was sent."""
    UNREACHABLE = "unreachable"
    """No name, no connection, no TLS we trust, or broken off."""
    TIMEOUT = "timeout"
    """Not done within the time."""
    TOO_LARGE = "too_large"
    """More bytes than we take, or in more pieces."""
    BAD_RESPONSE = "bad_response"
    """Not HTTP, or compressed though we asked for plain."""


class FetchFailed(Exception):
    """The one error of this module; its text names the kind only, for an address that somebody else chose."""

    def __init__(self, reason: FetchFailure, *, detail: str = "") -> None:
        super().__init__(f"fetch failed: {reason.value}")
        self.reason = reason
        self.detail = detail
        """What ended it, for our log: the system's word or the certificate's fault, never what a peer sent."""

    def in_full(self) -> str:
        """Return the kind with its detail, for an address that an operator chose."""
        return f"{self}: {self.detail}" if self.detail else str(self)


class UnusableCaBundle(Exception):
    """The extra CA certificates can't be read or are none; the text says which file, for the operator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A whole answer, whatever its status; redirects are answers too. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    """A URL taken apart, once."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        return self.host if self.port == _DEFAULT_PORTS[self.scheme] else f"{self.host}:{self.port}"

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.authority}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is sent, and whether more than the status is wanted."""

    method: str
    headers: Mapping[str, str] = field(repr=False)
    content: bytes | None = field(default=None, repr=False)
    takes_body: bool = True


def origin_of(url: str) -> str:
    """Return `scheme://host[:port]` of an http(s) URL, or raise ValueError (RFC 6454 §6.2)."""
    return _parse_url(url).origin


class Fetcher:
    """Calls other people's servers. One per process; close it."""

    def __init__(
        self,
        *,
        allowed_loopback: frozenset[str] = frozenset(),
        loopback_hosts: frozenset[str] = frozenset(),
        ca_bundle: Path | None = None,
        connect_timeout: float = 3.0,
        total_timeout: float = FETCH_SECONDS,
        max_bytes: int = 256 * 1024,
        connections: int = MOST_CONNECTIONS,
        resolve: Resolve | None = None,
    ) -> None:
        """`allowed_loopback` holds origins of this machine, `loopback_hosts` names that may lead to it by https.

        Times are in seconds. So many `connections` at once, and as many names looked up; who comes then waits.
        """
        self._allowed_loopback = frozenset(origin_of(origin) for origin in allowed_loopback)
        self._loopback_hosts = loopback_hosts
        self._total_timeout = total_timeout
        self._max_bytes = max_bytes
        self._names = SystemNames(connections)
        self._resolve = resolve or self._names.resolve
        self._client = httpx.AsyncClient(
            verify=_tls(ca_bundle),
            trust_env=False,
            http2=False,
            follow_redirects=False,
            timeout=httpx.Timeout(total_timeout, connect=connect_timeout),
            limits=httpx.Limits(max_connections=connections, max_keepalive_connections=0),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        )

    async def get(
        self, url: str, *, headers: Mapping[str, str] | None = None, accept: str = "application/json"
    ) -> Response:
        """Fetch a URL, or raise FetchFailed."""
        return await self._request(url, Asked(method="GET", headers={**(headers or {}), "accept": accept}))

    async def post_form(
        self, url: str, form: Mapping[str, str], *, headers: Mapping[str, str] | None = None
    ) -> Response:
        """Post a form and return the answer, or raise FetchFailed."""
        content_type = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
        asked = Asked(
            method="POST", headers={**content_type, **(headers or {})}, content=urlencode(form).encode()
        )
        return await self._request(url, asked)

    async def tell_form(self, url: str, form: Mapping[str, str]) -> int:
        """Post a form and return the status; nothing else that is said counts. FetchFailed: perhaps it did not arrive."""
        content_type = {"content-type": "application/x-www-form-urlencoded"}
        return await self._tell(url, content_type, urlencode(form).encode())

    async def tell_json(self, url: str, content: bytes, *, headers: Mapping[str, str] | None = None) -> int:
        """Post a JSON text and return the status, as `tell_form` does."""
        return await self._tell(url, {"content-type": "application/json", **(headers or {})}, content)

    def check_form(self, url: str) -> None:
        """Refuse a URL we would never call, wherever its name leads; asks nobody."""
        _checked_target(url, self._allowed_loopback, self._loopback_hosts)

    async def check(self, url: str) -> None:
        """Refuse a URL we would not call now, addresses of its name included; connects to nothing."""
        target = _checked_target(url, self._allowed_loopback, self._loopback_hosts)
        async with _failing(self._total_timeout):
            await self._find_addresses(target)

    async def aclose(self) -> None:
        """End all connections."""
        self._names.close()
        await self._client.aclose()

    async def _tell(self, url: str, headers: Mapping[str, str], content: bytes) -> int:
        told = {**headers, "accept": "application/json"}
        asked = Asked(method="POST", headers=told, content=content, takes_body=False)
        return (await self._request(url, asked)).status

    async def _request(self, url: str, asked: Asked) -> Response:
        target = _checked_target(url, self._allowed_loopback, self._loopback_hosts)
        async with _failing(self._total_timeout):
            addresses = await self._find_addresses(target)
            for address in addresses[:-1]:
                try:
                    return await self._send(target, address, asked)
                except (httpx.ConnectError, httpx.ConnectTimeout):
                    continue  # nothing was sent: the next address of the name may answer
            return await self._send(target, addresses[-1], asked)

    async def _find_addresses(self, target: _Target) -> Sequence[str]:
        """Return where the name leads; one address we do not call refuses them all."""
        addresses = await self._resolve(target.host.strip("[]"), target.port)
        if not addresses:
            raise FetchFailed(FetchFailure.UNREACHABLE)
        if not all(self._is_wanted(target, address) for address in addresses):
            raise FetchFailed(FetchFailure.REFUSED, detail=f"{target.host} leads to {', '.join(addresses)}")
        return addresses[:_MAX_ADDRESSES]

    def _is_wanted(self, target: _Target, address: str) -> bool:
        if target.origin in self._allowed_loopback:
            return _is_loopback(address)
        if _is_loopback(address):
            return _is_listed(target, self._loopback_hosts)
        return _is_public_target(target) and _is_public(address)

    async def _send(self, target: _Target, address: str, asked: Asked) -> Response:
        """Connect to a checked address; the name goes into SNI, certificate check and Host."""
        all_headers = httpx.Headers(dict(asked.headers))
        all_headers.update(
            {
                "host": target.authority,
                "user-agent": "haiphong-id",
                "accept-encoding": "identity",
                "connection": "close",  # a pooled one was opened for another name on that address
            }
        )
        peer = f"[{address}]" if ":" in address else address
        request = self._client.build_request(
            asked.method,
            f"{target.scheme}://{peer}:{target.port}{target.path}",
            headers=all_headers,
            content=asked.content,
            extensions={"sni_hostname": target.host.strip("[]")},
        )
        response = await self._client.send(request, stream=True)
        try:
            body = await (self._read_body(response) if asked.takes_body else self._hear_out(response))
            return Response(status=response.status_code, headers=dict(response.headers), body=body)
        finally:
            await response.aclose()

    async def _hear_out(self, response: httpx.Response) -> bytes:
        """Let a server finish, for a moment: some break off their work with the connection."""
        with suppress(FetchFailed, httpx.HTTPError, TimeoutError):
            async with asyncio.timeout(_HEARD_OUT_SECONDS):
                await self._read_body(response)
        return b""

    async def _read_body(self, response: httpx.Response) -> bytes:
        if response.headers.get("content-encoding", "identity") != "identity":
            raise FetchFailed(FetchFailure.BAD_RESPONSE)
        body = bytearray()
        pieces = 0
        async for chunk in response.aiter_raw():
            body += chunk
            pieces += 1
            if len(body) > self._max_bytes or pieces > _MOST_PIECES:
                raise FetchFailed(FetchFailure.TOO_LARGE)
        return bytes(body)


def _parse_url(url: str) -> _Target:
    match = _URL.fullmatch(url) if len(url) <= _MAX_URL_CHARS else None
    if match is None:
        raise ValueError("not an http(s) URL we understand")
    scheme = match["scheme"]
    port = int(match["port"] or _DEFAULT_PORTS[scheme])
    if not 0 < port < 65536:
        raise ValueError("not a port")
    path = (match["target"] or "/") + (match["query"] or "")
    return _Target(scheme=scheme, host=match["host"].lower(), port=port, path=path)


def _tls(ca_bundle: Path | None) -> ssl.SSLContext:
    if ca_bundle is None:
        return _usual_tls()
    context = _new_tls()
    try:
        context.load_verify_locations(cafile=ca_bundle)
    except ssl.SSLError as error:
        raise UnusableCaBundle(f"{ca_bundle}: no CA certificates in PEM") from error
    except OSError as error:
        raise UnusableCaBundle(f"{ca_bundle}: can't be read: {error.strerror}") from error
    return context


@cache
def _usual_tls() -> ssl.SSLContext:
    """Whom everybody trusts: it takes 30 ms to read and never changes."""
    return _new_tls()


def _new_tls() -> ssl.SSLContext:
    context = httpx.create_ssl_context(trust_env=False)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _checked_target(url: str, allowed_loopback: frozenset[str], loopback_hosts: frozenset[str]) -> _Target:
    try:
        target = _parse_url(url)
    except ValueError:
        raise FetchFailed(FetchFailure.REFUSED) from None
    if target.origin in allowed_loopback or _is_listed(target, loopback_hosts) or _is_public_target(target):
        return target
    raise FetchFailed(FetchFailure.REFUSED)


def _is_listed(target: _Target, hosts: frozenset[str]) -> bool:
    """Tell whether a host may lead to this machine: by https only, on any port."""
    return target.scheme == "https" and not hosts.isdisjoint({target.host, ANY_HOST})


def _is_public_target(target: _Target) -> bool:
    is_https = target.scheme == "https" and target.port in _PUBLIC_PORTS
    return is_https and _PUBLIC_NAME.fullmatch(target.host) is not None


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv4Address):
        return ip.is_global and not ip.is_multicast and not any(ip in network for network in _SPECIAL_V4)
    return ip in _GLOBAL_UNICAST_V6 and ip.is_global and not any(ip in network for network in _TUNNELS_V6)


def _is_loopback(address: str) -> bool:
    ip = ipaddress.ip_address(address)
    return any(ip in network for network in _LOOPBACK)


@asynccontextmanager
async def _failing(total_timeout: float) -> AsyncIterator[None]:
    """Bound the time, and turn every way a call can fail into FetchFailed."""
    try:
        async with asyncio.timeout(total_timeout):
            yield
    except (TimeoutError, httpx.TimeoutException) as error:
        raise _failed(FetchFailure.TIMEOUT, error) from None
    except httpx.RemoteProtocolError as error:
        raise _failed(FetchFailure.BAD_RESPONSE, error) from None
    except (httpx.TransportError, OSError) as error:
        raise _failed(FetchFailure.UNREACHABLE, error) from None


def _failed(reason: FetchFailure, error: Exception) -> FetchFailed:
    words = "" if reason is FetchFailure.BAD_RESPONSE else str(error)  # there the peer's bytes are quoted
    return FetchFailed(reason, detail=": ".join(filter(None, (type(error).__name__, words))))
