"""Signing in at the portal and the data store, as a person's browser sees it (OpenID Connect Core §3.1, RFC 9207)."""

import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from joserfc.jwk import ECKey

from demo.apps.portal.app import create_app
from tests.demo.acting_claims import COMPANY
from tests.demo.apps_browser import Browser
from tests.demo.apps_city import AUDIENCE, PORTAL, city, free_port, portal_settings, served
from tests.demo.apps_provider import HUONG, Person, Provider

pytestmark = pytest.mark.network


async def test_a_person_signs_in_and_sees_who_how_and_for_whom(tmp_path: Path) -> None:
    async with city(tmp_path) as c, Browser() as browser:
        home = await browser.open(c.portal)
        assert "signed-in-name" not in home
        home = await browser.press("sign-in")
        assert (home.status, home.name) == (200, "home")
        assert home.text("signed-in-name") == "Nguyễn Thị Hương"
        assert home.text("signed-in-level") == "Xác thực mức đáng kể"
        assert home.text("acting-for") == "Cho bản thân"


async def test_the_request_asks_for_exactly_what_the_portal_needs(tmp_path: Path) -> None:
    async with city(tmp_path) as c, Browser() as browser:
        await browser.open(f"{c.portal}/sign-in")
        asked, redeemed = c.provider.requests[0], c.provider.token_requests[0]
    assert asked["client_id"] == PORTAL
    assert asked["scope"] == "openid profile phone email vn.id_number docs.share"
    assert asked["acr_values"] == "urn:haiphong:acr:substantial"
    assert asked["ui_locales"] == "vi"
    assert len(asked["state"]) >= 20
    assert len(asked["nonce"]) >= 20
    assert len(redeemed["code_verifier"]) >= 43  # RFC 7636 §4.1; the test provider checked the challenge
    assert not {"resource"} & (asked.keys() | redeemed.keys())  # RFC 8707 §2: this token is for userinfo
    assert "client_secret" not in redeemed


async def test_the_language_chosen_here_goes_along(tmp_path: Path) -> None:
    async with city(tmp_path) as c, Browser() as browser:
        await browser.open(c.portal)
        page = await browser.press("lang-en")
        assert page.title.startswith("Get it done from home – ")
        await browser.press("sign-in")
        assert c.provider.requests[0]["ui_locales"] == "en"
        home = await browser.open(c.portal)
        assert home.text("acting-for") == "For myself"


async def test_the_session_gets_a_new_handle_and_a_guarded_cookie(tmp_path: Path) -> None:
    async with city(tmp_path) as c, Browser() as browser:
        begun = await browser.client.get(f"{c.portal}/sign-in", follow_redirects=False)
        before = browser.cookie("portal-session")
        set_cookie = begun.headers["set-cookie"]
        assert all(part in set_cookie for part in ("HttpOnly", "SameSite=Lax", "Path=/"))
        await browser.open(begun.headers["location"])
        after = browser.cookie("portal-session")
        assert before
        assert after not in {None, before}
        browser.client.cookies.set("portal-session", before, domain="127.0.0.1")
        assert "signed-in-name" not in await browser.open(c.portal)


UNVERIFIED, MISMATCH = ("sign-in-unverified", 502), ("sign-in-mismatch", 400)
OTHER_KEY = ECKey.generate_key("P-256", {"kid": "k1", "use": "sig"})
UNKNOWN_KEY = ECKey.generate_key("P-256", {"kid": "k9", "use": "sig"})
FAULTS: dict[str, tuple[dict[str, object], tuple[str, int]]] = {
    "another state": ({"answer": {"state": "x" * 30}}, MISMATCH),
    "no state": ({"answer": {"state": None}}, MISMATCH),
    "another iss in the answer": ({"answer": {"iss": "http://evil.example"}}, MISMATCH),
    "no iss in the answer": ({"answer": {"iss": None}}, MISMATCH),
    "an error from another iss": (
        {"error": "access_denied", "answer": {"iss": "http://evil.example"}},
        MISMATCH,
    ),
    "another nonce": ({"id_token": {"nonce": "other"}}, UNVERIFIED),
    "no nonce": ({"id_token": {"nonce": None}}, UNVERIFIED),
    "another issuer in the ID token": ({"id_token": {"iss": "http://evil.example"}}, UNVERIFIED),
    "another audience": ({"id_token": {"aud": "kho-du-lieu"}}, UNVERIFIED),
    "an audience beside us": ({"id_token": {"aud": [PORTAL, "x"], "azp": PORTAL}}, UNVERIFIED),
    "only azp is us": ({"id_token": {"aud": "x", "azp": PORTAL}}, UNVERIFIED),
    "alg none": ({"id_token_alg": "none"}, UNVERIFIED),
    "another key under a known kid": ({"id_token_key": OTHER_KEY}, UNVERIFIED),
    "an unknown kid": ({"id_token_key": UNKNOWN_KEY}, UNVERIFIED),
    "exp past": ({"id_token": {"exp": int(time.time()) - 60}}, UNVERIFIED),
    "no exp": ({"id_token": {"exp": None}}, UNVERIFIED),
    "iat to come": ({"id_token": {"iat": int(time.time()) + 86_400}}, UNVERIFIED),
    "no sub": ({"id_token": {"sub": None}}, UNVERIFIED),
    "sub empty": ({"id_token": {"sub": ""}}, UNVERIFIED),
    "sub a number": ({"id_token": {"sub": 7}}, UNVERIFIED),
    "sub of 4 kB": ({"id_token": {"sub": "s" * 4096}}, UNVERIFIED),
    "at_hash of another token": ({"id_token": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}}, UNVERIFIED),
    "no ID token": ({"tokens": {"id_token": None}}, UNVERIFIED),
    "no access token": ({"tokens": {"access_token": None}}, UNVERIFIED),
    "userinfo about another": ({"userinfo": {"sub": "other"}}, UNVERIFIED),
    "the code refused": ({"token_error": True}, UNVERIFIED),
    "the token endpoint down": ({"token_status": 503}, ("provider-down", 503)),
    "acr lower than asked": ({"id_token": {"acr": "urn:haiphong:acr:low"}}, ("level-too-low", 403)),
    "an unknown acr": ({"id_token": {"acr": "urn:other:gold"}}, ("level-too-low", 403)),
    "no acr": ({"id_token": {"acr": None}}, ("level-too-low", 403)),
    "access_denied": ({"error": "access_denied"}, ("not-signed-in", 403)),
    "login_required": ({"error": "login_required"}, ("not-signed-in", 403)),
    "server_error": ({"error": "server_error"}, ("provider-down", 503)),
    "unmet requirements": ({"error": "unmet_authentication_requirements"}, ("level-too-low", 403)),
    "a pushed request refused": ({"par": {"content": b'{"error":"x"}', "status_code": 400}}, UNVERIFIED),
    "no name for a pushed request": (
        {"par": {"content": b'{"expires_in":90}', "status_code": 201}},
        UNVERIFIED,
    ),
    "pushing down": ({"par": {"content": b"down", "status_code": 503}}, ("provider-down", 503)),
    "pushing limited": ({"par": {"content": b"{}", "status_code": 429}}, ("provider-down", 503)),
    "an unheard-of error": ({"error": "<script>"}, UNVERIFIED),
}


async def test_an_answer_that_does_not_hold_signs_nobody_in(tmp_path: Path) -> None:
    """The whole table in one city: each fault is met by a fresh browser, and then a good sign-in still works."""
    async with city(tmp_path) as c:
        for fault, (faults, (name, status)) in FAULTS.items():
            c.provider.faults = faults
            async with Browser() as browser:
                page = await browser.open(f"{c.portal}/sign-in")
                assert (fault, page.name, page.status) == (fault, name, status)
                assert "<script>" not in page.answer.text
                home = await browser.open(c.portal)
                assert "signed-in-name" not in home, fault
        c.provider.faults = {}
        async with Browser() as browser:
            assert "signed-in-name" in await browser.open(f"{c.portal}/sign-in")


async def test_a_discovery_document_of_another_issuer_is_not_used_and_not_kept(tmp_path: Path) -> None:
    async with city(tmp_path) as c, Browser() as browser:
        c.provider.faults = {"discovery_issuer": "http://evil.example"}
        page = await browser.open(f"{c.portal}/sign-in")
        assert (page.name, len(c.provider.requests)) == ("sign-in-unverified", 0)
        c.provider.faults = {}
        assert "signed-in-name" in await browser.press("sign-in-again")


async def test_a_stopped_sign_in_says_so_and_offers_another(tmp_path: Path) -> None:
    async with city(tmp_path) as c, Browser() as browser:
        c.provider.faults = {"error": "access_denied"}
        page = await browser.open(f"{c.portal}/my-files")
        assert page.text("title") == "Chưa đăng nhập"
        c.provider.faults = {}
        page = await browser.press("sign-in-again")
        assert page.name == "my-files"


async def test_an_answer_brought_to_another_browser_signs_nobody_in(tmp_path: Path) -> None:
    """Login CSRF (SECURITY E02): the state is bound to the browser that began, and taken once."""
    async with city(tmp_path) as c, Browser() as own, Browser() as victim:
        begun = await own.client.get(f"{c.portal}/sign-in", follow_redirects=False)
        answered = await own.client.get(begun.headers["location"], follow_redirects=False)
        callback = answered.headers["location"]
        assert (await victim.open(callback)).name == "sign-in-mismatch"
        assert (await own.open(callback)).name == "home"
        assert (await own.open(callback)).name == "sign-in-mismatch"
        doubled = f"{callback}&state=x"
        assert (await own.open(doubled)).name == "sign-in-mismatch"


async def test_a_refused_answer_is_not_taken_a_second_time_either(tmp_path: Path) -> None:
    async with city(tmp_path) as c, Browser() as browser:
        c.provider.faults = {"error": "access_denied"}
        refused = await browser.open(f"{c.portal}/sign-in")
        assert refused.name == "not-signed-in"
        assert (await browser.open(refused.url)).name == "sign-in-mismatch"


async def test_two_tabs_can_sign_in_side_by_side(tmp_path: Path) -> None:
    async with city(tmp_path) as c, Browser() as browser:
        tabs = [await browser.client.get(f"{c.portal}/sign-in", follow_redirects=False) for _ in range(2)]
        for tab in tabs:
            assert "signed-in-name" in await browser.open(tab.headers["location"])


async def test_a_provider_not_up_yet_is_told_and_found_later(tmp_path: Path) -> None:
    port, issuer_port = free_port(), free_port()
    issuer = f"http://localhost:{issuer_port}"
    settings = portal_settings(issuer, port, tmp_path, "http://127.0.0.1:9")
    provider = Provider(issuer, clients={PORTAL: ("portal-secret", settings.base_url)})
    async with served(create_app(settings), port), Browser() as browser:
        page = await browser.open(f"{settings.base_url}/sign-in")
        assert (page.name, page.status) == ("provider-down", 503)
        assert page.text("title") == "Hải Phòng ID chưa trả lời"
        async with served(provider.app(), issuer_port):
            assert "signed-in-name" in await browser.press("sign-in-again")


async def test_a_new_signing_key_is_found(tmp_path: Path) -> None:
    async with city(tmp_path) as c, Browser() as first, Browser() as second:
        await first.open(f"{c.portal}/sign-in")
        c.provider.published.append(UNKNOWN_KEY)
        c.provider.faults = {"id_token_key": UNKNOWN_KEY}
        assert "signed-in-name" in await second.open(f"{c.portal}/sign-in")


async def test_a_userinfo_that_refuses_does_not_stop_the_sign_in(tmp_path: Path) -> None:
    async with city(tmp_path) as c, Browser() as browser:
        c.provider.faults = {"userinfo_status": 401}
        home = await browser.open(f"{c.portal}/sign-in")
        assert home.text("signed-in-name") == "Chủ tài khoản"


async def test_context_and_level_are_shown_in_words(tmp_path: Path) -> None:
    async with city(tmp_path) as c, Browser() as browser:
        c.provider.person = Person(name=HUONG.name, acr="urn:haiphong:acr:high")
        c.provider.acting = COMPANY
        home = await browser.open(f"{c.portal}/sign-in")
        assert home.text("signed-in-level") == "Xác thực mức cao"
        assert home.text("acting-for") == "Cho Công ty TNHH Cảng Xanh"


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "/a?b=//c", "x"]
)
async def test_coming_back_leads_nowhere_else(tmp_path: Path, target: str) -> None:
    async with city(tmp_path) as c, Browser() as browser:
        answer = await browser.client.get(f"{c.portal}/sign-in", params={"next": target})
        assert urlsplit(str(answer.url)).netloc == urlsplit(c.portal).netloc
        assert answer.url.path == "/"


async def test_another_name_of_this_machine_is_led_to_the_registered_one(tmp_path: Path) -> None:
    async with city(tmp_path) as c, Browser() as browser:
        await browser.open(c.portal.replace("127.0.0.1", "localhost"))
        home = await browser.press("sign-in")
        assert home.url.startswith(c.portal)
        assert "signed-in-name" in home


async def test_the_data_store_opens_by_itself_and_knows_its_owner(tmp_path: Path) -> None:
    async with city(tmp_path) as c, Browser() as browser:
        await browser.open(f"{c.portal}/sign-in")
        await browser.open(c.data_store)
        page = await browser.press("open-documents")
        assert (page.name, page.text("document-count")) == ("documents", "3 giấy tờ")
        assert page.text("signed-in-name") == "Chủ tài khoản"  # it asks for no name: only for the documents
        assert c.provider.requests[-1]["scope"] == "openid docs.read"
        assert (
            c.provider.requests[-1]["resource"] == AUDIENCE
        )  # RFC 8707 §2.1: its one token is for its own API
        assert c.provider.token_requests[-1]["resource"] == AUDIENCE  # §2.2
        assert c.provider.userinfo_readers == [PORTAL]


async def test_the_data_store_takes_no_access_token_made_for_another_audience(tmp_path: Path) -> None:
    async with city(tmp_path) as c, Browser() as browser:
        other = c.provider.access_token("kho-du-lieu", scope="docs.read", aud="urn:haiphong:lgsp")
        c.provider.faults = {"tokens": {"access_token": other}, "id_token": {"at_hash": None}}
        assert (await browser.open(f"{c.data_store}/documents")).name == "sign-in-unverified"
