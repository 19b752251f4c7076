"""Speaks to the provider as outsiders do: a browser without JavaScript, a relying party, a citizen at a form.

Over ASGI or over real HTTP, whatever transport it is given. Tokens are verified with joserfc, an implementation that is
not ours.
"""

import base64
import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import httpx
import pyotp
from joserfc import jwt
from joserfc.jwk import KeySet

ISSUER = "http://localhost:8000"


class _Forms(HTMLParser):
    """Collects a page's forms: action, fields with their values, and buttons by id."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, Any]] = []
        self.ids: set[str] = set()
        self.title = ""
        self.case = ""
        self.error = ""
        self.links: dict[str, str] = {}
        self.checkboxes: list[str] = []
        self.frames: list[str] = []
        self.boxes: dict[str, tuple[str, str]] = {}
        self.sends_other: dict[str, str] = {}
        """Buttons that stand in one form and send another: id of the button → id of the form."""
        self._in = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id"):
            self.ids.add(str(given["id"]))
        self._in = "error" if tag == "dd" and given.get("class") == "mono" else tag
        self.case = given.get("data-case") or self.case
        if tag == "a" and given.get("id"):
            self.links[str(given["id"])] = given.get("href") or ""
        if tag == "iframe":
            self.frames.append(given.get("src") or "")
        if tag == "input" and given.get("type") == "checkbox":
            self.checkboxes.append(given.get("value") or "")
            self.boxes[str(given.get("id"))] = (str(given.get("name")), given.get("value") or "")
        if tag == "form":
            self.forms.append(
                {"action": given.get("action", ""), "fields": {}, "buttons": {}, "ids": {given.get("id")}}
            )
        if tag == "button" and given.get("form"):
            self.sends_other[str(given.get("id"))] = str(given["form"])
        elif self.forms and tag in {"input", "button"}:
            form = self.forms[-1]
            form["ids"].add(given.get("id"))
            if tag == "button" or given.get("type") == "submit":
                form["buttons"][given.get("id")] = (given.get("name"), given.get("value"))
            elif given.get("name") and given.get("type") not in {"checkbox", "radio"}:
                form["fields"][given["name"]] = given.get("value") or ""

    def handle_endtag(self, _tag: str) -> None:
        self._in = ""

    def handle_data(self, data: str) -> None:
        if self._in == "title":
            self.title += data
        elif self._in == "error":
            self.error += data


@dataclass
class Page:
    """What the browser shows, or where it was sent outside the provider."""

    response: httpx.Response
    left_for: str | None = None
    """The address of another site the browser was redirected to."""
    _read: _Forms | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def path(self) -> str:
        """Where at the provider it is."""
        return self.response.url.path

    @property
    def ids(self) -> set[str]:
        return self._parsed().ids

    @property
    def answer(self) -> dict[str, str]:
        """The parameters a relying party was sent back."""
        assert self.left_for is not None, f"still at the provider: {self.status} {self.response.url}"
        return dict(parse_qsl(urlsplit(self.left_for).query, keep_blank_values=True))

    @property
    def title(self) -> str:
        return self._parsed().title

    @property
    def case(self) -> str:
        """Which error page this is; empty for any other."""
        return self._parsed().case

    @property
    def error(self) -> str:
        """The error code an error page tells developers."""
        return self._parsed().error

    @property
    def links(self) -> dict[str, str]:
        """Where the page's links lead, by id."""
        return self._parsed().links

    @property
    def frames(self) -> list[str]:
        """What the page loads in frames."""
        return self._parsed().frames

    @property
    def checkboxes(self) -> list[str]:
        return self._parsed().checkboxes

    @property
    def boxes(self) -> dict[str, tuple[str, str]]:
        """The page's check boxes by id: name and value."""
        return self._parsed().boxes

    @property
    def buttons(self) -> set[str]:
        """The ids of what submits a form."""
        return {str(button) for form in self._parsed().forms for button in form["buttons"]}

    @property
    def forms(self) -> list[dict[str, Any]]:
        """The page's forms, in order: action, fields with their values, buttons by id."""
        return self._parsed().forms

    @property
    def interaction(self) -> str:
        """The interaction this page belongs to."""
        return dict(parse_qsl(urlsplit(str(self.response.url)).query))["i"]

    @property
    def posted(self) -> tuple[str, dict[str, str]]:
        """Where this page posts an answer, and the answer (Form Post Response Mode)."""
        form = self.form("answer")
        return form["action"], form["fields"]

    def form(self, button: str) -> dict[str, Any]:
        wanted = self._parsed().sends_other.get(button, button)
        for form in self._parsed().forms:
            if wanted in form["ids"]:
                return form
        raise AssertionError(f"no form with #{button} on {self.response.url}: {sorted(self.ids)}")

    def _parsed(self) -> _Forms:
        if self._read is None:
            self._read = _Forms()
            self._read.feed(self.response.text)
        return self._read


class Browser:
    """Keeps cookies, follows redirects inside the provider, sends Origin and Sec-Fetch-Site as browsers do."""

    def __init__(self, transport: httpx.AsyncBaseTransport, issuer: str = ISSUER) -> None:
        self.issuer = issuer
        self.client = httpx.AsyncClient(
            transport=transport, base_url=issuer, headers={"accept-language": "vi"}
        )

    async def get(self, url: str, **headers: str) -> Page:
        return await self._follow(await self.client.get(url, headers=headers))

    async def post(self, url: str, fields: Mapping[str, str] | list[tuple[str, str]], **headers: str) -> Page:
        sent = {"origin": "null", "sec-fetch-site": "same-origin", **headers}
        body = urlencode(list(fields.items()) if isinstance(fields, Mapping) else fields)
        response = await self.client.post(
            url, content=body, headers={"content-type": "application/x-www-form-urlencoded", **sent}
        )
        return await self._follow(response)

    async def press(
        self, page: Page, button: str, extra: list[tuple[str, str]] | None = None, **values: str
    ) -> Page:
        """Fill a form's fields and press one of its buttons."""
        form = page.form(button)
        fields = {**form["fields"], **values}
        name, value = form["buttons"].get(button, (None, None))
        if name:
            fields[name] = value or ""
        action = urljoin(str(page.response.url), form["action"])
        return await self.post(action, [*fields.items(), *(extra or [])])

    async def _follow(self, response: httpx.Response) -> Page:
        for _ in range(10):
            location = response.headers.get("location")
            if response.status_code not in {301, 302, 303, 307, 308} or location is None:
                return Page(response)
            assert response.status_code == 303, "a redirect must be 303"
            target = urljoin(str(response.url), location)
            if not target.startswith(self.issuer + "/"):
                return Page(response, left_for=target)
            response = await self.client.get(target)
        raise AssertionError("a redirect chain over 10")


@dataclass
class RelyingParty:
    """A client that keeps to the specs."""

    client_id: str
    redirect_uri: str
    client_secret: str | None = field(default=None, repr=False)
    scope: str = "openid profile"
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48), repr=False)
    state: str = field(default_factory=secrets.token_urlsafe)
    nonce: str = field(default_factory=secrets.token_urlsafe)

    def parameters(self, **changes: str | None) -> dict[str, str]:
        digest = hashlib.sha256(self.verifier.encode()).digest()
        parameters: dict[str, str | None] = {
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "response_type": "code",
            "scope": self.scope,
            "state": self.state,
            "nonce": self.nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
            **changes,
        }
        return {name: value for name, value in parameters.items() if value is not None}

    def authorize_url(self, **changes: str | None) -> str:
        return f"/authorize?{urlencode(self.parameters(**changes))}"

    async def push(self, http: httpx.AsyncClient, **changes: str | None) -> httpx.Response:
        """Push a request (RFC 9126 §2.1)."""
        return await self.back_channel(http, "/par", **self.parameters(**changes))

    async def pushed_url(self, http: httpx.AsyncClient, **changes: str | None) -> str:
        """Push a request and return where the browser takes it."""
        response = await self.push(http, **changes)
        assert response.status_code == 201, response.text
        return self.load_url(response.json()["request_uri"])

    def load_url(self, request_uri: str, **more: str) -> str:
        return f"/authorize?{urlencode({'client_id': self.client_id, 'request_uri': request_uri, **more})}"

    async def redeem(self, http: httpx.AsyncClient, code: str, /, **changes: str | None) -> httpx.Response:
        form: dict[str, str | None] = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": self.verifier,
            **changes,
        }
        return await self.token(http, **form)

    async def claims_of(self, http: httpx.AsyncClient, code: str) -> dict[str, Any]:
        """Redeem a code and return what the ID token says."""
        return await self.verify(http, (await self.redeem(http, code)).json()["id_token"])

    async def refresh(
        self, http: httpx.AsyncClient, refresh_token: str, /, **changes: str | None
    ) -> httpx.Response:
        form: dict[str, str | None] = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        return await self.token(http, **(form | changes))

    async def token(self, http: httpx.AsyncClient, **form: str | None) -> httpx.Response:
        return await self.post(http, "/token", **form)

    async def back_channel(self, http: httpx.AsyncClient, path: str, **form: str | None) -> httpx.Response:
        """Post a form as this client, proving itself as it is registered to."""
        return await self.post(http, path, **form)

    async def post(
        self,
        http: httpx.AsyncClient,
        path: str,
        headers: Mapping[str, str] | None = None,
        /,
        **form: str | None,
    ) -> httpx.Response:
        """Post a form as this client, with its proof."""
        fields = {name: value for name, value in form.items() if value is not None}
        sent = dict(headers or {})
        if self.client_secret is None:
            fields.setdefault("client_id", self.client_id)
        else:
            pair = base64.b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()
            sent["authorization"] = f"Basic {pair}"
        return await http.post(path, data=fields, headers=sent)

    async def verify(
        self, http: httpx.AsyncClient, token: str, *, algorithms: tuple[str, ...] = ("ES256", "RS256")
    ) -> dict[str, Any]:
        """Verify a token against the published keys with a library that is not ours."""
        keys = KeySet.import_key_set((await http.get("/jwks")).json())
        return dict(jwt.decode(token, keys, algorithms=list(algorithms)).claims)


def b64decode_json(part: str) -> dict[str, Any]:
    """Return what a part of a token says, unverified."""
    return dict(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))))


def kid_of(token: str) -> str:
    """Return which key a token says it is signed by."""
    return str(b64decode_json(token.split(".", maxsplit=1)[0])["kid"])


async def published_kids(http: httpx.AsyncClient) -> list[str]:
    """Return which keys are published, in order."""
    return [key["kid"] for key in (await http.get("/jwks")).json()["keys"]]


@dataclass
class Citizen:
    """Somebody with city credentials."""

    username: str
    password: str = field(repr=False)
    totp_secret: str = field(repr=False)
    _used: set[str] = field(default_factory=set, repr=False)

    def code(self, at: float) -> str:
        return pyotp.TOTP(self.totp_secret).at(int(at))

    async def sign_in(self, browser: Browser, page: Page, *, at: float) -> Page:
        """From the sign-in page through password and code."""
        page = await browser.get(f"/sign-in/password?i={page.interaction}")
        page = await browser.press(page, "submit", username=self.username, password=self.password)
        return await browser.press(page, "submit", otp=self.code(at))


def interactions_of(browser: Browser) -> Iterator[str]:
    """Return the ids of the interactions this browser holds."""
    for cookie in browser.client.cookies.jar:
        if cookie.name.startswith("hpid-i-"):
            yield cookie.name.removeprefix("hpid-i-")
