"""Logging out – RP-Initiated Logout 1.0 §2–3, Front-Channel Logout 1.0 §2, Back-Channel Logout 1.0 §2.4. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode

from idp.protocol.errors import InvalidRequest
from idp.protocol.facts import ClientFacts

LOGOUT_TOKEN_TYP = "logout+jwt"  # noqa: S105 - a media type
BACKCHANNEL_EVENT = "http://schemas.openid.net/event/backchannel-logout"
_TOKEN_SECONDS = 120
LOGOUT_TOKEN_CLAIMS = ("iss", "aud", "iat", "exp", "jti", "events", "sub", "sid")
PARAMETERS = frozenset(
    {"id_token_hint", "logout_hint", "client_id", "post_logout_redirect_uri", "state", "ui_locales"}
)
_LONGEST_STATE = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutRequest:
    """An end-session request as sent (RP-Initiated Logout §2)."""

    id_token_hint: str | None = field(repr=False)
    client_id: str | None
    post_logout_redirect_uri: str | None
    state: str | None
    ui_locales: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnAddress:
    """A registered address of the relying party that asked."""

    client: ClientFacts
    location: str = field(repr=False)
    is_followed: bool
    """Its hint vouches for it: the browser is sent there. Else it is a link that a person may press (§3)."""


def parse(form: Mapping[str, str]) -> LogoutRequest:
    """Return the parameters; unknown ones are ignored."""
    if len(form.get("state", "")) > _LONGEST_STATE:
        raise InvalidRequest("state is longer than 2048 characters")
    return LogoutRequest(
        id_token_hint=form.get("id_token_hint"),
        client_id=form.get("client_id"),
        post_logout_redirect_uri=form.get("post_logout_redirect_uri"),
        state=form.get("state"),
        ui_locales=form.get("ui_locales"),
    )


def check_return(
    request: LogoutRequest, client: ClientFacts | None, *, hint_is_valid: bool
) -> ReturnAddress | None:
    """Return where a person may go afterwards, or refuse (§3): a URI that an enabled client has registered.

    Nowhere, where the client of a valid hint was disabled or removed meanwhile: its people sign out all the same.
    """
    uri = request.post_logout_redirect_uri
    if uri is None:
        return None
    if client is None or not client.enabled:
        if hint_is_valid:
            return None
        raise InvalidRequest("post_logout_redirect_uri needs an id_token_hint or a client_id of its client")
    if uri not in client.post_logout_redirect_uris:
        raise InvalidRequest("post_logout_redirect_uri is not registered for this client")
    if request.state is not None:
        uri = f"{uri}{'&' if '?' in uri else '?'}{urlencode({'state': request.state})}"
    return ReturnAddress(client=client, location=uri, is_followed=hint_is_valid)


def frontchannel_uri(client: ClientFacts, *, iss: str, sid: str) -> str | None:
    """Return what the browser loads to sign out of a client: `iss` and `sid` both, where it requires them (§2)."""
    uri = client.frontchannel_logout_uri
    if uri is None or not client.frontchannel_logout_session_required:
        return uri
    return f"{uri}{'&' if '?' in uri else '?'}{urlencode({'iss': iss, 'sid': sid})}"


def build_logout_token(
    *, iss: str, aud: str, sub: str | None, sid: str | None, jti: str, now: datetime
) -> dict[str, object]:
    """Return the claims of a logout token: no nonce, ever (Back-Channel Logout §2.4)."""
    issued = int(now.timestamp())
    claims: dict[str, object] = {
        "iss": iss,
        "aud": aud,
        "iat": issued,
        "exp": issued + _TOKEN_SECONDS,
        "jti": jti,
        "events": {BACKCHANNEL_EVENT: {}},
    }
    if sub is not None:
        claims["sub"] = sub
    if sid is not None:
        claims["sid"] = sid
    return claims
