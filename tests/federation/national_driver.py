"""Speaks to the simulated national system as outsiders do: a browser that fills in forms, a relying party.

Everything goes over ASGI; time stands still unless a test moves it.
"""

import atexit
import hashlib
import json
import re
import secrets
import shutil
import tempfile
import weakref
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any
from unicodedata import normalize
from urllib.parse import parse_qsl, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from starlette.applications import Starlette

from federation.national_mock.app import create_app
from federation.national_mock.service import Service
from federation.national_mock.settings import Settings

ISSUER = "http://localhost:8090"
REDIRECT_URI = "http://localhost:8443/upstream/national/callback"
LOGGED_OUT_URI = "http://localhost:8443/signed-out"
CLIENT_ID, SECRET = "haiphong-id", "a-client-secret-of-the-tests"
OTHER_CLIENT, OTHER_SECRET = "another-city", "another-secret-of-the-tests"
VERIFIER = "a-code-verifier-of-forty-three-characters-or-more"
CHALLENGE = urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()

HUONG, HOA, LOCKED = "031190000011", "031085000022", "031070000033"
KIM = "F31190000055"
ACCOUNTS: list[dict[str, object]] = [
    {
        "sub": "sub-huong",
        "number": HUONG,
        "account_type": "citizen",
        "account_level": 2,
        "full_name": normalize("NFD", "Nguyễn Thị Hương"),
        "birth_date": "1990-02-05",
        "sex": "female",
        "tech_id": "TID-HUONG",
        "password": "mật khẩu của Hương",
        "phone": "+84901234567",
        "email": "huong@example.vn",
        "address": {"ward_code": "11413", "detail": normalize("NFD", "12 Lạch Tray")},
        "nationality": "VN",
        "persona_note_vi": "Tài khoản mức độ 02.",
        "persona_note_en": "A level 02 account.",
    },
    {
        "sub": "sub-hoa",
        "number": HOA,
        "account_level": 1,
        "full_name": "Trần Văn Hòa",
        "birth_date": "1985",
        "sex": "male",
        "phone": "+84901234568",
        "password": "pw",
    },
    {"sub": "sub-bare", "number": "031099000044", "full_name": "Lê Bình", "password": "pw"},
    {
        "sub": "sub-kim",
        "number": KIM,
        "account_level": 2,
        "full_name": "Kim Min-ji",
        "birth_date": "1991-07-01",
        "nationality": "KOR",
        "phone": "+84901234569",
        "password": "pw",
    },
    {
        "sub": "sub-named",
        "number": "0201234569",
        "account_type": "enterprise",
        "full_name": "Công ty TNHH Hoa Phượng",
        "tech_id": "TID-HP",
        "password": "pw",
        "enterprise": {"tax_code": "0201234569", "code": "0201234569", "name": "Công ty TNHH Hoa Phượng"},
        "representative": {"number": HUONG, "full_name": "Nguyễn Thị Hương"},
        "names_acting_person": True,
    },
    {
        "sub": "sub-silent",
        "number": "0200000007",
        "account_type": "enterprise",
        "full_name": "Công ty Cổ phần Bến Bính",
        "password": "pw",
        "enterprise": {"tax_code": "0200000007", "code": "0200000007", "name": "Công ty Cổ phần Bến Bính"},
        "representative": {"number": HUONG, "full_name": "Nguyễn Thị Hương"},
        "names_acting_person": False,
    },
    {
        "sub": "sub-agency",
        "number": "H24.15",
        "account_type": "organisation",
        "full_name": "Sở Khoa học và Công nghệ",
        "tech_id": "tid-agency",
        "password": "pw",
    },
    {
        "sub": "sub-household",
        "number": HUONG,
        "account_type": "enterprise",
        "full_name": "Hộ kinh doanh Hương",
        "tech_id": "TID-HOUSEHOLD",
        "password": "pw-household",
        "enterprise": {"tax_code": HUONG, "name": "Hộ kinh doanh Hương"},
    },
    {"sub": "sub-locked", "number": LOCKED, "full_name": "Phạm Khóa", "password": "pw", "status": "locked"},
    {
        "sub": "sub-dead",
        "number": "031040000055",
        "full_name": "Vũ Cố",
        "password": "pw",
        "status": "deceased",
    },
    {
        "sub": "sub-card",
        "number": "031084000066",
        "full_name": "Đỗ Hạn",
        "password": "pw",
        "status": "expired_card",
    },
    {
        "sub": "sub-gone",
        "number": "0200000099",
        "account_type": "enterprise",
        "full_name": "Công ty Đã Giải Thể",
        "password": "pw",
        "status": "dissolved",
    },
]
SYSTEM_KEY = ECKey.generate_key(
    "P-256", parameters={"kid": "key-of-the-system", "alg": "ES256", "use": "sig"}
)
"""With it the client proves itself where it asks for the registers."""
CLIENTS: list[dict[str, Any]] = [
    {
        "client_id": CLIENT_ID,
        "client_secret": SECRET,
        "jwks": KeySet([SYSTEM_KEY]).as_dict(private=False),
        "redirect_uris": [REDIRECT_URI],
        "post_logout_redirect_uris": [LOGGED_OUT_URI],
        "name": "Hải Phòng ID",
    },
    {"client_id": OTHER_CLIENT, "client_secret": OTHER_SECRET, "redirect_uris": [REDIRECT_URI]},
]
PASSWORDS: Mapping[str, str] = {
    str(account["tech_id"] if account["sub"] == "sub-household" else account["number"]): str(
        account["password"]
    )
    for account in ACCOUNTS
}


@dataclass
class Clock:
    """The time of the simulated system."""

    now: float = 1_700_000_000.0  # past: Authlib looks at the real clock in sign-out

    def __call__(self) -> float:
        return self.now


@dataclass
class National:
    """A running simulated national system."""

    app: Starlette
    clock: Clock
    settings: Settings

    @property
    def service(self) -> Service:
        service: Service = self.app.state.service
        return service

    def browser(self, address: str = "127.0.0.1") -> "Browser":
        return Browser(
            httpx.AsyncClient(transport=httpx.ASGITransport(self.app, client=(address, 1)), base_url=ISSUER)
        )


def make_national(
    folder: Path, *, accounts: list[dict[str, object]] = ACCOUNTS, **changes: object
) -> National:
    """A national system with its own database in this folder; the key, slow to make, is everybody's."""
    (folder / "accounts.json").write_text(json.dumps(accounts), encoding="utf-8")
    clock = Clock()
    values: dict[str, Any] = {
        "database": folder / "national.db",
        "keys_dir": _shared_keys(),
        "accounts_path": folder / "accounts.json",
        "clients": CLIENTS,
        "faults": True,
    }
    settings = Settings(**(values | changes))
    app = create_app(settings, clock=clock)
    weakref.finalize(app, app.state.service.engine.dispose)
    return National(app, clock, settings)


@cache
def _shared_keys() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="national-keys-"))
    atexit.register(shutil.rmtree, folder)
    return folder


@dataclass
class Browser:
    """A person's browser: keeps cookies, follows redirects within the site, fills in the form it looks at."""

    http: httpx.AsyncClient
    page: httpx.Response = field(default_factory=lambda: httpx.Response(204))

    async def open(self, url: str) -> httpx.Response:
        """Go to an address; stops at a page or at a redirect that leaves the site."""
        return await self._follow(await self.http.get(url))

    async def start(self, **changes: str | None) -> httpx.Response:
        """Arrive with an authorization request, valid unless changed; None leaves a parameter out."""
        values: dict[str, str | None] = {
            "client_id": CLIENT_ID,
            "response_type": "code",
            "scope": "openid",
            "redirect_uri": REDIRECT_URI,
            "state": "a-state",
            "nonce": "a-nonce",
        }
        parameters = {name: value for name, value in (values | changes).items() if value is not None}
        return await self.open(str(httpx.URL("/oauth2/authorize", params=parameters)))

    async def press(self, action: str = "submit", **typed: str) -> httpx.Response:
        """Send the form of the current page with what was typed."""
        return await self._follow(await self.post(action, **typed))

    async def post(self, action: str = "submit", *, origin: str = ISSUER, **typed: str) -> httpx.Response:
        """Send the form without following the answer."""
        target = re.search(r'<form method="post" action="([^"]+)"', self.page.text)
        assert target is not None, self.page.text
        fields = hidden_fields(self.page.text) | {"action": action} | typed
        return await self.http.post(target[1], data=fields, headers={"Origin": origin} if origin else {})

    async def sign_in(self, number: str = HUONG, **changes: str | None) -> httpx.Response:
        """Everything that is asked for, until the browser is sent back."""
        await self.start(**changes)
        await self.press(number=number, password=PASSWORDS[number])
        if self.page.url.path.endswith("otp.do"):
            await self.press(otp=self.otp())
        if self.page.url.path.endswith("face.do"):
            await self.press("match")
        return self.page

    def otp(self) -> str:
        shown = re.search(r'id="phone-otp">(\d{6})<', self.page.text)
        assert shown is not None, self.page.text
        return shown[1]

    def error(self) -> str:
        """The sentence of the error summary; empty when there is none."""
        shown = re.search(r'id="error".*?<p>(?:<a[^>]*>)?(.*?)</', self.page.text, re.DOTALL)
        return unescape(shown[1]) if shown else ""

    async def _follow(self, response: httpx.Response) -> httpx.Response:
        while response.is_redirect and not response.headers["location"].startswith(REDIRECT_URI):
            response = await self.http.get(response.headers["location"])
        self.page = response
        return response


def hidden_fields(text: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', text))


def answer(response: httpx.Response) -> dict[str, str]:
    """The parameters with which a browser was sent back to the relying party."""
    assert response.status_code == 303, response.text
    location = response.headers["location"]
    assert location.startswith(f"{REDIRECT_URI}?"), location
    return dict(parse_qsl(urlsplit(location).query, keep_blank_values=True))


@dataclass
class System:
    """The same client as a program of its own: reads the registers, and enters events as a tester does."""

    national: National
    key: ECKey = field(default_factory=lambda: SYSTEM_KEY)

    def assertion(self, **changes: object) -> str:
        """Return a client assertion, valid unless changed; None leaves a claim out."""
        now = int(self.national.clock.now)
        values = {
            "iss": CLIENT_ID,
            "sub": CLIENT_ID,
            "aud": ISSUER,
            "iat": now,
            "exp": now + 60,
            "jti": secrets.token_urlsafe(16),
        }
        claims = {name: value for name, value in (values | changes).items() if value is not None}
        return jwt.encode({"alg": "ES256", "kid": self.key.kid}, claims, self.key)

    async def ask_for_token(self, **changes: str | None) -> httpx.Response:
        values: dict[str, str | None] = {
            "grant_type": "client_credentials",
            "scope": "registers",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": changes["client_assertion"]
            if "client_assertion" in changes
            else self.assertion(),
        }
        form = {name: value for name, value in (values | changes).items() if value is not None}
        return await self.national.browser().http.post("/oauth2/token", data=form)

    async def get(self, path: str) -> httpx.Response:
        """Read from the registers, with a token of this moment."""
        token = (await self.ask_for_token()).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        return await self.national.browser().http.get(f"/registers{path}", headers=headers)

    async def person(self, number: str) -> dict[str, Any]:
        response = await self.get(f"/population/{number}")
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found

    async def enterprise(self, tax_code: str) -> dict[str, Any]:
        response = await self.get(f"/enterprises/{tax_code}")
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found

    async def enter(self, kind: str, subject: str, **facts: object) -> str:
        """Make something happen; return the id of the event."""
        name = "tax_code" if kind.startswith("organisation.") else "personal_id"
        event = {"type": kind, "subject": {name: subject}, "facts": facts}
        response = await self.national.browser().http.post("/__events", json=event)
        assert response.status_code == 201, response.text
        return str(response.json()["id"])


@dataclass
class RelyingParty:
    """The client of the national system."""

    national: National
    client_id: str = CLIENT_ID
    secret: str = SECRET

    async def redeem(self, code: str, **changes: str | None) -> httpx.Response:
        values: dict[str, str | None] = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": REDIRECT_URI,
        }
        form = {name: value for name, value in (values | changes).items() if value is not None}
        browser = self.national.browser()
        return await browser.http.post("/oauth2/token", data=form, auth=(self.client_id, self.secret))

    async def tokens(self, number: str = HUONG, **changes: str | None) -> dict[str, Any]:
        """Sign a person in and redeem the code."""
        code = answer(await self.national.browser().sign_in(number, **changes))["code"]
        response = await self.redeem(code)
        assert response.status_code == 200, response.text
        tokens: dict[str, Any] = response.json()
        return tokens

    async def keys(self) -> KeySet:
        response = await self.national.browser().http.get("/oauth2/jwks")
        return KeySet.import_key_set(response.json())

    async def verified(self, id_token: str) -> dict[str, Any]:
        """The claims of an ID token signed with a published key."""
        return jwt.decode(id_token, await self.keys(), algorithms=["RS256"]).claims

    async def userinfo(self, access_token: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {access_token}"}
        return await self.national.browser().http.get("/oauth2/userinfo", headers=headers)

    async def claims_about(self, number: str) -> dict[str, Any]:
        """What userinfo says after this account signed in."""
        tokens = await self.tokens(number)
        response = await self.userinfo(tokens["access_token"])
        assert response.status_code == 200, response.text
        claims: dict[str, Any] = response.json()
        return claims
