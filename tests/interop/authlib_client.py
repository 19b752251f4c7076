"""Authlib's client and its own validation of ID tokens, used the way its documentation shows."""

import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
from authlib.common.security import generate_token
from authlib.common.urls import add_params_to_uri
from authlib.integrations.httpx_client import OAuth2Client, OAuthError
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oidc.core import CodeIDToken, UserInfo
from authlib.oidc.discovery import get_well_known_url
from joserfc import jwt
from joserfc.errors import InvalidClaimError
from joserfc.jwk import ECKey, KeySet

from tests.interop.witness import browse, check, refused, step, testify


class Witness:
    """One pass through the protocol; what a step finds, a later one uses."""

    def __init__(self, part: Mapping[str, Any]) -> None:
        self.issuer: str = part["issuer"]
        self.rp: Mapping[str, Any] = part["confidential"]
        self.client = _client(self.rp, self.rp["client_secret"], "client_secret_basic")
        self.spa = _client(part["public_"], None, "none")
        self.keyed = _client(part["keyed"], ECKey.import_key(part["keyed"]["jwk"]), "private_key_jwt")
        self.keyed.register_client_auth_method(("private_key_jwt", self._assert))
        self.metadata: dict[str, Any] = {}
        self.keys = KeySet([])
        self.id_token: CodeIDToken = {}

    @step("discovery")
    def discovery(self) -> None:
        found = httpx.get(get_well_known_url(self.issuer, external=True)).raise_for_status()
        self.metadata = found.json()
        self.keys = KeySet.import_key_set(httpx.get(self.metadata["jwks_uri"]).raise_for_status().json())
        check(self.metadata["issuer"] == self.issuer, "another issuer")

    @step("code with PKCE")
    def code(self) -> None:
        self.id_token = self._sign_in(self.client)
        check(self.client.token["refresh_token"], "no refresh token")
        elsewhere = {"client_id": self.rp["client_id"], "nonce": "another"}
        refused(InvalidClaimError, lambda: self._validated(self.client, **elsewhere))

    @step("userinfo")
    def userinfo(self) -> None:
        claims = UserInfo(self.client.get(self.metadata["userinfo_endpoint"]).raise_for_status().json())
        check(claims.sub == self.id_token["sub"] and claims.name, claims)

    @step("refresh")
    def refresh(self) -> None:
        before, granted = self.client.token["refresh_token"], self.client.token["scope"]
        after = self.client.refresh_token(self.metadata["token_endpoint"], scope=granted)
        check(after["refresh_token"] != before, "not rotated")
        check(self._validated(self.client)["sub"] == self.id_token["sub"], "another subject")

    @step("a refusal is told apart")
    def refusal(self) -> None:
        endpoint = self.metadata["token_endpoint"]
        error = refused(OAuthError, lambda: self.client.refresh_token(endpoint, refresh_token="not-a-token"))
        check(error.error == "invalid_grant" and error.description, error)

    @step("introspection")
    def introspection(self) -> None:
        found = self._introspected(self.client)
        check(found["active"] and found["client_id"] == self.rp["client_id"], found)
        check(self._introspected(self.client, "not-a-token") == {"active": False}, "it knows everything")

    @step("a public client")
    def public(self) -> None:
        self._sign_in(self.spa)

    @step("code with a signed assertion")
    def assertion(self) -> None:
        self._sign_in(self.keyed)

    @step("a pushed request")
    def pushed(self) -> None:
        self._sign_in(self.keyed, self._push)

    @step("revocation with a signed assertion")
    def revocation_by_key(self) -> None:
        self._revoke(self.keyed)

    @step("revocation")
    def revocation(self) -> None:
        self._revoke(self.client)

    @step("logout")
    def logout(self) -> None:
        state = generate_token()
        asked = {
            "id_token_hint": self.client.token["id_token"],
            "post_logout_redirect_uri": self.rp["post_logout_redirect_uri"],
            "state": state,
        }
        back = browse(add_params_to_uri(self.metadata["end_session_endpoint"], asked))
        check(back == add_params_to_uri(self.rp["post_logout_redirect_uri"], {"state": state}), back)

    def _sign_in(self, client: OAuth2Client, to: Callable[[str], str] = str) -> CodeIDToken:
        """Go through the code flow; return what the ID token says, by Authlib's rules."""
        nonce, verifier = generate_token(), generate_token(48)
        address, state = client.create_authorization_url(
            self.metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce
        )
        back = browse(to(address))
        check(parse_qs(urlsplit(back).query)["iss"] == [self.issuer], back)  # RFC 9207
        client.fetch_token(
            self.metadata["token_endpoint"], authorization_response=back, state=state, code_verifier=verifier
        )
        return self._validated(client, nonce=nonce)

    def _validated(self, client: OAuth2Client, **expected: str) -> CodeIDToken:
        told = jwt.decode(client.token["id_token"], self.keys, algorithms=["ES256"])
        params = {"client_id": client.client_id, "access_token": client.token["access_token"], **expected}
        options = {
            "iss": {"essential": True, "value": self.issuer},
            "aud": {"essential": True, "value": client.client_id},
        }
        claims = CodeIDToken(told.claims, told.header, options, params)
        claims.validate()
        return claims

    def _push(self, address: str) -> str:
        """Push what would stand in the address (RFC 9126 §2); return the short one that takes its place."""
        asked = dict(parse_qsl(urlsplit(address).query))
        answer = self.keyed.post(
            self.metadata["pushed_authorization_request_endpoint"],
            data=asked,
            auth=self.keyed.client_auth("private_key_jwt"),
        )
        check(answer.status_code == httpx.codes.CREATED, answer.text)
        named = {"client_id": self.keyed.client_id, "request_uri": answer.json()["request_uri"]}
        return str(add_params_to_uri(self.metadata["authorization_endpoint"], named))

    def _assert(self, *request: object) -> object:
        """Sign an assertion: by itself Authlib makes one for an hour, and none may be good for over ten minutes here."""
        return PrivateKeyJWT(
            self.issuer,
            claims={"exp": int(time.time()) + 60},
            headers={"typ": "client-authentication+jwt", "kid": self.keyed.client_secret.kid},  # RFC 10070
            alg="ES256",
        )(*request)

    def _introspected(self, client: OAuth2Client, token: str | None = None) -> dict[str, Any]:
        answer = client.introspect_token(self.metadata["introspection_endpoint"], token)
        return dict(answer.raise_for_status().json())

    def _revoke(self, client: OAuth2Client) -> None:
        check(self._introspected(client)["active"], "it was not active")
        client.revoke_token(self.metadata["revocation_endpoint"]).raise_for_status()
        check(self._introspected(client) == {"active": False}, "it is active still")


def _client(rp: Mapping[str, Any], secret: object, method: str) -> OAuth2Client:
    return OAuth2Client(
        rp["client_id"],
        secret,
        token_endpoint_auth_method=method,
        revocation_endpoint_auth_method=method,
        redirect_uri=rp["redirect_uri"],
        scope="openid profile offline_access",
        code_challenge_method="S256",
    )


if __name__ == "__main__":
    testify(Witness)
