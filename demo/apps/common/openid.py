"""Sign-in with Hải Phòng ID: what is asked for and what is checked (OpenID Connect Core §3.1, RFC 9207).

Authlib's client does state, nonce, PKCE S256, the code exchange and the ID token's signature and times.
Added here: the request is pushed; the issuer of the answer and of the discovery document, the algorithms
taken, one audience, the level reached, userinfo's sub are checked. Nobody is ever signed in at a lower level
than was asked for.
"""

import time
from dataclasses import dataclass, replace
from typing import Any

import httpx
from joserfc.errors import JoseError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from demo.apps.common.acting import Acting, ContradictoryClaims, Kind, read_acting
from demo.apps.common.authlib_client import OAuthError, StarletteOAuth2App
from demo.apps.common.client_auth import ClientAuth
from demo.apps.common.open_sign_ins import OpenSignIns
from demo.apps.common.outcome import Reason, SignInRefused, answered_error
from demo.apps.common.pushing import push
from demo.apps.common.settings import AppSettings, ssl_context
from demo.apps.common.visitor import Visitor, reaches

ID_TOKEN_ALGORITHMS = ("ES256", "RS256")
_LEEWAY = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A sign-in that held, and where the person was going."""

    visitor: Visitor
    next_path: str
    stays: str | None
    """Whose files the sign-in was to go on with."""


class Provider:
    """Hải Phòng ID, seen from one relying party.

    `resource`: the API that the access token of a sign-in is for (RFC 8707); without one it is for userinfo.
    `contexts`: for whom people may act here, as registered there (`hpid_subject_contexts`).
    """

    def __init__(
        self,
        settings: AppSettings,
        *,
        scope: str,
        resource: str | None = None,
        contexts: tuple[Kind, ...] = ("person",),
    ) -> None:
        self.contexts = contexts
        self._settings = settings
        self._resource = resource
        self._auth = ClientAuth(settings)
        self._client: Any = StarletteOAuth2App(
            OpenSignIns(),
            "hpid",
            client_id=settings.client_id,
            client_secret=settings.client_secret.get_secret_value(),
            server_metadata_url=f"{settings.issuer}/.well-known/openid-configuration",
            client_kwargs={
                "scope": scope,
                "code_challenge_method": "S256",
                "token_endpoint_auth_method": self._auth.method,
                "timeout": 10.0,
                "leeway": 0,  # of Authlib's own idea of a token's age; ours live a minute
                "verify": ssl_context(settings.ca_bundle),
            },
        )

    async def begin(
        self, request: Request, *, next_path: str, fallback_path: str, stays: str | None, **more: str | None
    ) -> Response:
        """Send the browser to the provider (Core §3.1.2.1), asking for what `more` adds or changes too."""
        metadata = await self._metadata()
        asked: dict[str, str | None] = {
            "acr_values": self._settings.acr_values or None,
            "resource": self._resource,
            **more,
        }
        uri = self._settings.redirect_uri
        begun = await self._client.create_authorization_url(uri, **asked)
        address = await push(
            begun["url"],
            endpoint=metadata.get("pushed_authorization_request_endpoint"),
            settings=self._settings,
            auth=self._auth,
        )
        await self._client.save_authorize_data(
            request,
            redirect_uri=uri,
            next_path=next_path,
            fallback_path=fallback_path,
            stays=stays,
            silent=more.get("prompt") == "none",
            acr_values=asked["acr_values"] or "",
            max_age=asked.get("max_age"),
            **begun,
        )
        return RedirectResponse(address, status_code=302)

    async def finish(self, request: Request) -> Finished:
        """Check the provider's answer (Core §3.1.2.5–3.1.3.7) and return who signed in."""
        state = _only(request, "state")
        begun = await self._client.framework.get_state_data(request.session, state)
        if begun is None:
            raise SignInRefused(Reason.MISMATCH, "state was not begun in this browser")
        try:
            return await self._finish(request, begun)
        finally:
            await self._client.framework.clear_state_data(request.session, state)  # an answer is taken once

    async def _finish(self, request: Request, begun: dict[str, Any]) -> Finished:
        if _only(request, "iss") != self._settings.issuer:  # RFC 9207 §2.4
            raise SignInRefused(Reason.MISMATCH, "iss is not the provider's")
        if "error" in request.query_params:
            raise answered_error(
                _only(request, "error"), silent=begun["silent"], next_path=begun["fallback_path"]
            )
        token = await self._redeem(request)
        claims = token.get("userinfo") or {}
        self._check_id_token(token, claims)
        _check_authentication(claims, acr_values=begun["acr_values"], max_age=begun["max_age"])
        return Finished(
            visitor=await self._visitor(token, dict(claims)),
            next_path=begun["next_path"],
            stays=begun["stays"],
        )

    async def token_for(self, resource: str, *, scope: str, refresh_token: str) -> dict[str, Any] | None:
        """Return tokens for an API with what it needs alone (RFC 6749 §6, RFC 8707 §2.2), None where none are given.

        Without a scope Authlib would repeat the one of the sign-in, of which the person may have declined a part.
        """
        try:
            await self._metadata()
            token = await self._client.fetch_access_token(
                grant_type="refresh_token", refresh_token=refresh_token, resource=resource, scope=scope
            )
        except (OAuthError, SignInRefused, httpx.HTTPError, ValueError):
            return None
        return dict(token)

    async def renew(self, visitor: Visitor) -> Visitor:
        """Return the visitor with new tokens and what userinfo says now (RFC 6749 §6): each refresh token counts once.

        Raises SignInRefused, with NEEDS_PERSON where the provider has ended it.
        """
        if visitor.refresh_token is None:
            raise SignInRefused(Reason.NEEDS_PERSON, "there is no refresh token")
        await self._metadata()
        try:
            token = dict(
                await self._client.fetch_access_token(
                    grant_type="refresh_token", refresh_token=visitor.refresh_token, scope=None
                )
            )
        except OAuthError as error:
            raise SignInRefused(Reason.NEEDS_PERSON, f"refreshing: {error.error}") from error
        except (httpx.HTTPError, ValueError) as error:
            raise SignInRefused(Reason.UNAVAILABLE, f"refreshing: {type(error).__name__}") from error
        if not isinstance(token.get("access_token"), str):
            raise SignInRefused(Reason.UNVERIFIED, "no access token in the answer")
        told = await self._userinfo(token, visitor.sub)
        return replace(
            visitor,
            subject_name=_text(told.get("name")) or visitor.subject_name,
            access_token=token["access_token"],
            access_token_expires_at=int(token.get("expires_at") or 0),
            refresh_token=_text(token.get("refresh_token")) or visitor.refresh_token,
            renewals=visitor.renewals + 1,
        )

    async def logout_redirect(self, request: Request, *, id_token_hint: str, ui_locales: str) -> Response:
        """Send the browser to sign out at the provider (RP-Initiated Logout 1.0 §2)."""
        await self._metadata()
        redirect: Response = await self._client.logout_redirect(
            request,
            post_logout_redirect_uri=self._settings.post_logout_redirect_uri,
            id_token_hint=id_token_hint,
            client_id=self._settings.client_id,
            ui_locales=ui_locales,
        )
        redirect.status_code = 303
        return redirect

    async def is_own_logout(self, request: Request) -> bool:
        """Tell whether the browser comes back from a sign-out that it began here (§3: state)."""
        try:
            await self._client.validate_logout_response(request)
        except OAuthError:
            return False
        return True

    async def _metadata(self) -> dict[str, Any]:
        try:
            metadata: dict[str, Any] = await self._client.load_server_metadata()
        except (httpx.HTTPError, ValueError) as error:
            raise SignInRefused(Reason.UNAVAILABLE, f"discovery: {type(error).__name__}") from error
        if metadata.get("issuer") != self._settings.issuer:  # Discovery §4.3
            metadata.clear()  # asked anew next time
            raise SignInRefused(Reason.UNVERIFIED, "discovery names another issuer")
        metadata["id_token_signing_alg_values_supported"] = list(ID_TOKEN_ALGORITHMS)
        return metadata

    async def _redeem(self, request: Request) -> dict[str, Any]:
        metadata = await self._metadata()
        try:
            token: dict[str, Any] = await self._client.authorize_access_token(
                request,
                resource=self._resource,
                leeway=_LEEWAY,
                claims_options={
                    "iss": {"essential": True, "value": metadata["issuer"]},
                    "aud": {"essential": True, "value": self._settings.client_id},
                },
            )
        except httpx.HTTPError as error:
            raise SignInRefused(Reason.UNAVAILABLE, f"token endpoint: {type(error).__name__}") from error
        except OAuthError as error:
            raise SignInRefused(Reason.UNVERIFIED, "the code was not taken") from error
        except (JoseError, ValueError) as error:
            raise SignInRefused(Reason.UNVERIFIED, f"ID token: {type(error).__name__}") from error
        return token

    def _check_id_token(self, token: dict[str, Any], claims: dict[str, Any]) -> None:
        if not claims or not isinstance(token.get("access_token"), str):
            raise SignInRefused(Reason.UNVERIFIED, "no ID token or access token in the answer")
        if claims["aud"] not in (
            self._settings.client_id,
            [self._settings.client_id],
        ):  # §3.1.3.7: no other audience
            raise SignInRefused(Reason.UNVERIFIED, "ID token has another audience beside us")
        if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
            raise SignInRefused(Reason.UNVERIFIED, "ID token has no usable sub")

    async def _visitor(self, token: dict[str, Any], claims: dict[str, Any]) -> Visitor:
        acting = self._acting(claims)
        told = claims | await self._userinfo(token, claims["sub"])
        number, auth_time = told.get("vn_id_number"), claims.get("auth_time")
        return Visitor(
            sub=claims["sub"],
            sid=_text(claims.get("sid")),
            subject_name=_text(told.get("name")) or "",
            acr=_text(claims.get("acr")),
            auth_time=int(auth_time) if isinstance(auth_time, int | float) else None,
            id_token=token["id_token"],
            access_token=token["access_token"],
            access_token_expires_at=int(token.get("expires_at") or 0),
            refresh_token=_text(token.get("refresh_token")),
            phone_number=_text(told.get("phone_number")),
            email=_text(told.get("email")),
            id_number_end=number[-3:] if isinstance(number, str) else None,
            acting=_with_office(acting, told),
        )

    def _acting(self, claims: dict[str, Any]) -> Acting:
        try:
            return read_acting(claims, contexts=self.contexts, now=time.time())
        except ContradictoryClaims as error:
            raise SignInRefused(Reason.UNVERIFIED, str(error)) from error

    async def _userinfo(self, token: dict[str, Any], sub: str) -> dict[str, Any]:
        """Return what userinfo adds; it is welcome, not necessary. A token for an API is not for it (RFC 9068 §4)."""
        if self._resource is not None or "userinfo_endpoint" not in await self._metadata():
            return {}
        try:
            told = dict(await self._client.userinfo(token=token))
        except (httpx.HTTPError, OAuthError, ValueError):
            return {}
        if told.get("sub") != sub:  # Core §5.3.2
            raise SignInRefused(Reason.UNVERIFIED, "userinfo is about another sub")
        return told


def _check_authentication(claims: dict[str, Any], *, acr_values: str, max_age: str | None) -> None:
    """Hold the person to the level and the freshness asked for (Core §3.1.3.7, 12 and 13)."""
    if not reaches(claims.get("acr"), acr_values):
        raise SignInRefused(Reason.TOO_WEAK, "acr is lower than asked")
    auth_time = claims.get("auth_time")
    if max_age is not None and not (
        isinstance(auth_time, int | float) and auth_time + int(max_age) + _LEEWAY >= time.time()
    ):
        raise SignInRefused(Reason.TOO_WEAK, "auth_time is missing or older than asked")


def _with_office(acting: Acting, told: dict[str, Any]) -> Acting:
    """Add the names that userinfo gives of an official's post, if they are of the very post that the token names."""
    if acting.kind != "official" or told.get("agency") != acting.agency:
        return acting
    return replace(
        acting, name=_text(told.get("agency_name")) or "", position=_text(told.get("position")) or ""
    )


def _only(request: Request, name: str) -> str | None:
    """Return a parameter that came exactly once (RFC 6749 §3.1)."""
    values = request.query_params.getlist(name)
    return values[0] if len(values) == 1 else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
