"""A fan, not a chain: how many of our frames lie between a route and its SQL (DESIGN §2, STYLE §2).

Traced on whole journeys. Counted are frames of the product below the route's own function, on the coroutine's stack up
to the database and on the database's thread from there; idp/database itself, the pump, is not counted.
"""

import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from sqlalchemy import Engine, event

from federation.upstream import AccountKind, ExternalAttributes, ExternalIdentity
from idp.app import ROUTES
from idp.citizen.routing import _PAGES
from idp.database import Done
from idp.edge import Endpoint
from idp.endpoints.upstream_callback import PATH as UPSTREAM
from idp.ids import ClientId
from idp.people.service import recognise
from idp.protocol.assurance import Acr
from idp.risk.model import Arrival
from idp.scim.resources import OFFICIAL
from idp.scim.routing import scim
from idp.sessions.service import Proof, start_session
from tests.driver import RelyingParty
from tests.organisations.samples import make_agency
from tests.registrant import register, send
from tests.scim.hr import AGENCIES, BULK, HrSystem, operations, post, user
from tests.world import World, open_world

ROOT = Path(__file__).resolve().parents[2]
OURS = tuple(str(ROOT / name) + "/" for name in ("idp", "federation", "keys"))
PUMP = str(ROOT / "idp" / "database") + "/"
API = "urn:example:api"
ARRIVAL = Arrival(client_id=ClientId("portal"), held="a" * 43, fresh="b" * 43)
DEEPEST = 4
DEEPEST_AT_TOKEN = 6
DEEPEST_CHANGE_BY_SCIM = 9
"""And one more in a bulk, where each operation is a request of its own."""
SCIM = "/scim/"


def _ours(frame: FrameType | None) -> Iterator[FrameType]:
    while (
        frame is not None and frame.f_code.co_filename != __file__
    ):  # beyond `traced` is the coroutine's stack again
        name = frame.f_code.co_filename
        if name.startswith(OURS) and not name.startswith(PUMP):
            yield frame
        frame = frame.f_back


def _endpoints() -> dict[Any, str]:
    endpoints: list[tuple[str, Endpoint]] = [
        (path, endpoint) for path, methods in ROUTES.items() for endpoint in methods.values()
    ]
    endpoints += [(SCIM, scim)]
    endpoints += [(path, endpoint) for _method, path, endpoint in _PAGES]
    return {getattr(endpoint, "__code__", None): path for path, endpoint in endpoints}


class Tracer:
    """Remembers for each route the deepest statement."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self.deepest: dict[str, tuple[int, str]] = {}
        self._routes = _endpoints()
        self._local = threading.local()
        database = world.provider.database
        for name in ("read", "transact", "add"):
            monkeypatch.setattr(database, name, self._watched(getattr(database, name)))

    def _watched(self, original: Any) -> Any:
        async def watched(work: Any) -> Any:
            above: list[FrameType] = []
            route = None
            for frame in _ours(sys._getframe(1)):
                if frame.f_code in self._routes:
                    route = self._routes[frame.f_code]
                    break
                above.append(frame)

            def traced(tx: Any) -> Any:
                self._local.route, self._local.above = route, len(above)
                try:
                    return work(tx)
                finally:
                    self._local.route = None

            return await original(traced)

        return watched

    def statement(self, _c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        route = getattr(self._local, "route", None)
        if route is None:
            return
        frames = [frame.f_code.co_qualname for frame in _ours(sys._getframe(1))]
        depth = self._local.above + len(frames)
        if depth > self.deepest.get(route, (0, ""))[0]:
            self.deepest[route] = depth, f"{' < '.join(frames)} under {self._local.above}: {statement[:60]}"


@pytest.fixture
def tracer(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tracer]:
    tracer = Tracer(world, monkeypatch)
    event.listen(Engine, "before_cursor_execute", tracer.statement)
    yield tracer
    event.remove(Engine, "before_cursor_execute", tracer.statement)


async def _whole_journey(world: World, rp: RelyingParty) -> None:
    """Sign in with city credentials, consent, tokens, userinfo, refresh for an API, another person, out, replays."""
    world.provider.configuration._read_at = float("inf")  # a node that runs reads it beside its requests
    _, citizen = await world.citizen("alice")
    other = await world.person("bob")
    browser = world.browser()
    await world.signed_in(browser, other.person_id)
    await browser.press(await browser.get(rp.authorize_url()), "allow")
    world.time.move(minutes=2)
    page = await browser.get(rp.authorize_url(prompt="login"))
    wrong = dict(parse_qsl(urlsplit(str(page.response.url)).query))["i"]
    form = await browser.get(f"/sign-in/password?i={wrong}")
    await browser.press(form, "submit", username="alice", password="not the password")
    page = await citizen.sign_in(browser, page, at=world.time().timestamp())
    page = await browser.press(page, "allow")
    tokens = (await rp.redeem(world.http, page.answer["code"])).json()
    await rp.redeem(world.http, page.answer["code"])
    bearer = {"authorization": f"Bearer {tokens['access_token']}"}
    assert (await world.http.get("/userinfo", headers=bearer)).status_code == 200
    for token in (tokens["access_token"], tokens["refresh_token"]):
        assert (await rp.post(world.http, "/introspect", token=token)).json()["active"] is True
    refreshed = (await rp.refresh(world.http, tokens["refresh_token"], resource=API)).json()
    await rp.refresh(world.http, refreshed["refresh_token"])
    await rp.refresh(world.http, tokens["refresh_token"])
    await browser.get("/")
    page = await browser.get("/end_session")
    await browser.press(page, "sign-out-all")
    for token in (refreshed["access_token"], refreshed["refresh_token"]):
        assert (await rp.post(world.http, "/revoke", token=token)).status_code == 200
    await world.http.get("/health/ready")


async def test_no_statement_lies_deeper_than_four_frames_under_a_route(world: World, tracer: Tracer) -> None:
    rp = await world.client(backchannel_logout_uri="https://rp-c.example/logout", audiences=(API,))
    await _whole_journey(world, rp)
    assert {
        "/authorize",
        "/authorize/resume",
        "/token",
        "/userinfo",
        "/introspect",
        "/revoke",
        "/consent",
        "/sign-in/otp",
    } <= tracer.deepest.keys()
    too_deep = {
        route: found
        for route, found in tracer.deepest.items()
        if found[0] > (DEEPEST_AT_TOKEN if route == "/token" else DEEPEST)
    }
    assert too_deep == {}


async def test_nor_does_one_of_a_client_that_registers_itself(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_world(template, tmp_path, registration="token") as world:
        registered = await register(world)
        tracer = Tracer(world, monkeypatch)
        event.listen(Engine, "before_cursor_execute", tracer.statement)
        await register(world, token_endpoint_auth_method="none")
        for token in ("x", registered.metadata["registration_access_token"]):
            one = registered.with_token(token)
            for answer in (await one.read(), await one.replace(token_endpoint_auth_method="none"),
                           await one.replace(), await one.remove(), await send(world, token)):  # fmt: skip
                assert answer.status_code in {200, 204, 401}
        event.remove(Engine, "before_cursor_execute", tracer.statement)
    assert tracer.deepest.keys() == {"/register"}
    depth, where = tracer.deepest["/register"]
    assert depth <= DEEPEST, where


async def test_a_planted_deep_statement_is_caught(world: World, tracer: Tracer) -> None:
    rp = await world.client(audiences=(API,))
    await _whole_journey(world, rp)
    tracer._local.route, tracer._local.above = "/planted", DEEPEST + 1
    tracer.statement(None, None, "SELECT 1")
    assert tracer.deepest["/planted"][0] > DEEPEST


async def test_the_return_from_upstream_is_no_deeper_for_a_newcomer_who_takes_over_a_browser(
    world: World, tracer: Tracer
) -> None:
    rp = await world.client(backchannel_logout_uri="https://rp-c.example/logout")
    browser = world.browser()
    await world.signed_in(browser, (await world.person("bob")).person_id)
    page = await browser.press(await browser.get(rp.authorize_url()), "allow")
    await rp.redeem(world.http, page.answer["code"])
    identity = ExternalIdentity(
        issuer="https://national.example",
        subject="somebody new",
        kind=AccountKind.CITIZEN,
        loa="LoA2",
        account_level=2,
        auth_time=world.time(),
        amr=("pwd", "otp"),
        attributes=ExternalAttributes(full_name="Trần Văn An", personal_id="031190900123", birthdate="1990"),
    )
    cookie = next(c.value for c in browser.client.cookies.jar if c.name == "hpid-session")
    life, occasion = world.provider.settings.life, world.occasion

    async def traced(work: Any) -> Any:
        def watched(tx: Any) -> Any:
            tracer._local.route, tracer._local.above = UPSTREAM, 0
            return work(tx)

        return (await world.provider.database.transact(watched)).unwrap()

    found: Any = None
    for _ in range(2):  # the second time, what the upstream says has changed
        found = await traced(partial(recognise, identity=identity, occasion=occasion))
        identity = replace(identity, attributes=replace(identity.attributes, personal_id="031190900124"))
    proof = Proof(
        person_id=found.person.person_id,
        auth_time=world.time(),
        acr=Acr.SUBSTANTIAL,
        amr=("pwd", "otp"),
        ial=2,
        idp="national",
    )
    await traced(
        partial(start_session, proof=proof, cookie=cookie, arrival=ARRIVAL, life=life, occasion=occasion)
    )
    depth, where = tracer.deepest[UPSTREAM]
    assert depth <= DEEPEST, where


async def test_reading_by_scim_is_no_deeper_and_a_change_as_deep_as_is_written_down(
    world: World, tracer: Tracer
) -> None:
    await world.write(lambda tx: Done([tx.agencies.put(make_agency(code)) for code in AGENCIES] and None))
    hr = await HrSystem.of(world, "H24.08")
    world.provider.configuration._read_at = float("inf")

    async def depth(method: str, path: str, body: object = None, **query: str) -> int:
        tracer.deepest.clear()
        response = await hr.call(method, path, body, None, **query)
        assert response.status_code < 300, response.text
        assert tracer.deepest.keys() == {SCIM}
        return tracer.deepest[SCIM][0]

    made = (await hr.create("CB1"))["id"]
    searches = [{"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"]}] * 3
    reads = [
        await depth("GET", f"/Users/{made}"),
        await depth("GET", "/Users", filter='userName eq "CB1"'),
        await depth("GET", "/Groups", attributes="members"),
        await depth("GET", "/Groups/H24.08~case-officer", attributes="members"),
        *[
            await depth("POST", path, body)
            for path, body in zip(("/Users/.search", "/Groups/.search", "/.search"), searches, strict=True)
        ],
    ]
    assert max(reads) <= DEEPEST
    moved = user("CB1", **{OFFICIAL: {"posts": [post("H24.08.1")], "personalId": "031194990032"}})
    in_bulk = {"method": "PUT", "path": f"/Users/{made}", "data": user("CB1")}
    assert await depth("POST", "/Bulk", {"schemas": [BULK], "Operations": [in_bulk]}) <= (
        DEEPEST_CHANGE_BY_SCIM + 1
    )
    changes = [
        await depth("POST", "/Users", user("CB2")),
        await depth("PUT", f"/Users/{made}", moved),
        await depth(
            "PATCH", f"/Users/{made}", operations({"op": "replace", "path": "active", "value": False})
        ),
        await depth(
            "PATCH", f"/Users/{made}", operations({"op": "replace", "path": "active", "value": True})
        ),
        await depth("DELETE", f"/Users/{made}"),
    ]
    assert max(changes) <= DEEPEST_CHANGE_BY_SCIM
