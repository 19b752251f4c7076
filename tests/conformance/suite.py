"""The suite as relying party: a flow, with what every module looks at on the way (PROTOCOL rule 1)."""

import base64
import json
import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx

from tests.conformance.certified import Outside, through
from tests.driver import Browser, Page, RelyingParty

ANSWERS = frozenset(
    {"code", "state", "iss", "session_state", "id_token", "access_token", "token_type", "expires_in"}
)
ERRORS = frozenset({"error", "error_description", "error_uri", "state", "iss"})
LIFETIME_SECONDS = 24 * 3600
CLOCKS_SECONDS = 300
NEEDS_A_PAGE = frozenset(
    {"login_required", "interaction_required", "account_selection_required", "consent_required"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """What one authorization and its code gave."""

    answer: dict[str, str]
    tokens: dict[str, Any] = field(repr=False)
    id_token: dict[str, Any] = field(repr=False)
    """Verified claims."""
    response: httpx.Response = field(repr=False)


class Suite:
    """One browser with its cookies, one relying party."""

    def __init__(
        self, op: Outside, rp: RelyingParty, *, form_post: bool = False, response_type: str = "code"
    ) -> None:
        self.op = op
        self.rp = rp
        self.form_post = form_post
        self.response_type = response_type
        self.browser: Browser = op.browser()

    def parameters(self, **changes: str | None) -> dict[str, str]:
        """Return a request without PKCE, as most modules send it; profile oidc lets confidential clients."""
        mode = "form_post" if self.form_post else None
        ours = {"response_type": self.response_type, "response_mode": mode}
        without = {"code_challenge": None, "code_challenge_method": None}
        return self.rp.parameters(**{**without, **ours, **changes})

    def url(self, **changes: str | None) -> str:
        return f"/authorize?{urlencode(self.parameters(**changes))}"

    def answer_of(self, page: Page) -> dict[str, str]:
        """Return what came back to the relying party, by the way it asked for and by no other."""
        if not self.form_post:
            return page.answer if self.response_type == "code" else _in_fragment(page)
        assert (page.status, page.left_for) == (200, None), page.left_for
        address, fields = page.posted
        assert address == self.rp.redirect_uri
        return fields

    async def go(self, **changes: str | None) -> dict[str, str]:
        """Send the browser with a request, through whatever pages come, with a state of 128 characters."""
        self.rp.state, self.rp.nonce = secrets.token_urlsafe(96), secrets.token_urlsafe(24)
        return self.answer_of(await through(self.browser, self.url(**changes)))

    async def silently(self, **changes: str | None) -> dict[str, str]:
        """Send the browser with a request that no page of ours may come between."""
        return self.answer_of(await self.browser.get(self.url(**changes)))

    async def authorize(self, **changes: str | None) -> dict[str, str]:
        """Return the parameters of a successful answer."""
        answer = await self.go(**changes)
        assert "error" not in answer, answer
        self._check(answer, ANSWERS)
        return answer

    async def refused(self, **changes: str | None) -> str:
        """Return the error a request is answered with."""
        answer = await self.go(**changes)
        self._check(answer, ERRORS)
        assert "code" not in answer
        assert not set(answer.get("error_description", "")) & set("\r\n\t")
        return answer["error"]

    async def flow(self, **changes: str | None) -> Flow:
        """Authorize, redeem the code, and look at the tokens."""
        answer = await self.authorize(**changes)
        return await self.redeemed(answer, nonce=changes.get("nonce", self.rp.nonce))

    async def redeemed(self, answer: dict[str, str], *, nonce: str | None) -> Flow:
        response = await self.redeem(answer["code"])
        tokens = token_answer(response)
        claims = await self.check_id_token(tokens["id_token"], nonce=nonce)
        return Flow(answer=answer, tokens=tokens, id_token=claims, response=response)

    async def redeem(self, code: str) -> httpx.Response:
        return await self.rp.redeem(self.op.http, code, code_verifier=None)

    async def check_id_token(self, token: str, *, nonce: str | None, alg: str = "RS256") -> dict[str, Any]:
        """Return the claims of an ID token that is right in every way (Core §3.1.3.7)."""
        header = header_of(token)
        assert header["alg"] == alg
        keys = (await self.op.http.get("/jwks")).json()["keys"]
        assert [key["kid"] for key in keys].count(header["kid"]) == 1
        claims = await self.rp.verify(self.op.http, token, algorithms=(alg,))
        now = time.time()
        assert claims["iss"] == self.op.issuer
        assert claims["aud"] == self.rp.client_id
        assert claims.get("azp", self.rp.client_id) == self.rp.client_id
        assert claims.get("nonce") == nonce
        assert 1 <= len(claims["sub"]) <= 255
        assert claims["sub"].isascii()
        assert now - CLOCKS_SECONDS < claims["iat"] < now + CLOCKS_SECONDS
        assert now < claims["exp"] < now + LIFETIME_SECONDS
        return claims

    async def userinfo(self, flow: Flow) -> dict[str, Any]:
        """Return the claims of userinfo, for the same subject."""
        response = await self.op.userinfo(flow.tokens["access_token"])
        assert response.status_code == 200
        assert response.headers["content-type"].partition(";")[0] == "application/json"
        claims: dict[str, Any] = response.json()
        assert claims["sub"] == flow.id_token["sub"]
        return claims

    def _check(self, answer: dict[str, str], known: frozenset[str]) -> None:
        assert answer["iss"] == self.op.issuer
        assert answer["state"] == self.rp.state
        assert answer.keys() <= known


def _in_fragment(page: Page) -> dict[str, str]:
    """Return an answer that no server has seen (Multiple Response Types §2.1)."""
    assert page.left_for is not None
    parts = urlsplit(page.left_for)
    assert parts.query == ""
    return dict(parse_qsl(parts.fragment, keep_blank_values=True, strict_parsing=True))


def token_answer(response: httpx.Response) -> dict[str, Any]:
    """Return the answer of the token endpoint (RFC 6749 §5.1)."""
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].partition(";")[0] == "application/json"
    assert "no-store" in response.headers["cache-control"]
    tokens: dict[str, Any] = response.json()
    assert tokens["token_type"].lower() == "bearer"
    assert isinstance(tokens["expires_in"], int)
    return tokens


def token_error(response: httpx.Response) -> tuple[int, str]:
    """Return status and error of a refusal of the token endpoint (RFC 6749 §5.2)."""
    assert response.headers["content-type"].partition(";")[0] == "application/json"
    body = response.json()
    assert not set(body.get("error_description", "")) & set("\r\n\t")
    return response.status_code, body["error"]


def header_of(token: str) -> dict[str, Any]:
    """Return the header of a JWT, unverified."""
    head = token.partition(".")[0]
    return dict(json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4))))
