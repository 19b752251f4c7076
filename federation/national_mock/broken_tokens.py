"""Wrong ID tokens, one way of being wrong each – OpenID Connect Core §3.1.3.7.

A relying party must refuse every one of them. The token is first made as it should be, then broken and,
where the fault is not the signature itself, signed again with the right key.
"""

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey

from federation.national_mock import signing_key

Claims = dict[str, Any]
OTHER_ISSUER = "https://another-issuer.example"


def _without(name: str) -> Callable[[Claims], Claims]:
    return lambda claims: {key: value for key, value in claims.items() if key != name}


def _with(**changes: object) -> Callable[[Claims], Claims]:
    return lambda claims: claims | changes


_CLAIMS: dict[str, Callable[[Claims], Claims]] = {
    "wrong_nonce": _with(nonce="a nonce of somebody else's request"),
    "no_nonce": _without("nonce"),
    "wrong_aud": _with(aud="another-client"),
    "aud_list": lambda claims: claims | {"aud": [claims["aud"], "another-client"]},  # and no azp
    "other_issuer": _with(iss=OTHER_ISSUER),
    "no_exp": _without("exp"),
    "expired": lambda claims: claims | {"iat": claims["iat"] - 7200, "exp": claims["exp"] - 7200},
    "future_iat": lambda claims: claims | {"iat": claims["iat"] + 7200, "exp": claims["exp"] + 7200},
    "old_auth_time": lambda claims: claims | {"auth_time": claims["auth_time"] - 7200},
    "sub_missing": _without("sub"),
    "sub_empty": _with(sub=""),
    "sub_number": _with(sub=31),
    "sub_huge": _with(sub="n" * 4096),
    "lower_acr": lambda claims: claims | {"acr": "LoA0" if claims.get("acr") == "LoA1" else "LoA1"},
    "issuer_changed": _with(iss=OTHER_ISSUER),
}
_SIGNATURES = ("wrong_key", "unknown_kid", "alg_none", "hs256")
MODES = (*_CLAIMS, *_SIGNATURES, "clock_off")
"""Each of these is to be refused; a changed key, published as it should be, is not."""
ROTATED = "key_rotated"


def break_id_token(mode: str, id_token: str, key: RSAKey, *, next_key: RSAKey, amount: float) -> str:
    """The same ID token with this one thing wrong; `amount` is by how many seconds the clock is off."""
    claims = jwt.decode(id_token, key, algorithms=["RS256"]).claims
    if mode == ROTATED:
        return _sign(claims, next_key)
    if mode == "clock_off":
        moments = {name: claims[name] + int(amount) for name in ("iat", "exp", "auth_time")}
        return _sign(claims | moments, key)
    if mode in _CLAIMS:
        return _sign(_CLAIMS[mode](claims), key)
    return _badly_signed(mode, claims, key)


def _badly_signed(mode: str, claims: Claims, key: RSAKey) -> str:
    if mode == "wrong_key":
        return _sign(claims, signing_key.make(kid=key.kid))
    if mode == "unknown_kid":
        return _sign(claims, signing_key.make())
    if mode == "hs256":  # the public key as an HMAC secret, an old trick that joserfc would not take part in
        signed = f"{_part({'alg': 'HS256', 'typ': 'JWT', 'kid': key.kid})}.{_part(claims)}"
        return f"{signed}.{_base64url(hmac.digest(key.as_pem(private=False), signed.encode(), 'sha256'))}"
    return f"{_part({'alg': 'none', 'typ': 'JWT'})}.{_part(claims)}."


def _sign(claims: Claims, key: RSAKey) -> str:
    return jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key, algorithms=["RS256"])


def _part(value: Claims) -> str:
    return _base64url(json.dumps(value).encode())


def _base64url(octets: bytes) -> str:
    return urlsafe_b64encode(octets).rstrip(b"=").decode()
