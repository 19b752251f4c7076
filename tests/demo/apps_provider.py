"""A minimal OpenID provider for the tests of demo/apps: small, strict towards its clients, and wrong on demand.

It speaks real HTTP on loopback. `faults` changes what it answers; nothing in it is shared with idp/.
"""

import base64
import hashlib
import json
import secrets
import time
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx
from joserfc import jws
from joserfc.jwk import ECKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from demo.apps.common.settings import ssl_context

EVENT = "http://schemas.openid.net/event/backchannel-logout"
SUBSTANTIAL, HIGH = "urn:haiphong:acr:substantial", "urn:haiphong:acr:high"


@dataclass(frozen=True, kw_only=True)
class Person:
    """Who sits before the browser."""

    name: str
    acr: str = SUBSTANTIAL


HUONG = Person(name="Nguyễn Thị Hương")


@dataclass
class Provider:
    """The provider's state; tests read and change it."""

    issuer: str
    clients: dict[str, tuple[str | ECKey, str]]
    """client_id → (secret, or key of its own, or "" of a public one; base_url)"""
    person: Person | None = HUONG
    sid: str = field(default_factory=secrets.token_hex)
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "k1", "use": "sig"}))
    published: list[ECKey] = field(default_factory=list)
    faults: dict[str, Any] = field(default_factory=dict)
    acting: dict[str, Any] = field(default_factory=lambda: {"ctx": "person"})
    """What tokens say of acting for others; `org.id` is another at each audience."""
    declined: tuple[str, ...] = ()
    """Scopes that the person does not agree to."""
    token_seconds: int = 60
    auth_time: int = field(default_factory=lambda: int(time.time()))
    gives_refresh_tokens: bool = True
    requests: list[dict[str, str]] = field(default_factory=list)
    assertions: list[str] = field(default_factory=list)
    token_requests: list[dict[str, str]] = field(default_factory=list)
    userinfo_readers: list[str] = field(default_factory=list)
    """Whoever read userinfo, by client_id."""
    key_reads: int = 0
    pushed: dict[str, dict[str, str]] = field(default_factory=dict)
    codes: dict[str, dict[str, Any]] = field(default_factory=dict)
    refresh_tokens: dict[str, dict[str, Any]] = field(default_factory=dict)

    def app(self) -> Starlette:
        """Return the provider as an application."""
        return Starlette(
            routes=[
                Route("/health", lambda _request: PlainTextResponse("ok")),
                Route("/.well-known/openid-configuration", self.discovery),
                Route("/jwks", self.jwks),
                Route("/par", self.par, methods=["POST"]),
                Route("/authorize", self.authorize),
                Route("/token", self.token, methods=["POST"]),
                Route("/userinfo", self.userinfo),
                Route("/logout", self.logout),
            ]
        )

    async def discovery(self, _request: Request) -> Response:
        endpoints = {f"{name}_endpoint": f"{self.issuer}/{path}" for name, path in _ENDPOINTS.items()}
        return JSONResponse(
            {
                "issuer": self.faults.get("discovery_issuer", self.issuer),
                "jwks_uri": f"{self.issuer}/jwks",
                "id_token_signing_alg_values_supported": ["ES256", "none"],
                **endpoints,
            }
        )

    async def jwks(self, _request: Request) -> Response:
        self.key_reads += 1
        return JSONResponse({"keys": [key.as_dict(private=False) for key in [self.key, *self.published]]})

    async def par(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        client_id = self._authenticated(request, form)
        assert form["client_id"] == client_id
        assert "client_secret" not in form
        if "par" in self.faults:
            return Response(**self.faults["par"])
        request_uri = f"urn:ietf:params:oauth:request_uri:{secrets.token_urlsafe()}"
        self.pushed[request_uri] = form
        return JSONResponse({"request_uri": request_uri, "expires_in": 90}, status_code=201)

    async def authorize(self, request: Request) -> Response:
        named = dict(request.query_params)
        assert named.keys() == {"client_id", "request_uri"}, "nothing else goes through the browser"
        asked = self.pushed.pop(named["request_uri"])
        assert asked["client_id"] == named["client_id"]
        self.requests.append(asked)
        _secret, base_url = self.clients[asked["client_id"]]
        assert asked["redirect_uri"] == f"{base_url}/callback"
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        answer: dict[str, str | None] = {"state": asked["state"], "iss": self.issuer}
        error = self.faults.get("error") or ("login_required" if self.person is None else None)
        if error:
            answer["error"] = error
        else:
            if HIGH in asked.get("acr_values", "") and self.person:
                self.person = replace(self.person, acr=HIGH)
            code = answer["code"] = secrets.token_urlsafe()
            is_fresh = "max_age" in asked and not self.faults.get("ignores_max_age")
            self.auth_time = int(time.time()) if is_fresh else self.auth_time
            granted = [scope for scope in asked["scope"].split() if scope not in self.declined]
            self.codes[code] = asked | {"person": self.person, "scope": " ".join(granted)}
        answer |= self.faults.get("answer", {})
        query = urlencode({name: value for name, value in answer.items() if value is not None})
        return RedirectResponse(f"{asked['redirect_uri']}?{query}", status_code=303)

    async def token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        client_id = self._authenticated(request, form)
        self.token_requests.append(form)
        if self.faults.get("token_status"):
            return PlainTextResponse("down", status_code=self.faults["token_status"])
        if form["grant_type"] == "refresh_token":
            grant = self.refresh_tokens.pop(form["refresh_token"], None)
        else:
            grant = self.codes.pop(form["code"], None)
            if grant and _challenge(form["code_verifier"]) != grant["code_challenge"]:
                grant = None
        if grant is None or self.faults.get("token_error"):
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        scope = form.get("scope", grant["scope"]) if form["grant_type"] == "refresh_token" else grant["scope"]
        if not set(scope.split()) <= set(grant["scope"].split()):  # RFC 6749 §6
            return JSONResponse({"error": "invalid_scope"}, status_code=400)
        audience = form.get("resource") or grant.get("resource") or self.issuer  # RFC 8707 §2.2
        return JSONResponse(self._tokens(client_id, grant, audience=audience, scope=scope))

    def _authenticated(self, request: Request, form: dict[str, str]) -> str:
        known = self.clients.get(form.get("client_id", ""), ("?", ""))[0]
        if isinstance(known, ECKey):
            self._check_assertion(form, known)
        if not known or isinstance(known, ECKey):
            assert "authorization" not in request.headers
            return form["client_id"]
        scheme, _, credentials = request.headers["authorization"].partition(" ")
        client_id, _, secret = base64.b64decode(credentials).decode().partition(":")
        assert (scheme, secret) == ("Basic", self.clients[client_id][0])
        return client_id

    def _check_assertion(self, form: dict[str, str], key: ECKey) -> None:
        """Take an assertion once, for this issuer alone (RFC 7523 §3)."""
        assert form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        signed = jws.deserialize_compact(form["client_assertion"], key, algorithms=["ES256"])
        claims = json.loads(signed.payload)
        assert {claims["iss"], claims["sub"]} == {form["client_id"]}
        assert claims["aud"] == self.issuer
        assert claims["jti"] not in self.assertions
        assert time.time() < claims["exp"] <= time.time() + 300
        self.assertions.append(claims["jti"])

    def _tokens(self, client_id: str, grant: dict[str, Any], *, audience: str, scope: str) -> dict[str, Any]:
        access = self.access_token(client_id, scope=scope, aud=audience)
        tokens: dict[str, Any] = {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": self.token_seconds,
            "scope": scope,
            "id_token": self._id_token(client_id, grant),
        }
        if self.gives_refresh_tokens:
            tokens["refresh_token"] = secrets.token_urlsafe()
            self.refresh_tokens[tokens["refresh_token"]] = grant
        return {name: value for name, value in (tokens | self.faults.get("tokens", {})).items() if value}

    def access_token(self, client_id: str, *, scope: str, aud: str, **changes: object) -> str:
        """Make an access token as RFC 9068 has it; `typ` among the changes is the header's."""
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": self.sub(client_id if aud == self.issuer else aud),
            "aud": aud,
            "client_id": client_id,
            "scope": scope,
            "gid": f"g1 at {aud}",
            "jti": secrets.token_hex(),
            "acr": self.person.acr if self.person else SUBSTANTIAL,
            "auth_time": self.auth_time,
            "iat": now,
            "exp": now + self.token_seconds,
            **self._acting(client_id if aud == self.issuer else aud),
        }
        typ = str(changes.pop("typ", "at+jwt"))
        return self.sign(claims | changes, typ=typ)

    def _id_token(self, client_id: str, grant: dict[str, Any]) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": self.sub(client_id),
            "aud": client_id,
            "nonce": grant["nonce"],
            "acr": grant["person"].acr,
            "auth_time": self.auth_time,
            "sid": self.sid,
            "iat": now,
            "exp": now + 300,
            **self._acting(client_id),
        }
        claims |= self.faults.get("id_token", {})
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.faults.get("id_token_alg") == "none":
            return f"{_b64({'alg': 'none', 'typ': 'JWT'})}.{_b64(claims)}."
        return self.sign(claims, typ="JWT", key=self.faults.get("id_token_key"))

    def _acting(self, sector: str) -> dict[str, Any]:
        acting = dict(self.acting)
        if "org" in acting:
            acting["org"] = acting["org"] | {"id": f"{acting['org']['name']} at {sector}"}
        if "act" in acting:
            acting["act"] = {"sub": self.sub(sector, acting["act"]["name"])}
        return acting

    def sub(self, sector: str, name: str = "") -> str:
        """Return the pairwise sub of the person, or of another of this name."""
        name = name or (self.person.name if self.person else "")
        return hashlib.sha256(f"{sector}/{name}".encode()).hexdigest()[:24]

    def sign(self, claims: dict[str, Any], *, typ: str, key: ECKey | None = None) -> str:
        """Sign with the provider's key, or another."""
        signer = key or self.key
        header = {"alg": "ES256", "typ": typ, "kid": signer.kid}
        return jws.serialize_compact(header, json.dumps(claims), signer)

    async def userinfo(self, request: Request) -> Response:
        if self.faults.get("userinfo_status"):
            return PlainTextResponse("no", status_code=self.faults["userinfo_status"])
        scheme, _, token = request.headers["authorization"].partition(" ")
        claims = json.loads(jws.deserialize_compact(token, self.key).payload)
        assert scheme == "Bearer"
        if claims["aud"] != self.issuer:  # RFC 9068 §4
            return PlainTextResponse("for another audience", status_code=401)
        self.userinfo_readers.append(claims["client_id"])
        told = {"sub": self.sub(claims["client_id"])}
        if "profile" in claims["scope"].split():
            told["name"] = self.person.name if self.person else ""
        of_scopes = {
            "vn.id_number": ("vn_id_number", "031190012456"),
            "phone": ("phone_number", "+84901234567"),
            "email": ("email", "huong@example.vn"),
            "agency": ("agency", self.acting.get("post", {}).get("agency", "")),
            "position": ("position", "Chuyên viên"),
        }
        told |= dict(of_scopes[scope] for scope in claims["scope"].split() if scope in of_scopes)
        return JSONResponse(told | self.faults.get("userinfo", {}))

    async def logout(self, request: Request) -> Response:
        asked = dict(request.query_params)
        self.requests.append(asked)
        for client_id in self.clients:
            await self.send_logout(client_id, self.logout_token(client_id))
        self.person, self.sid = None, secrets.token_hex()
        query = urlencode({"state": asked["state"]})
        return RedirectResponse(f"{asked['post_logout_redirect_uri']}?{query}", status_code=303)

    def logout_token(
        self, client_id: str, *, typ: str = "logout+jwt", key: ECKey | None = None, **changes: object
    ) -> str:
        """Make a logout token; a change to None leaves the claim out."""
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": client_id,
            "iat": now,
            "exp": now + 120,
            "jti": secrets.token_hex(),
            "events": {EVENT: {}},
            "sub": self.sub(client_id),
            "sid": self.sid,
        }
        claims = {name: value for name, value in (claims | changes).items() if value is not None}
        if typ == "none":
            return f"{_b64({'alg': 'none', 'typ': 'logout+jwt', 'kid': 'k1'})}.{_b64(claims)}."
        return self.sign(claims, typ=typ, key=key)

    async def send_logout(self, client_id: str, token: str) -> httpx.Response:
        """Post a logout token as Back-Channel Logout 1.0 §2.5 has it."""
        async with httpx.AsyncClient(verify=ssl_context(None)) as client:
            base_url = self.clients[client_id][1]
            return await client.post(f"{base_url}/backchannel-logout", data={"logout_token": token})


_ENDPOINTS = {
    "authorization": "authorize",
    "pushed_authorization_request": "par",
    "token": "token",
    "userinfo": "userinfo",
    "end_session": "logout",
}


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _b64(of: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(of).encode()).rstrip(b"=").decode()
