"""An OpenID Provider above us, spoken to as a strict relying party – Core §3.1, Discovery §4.3, RFC 9207, RFC 9700 §4.4.

Code flow with PKCE, state, nonce and `iss`; metadata bound to the configured issuer; metadata and keys read again every
hour, keys for an unknown kid too, neither oftener than once in 30 s; a probe reads both anew. Every doubt is a refusal,
never a lower level (SECURITY E03, D03).
"""

import asyncio
import hmac
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import Generic, TypeVar
from urllib.parse import quote, urlencode

from federation.fetch import Fetcher, FetchFailed, Response, origin_of
from federation.logout_token import LogoutNotice, check_logout_token, read_sid
from federation.upstream import UpstreamDenied, UpstreamError
from keys.jose import InvalidJwt, Purpose, UnknownKey, VerifiedJwt, check_times, parse_json_object, verify
from keys.jwk import InvalidJwkSet, JwkSet

_COPY_LIVES = timedelta(hours=1)
_PAUSE = timedelta(seconds=30)
_LAST_GOOD = timedelta(hours=24)
_LEEWAY = timedelta(seconds=60)
_OLDEST_TOKEN = timedelta(minutes=10)
_ACCESS_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]{1,8192}=*")
"""RFC 6750 §2.1."""
_CODE = re.compile(r"[ -~]{1,4096}")
"""RFC 6749 §A.11."""
_MOST_AMR = 16
_LONGEST_AMR = 64

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Metadata:
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str
    jwks_uri: str
    sends_iss: bool


@dataclass(slots=True)
class _Copy(Generic[T]):
    """Something of theirs as we last read it; when reading fails the last good one serves for a day."""

    held: tuple[datetime, T] | None = None
    tried_at: datetime | None = None
    reading: "asyncio.Future[T] | None" = None

    async def get(self, read: Callable[[], Awaitable[T]], *, now: datetime, afresh: bool = False) -> T:
        """Return the copy if it is young, or was asked for just now; else read it anew."""
        if self.held is not None:
            read_at, value = self.held
            # what lies ahead of now is of before a clock was set back, and no moment to wait for
            just_tried = self.tried_at is not None and self.tried_at <= now < self.tried_at + _PAUSE
            is_young = read_at <= now < read_at + _COPY_LIVES
            if (just_tried and now < read_at + _LAST_GOOD) or (not afresh and is_young):
                return value
        self.tried_at = now
        try:
            return await self.renew(read, now=now)
        except UpstreamError:
            if self.held is None or afresh or now >= self.held[0] + _LAST_GOOD:
                raise
            return self.held[1]

    async def renew(self, read: Callable[[], Awaitable[T]], *, now: datetime) -> T:
        """Read it anew, whatever is held; those who ask while it is being read wait for one answer."""
        if self.reading is None:
            self.reading = asyncio.ensure_future(read())
            self.reading.add_done_callback(partial(self._take, now))
        return await asyncio.shield(self.reading)  # who gives up takes the answer from nobody

    def _take(self, now: datetime, reading: "asyncio.Future[T]") -> None:
        self.reading = None
        if not reading.cancelled() and reading.exception() is None:
            self.held = (now, reading.result())


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedSignIn:
    """A verified ID token with the userinfo of the same subject."""

    subject: str = field(repr=False)
    acr: str | None
    amr: tuple[str, ...]
    auth_time: datetime
    userinfo: Mapping[str, object] = field(repr=False)
    sid: str | None = field(default=None, repr=False)
    """Their name for the session, by which they sign out (Back-Channel Logout §2.1)."""


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
        self._metadata: _Copy[_Metadata] = _Copy()
        self._keys: _Copy[JwkSet] = _Copy()

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
        sign = "&" if "?" in metadata.authorization_endpoint else "?"  # RFC 6749 §3.1
        return f"{metadata.authorization_endpoint}{sign}{urlencode(query)}"

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
        id_token, access_token = _check_tokens(tokens)
        claims = (await self._verify(id_token, Purpose.UPSTREAM_ID_TOKEN, metadata, now)).claims
        self._check_claims(claims, nonce=nonce, now=now)
        auth_time = _auth_time(claims, now)
        userinfo = _json(
            await self._get(metadata.userinfo_endpoint, {"authorization": f"Bearer {access_token}"})
        )
        if userinfo.get("sub") != claims["sub"]:  # Core §5.3.2
            raise UpstreamError("userinfo speaks of another subject")
        return _signed_in(claims, userinfo, auth_time)

    async def read_logout_token(self, token: str, *, now: datetime) -> LogoutNotice:
        """Return what a logout token of theirs says, or raise UpstreamError (Back-Channel Logout §2.6)."""
        metadata = await self._load_metadata(now)
        claims = (await self._verify(token, Purpose.LOGOUT_TOKEN, metadata, now)).claims
        return check_logout_token(claims, issuer=self.issuer, client_id=self._client_id, now=now)

    async def probe(self, *, now: datetime) -> None:
        """Read metadata and keys anew, as if nobody had; UpstreamError if they can't be had or believed."""
        metadata = await self._metadata.renew(self._read_metadata, now=now)
        await self._keys.renew(partial(self._read_keys, metadata), now=now)

    def _check_answer(self, answer: Mapping[str, str], metadata: _Metadata) -> None:
        iss = answer.get("iss")
        if (iss is None and metadata.sends_iss) or (iss is not None and iss != self.issuer):  # RFC 9207 §2.4
            raise UpstreamError("the answer is another issuer's")
        if "error" in answer:
            error = answer["error"]
            if error in {
                "server_error",
                "temporarily_unavailable",
            }:  # said by a browser: no proof that it is down
                raise UpstreamError("upstream error")
            raise UpstreamDenied("upstream refused")
        if not _CODE.fullmatch(answer.get("code", "")):  # what a stranger made up is sent to nobody
            raise UpstreamError("the answer has no code")

    async def _load_metadata(self, now: datetime) -> _Metadata:
        return await self._metadata.get(self._read_metadata, now=now)

    async def _read_metadata(self) -> _Metadata:
        document = await self._get(f"{self.issuer.removesuffix('/')}/.well-known/openid-configuration", {})
        return self._parse_metadata(_json(document))

    def _parse_metadata(self, document: Mapping[str, object]) -> _Metadata:
        if document.get("issuer") != self.issuer:  # Discovery §4.3
            raise UpstreamError("metadata names another issuer")
        endpoints: dict[str, str] = {}
        for name in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"):
            value = document.get(name)
            if not isinstance(value, str) or not _is_of(value, self.issuer):
                raise UpstreamError(f"metadata: {name} is missing or of another origin")
            endpoints[name] = value
        return _Metadata(
            authorization_endpoint=endpoints["authorization_endpoint"],
            token_endpoint=endpoints["token_endpoint"],
            userinfo_endpoint=endpoints["userinfo_endpoint"],
            jwks_uri=endpoints["jwks_uri"],
            sends_iss=document.get("authorization_response_iss_parameter_supported") is True,
        )

    async def _verify(self, token: str, purpose: Purpose, metadata: _Metadata, now: datetime) -> VerifiedJwt:
        try:
            try:
                return verify(token, purpose=purpose, keys=await self._load_keys(metadata, now))
            except UnknownKey:
                keys = await self._load_keys(metadata, now, afresh=True)
                return verify(token, purpose=purpose, keys=keys)
        except InvalidJwt as error:
            what = "id_token" if purpose is Purpose.UPSTREAM_ID_TOKEN else "logout_token"
            raise UpstreamError(f"{what}: {error.reason}") from error

    async def _load_keys(self, metadata: _Metadata, now: datetime, *, afresh: bool = False) -> JwkSet:
        return await self._keys.get(partial(self._read_keys, metadata), now=now, afresh=afresh)

    async def _read_keys(self, metadata: _Metadata) -> JwkSet:
        response = await self._get(metadata.jwks_uri, {})
        try:
            keys = JwkSet.parse(response.body)
        except InvalidJwkSet as error:
            raise UpstreamError("jwks is malformed", unavailable=True) from error
        if not keys.keys:  # those read last serve on: nobody signs without a key (SECURITY R22)
            raise UpstreamError("jwks has no key that we can use", unavailable=True)
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
            raise UpstreamError(f"no answer: {error.in_full()}", unavailable=True) from error
        return _successful(response)

    async def _post(self, url: str, form: Mapping[str, str]) -> Response:
        pair = f"{quote(self._client_id, safe='')}:{quote(self._client_secret, safe='')}"
        credentials = b64encode(pair.encode()).decode()
        try:
            response = await self._fetcher.post_form(
                url, form, headers={"authorization": f"Basic {credentials}"}
            )
        except FetchFailed as error:
            raise UpstreamError(f"no answer: {error.in_full()}", unavailable=True) from error
        return _successful(response)


def _successful(response: Response) -> Response:
    if response.status != 200:
        raise UpstreamError(f"status {response.status}", unavailable=response.status >= 500)
    return response


def _json(response: Response) -> dict[str, object]:
    try:
        return parse_json_object(response.body)
    except ValueError as error:
        raise UpstreamError("the answer is not one clean JSON object", unavailable=True) from error


def _is_of(url: str, issuer: str) -> bool:
    try:
        return origin_of(url) == origin_of(issuer)
    except ValueError:
        return False


def _check_tokens(answer: Mapping[str, object]) -> tuple[str, str]:
    """Return ID token and access token of a token answer (Core §3.1.3.3, RFC 6749 §7.1)."""
    id_token, access_token, token_type = (
        answer.get(name) for name in ("id_token", "access_token", "token_type")
    )
    if not isinstance(token_type, str) or token_type.lower() != "bearer":
        raise UpstreamError("token answer: token_type")
    if not isinstance(access_token, str) or not _ACCESS_TOKEN.fullmatch(access_token):
        raise UpstreamError("token answer: access_token")
    if not isinstance(id_token, str):
        raise UpstreamError("token answer: id_token")
    return id_token, access_token


def _signed_in(
    claims: Mapping[str, object], userinfo: Mapping[str, object], auth_time: datetime
) -> VerifiedSignIn:
    acr, amr = claims.get("acr"), claims.get("amr")
    methods = [value for value in amr if isinstance(value, str)] if isinstance(amr, list) else []
    return VerifiedSignIn(
        subject=str(claims["sub"]),
        acr=acr if isinstance(acr, str) else None,
        amr=tuple(method for method in methods[:_MOST_AMR] if 0 < len(method) <= _LONGEST_AMR),
        auth_time=auth_time,
        userinfo=userinfo,
        sid=read_sid(claims),
    )


def _auth_time(claims: Mapping[str, object], now: datetime) -> datetime:
    """Return when the person signed in there; one that can't be is refused, not taken for now (SECURITY E03)."""
    if "auth_time" not in claims:
        return now
    moment = claims["auth_time"]
    if isinstance(moment, bool) or not isinstance(moment, int | float):
        raise UpstreamError("id_token: auth_time is not a number")
    if not 0 < moment <= (now + _LEEWAY).timestamp():
        raise UpstreamError("id_token: auth_time is not a moment of the past")
    return min(now, datetime.fromtimestamp(moment, now.tzinfo))


def _s256(code_verifier: str) -> str:
    return urlsafe_b64encode(sha256(code_verifier.encode("ascii")).digest()).rstrip(b"=").decode()
