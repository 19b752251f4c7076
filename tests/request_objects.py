"""Request objects as relying parties make them – RFC 9101 §4, OpenID Connect Core §6.1."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import httpx

from tests.driver import ISSUER, RelyingParty
from tests.keys.forge import ABSENT, ForgedKey, keys
from tests.world import World

TYP = "oauth-authz-req+jwt"


def claims(rp: str, now: datetime, /, **changes: Any) -> dict[str, Any]:
    """What a request object says beside its parameters, but for these; ABSENT leaves one out, a time is seconds off."""
    moment = int(now.timestamp())
    made: dict[str, Any] = {"iss": rp, "aud": ISSUER, "nbf": 0, "iat": 0, "exp": 300, **changes}
    for name in ("nbf", "iat", "exp"):
        if isinstance(made[name], int) and not isinstance(made[name], bool):
            made[name] += moment
    return {name: value for name, value in made.items() if value is not ABSENT}


@dataclass
class RequestSigner:
    """A relying party that signs its requests."""

    rp: RelyingParty
    key: ForgedKey = field(default_factory=lambda: keys()["p256"])

    def claims(self, now: datetime, **changes: Any) -> dict[str, Any]:
        """A request that is right but for this; ABSENT leaves a member out."""
        return claims(self.rp.client_id, now, **{**self.rp.parameters(), **changes})

    def token(self, now: datetime, *, header: dict[str, object] | None = None, **changes: Any) -> str:
        return self.key.token(self.claims(now, **changes), **{"typ": TYP, **(header or {})})

    def url(self, token: str, **outside: str) -> str:
        """Where the browser is sent with it: its client_id stands outside too (RFC 9101 §5)."""
        return f"/authorize?{urlencode({'client_id': self.rp.client_id, 'request': token, **outside})}"

    def url_of(self, address: str, **outside: str) -> str:
        """Where the browser is sent with the address of one."""
        return f"/authorize?{urlencode({'client_id': self.rp.client_id, 'request_uri': address, **outside})}"

    async def push(self, http: httpx.AsyncClient, token: str, **beside: str) -> httpx.Response:
        """Push it (RFC 9126 §3)."""
        return await self.rp.back_channel(http, "/par", request=token, **beside)


async def request_signer(
    world: World, client_id: str = "rp-j", key: ForgedKey | None = None, **changes: Any
) -> RequestSigner:
    """Register a client with a secret whose requests this key signs."""
    key = key or keys()["p256"]
    rp = await world.client(client_id, **{"jwks": json.dumps({"keys": [key.jwk]}), **changes})
    return RequestSigner(rp, key)
