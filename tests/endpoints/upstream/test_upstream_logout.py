"""The national system signs somebody out – Back-Channel Logout 1.0 §2.5–2.8, Front-Channel Logout 1.0 §2 (F02)."""

from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from federation.national_eid import NationalEid
from idp.audit.events import EventType
from idp.database import Done
from idp.ids import ClientId
from idp.outbox.model import OutboxKind
from idp.protocol.assurance import Acr
from idp.sessions.service import Proof, start_session
from idp.transaction import Tx
from idp.upstreams.model import ExternalLink, upstream_session
from tests.driver import RelyingParty
from tests.endpoints.ending import is_signed_in
from tests.federation.upstream_double import CLIENT_ID, ISSUER, JWKS, UpstreamDouble, answer
from tests.keys.forge import ABSENT, b64, keys, unsigned
from tests.world import Visitor, World, open_world

BACK = "/upstream/national/backchannel_logout"
FRONT = "/upstream/national/frontchannel_logout"
EVENT = "http://schemas.openid.net/event/backchannel-logout"
SID, SUBJECT = "sid-of-theirs", "subject-1"


@pytest.fixture
def upstream() -> UpstreamDouble:
    return UpstreamDouble()


@pytest.fixture
async def world(template: Path, tmp_path: Path, upstream: UpstreamDouble) -> AsyncIterator[World]:
    async with open_world(template, tmp_path) as world:
        national = NationalEid(upstream.relying_party())
        yield World(replace(world.provider, national=national), world.time)


async def came_from(world: World, visitor: Visitor, sid: str | None) -> None:
    """Give this visitor a session from there, and the link that a first sign-in makes."""
    person_id, at = visitor.person.person_id, world.time()
    link = ExternalLink(issuer=ISSUER, subject=SUBJECT, person_id=person_id, linked_at=at, last_used_at=at)

    def arrange(tx: Tx) -> Done[None]:
        if tx.upstreams.find(ISSUER, SUBJECT) is None:
            tx.upstreams.add(link)
        return Done(None)

    await world.write(arrange)
    named = None if sid is None else upstream_session(ISSUER, sid)
    await world.signed_in(visitor.browser, person_id, upstream_sid=named)


def logout_token(world: World, changes: dict[str, Any] | None = None, /, **header: Any) -> str:
    """A token that is right but for what is given; ABSENT leaves a claim out."""
    issued = int(world.time().timestamp())
    claims = {
        "iss": ISSUER,
        "aud": CLIENT_ID,
        "iat": issued,
        "exp": issued + 120,
        "jti": "jti-1",
        "events": {EVENT: {}},
        "sid": SID,
        **(changes or {}),
    }
    kept = {name: value for name, value in claims.items() if value is not ABSENT}
    return keys()["p256"].token(kept, **{"typ": "logout+jwt", **header})


async def send(world: World, token: str) -> httpx.Response:
    return await world.http.post(BACK, data={"logout_token": token})


@pytest.fixture
async def visitor(world: World, rp: RelyingParty) -> Visitor:
    visitor = await world.visitor(rp)
    await came_from(world, visitor, SID)
    assert await is_signed_in(rp, visitor)
    return visitor


@pytest.mark.parametrize(
    "named", [{}, {"sub": SUBJECT}, {"sid": ABSENT, "sub": SUBJECT}], ids=["session", "both", "person"]
)
async def test_what_is_signed_out_there_is_signed_out_here_and_at_the_services(
    world: World, rp: RelyingParty, visitor: Visitor, named: dict[str, Any]
) -> None:
    await world.change_client(rp.client_id, backchannel_logout_uri="https://rp-c.example/hear")
    tokens = await world.tokens(rp, visitor)
    response = await send(world, logout_token(world, named))
    assert (response.status_code, response.content) == (200, b"")
    assert "no-store" in response.headers["cache-control"]
    assert not await is_signed_in(rp, visitor)
    assert (await world.userinfo(tokens["access_token"])).status_code == 401
    (sent,) = await world.provider.database.read(
        lambda tx: tx.deliveries.of_client(ClientId(rp.client_id), 10)
    )
    assert sent.kind is OutboxKind.BACKCHANNEL_LOGOUT, "the service hears of it"
    *ended, told = await world.records(EventType.SESSION_ENDED, EventType.UPSTREAM_SIGNED_OUT)
    assert {event.actor for event in (*ended, told)} == {"upstream:national"}
    assert told.payload == {"upstream": "national", "sessions": len(ended)}
    assert SID not in str([event.payload for event in (*ended, told)])


@pytest.mark.parametrize("named", [{"sid": "another"}, {"sid": ABSENT, "sub": "somebody else"}, {"sub": "x"}])
async def test_who_is_not_named_stays_and_nothing_to_do_is_done(
    world: World, rp: RelyingParty, visitor: Visitor, named: dict[str, Any]
) -> None:
    response = await send(world, logout_token(world, named))
    assert response.status_code == 200
    assert await is_signed_in(rp, visitor)


async def test_a_session_that_does_not_know_which_it_came_from_ends_with_any_of_its_person(
    world: World, rp: RelyingParty, visitor: Visitor
) -> None:
    await came_from(world, visitor, None)
    await send(world, logout_token(world, {"sid": "another"}))
    assert await is_signed_in(rp, visitor), "nobody said whose it is"
    await send(world, logout_token(world, {"sid": "another", "sub": SUBJECT, "jti": "jti-2"}))
    assert not await is_signed_in(rp, visitor)


async def test_what_was_begun_with_city_credentials_does_not_end_there(
    world: World, rp: RelyingParty
) -> None:
    visitor = await world.visitor(rp)
    await came_from(world, visitor, SID)
    await world.signed_in(visitor.browser, visitor.person.person_id, idp="haiphong")
    await send(world, logout_token(world, {"sid": ABSENT, "sub": SUBJECT}))
    assert await is_signed_in(rp, visitor)


async def test_a_session_that_was_proved_here_anew_still_ends_with_the_one_it_came_from(
    world: World, rp: RelyingParty, visitor: Visitor
) -> None:
    cookie = world.cookie_of(visitor.browser, "session")
    proof = Proof(
        person_id=visitor.person.person_id,
        auth_time=world.time(),
        acr=Acr.LOW,
        amr=("pwd",),
        ial=2,
        idp="haiphong",
    )
    renew = partial(
        start_session, proof=proof, cookie=cookie, arrival=None, life=world.provider.settings.life
    )
    fresh = (await world.write(lambda tx: renew(tx, occasion=world.occasion))).cookie
    await send(world, logout_token(world))
    assert await world.provider.database.read(lambda tx: tx.sessions.find(fresh)) is None


@pytest.mark.usefixtures("visitor")
@pytest.mark.parametrize("named", ["on-the-way", "another"])
async def test_who_was_signed_out_there_on_their_way_back_begins_no_session(
    world: World, rp: RelyingParty, upstream: UpstreamDouble, named: str
) -> None:  # their code may wait minutes for its turn to be confirmed, and the register is asked in between
    browser = world.browser()
    page = await browser.get(rp.authorize_url())
    page = await browser.get(f"/sign-in/national?i={page.interaction}")
    if page.left_for is None:
        page = await browser.press(page, "submit")
    asked, issued = page.answer, int(world.time().timestamp())
    times = {"iat": issued, "exp": issued + 300, "auth_time": issued}
    upstream.claims |= {**times, "nonce": asked["nonce"], "sid": "on-the-way", "acr": "LoA3"}
    upstream.userinfo |= {"LoaiTaiKhoan": "1", "SoDinhDanh": "031190000011"}
    assert (await send(world, logout_token(world, {"sid": named}))).status_code == 200
    back = urlencode({"code": "c", "state": asked["state"], "iss": ISSUER})
    page = await browser.get(f"/upstream/national/callback?{back}")
    begun = world.cookie_of(browser, "session") is not None
    if named == "another":
        assert begun, page.response.text
        return
    assert not begun
    assert (page.status, page.case) == (400, "expired")
    (refused,) = await world.records(EventType.SIGN_IN_REFUSED)
    assert refused.payload["reason"] == "signed out at the national system meanwhile"


async def test_it_counts_once(world: World, rp: RelyingParty, visitor: Visitor) -> None:
    token = logout_token(world)
    assert (await send(world, token)).status_code == 200
    await came_from(world, visitor, SID)
    again = await send(world, token)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_request")
    assert await is_signed_in(rp, visitor)
    assert await world.events(EventType.UPSTREAM_SIGN_OUT_REPLAYED) == ["upstream:sign-out-replayed"]
    assert await world.clean_up() == 0
    world.time.move(minutes=4)
    await world.clean_up()
    assert (await send(world, token)).status_code == 400, "then its time refuses it"


WRONG: list[dict[str, Any]] = [
    {"iss": "https://another.example"},
    {"iss": ABSENT},
    {"aud": "somebody-else"},
    {"aud": [CLIENT_ID, "somebody-else"]},
    {"aud": ABSENT},
    {"iat": ABSENT},
    {"iat": "now"},
    {"exp": ABSENT},
    {"exp": 1},
    {"jti": ABSENT},
    {"jti": ""},
    {"jti": 1},
    {"jti": "x" * 256},
    {"events": ABSENT},
    {"events": {}},
    {"events": [EVENT]},
    {"events": {EVENT: True}},
    {"events": {"http://schemas.openid.net/event/other": {}}},
    {"nonce": "n"},
    {"nonce": None},
    {"sid": ABSENT},
    {"sid": ""},
    {"sid": ["sid-of-theirs"]},
    {"sid": "a\nb"},
    {"sub": 1},
    {"sub": ""},
]


@pytest.mark.parametrize("changes", WRONG, ids=str)
async def test_f02_a_token_that_says_something_wrong_ends_nothing(
    world: World, rp: RelyingParty, visitor: Visitor, changes: dict[str, Any]
) -> None:
    await _ends_nothing(world, rp, visitor, logout_token(world, changes))


@pytest.mark.parametrize("minutes", [-11, 2])
async def test_f02_one_of_long_ago_or_of_tomorrow_ends_nothing(
    world: World, rp: RelyingParty, visitor: Visitor, minutes: int
) -> None:
    issued = int(world.time().timestamp()) + 60 * minutes - (2 if minutes < 0 else -2)
    token = logout_token(world, {"iat": issued, "exp": issued + 3600})
    await _ends_nothing(world, rp, visitor, token)


@pytest.mark.parametrize("typ", ["JWT", "at+jwt", "logout", None, ABSENT])
async def test_f02_a_token_of_another_type_ends_nothing(
    world: World, rp: RelyingParty, visitor: Visitor, typ: object
) -> None:
    await _ends_nothing(world, rp, visitor, logout_token(world, typ=typ))


async def test_f02_a_token_their_key_did_not_sign_ends_nothing(
    world: World, rp: RelyingParty, visitor: Visitor
) -> None:
    good = logout_token(world)
    header, payload, signature = good.split(".")
    none = {"alg": "none", "typ": "logout+jwt"}
    wrong = [
        "",
        "a.b",
        f"{header}.{payload}.",
        f"{header}.{payload}.{b64(b'0' * 64)}",
        f"{unsigned(none, {})}.",
        keys()["ed"].token({"sid": SID}, kid="p256", typ="logout+jwt"),
        f"{header}.{b64(b'{}')}.{signature}",
    ]
    for token in wrong:
        await _ends_nothing(world, rp, visitor, token)


async def test_f02_our_own_logout_token_ends_nothing_here(
    world: World, rp: RelyingParty, visitor: Visitor
) -> None:
    claims = {"iss": ISSUER, "aud": CLIENT_ID, "events": {EVENT: {}}, "sid": SID, "jti": "1"}
    token = await world.provider.keyring.sign(claims, typ="logout+jwt", alg="ES256")
    await _ends_nothing(world, rp, visitor, token)


async def test_f02_it_comes_in_the_body_of_a_post_alone(
    world: World, rp: RelyingParty, visitor: Visitor
) -> None:
    token = logout_token(world)
    for response in (
        await world.http.get(BACK, params={"logout_token": token}),
        await world.http.post(BACK, params={"logout_token": token}),
        await world.http.post(BACK, params={"x": "1"}, data={"logout_token": token}),
        await world.http.post(BACK, content=urlencode([("logout_token", token)] * 2), headers=_FORM),
        await world.http.post(BACK, json={"logout_token": token}),
    ):
        assert 400 <= response.status_code < 500
    assert await is_signed_in(rp, visitor)


_FORM = {"content-type": "application/x-www-form-urlencoded"}


async def _ends_nothing(world: World, rp: RelyingParty, visitor: Visitor, token: str) -> None:
    response = await send(world, token)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")
    assert "no-store" in response.headers["cache-control"]
    assert await is_signed_in(rp, visitor)
    assert await world.events(EventType.UPSTREAM_SIGNED_OUT) == []


async def test_whom_keys_can_t_be_had_for_is_told_to_come_again(
    world: World, rp: RelyingParty, visitor: Visitor, upstream: UpstreamDouble
) -> None:  # SECURITY I8: fails closed, and is no lie
    upstream.instead[JWKS] = answer({}, status=500)
    response = await send(world, logout_token(world))
    assert (response.status_code, response.json()["error"]) == (503, "temporarily_unavailable")
    assert await is_signed_in(rp, visitor)


async def test_the_front_channel_ends_this_browser_s_session_alone(
    world: World, rp: RelyingParty, visitor: Visitor
) -> None:
    stranger = world.browser()
    asked = {"iss": ISSUER, "sid": SID}
    await stranger.client.get(FRONT, params=asked)
    assert await is_signed_in(rp, visitor), "of another browser it ends nothing"
    for wrong in ({**asked, "sid": "another"}, {**asked, "iss": "https://x.example"}, {"sid": SID}, {}):
        response = await visitor.browser.client.get(FRONT, params=wrong)
        assert response.status_code == 200
        assert "set-cookie" not in response.headers
    assert await is_signed_in(rp, visitor)
    response = await visitor.browser.client.get(FRONT, params=asked)
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    assert f"frame-ancestors {ISSUER}" in response.headers["content-security-policy"]
    assert world.cookie_of(visitor.browser, "session") is None
    ended = await world.records(EventType.SESSION_ENDED)
    assert [event.payload["reason"] for event in ended] == ["signed out at the national system"]


async def test_without_a_national_system_there_is_no_such_address(template: Path, tmp_path: Path) -> None:
    async with open_world(template, tmp_path) as world:
        assert (await send(world, "x.y.z")).status_code == 404
        assert (await world.http.get(FRONT)).status_code == 404
