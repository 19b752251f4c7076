"""Telling relying parties that a session has ended – OpenID Connect Back-Channel Logout 1.0 and Front-Channel Logout 1.0.

A logout token is signed with the key of the ID tokens, lives two minutes and is posted once: who does not answer has not
been told, and the person is shown that. The front channel is an address that the person's own browser opens in a frame.
"""

import secrets
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx
from authlib.common.urls import add_params_to_uri
from joserfc import jwt
from joserfc.jwk import RSAKey

from federation.national_mock.clients import Client
from federation.national_mock.edge import log
from federation.national_mock.sessions import Session

TOKEN_SECONDS = 120
_EVENT = "http://schemas.openid.net/event/backchannel-logout"
_ANSWER_SECONDS = 3.0
_AT_ONCE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What became of telling the relying parties."""

    heard: int
    """How many said that they heard it (200 or 204)."""
    silent: int
    """How many did not, though they wanted to be told."""
    frames: tuple[str, ...]
    """Addresses for the person's browser."""


class Telling:
    """Tells them."""

    def __init__(
        self,
        *,
        issuer: str,
        key: RSAKey,
        client_of: Callable[[str], Client | None],
        now: Callable[[], int],
    ) -> None:
        self._issuer = issuer
        self._key = key
        self._client_of = client_of
        self._now = now

    def tell(self, sessions: Iterable[Session]) -> Told:
        """Tell every relying party of every session that has ended; takes three seconds at most, and more for many."""
        known = [(session, client) for session in sessions if (client := self._client_of(session.client_id))]
        posted = [pair for pair in known if pair[1].backchannel_logout_uri]
        with ThreadPoolExecutor(max_workers=_AT_ONCE) as threads:
            answers = list(threads.map(lambda pair: self._post(*pair), posted))
        frames = [
            add_params_to_uri(client.frontchannel_logout_uri, [("iss", self._issuer), ("sid", session.sid)])
            for session, client in known
            if client.frontchannel_logout_uri
        ]
        return Told(heard=sum(answers), silent=len(answers) - sum(answers), frames=tuple(frames))

    def logout_token(self, session: Session) -> str:
        """Return the logout token of this session – Back-Channel Logout §2.4."""
        now = self._now()
        claims = {
            "iss": self._issuer,
            "aud": session.client_id,
            "iat": now,
            "exp": now + TOKEN_SECONDS,
            "jti": secrets.token_urlsafe(24),
            "sub": session.sub,
            "sid": session.sid,
            "events": {_EVENT: {}},
        }
        header = {"alg": "RS256", "typ": "logout+jwt", "kid": self._key.kid}
        return jwt.encode(header, claims, self._key, algorithms=["RS256"])

    def _post(self, session: Session, client: Client) -> bool:
        form = {"logout_token": self.logout_token(session)}
        try:
            answer = httpx.post(
                client.backchannel_logout_uri, data=form, timeout=_ANSWER_SECONDS, trust_env=False
            )
        except httpx.HTTPError:
            log("logout not heard", client_id=client.client_id)
            return False
        log("logout told", client_id=client.client_id, status=answer.status_code)
        return answer.status_code in {200, 204}
