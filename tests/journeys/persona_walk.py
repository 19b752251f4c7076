"""A persona at a browser without pictures, and the demo's clients as they would read what comes back: over HTTP alone."""

import base64
import hashlib
import json
import re
import secrets
from dataclasses import dataclass, field
from html import unescape
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import httpx
import pyotp

from demo.apps.common.client_auth import ClientAuth
from demo.apps.common.settings import AppSettings, ssl_context
from demo.apps.data_store.settings import DataStoreSettings
from demo.apps.egov.settings import EgovSettings
from demo.apps.portal.settings import PortalSettings
from demo.apps.smart.settings import SmartSettings
from demo.city.personas import Persona
from demo.run.options import Options
from tests.demo.apps_browser import Page

TLS = ssl_context(None)
"""Made once: reading the system's certificates takes longer than a request."""
ACR = "urn:haiphong:acr:"
_CODE = re.compile(r"\b\d{3} ?\d{3}\b")
_CHOICE = re.compile(
    r'value="([^"]+)"><span class="txt"><strong>(.*?)</strong><span>(.*?)</span></span>', re.DOTALL
)
_OFF = re.compile(r'<div class="off">.*?<strong>(.*?)</strong><span>(.*?)</span>', re.DOTALL)
_TITLES = ("Cho bản thân", "Thay cho con", "Thay cho người được giám hộ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A client of the demo, as the provider knows it."""

    settings: AppSettings
    redirect_uri: str
    scope: str


def services(options: Options, held: dict[str, str]) -> dict[str, Service]:
    """Return the demo's clients that people sign in at, by the names that personas.yaml gives them."""
    common = {"issuer": options.issuer}
    portal = {**common, "base_url": options.portal_url, "client_secret": held["PORTAL_CLIENT_SECRET"]}
    egov = {**common, "base_url": options.egov_url, "client_key": held["EGOV_CLIENT_KEY"]}
    smart = {**common, "base_url": options.smart_url}
    store = {
        **common,
        "base_url": options.data_store_url,
        "client_secret": held["DATASTORE_CLIENT_SECRET"],
    }
    made: tuple[tuple[str, AppSettings, str], ...] = (
        ("portal", PortalSettings.model_validate(portal), "openid profile vn.id_number"),
        ("data-store", DataStoreSettings.model_validate(store), "openid docs.read"),
        ("egov", EgovSettings.model_validate(egov), "openid profile agency position roles"),
        ("smart", SmartSettings.model_validate(smart), "openid profile"),
    )
    return {
        name: Service(settings=settings, redirect_uri=settings.redirect_uri, scope=scope)
        for name, settings, scope in made
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a page of choices offers: value by name, and who is shown but can't be chosen."""

    usable: dict[str, str]
    blocked: list[str]
    beyond: int


@dataclass
class Walk:
    """One persona's browser, on the way through provider and national system."""

    options: Options
    persona: Persona
    service: Service
    http: httpx.Client = field(
        default_factory=lambda: httpx.Client(headers={"accept-language": "vi"}, timeout=30, verify=TLS)
    )
    page: Page | None = None
    answer: dict[str, str] = field(default_factory=dict)
    _verifier: str = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def ask(self, **more: str) -> None:
        """Push a request as the service does, and go where it leads."""
        self._verifier = secrets.token_urlsafe(48)
        digest = hashlib.sha256(self._verifier.encode()).digest()
        request = {
            "client_id": self.service.settings.client_id,
            "redirect_uri": self.service.redirect_uri,
            "response_type": "code",
            "scope": self.service.scope,
            "state": secrets.token_urlsafe(),
            "nonce": secrets.token_urlsafe(),
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
            "acr_values": self.service.settings.acr_values,
            **more,
        }
        pushed = self._post_as_service("/par", request)
        named = urlencode({"client_id": request["client_id"], "request_uri": pushed["request_uri"]})
        self.answer = {}
        self._go(self.http.get(f"{self.options.issuer}/authorize?{named}"))

    def redeem(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return what the ID token says, and userinfo."""
        tokens = self._post_as_service(
            "/token",
            {
                "client_id": self.service.settings.client_id,
                "grant_type": "authorization_code",
                "code": self.answer["code"],
                "redirect_uri": self.service.redirect_uri,
                "code_verifier": self._verifier,
            },
        )
        bearer = {"authorization": f"Bearer {tokens['access_token']}"}
        told = self.http.get(f"{self.options.issuer}/userinfo", headers=bearer).raise_for_status().json()
        part = tokens["id_token"].split(".")[1]
        return json.loads(base64.urlsafe_b64decode(part + "==")), told

    def prove(self) -> None:
        """From the sign-in page on: at the national system, or with city credentials where nothing else is offered."""
        if self.at("password"):
            self._prove_to_the_city()
        elif self.at("sign-in") and "method-national" in self.shown:
            self._prove_nationally()

    def agree(self) -> None:
        """Agree to what is told, and tick nothing."""
        if self.page is not None and self.at("consent"):
            self.press("allow")

    def choices(self) -> Choices:
        """Read the page of choices; none where the question does not arise."""
        if self.page is None or not self.at("act-for"):
            return Choices(usable={}, blocked=[], beyond=0)
        text = self.page.answer.text
        usable = {_name(title, line): value for value, title, line in _CHOICE.findall(text)}
        beyond = re.search(r"\d+", self.page.text("act-beyond")) if "act-beyond" in self.page else None
        return Choices(
            usable=usable,
            blocked=[_name(title, line) for title, line in _OFF.findall(text)],
            beyond=int(beyond[0]) if beyond else 0,
        )

    def at(self, name: str) -> bool:
        """Tell whether this is a page of the provider by that name."""
        return self.page is not None and f"page-{name}" in self.page

    @property
    def shown(self) -> Page:
        assert self.page is not None, f"went back to the service: {self.answer}"
        return self.page

    def press(self, id_: str, more: dict[str, str] | None = None, **typed: str) -> None:
        """Follow a link, or fill fields by their ids and press a button."""
        element = self.shown.elements[id_]
        if element.form is None:
            self._go(self.http.get(urljoin(self.shown.url, element.attributes["href"])))
            return
        fields = dict(element.form.values)
        for field_id, value in typed.items():
            fields[self.shown.elements[field_id.replace("_", "-")].attributes["name"]] = value
        if element.attributes.get("name"):
            fields[element.attributes["name"]] = element.attributes.get("value", "")
        parts = urlsplit(self.shown.url)
        origin = {"origin": f"{parts.scheme}://{parts.netloc}"}
        action = urljoin(self.shown.url, element.form.action)
        self._go(self.http.post(action, data=fields | (more or {}), headers=origin))

    def _prove_nationally(self) -> None:
        account = self.persona.national
        number, password = (
            (account.number, account.password) if account else ("030158990008", "khong-co-2026")
        )
        self.press("method-national")
        if self.at("national"):
            self.press("submit")
        self.press("national-submit", national_number=number, national_password=password)
        if self.page is not None and "pretend-phone" in self.page:
            found = _CODE.search(self.page.text("pretend-phone"))
            assert found is not None
            self.press("national-submit", national_otp=found[0].replace(" ", ""))

    def _prove_to_the_city(self) -> None:
        account = self.persona.city
        assert account is not None
        self.press("submit", username=account.username, password=account.password)
        if self.at("otp"):
            self.press("submit", otp=pyotp.TOTP(account.totp_secret).now())

    def _post_as_service(self, path: str, form: dict[str, str]) -> dict[str, Any]:
        auth = ClientAuth(self.service.settings)
        with httpx.Client(auth=auth.basic(), timeout=30, verify=TLS) as http:
            answer = http.post(f"{self.options.issuer}{path}", data=form | auth.form())
        assert answer.is_success, answer.text
        return dict(answer.json())

    def _go(self, response: httpx.Response) -> None:
        for _ in range(10):
            if not response.has_redirect_location:
                self.page = Page(response)
                return
            target = urljoin(str(response.url), response.headers["location"])
            if target.startswith(self.service.redirect_uri):
                self.page, self.answer = None, dict(parse_qsl(urlsplit(target).query))
                return
            response = self.http.get(target)
        raise AssertionError("a redirect chain over 10")


def _name(title: str, line: str) -> str:
    """Return whose choice a row is: its title, or of the person's own and a ward's the name below it."""
    title, line = unescape(title), unescape(line)
    return re.split(r"[,.]", line)[0].strip() if title in _TITLES else title
