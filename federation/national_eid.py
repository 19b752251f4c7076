"""The national identity system as an upstream: OpenID Connect in its own words (WSO2-style paths, LoA1…LoA3).

The real system answers `acr_values=LoA…` and a userinfo of its own field names; federation/mapping.py reads them.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from urllib.parse import urlsplit

from federation.logout_token import LogoutNotice
from federation.mapping import account_kind, account_level, attributes
from federation.oidc import OidcUpstream
from federation.patience import answered_within
from federation.upstream import ExternalIdentity

_VIETNAM_TIME = timezone(timedelta(hours=7))


class NationalEid:
    """Sends people there and reads what comes back."""

    def __init__(self, upstream: OidcUpstream, *, patience: float = 2.5) -> None:
        """`patience`: seconds somebody waits for it at our page, however many calls that takes."""
        self._upstream = upstream
        self._patience = patience

    @property
    def issuer(self) -> str:
        """Its issuer identifier."""
        return self._upstream.issuer

    @property
    def host(self) -> str:
        """Host and port shown to people before they go there."""
        return urlsplit(self._upstream.issuer).netloc

    async def begin(
        self, *, state: str, nonce: str, code_verifier: str, loa: str, ui_locales: str, now: datetime
    ) -> str:
        """Return the URL to send the browser to. The relying party's name is never sent there."""
        parameters = {
            "scope": "openid",
            "state": state,
            "nonce": nonce,
            "acr_values": loa,
            "prompt": "login",
            "ui_locales": ui_locales,
        }
        async with answered_within(self._patience):
            return await self._upstream.authorization_url(
                now=now, code_verifier=code_verifier, parameters=parameters
            )

    async def probe(self, *, now: datetime) -> None:
        """Ask whether it is there, though nobody goes; raises UpstreamError if it is not."""
        await self._upstream.probe(now=now)

    async def finish(
        self, answer: Mapping[str, str], *, nonce: str, code_verifier: str, now: datetime
    ) -> ExternalIdentity:
        """Return the verified identity; the level is the token's own, userinfo can only confirm or lower it."""
        async with answered_within(self._patience):
            signed_in = await self._upstream.redeem(answer, nonce=nonce, code_verifier=code_verifier, now=now)
        return ExternalIdentity(
            issuer=self.issuer,
            subject=signed_in.subject,
            kind=account_kind(signed_in.userinfo),
            loa=signed_in.acr,
            account_level=account_level(signed_in.userinfo),
            auth_time=signed_in.auth_time,
            amr=signed_in.amr,
            attributes=attributes(signed_in.userinfo, today=now.astimezone(_VIETNAM_TIME).date()),
            sid=signed_in.sid,
        )

    async def read_logout_token(self, token: str, *, now: datetime) -> LogoutNotice:
        """Return whom it has signed out, or raise UpstreamError."""
        return await self._upstream.read_logout_token(token, now=now)
