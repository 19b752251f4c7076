"""An identity provider above us in one object, spoken to as through a Fetcher: right, until told to be wrong."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

import pytest

from federation.fetch import FetchFailed, Response
from federation.oidc import OidcUpstream, VerifiedSignIn
from federation.upstream import UpstreamError
from tests import make
from tests.keys.forge import keys

if TYPE_CHECKING:
    from federation.fetch import Fetcher

ISSUER = "https://upstream.example"
CLIENT_ID = "haiphong-id"
CALLBACK = "https://id.example/upstream/national/callback"
NONCE = "nonce-of-this-journey"
ISSUED = int(make.NOW.timestamp())

METADATA, JWKS, TOKEN, USERINFO = (
    f"{ISSUER}/.well-known/openid-configuration",
    f"{ISSUER}/oauth2/jwks",
    f"{ISSUER}/oauth2/token",
    f"{ISSUER}/oauth2/userinfo",
)
ANSWER = {"code": "upstream-code", "state": "ours", "iss": ISSUER}


class UpstreamDouble:
    """What it serves may be changed part by part; `calls` are the URLs it was asked for."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.posted: Mapping[str, str] = {}
        self.sent_headers: dict[str, Mapping[str, str]] = {}
        self.instead: dict[str, Response | FetchFailed] = {}
        self.metadata: dict[str, Any] = {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/oauth2/authorize",
            "token_endpoint": TOKEN,
            "userinfo_endpoint": USERINFO,
            "jwks_uri": JWKS,
            "authorization_response_iss_parameter_supported": True,
        }
        self.kids = ["p256"]
        self.claims: dict[str, Any] = {
            "iss": ISSUER,
            "sub": "subject-1",
            "aud": CLIENT_ID,
            "exp": ISSUED + 300,
            "iat": ISSUED,
            "auth_time": ISSUED - 5,
            "nonce": NONCE,
            "acr": "LoA2",
            "amr": ["pwd", "otp"],
        }
        self.sign: Callable[[dict[str, Any]], str] = keys()["p256"].token
        self.token_answer: dict[str, Any] = {"access_token": "upstream-access-token", "token_type": "Bearer"}
        self.userinfo: dict[str, Any] = {"sub": "subject-1", "HoVaTen": "Nguyễn Thị Hương"}

    async def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> Response:
        return self._answer(url, headers)

    async def post_form(
        self, url: str, form: Mapping[str, str], *, headers: Mapping[str, str] | None = None
    ) -> Response:
        self.posted = dict(form)
        return self._answer(url, headers)

    def relying_party(self) -> OidcUpstream:
        """Us, as its relying party."""
        return OidcUpstream(
            cast("Fetcher", self),
            issuer=ISSUER,
            client_id=CLIENT_ID,
            client_secret="a secret: 100%",
            redirect_uri=CALLBACK,
        )

    def without(self, claim: str) -> None:
        """Leave a claim out of the ID token."""
        del self.claims[claim]

    def _answer(self, url: str, headers: Mapping[str, str] | None) -> Response:
        self.calls.append(url)
        self.sent_headers[url] = dict(headers or {})
        instead = self.instead.get(url)
        if isinstance(instead, FetchFailed):
            raise instead
        if instead is not None:
            return instead
        documents: dict[str, Callable[[], Mapping[str, Any]]] = {
            METADATA: lambda: self.metadata,
            JWKS: lambda: {"keys": [keys()[kid].jwk for kid in self.kids]},
            TOKEN: lambda: {"id_token": self.sign(self.claims), **self.token_answer},
            USERINFO: lambda: self.userinfo,
        }
        return answer(documents[url]())


async def redeem(
    upstream: UpstreamDouble,
    *,
    sent: Mapping[str, str] = ANSWER,
    now: datetime = make.NOW,
    us: OidcUpstream | None = None,
) -> VerifiedSignIn:
    """Redeem what came back, as a relying party that has never spoken to it or as one that has."""
    relying_party = us or upstream.relying_party()
    return await relying_party.redeem(sent, nonce=NONCE, code_verifier=make.CODE_VERIFIER, now=now)


async def refused(upstream: UpstreamDouble, **given: Any) -> UpstreamError:
    """The refusal this upstream meets."""
    with pytest.raises(UpstreamError) as refusal:
        await redeem(upstream, **given)
    return refusal.value


def answer(document: object, *, status: int = 200) -> Response:
    """A JSON answer; bytes and text are sent as they are."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return Response(status=status, headers={"content-type": "application/json"}, body=body)
