"""E12: what a stranger writes of their own address counts for nothing, in limits, records and decisions."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import cycle
from pathlib import Path

import pytest

from idp.audit.events import EventType
from idp.credentials.model import QUICK_TRIES
from idp.database import Done
from idp.limits.model import Limit
from idp.limits.service import whose
from idp.transaction import Tx
from tests.attacks.log_lines import LogLines
from tests.attacks.oracle import Oracle
from tests.driver import RelyingParty
from tests.endpoints.signing_in import password_page, try_password
from tests.server import Installation, Node, free_ports, open_served, serving
from tests.world import World, open_world

TRIES, LEFT = 50, 20
NAMES = (
    "x-forwarded-for",
    "forwarded",
    "x-real-ip",
    "cf-connecting-ip",
    "true-client-ip",
    "x-client-ip",
    "x-cluster-client-ip",
    "x-original-forwarded-for",
)
CLAIMS = {
    "x-forwarded-proto": "https",
    "x-forwarded-host": "evil.example",
    "x-forwarded-port": "444",
    "x-forwarded-prefix": "/evil",
    "x-original-url": "/account",
    "x-rewrite-url": "/account",
    "x-http-method-override": "DELETE",
    "x-forwarded-user": "alice",
    "remote-user": "alice",
    "x-ssl-client-verify": "SUCCESS",
}
"""What proxies of others are believed to say, of the caller and of the request."""
WAYS = {
    "no proxy": ((), ""),
    "another proxy": (("10.0.0.1",), ""),
    "forged left": (("127.0.0.1",), "192.0.2.9"),
}
"""The proxies that are named, and what ours, if the peer is one, writes behind the stranger's words."""


def forged(number: int, real: str = "") -> dict[str, str]:
    """Return headers that name another caller each time; `real`: what the proxy in front writes, at the right."""
    address = f"198.51.{number % 100}.{number % 250 + 1}"
    value = next(
        shape
        for place, shape in enumerate(
            (address, f"{address}, 10.0.0.1", f"127.0.0.1, {address}", f"2001:db8:{number:x}::1", "127.0.0.1")
        )
        if place == number % 5
    )
    headers = {name: value for name in NAMES if number % 3 or name == NAMES[number % len(NAMES)]}
    headers |= {"forwarded": f'for="{value}";proto=https;by=10.0.0.1'}
    return {**headers, "x-forwarded-for": f"{value}, {real}"} if real else headers


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> tuple[tuple[str, ...], str]:
    return WAYS[request.param]


@pytest.fixture
async def world(
    template: Path, tmp_path: Path, log: LogLines, way: tuple[tuple[str, ...], str]
) -> AsyncIterator[World]:
    async with open_world(template, tmp_path, registration="token", trusted_proxies=way[0]) as world:
        yield world


Try = Callable[[dict[str, str]], Awaitable[int]]


async def _at_the_lock(world: World, rp: RelyingParty) -> Try:
    """Counted with every sign-in that fails, and no password is hashed for it."""
    browser, names = world.browser(), cycle(f"khong-co-{number}" for number in range(TRIES))
    form = (await browser.get("/lock")).form("lock-recovery")

    async def one(headers: dict[str, str]) -> int:
        fields = {**form["fields"], "username": next(names), "recovery-code": "0" * 16}
        return (await browser.post("/lock/recovery", fields, **headers)).status

    return one


async def _at_the_token_endpoint(world: World, rp: RelyingParty) -> Try:
    form = {"client_id": rp.client_id, "client_secret": "sai", "grant_type": "client_credentials"}

    async def one(headers: dict[str, str]) -> int:
        return (await world.http.post("/token", data=form, headers=headers)).status_code

    return one


async def _at_registration(world: World, rp: RelyingParty) -> Try:
    async def one(headers: dict[str, str]) -> int:
        sent = {"authorization": "Bearer sai", **headers}
        return (await world.http.post("/register", json={}, headers=sent)).status_code

    return one


DOORS = {
    "sign-in": (Limit.SIGN_IN, _at_the_lock),
    "token": (Limit.CLIENT_AUTHENTICATION, _at_the_token_endpoint),
    "registration": (Limit.REGISTRATIONS, _at_registration),
}


@pytest.mark.parametrize("door", DOORS)
async def test_e12_the_limit_trips_where_it_would_without_a_header(
    world: World, oracle: Oracle, way: tuple[tuple[str, ...], str], door: str
) -> None:
    """Fifty tries that name fifty callers are answered, one for one, as fifty of one caller are."""
    real, rp = way[1], await world.client()
    limit, opening = DOORS[door]
    told = []
    honestly = {"x-forwarded-for": real} if real else {}
    for headers in ([honestly] * TRIES, [forged(number, real) for number in range(TRIES)]):
        world.time.move(hours=2)
        attack = await opening(world, rp)
        await _use_up_but(LEFT, world, limit, rp, real or "127.0.0.1")
        async with oracle.refusing((door, "fifty tries"), status={429}) as watch:
            told.append([await attack(each) for each in headers])
        assert int(watch.last.headers["retry-after"]) > 0
    honest, rotating = told
    assert rotating == honest
    assert LEFT <= honest.index(429) <= LEFT + 1, "of the one caller's own count"
    assert set(honest[honest.index(429) :]) == {429}


async def _use_up_but(left: int, world: World, limit: Limit, rp: RelyingParty, address: str) -> None:
    of, now = whose(rp.client_id, address) if limit is Limit.CLIENT_AUTHENTICATION else address, world.time()

    def count(tx: Tx) -> Done[None]:
        for _ in range(limit.value.most - left):
            tx.limits.count(limit, of, now)
        return Done(None)

    await world.write(count)


async def test_e12_an_account_waits_and_the_log_knows_the_one_who_tried(
    world: World, oracle: Oracle, way: tuple[tuple[str, ...], str]
) -> None:
    await world.citizen()
    rp, browser = await world.client(), world.browser()
    page = await password_page(browser, rp)
    refused = (EventType.SIGN_IN_REFUSED,) * QUICK_TRIES
    await try_password(browser, page, "khong-co-ai", "sai")  # the first hash takes its memory
    before = len(oracle.log.text)
    async with oracle.refusing("one account", status={200}, events=refused) as watch:
        for number in range(TRIES):
            form = {**page.form("submit")["fields"], "username": "alice", "password": "sai"}
            await browser.post(f"/sign-in/password?i={page.interaction}", form, **forged(number, way[1]))
    assert "Đã thử sai nhiều lần" in watch.last.text
    networks = {line["peer"] for line in oracle.log.parsed() if "peer" in line}
    assert networks <= {"127.0.0.0/24", "192.0.2.0/24"}
    written = oracle.log.text[before:]
    assert ("192.0.2.0/24" if way[1] else "127.0.0.0/24") in written
    assert "198.51." not in written
    for event in await world.records():
        assert "198.51." not in str(event)


_ONCE = re.compile(r"[A-Za-z0-9_.~-]{9,}")


async def test_e12_no_header_changes_an_answer(
    world: World, oracle: Oracle, way: tuple[tuple[str, ...], str]
) -> None:
    rp = await world.client()
    pages = ("/", "/account", "/sign-in?i=x", "/end_session", "/lock", "/q", "/administrator")
    for path in (*pages, rp.authorize_url(), "/.well-known/openid-configuration", "/userinfo", "/jwks"):
        plain = await _shape(world, path, {})
        for number in range(5):
            assert await _shape(world, path, {**forged(number, way[1]), **CLAIMS}) == plain, path


async def _shape(world: World, path: str, headers: dict[str, str]) -> tuple[object, ...]:
    """Return an answer without what is random in it."""
    response = await world.browser().client.get(path, headers=headers)
    assert "evil.example" not in response.text
    shown = {name: _ONCE.sub("", value) for name, value in response.headers.items() if name != "date"}
    return response.status_code, shown, _ONCE.sub("", response.text)


@pytest.mark.network
async def test_e12_nor_does_the_server_in_front_of_us_believe_it(tmp_path: Path) -> None:
    """Over a socket: so many wrong secrets a minute, whoever the caller says they are."""
    installation = Installation(folder=tmp_path / "state", port=free_ports(1)[0])
    (rp,) = await asyncio.to_thread(installation.prepare, "rp-c")
    node = Node(installation)
    form = {"client_id": rp.client_id, "client_secret": "sai", "grant_type": "client_credentials"}
    with serving(node):
        async with open_served(installation, node) as served:
            await _use_up_but(LEFT, served, Limit.CLIENT_AUTHENTICATION, rp, "127.0.0.1")
            told = [
                (await served.http.post("/token", data=form, headers=forged(number))).status_code
                for number in range(TRIES)
            ]
        lines = node.lines()
    assert told[:LEFT] == [401] * LEFT
    assert set(told[LEFT + 1 :]) == {429}
    assert {line["peer"] for line in lines if "peer" in line} == {"127.0.0.0/24"}
    assert "198.51." not in str(lines)
