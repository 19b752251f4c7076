"""An OpenID Provider above us, spoken to as a strict relying party – Core §3.1, Discovery §4.3, RFC 9207, RFC 9700 §4.4.

Code flow with PKCE, state, nonce and `iss`; metadata bound to the configured issuer; keys refetched for an unknown kid
at most once in 30 s; every doubt is a refusal, never a lower level (SECURITY E03, D03).
"""

import hmac
import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import quote, urlencode

from federation.fetch import Fetcher, FetchFailed, Response, origin_of
from federation.upstream import UpstreamDenied, UpstreamError
from keys.jose import InvalidJwt, Purpose, UnknownKey, VerifiedJwt, check_times, verify
from keys.jwk import InvalidJwkSet, JwkSet

_METADATA_LIVES = timedelta(hours=1)
_JWKS_PAUSE = timedelta(seconds=30)
_LAST_GOOD = timedelta(hours=24)
_LEEWAY = timedelta(seconds=60)
_OLDEST_TOKEN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Metadata:
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str
    jwks_uri: str
    sends_iss: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedSignIn:
    """A verified ID token with the userinfo of the same subject."""

    subject: str = field(repr=False)
    acr: str | None
    amr: tuple[str, ...]
    auth_time: datetime
    userinfo: Mapping[str, object] = field(repr=False)


class OidcUpstream:
    """One upstream OpenID Provider."""

    def __init__(
        self, fetcher: Fetcher, *, issuer: str, client_id: str, client_secret: str, redirect_uri: str
    ) -> None:
        self.issuer = issuer
        self._fetcher = fetcher
        self._client_id = client_id
        self._client_secret = client_secret
        self._redirect_uri = redirect_uri
        self._metadata: tuple[datetime, _Metadata] | None = None
        self._keys: tuple[datetime, JwkSet] | None = None

    async def authorization_url(
        self, *, now: datetime, code_verifier: str, parameters: Mapping[str, str]
    ) -> str:
        """Return the URL to send the browser to."""
        metadata = await self._load_metadata(now)
        query = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": self._redirect_uri,
            "code_challenge": _s256(code_verifier),
            "code_challenge_method": "S256",
            **parameters,
        }
        return f"{metadata.authorization_endpoint}?{urlencode(query)}"

    async def redeem(
        self, answer: Mapping[str, str], *, nonce: str, code_verifier: str, now: datetime
    ) -> VerifiedSignIn:
        """Turn the query that came back into a verified sign-in."""
        metadata = await self._load_metadata(now)
        self._check_answer(answer, metadata)
        tokens = _json(
            await self._post(
                metadata.token_endpoint,
                {
                    "grant_type": "authorization_code",
                    "code": answer["code"],
                    "redirect_uri": self._redirect_uri,
                    "code_verifier": code_verifier,
                },
            )
        )
        id_token, access_token = tokens.get("id_token"), tokens.get("access_token")
        if not isinstance(id_token, str) or not isinstance(access_token, str):
            raise UpstreamError("token answer without id_token or access_token")
        claims = (await self._verify(id_token, metadata, now)).claims
        self._check_claims(claims, nonce=nonce, now=now)
        userinfo = _json(
            await self._get(metadata.userinfo_endpoint, {"authorization": f"Bearer {access_token}"})
        )
        if userinfo.get("sub") != claims["sub"]:  # Core §5.3.2
            raise UpstreamError("userinfo speaks of another subject")
        return _signed_in(claims, userinfo, now)

    def _check_answer(self, answer: Mapping[str, str], metadata: _Metadata) -> None:
        iss = answer.get("iss")
        if (iss is None and metadata.sends_iss) or (iss is not None and iss != self.issuer):  # RFC 9207 §2.4
            raise UpstreamError("the answer is another issuer's")
        if "error" in answer:
            error = answer["error"]
            if error in {"server_error", "temporarily_unavailable"}:
                raise UpstreamError("upstream error", unavailable=True)
            raise UpstreamDenied("upstream refused")
        if not answer.get("code"):
            raise UpstreamError("the answer has no code")

    async def _load_metadata(self, now: datetime) -> _Metadata:
        if self._metadata is not None and now < self._metadata[0] + _METADATA_LIVES:
            return self._metadata[1]
        try:
            document = _json(await self._get(f"{self.issuer}/.well-known/openid-configuration", {}))
            metadata = self._parse_metadata(document)
        except UpstreamError:
            if self._metadata is not None and now < self._metadata[0] + _LAST_GOOD:
                return self._metadata[1]
            raise
        self._metadata = (now, metadata)
        return metadata

    def _parse_metadata(self, document: Mapping[str, object]) -> _Metadata:
        if document.get("issuer") != self.issuer:  # Discovery §4.3
            raise UpstreamError("metadata names another issuer")
        endpoints: dict[str, str] = {}
        for name in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"):
            value = document.get(name)
            if not isinstance(value, str) or origin_of(value) != origin_of(self.issuer):
                raise UpstreamError(f"metadata: {name} is missing or of another origin")
            endpoints[name] = value
        return _Metadata(
            authorization_endpoint=endpoints["authorization_endpoint"],
            token_endpoint=endpoints["token_endpoint"],
            userinfo_endpoint=endpoints["userinfo_endpoint"],
            jwks_uri=endpoints["jwks_uri"],
            sends_iss=document.get("authorization_response_iss_parameter_supported") is True,
        )

    async def _verify(self, token: str, metadata: _Metadata, now: datetime) -> VerifiedJwt:
        try:
            try:
                return verify(
                    token, purpose=Purpose.UPSTREAM_ID_TOKEN, keys=await self._load_keys(metadata, now)
                )
            except UnknownKey:
                keys = await self._load_keys(metadata, now, afresh=True)
                return verify(token, purpose=Purpose.UPSTREAM_ID_TOKEN, keys=keys)
        except InvalidJwt as error:
            raise UpstreamError(f"id_token: {error.reason}") from error

    async def _load_keys(self, metadata: _Metadata, now: datetime, *, afresh: bool = False) -> JwkSet:
        if self._keys is not None and (not afresh or now < self._keys[0] + _JWKS_PAUSE):
            return self._keys[1]
        response = await self._get(metadata.jwks_uri, {})
        try:
            keys = JwkSet.parse(response.body)
        except InvalidJwkSet as error:
            raise UpstreamError("jwks is malformed", unavailable=True) from error
        self._keys = (now, keys)
        return keys

    def _check_claims(self, claims: Mapping[str, object], *, nonce: str, now: datetime) -> None:
        """Check what Core §3.1.3.7 lists; the signature is checked already."""
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        sub = claims.get("sub")
        sent_nonce = claims.get("nonce")
        if claims.get("iss") != self.issuer:
            raise UpstreamError("id_token: other issuer")
        if audiences != [self._client_id] or claims.get("azp", self._client_id) != self._client_id:
            raise UpstreamError("id_token: other audience")
        if not isinstance(sent_nonce, str) or not hmac.compare_digest(sent_nonce.encode(), nonce.encode()):
            raise UpstreamError("id_token: nonce")
        if not isinstance(sub, str) or not 0 < len(sub) <= 255 or not sub.isascii():
            raise UpstreamError("id_token: sub")
        try:
            check_times(claims, now=now, leeway=_LEEWAY, max_age=_OLDEST_TOKEN)
        except InvalidJwt as error:
            raise UpstreamError(f"id_token: {error.reason}") from error

    async def _get(self, url: str, headers: Mapping[str, str]) -> Response:
        try:
            response = await self._fetcher.get(url, headers=headers)
        except FetchFailed as error:
            raise UpstreamError(f"no answer: {error}", unavailable=True) from error
        return _successful(response)

    async def _post(self, url: str, form: Mapping[str, str]) -> Response:
        pair = f"{quote(self._client_id, safe='')}:{quote(self._client_secret, safe='')}"
        credentials = b64encode(pair.encode()).decode()
        try:
            response = await self._fetcher.post_form(
                url, form, headers={"authorization": f"Basic {credentials}"}
            )
        except FetchFailed as error:
            raise UpstreamError(f"no answer: {error}", unavailable=True) from error
        return _successful(response)


def _successful(response: Response) -> Response:
    if response.status != 200:
        raise UpstreamError(f"status {response.status}", unavailable=response.status >= 500)
    return response


def _json(response: Response) -> dict[str, object]:
    try:
        document = json.loads(response.body)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise UpstreamError("the answer is not a JSON object", unavailable=True)
    return document


def _signed_in(claims: Mapping[str, object], userinfo: Mapping[str, object], now: datetime) -> VerifiedSignIn:
    acr, amr, auth_time = claims.get("acr"), claims.get("amr"), claims.get("auth_time")
    moment = now
    if (
        isinstance(auth_time, int)
        and not isinstance(auth_time, bool)
        and 0 < auth_time <= now.timestamp() + 60
    ):
        moment = min(now, datetime.fromtimestamp(auth_time, now.tzinfo))
    return VerifiedSignIn(
        subject=str(claims["sub"]),
        acr=acr if isinstance(acr, str) else None,
        amr=tuple(value for value in amr if isinstance(value, str)) if isinstance(amr, list) else (),
        auth_time=moment,
        userinfo=userinfo,
    )


def _s256(code_verifier: str) -> str:
    return urlsafe_b64encode(sha256(code_verifier.encode("ascii")).digest()).rstrip(b"=").decode()
