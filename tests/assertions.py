"""Client assertions as a relying party makes them – RFC 7523 §2.2, OpenID Connect Core §9."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

import httpx

from tests.driver import ISSUER
from tests.keys.forge import ABSENT, ForgedKey, hmac_token, keys
from tests.world import World

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
TYP = "client-authentication+jwt"
_numbers = count(1)


def claims(client_id: str, now: datetime, **changes: Any) -> dict[str, Any]:
    """The claims of an assertion that is right, but for these; ABSENT leaves one out. Times are seconds from now."""
    moment = int(now.timestamp())
    relative = {
        name: moment + changes.pop(name) for name in ("iat", "nbf", "exp") if _is_number(changes, name)
    }
    made: dict[str, Any] = {
        "iss": client_id,
        "sub": client_id,
        "aud": ISSUER,
        "iat": moment,
        "exp": moment + 60,
        "jti": f"jti-{next(_numbers)}",
        **relative,
        **changes,
    }
    return {name: value for name, value in made.items() if value is not ABSENT}


def _is_number(changes: dict[str, Any], name: str) -> bool:
    return isinstance(changes.get(name), int | float) and not isinstance(changes[name], bool)


def carrying(assertion: str, **changes: str | None) -> dict[str, str]:
    """The parameters that carry an assertion; None leaves one out."""
    parameters = {"client_assertion_type": TYPE, "client_assertion": assertion, **changes}
    return {name: value for name, value in parameters.items() if value is not None}


@dataclass
class Signer:
    """A client with a key of its own."""

    client_id: str
    key: ForgedKey = field(default_factory=lambda: keys()["p256"])

    @property
    def jwks(self) -> str:
        """What it registers."""
        return json.dumps({"keys": [self.key.jwk]})

    def assertion(self, now: datetime, *, header: dict[str, object] | None = None, **changes: Any) -> str:
        return self.key.token(claims(self.client_id, now, **changes), **{"typ": TYP, **(header or {})})

    def form(self, now: datetime, **changes: Any) -> dict[str, str]:
        return carrying(self.assertion(now, **changes))


def secret_assertion(
    secret: str | bytes, payload: dict[str, Any], *, alg: str = "HS256", **header: object
) -> str:
    """An assertion under a shared secret (client_secret_jwt)."""
    raw = secret.encode() if isinstance(secret, str) else secret
    return hmac_token(alg, raw, {"kid": "none", "typ": TYP, **header}, payload)


async def ask(
    world: World, proof: Mapping[str, str], headers: Mapping[str, str] | None = None
) -> httpx.Response:
    """Ask for what a client that is let in is told `invalid_grant` for."""
    form = {"grant_type": "refresh_token", "refresh_token": "hp_rt_00" + "a" * 43, **proof}
    return await world.http.post("/token", data=form, headers=headers)
