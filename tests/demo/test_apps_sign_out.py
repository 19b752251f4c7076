"""Signing out here, everywhere, and by the provider's word (RP-Initiated Logout 1.0, Back-Channel Logout 1.0)."""

import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import ECKey

from demo.apps.common.acting import Acting
from demo.apps.common.database import Database
from demo.apps.common.sessions import SCHEMA, SessionStore
from demo.apps.common.visitor import Visitor
from tests.demo.apps_browser import Browser
from tests.demo.apps_city import DATA_STORE, PORTAL, City, city
from tests.demo.apps_provider import EVENT

network = pytest.mark.network


async def signed_in(c: City, browser: Browser) -> str:
    """Sign in at the portal; return the session cookie."""
    await browser.open(f"{c.portal}/sign-in")
    cookie = browser.cookie("portal-session")
    assert cookie
    return cookie


async def is_signed_in(c: City, cookie: str) -> bool:
    """Tell whether the portal takes a cookie, sent from a browser that has nothing else."""
    async with Browser(Cookie=f"portal-session={cookie}") as replayer:
        return "signed-in-name" in await replayer.open(c.portal)


@network
async def test_signing_out_here_ends_this_session_only(tmp_path: Path) -> None:
    async with city(tmp_path) as c, Browser() as browser, Browser() as phone:
        cookie, other = await signed_in(c, browser), await signed_in(c, phone)
        assert await is_signed_in(c, cookie)
        page = await browser.press("sign-out-here")
        assert (page.name, page.text("title")) == ("signed-out-here", "Đã đăng xuất ở trang này")
        assert not await is_signed_in(c, cookie)
        assert await is_signed_in(c, other)
        assert c.provider.person is not None


@network
async def test_signing_out_everywhere_ends_every_service_and_old_cookies_are_refused(tmp_path: Path) -> None:
    async with city(tmp_path) as c, Browser() as browser:
        cookie = await signed_in(c, browser)
        await browser.open(f"{c.data_store}/documents")
        store_cookie = browser.cookie("datastore-session")
        await browser.open(c.portal)
        page = await browser.press("sign-out-everywhere")
        assert (page.name, page.text("title")) == ("signed-out", "Đã đăng xuất mọi nơi")
        asked = c.provider.requests[-1]
        assert asked["post_logout_redirect_uri"] == f"{c.portal}/signed-out"
        assert asked["client_id"] == PORTAL
        assert asked["id_token_hint"].count(".") == 2
        assert parse_qs(urlsplit(page.url).query)["state"] == [asked["state"]]
        assert not await is_signed_in(c, cookie)
        async with Browser(Cookie=f"datastore-session={store_cookie}") as replayer:
            answer = await replayer.client.get(f"{c.data_store}/documents", follow_redirects=False)
            assert answer.status_code == 302
            assert answer.headers["location"].startswith(c.provider.issuer)


@network
async def test_a_sign_out_page_opened_by_itself_claims_nothing(tmp_path: Path) -> None:
    async with city(tmp_path) as c, Browser() as browser:
        page = await browser.open(f"{c.portal}/signed-out?state=forged")
        assert page.text("title") == "Đã đăng xuất"


@network
async def test_without_the_provider_signing_out_everywhere_still_ends_it_here(tmp_path: Path) -> None:
    """The portal is restarted while the provider is away: its session is there, discovery is not."""
    async with city(tmp_path) as c, Browser() as browser:
        cookie = await signed_in(c, browser)
    async with (
        city(tmp_path, with_provider=False) as c,
        Browser(Cookie=f"portal-session={cookie}") as browser,
    ):
        assert "signed-in-name" in await browser.open(c.portal)
        page = await browser.press("sign-out-everywhere")
        assert (page.name, page.status) == ("signed-out-here", 503)
        assert not await is_signed_in(c, cookie)


OTHER_KEY = ECKey.generate_key("P-256", {"kid": "k1", "use": "sig"})
NOW = int(time.time())
REFUSED: dict[str, dict[str, object]] = {
    "alg none": {"typ": "none"},
    "typ of an ID token": {"typ": "JWT"},
    "typ of an access token": {"typ": "at+jwt"},
    "another key": {"key": OTHER_KEY},
    "an unknown kid": {"key": ECKey.generate_key("P-256", {"kid": "k7", "use": "sig"})},
    "a nonce": {"nonce": "n"},
    "no events": {"events": None},
    "events a list": {"events": [EVENT]},
    "another event": {"events": {"urn:other": {}}},
    "an event that is no object": {"events": {EVENT: True}},
    "another audience": {"aud": DATA_STORE},
    "us and another audience": {"aud": [PORTAL, DATA_STORE]},
    "no audience": {"aud": None},
    "another issuer": {"iss": "http://evil.example"},
    "no jti": {"jti": None},
    "jti a number": {"jti": 7},
    "neither sub nor sid": {"sub": None, "sid": None},
    "sid a number": {"sid": 7},
    "iat stale": {"iat": NOW - 3600},
    "iat to come": {"iat": NOW + 3600},
    "no iat": {"iat": None},
    "iat beyond any float": {"iat": 10**400},
    "exp beyond any float": {"exp": 10**400},
    "exp past": {"exp": NOW - 60},
    "no exp": {"exp": None},
    "longer than 8 KiB": {"padding": "x" * 9000},
}


@network
async def test_a_logout_token_that_does_not_hold_ends_nothing(tmp_path: Path) -> None:
    """Back-Channel Logout §2.6: the whole table against one live session, which ends by the good token at last."""
    async with city(tmp_path) as c, Browser() as browser:
        cookie = await signed_in(c, browser)
        for wrong, changes in REFUSED.items():
            token = c.provider.logout_token(PORTAL, **changes)  # type: ignore[arg-type]  # a table of keywords
            answer = await c.provider.send_logout(PORTAL, token)
            assert (wrong, answer.status_code) == (wrong, 400)
            assert answer.json()["error"] == "invalid_request"
            assert answer.headers["cache-control"] == "no-store"
        for shape in ("", "x", "a.b.c", "e30.e30.e30"):
            assert (await c.provider.send_logout(PORTAL, shape)).status_code == 400
        assert await is_signed_in(c, cookie)
        good = await c.provider.send_logout(PORTAL, c.provider.logout_token(PORTAL))
        assert (good.status_code, good.content) == (200, b"")
        assert not await is_signed_in(c, cookie)


@network
async def test_a_logout_token_sent_twice_is_refused_the_second_time(tmp_path: Path) -> None:
    async with city(tmp_path) as c, Browser() as browser:
        await signed_in(c, browser)
        token = c.provider.logout_token(PORTAL)
        assert (await c.provider.send_logout(PORTAL, token)).status_code == 200
        c.provider.sid = "another"
        cookie = await signed_in(c, browser)
        assert (await c.provider.send_logout(PORTAL, token)).status_code == 400
        assert await is_signed_in(c, cookie)


@network
async def test_sid_ends_one_session_and_sub_alone_ends_all(tmp_path: Path) -> None:
    async with city(tmp_path) as c, Browser() as one, Browser() as two, Browser() as three:
        c.provider.sid = "s1"
        first = await signed_in(c, one)
        c.provider.sid = "s2"
        second, third = await signed_in(c, two), await signed_in(c, three)
        await c.provider.send_logout(PORTAL, c.provider.logout_token(PORTAL, sid="s1", sub=None))
        assert not await is_signed_in(c, first)
        assert await is_signed_in(c, second)
        await c.provider.send_logout(PORTAL, c.provider.logout_token(PORTAL, sub="someone else"))
        assert await is_signed_in(c, second)
        await c.provider.send_logout(PORTAL, c.provider.logout_token(PORTAL, sid=None))
        assert not await is_signed_in(c, second)
        assert not await is_signed_in(c, third)


@network
async def test_keys_out_of_reach_ask_the_provider_to_send_it_again(tmp_path: Path) -> None:
    async with city(tmp_path, with_provider=False) as c:
        answer = await c.provider.send_logout(PORTAL, c.provider.logout_token(PORTAL))
        assert answer.status_code == 503


def visitor(sid: str = "s1") -> Visitor:
    return Visitor(
        sub="u1",
        sid=sid,
        subject_name="Nguyễn Thị Hương",
        acting=Acting(owner="u1", actor="u1"),
        acr=None,
        auth_time=None,
        id_token="i",
        access_token="a",
    )


class Sessions:
    """A session store on a file, with a clock the test moves."""

    def __init__(self, folder: Path) -> None:
        self.time = 1000.0
        self.database = Database(folder / "sessions.sqlite3", SCHEMA)
        self.store = SessionStore(self.database, idle=100, absolute=300, now=lambda: self.time)

    def sign_in(self, sid: str = "s1") -> str | None:
        session = self.store.open(None)
        session.sign_in(visitor(sid))
        return self.store.keep(session)


def test_a_logout_that_overtakes_the_sign_in_wins(tmp_path: Path) -> None:
    sessions = Sessions(tmp_path)
    sessions.store.end_by_logout_token(jti="j", keep_until=2000, sub="u1", sid="s1")
    assert sessions.sign_in("s1") == ""
    assert sessions.sign_in("s2")
    sessions.database.close()


def test_a_session_ended_during_a_request_stays_ended(tmp_path: Path) -> None:
    sessions = Sessions(tmp_path)
    cookie = sessions.sign_in()
    during = sessions.store.open(cookie)
    during["more"] = 1
    assert sessions.store.end_by_logout_token(jti="j", keep_until=2000, sub="u1", sid="s1") == 1
    assert sessions.store.keep(during) == ""
    assert sessions.store.open(cookie).visitor is None
    sessions.database.close()


def test_a_session_ends_by_idleness_and_by_age_and_tells_whose_it_was(tmp_path: Path) -> None:
    sessions = Sessions(tmp_path)
    idle, used = sessions.sign_in(), sessions.sign_in()
    for _ in range(3):
        sessions.time += 90
        session = sessions.store.open(used)
        assert session.visitor is not None
        sessions.store.keep(session)
    expired = sessions.store.open(idle)
    assert (expired.visitor, expired.expired) == (None, visitor())
    sessions.time += 60
    assert sessions.store.open(used).visitor is None
    sessions.database.close()


def test_sessions_outlive_a_restart_and_handles_are_not_stored(tmp_path: Path) -> None:
    sessions = Sessions(tmp_path)
    cookie = sessions.sign_in()
    assert cookie
    sessions.database.close()
    assert cookie.encode() not in (tmp_path / "sessions.sqlite3").read_bytes()
    again = Sessions(tmp_path)
    assert again.store.open(cookie).visitor == visitor()
    again.database.close()
