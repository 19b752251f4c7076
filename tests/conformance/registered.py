"""A client that registers itself, as the suite does, and proves itself by keys of its own."""

import json
import secrets
import time
from typing import Any

import httpx
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.conformance.certified import Outside
from tests.conformance.suite import Suite
from tests.driver import RelyingParty

_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Registered(Suite):
    """A client with what its registration answered."""

    def __init__(self, op: Outside, answer: dict[str, Any], key: RSAKey, redirect_uri: str) -> None:
        rp = RelyingParty(
            client_id=answer["client_id"],
            redirect_uri=redirect_uri,
            client_secret=answer.get("client_secret"),
            scope="openid",
        )
        super().__init__(op, rp)
        self.registration = answer
        self.key = key

    async def redeem(self, code: str) -> httpx.Response:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self.rp.redirect_uri}
        return await self.token(**form)

    async def token(self, **form: str) -> httpx.Response:
        """Ask the token endpoint, by the registered method."""
        if self.registration["token_endpoint_auth_method"] != "private_key_jwt":
            return await self.rp.token(self.op.http, **form)
        return await self.op.http.post("/token", data={**form, **self.assertion()})

    def assertion(self, aud: str | None = None) -> dict[str, str]:
        """Return a client assertion; other modules than one name the token endpoint as its audience."""
        now = int(time.time())
        claims = {
            "iss": self.rp.client_id,
            "sub": self.rp.client_id,
            "aud": aud or f"{self.op.issuer}/token",
            "jti": secrets.token_urlsafe(),
            "iat": now,
            "exp": now + 60,
        }
        header = {"alg": "RS256", "kid": str(self.key.kid)}
        assertion = jwt.encode(header, claims, self.key, algorithms=["RS256"])
        return {"client_assertion_type": _ASSERTION_TYPE, "client_assertion": assertion}

    async def configuration(self, method: str = "GET") -> httpx.Response:
        """Call the client configuration endpoint."""
        token = self.registration["registration_access_token"]
        url = self.registration["registration_client_uri"]
        return await self.op.http.request(method, url, headers={"authorization": f"Bearer {token}"})


def fresh_key() -> RSAKey:
    """Return a key with a name of its own."""
    key = RSAKey.generate_key(2048, {"kid": secrets.token_urlsafe(8), "use": "sig", "alg": "RS256"})
    assert isinstance(key, RSAKey)
    return key


def key_set(*keys: RSAKey) -> dict[str, Any]:
    """Return the public keys as a JWK Set."""
    return {"keys": [key.as_dict(private=False) for key in keys]}


def document(op: Outside, alias: str, key: RSAKey, **changes: Any) -> dict[str, Any]:
    """Return what the suite sends; None leaves a member out."""
    sent: dict[str, Any] = {
        "client_name": f"{alias} {secrets.token_hex(4)}",
        "grant_types": ["authorization_code"],
        "response_types": ["code"],
        "jwks": key_set(key),
        "token_endpoint_auth_method": "private_key_jwt",
        "redirect_uris": [f"{op.suite.url}/test/a/{alias}/callback"],
        "contacts": ["certification@oidf.org"],
        **changes,
    }
    return {name: value for name, value in sent.items() if value is not None}


async def post(op: Outside, sent: dict[str, Any]) -> httpx.Response:
    """Send a registration."""
    headers = {"content-type": "application/json", "accept": "application/json"}
    return await op.http.post("/register", content=json.dumps(sent), headers=headers)


async def register(op: Outside, alias: str = "hpid-dynamic", **changes: Any) -> Registered:
    """Register a client, and look at the answer (PROTOCOL rule 19)."""
    key = fresh_key()
    sent = document(op, alias, key, **changes)
    response = await post(op, sent)
    assert response.status_code == 201, response.text
    assert response.headers["content-type"].partition(";")[0] == "application/json"
    answer: dict[str, Any] = response.json()
    assert "error" not in answer
    assert ("client_secret" in answer) == ("client_secret_expires_at" in answer)
    assert ("registration_client_uri" in answer) == ("registration_access_token" in answer)
    return Registered(op, answer, key, sent["redirect_uris"][0])
