"""The one door for every JWT we read – RFC 7515 (compact form only), RFC 7519, hardened by RFC 8725.

What a token is read *as* decides which algorithms, `typ` and size are accepted; the token itself decides
nothing and names no key of its own. A shared secret verifies one purpose only, in a function that takes no
key set, so that no public key ever becomes one. Stricter than the RFCs: no `crit`, no detached payload, no
repeated JSON names, one base64url spelling. Pure: keys and time come in. Callers catch InvalidJwt and nothing
else.
"""

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from functools import lru_cache

from keys import base64url
from keys.jwk import DECOY, InvalidJwkSet, JwkSet, PublicJwk, thumbprint
from keys.proved import Proved
from keys.strict_json import parse_json_object

__all__ = [
    "MAX_TOKEN_CHARS",
    "MIN_SECRET_BYTES",
    "InvalidJwkSet",
    "InvalidJwt",
    "JwkSet",
    "JwtHeader",
    "PublicJwk",
    "Purpose",
    "UnknownKey",
    "UnverifiedJwt",
    "VerifiedJwt",
    "check_times",
    "numeric_date",
    "parse_json_object",
    "peek",
    "supported_algs",
    "thumbprint",
    "verify",
    "verify_with_secret",
]

MIN_SECRET_BYTES = 32
"""RFC 7518 §3.2: a key for HS256 is no shorter than its digest."""
MAX_TOKEN_CHARS = 16 * 1024
_MAX_KID_CHARS = 256
_SHORT_HEADER = 512
"""Characters; longer ones are not remembered, so that strangers can't fill the memory."""
_LAST_MOMENT = datetime(9999, 12, 31, tzinfo=UTC).timestamp()
_FORBIDDEN_HEADERS = frozenset({"crit", "b64", "jwk", "jku", "x5u", "x5c", "enc", "zip"})
"""Extensions (RFC 7515 §4.1.11: none supported, so refused), keys the token brings itself, and encryption."""

_OWN_ALGS = frozenset({"ES256", "RS256", "PS256", "EdDSA"})
_FOREIGN_ALGS = frozenset(
    {"ES256", "ES384", "ES512", "RS256", "PS256", "PS384", "PS512", "EdDSA", "Ed25519"},
)
_ASSERTION_TYPS = frozenset({"JWT", "client-authentication+jwt", None})


class Purpose(Enum):
    """What a token is read as, so that one kind never passes for another (RFC 8725 §3.11, §3.12)."""

    ID_TOKEN_HINT = auto()
    """An ID token of ours that comes back (Core §3.1.2.1, RP-Initiated Logout §2)."""
    ACCESS_TOKEN = auto()
    """An access token of ours (RFC 9068 §4)."""
    LOGOUT_TOKEN = auto()
    """A logout token, ours or an upstream's (Back-Channel Logout §2.6)."""
    UPSTREAM_ID_TOKEN = auto()
    """An ID token of an upstream identity provider (Core §3.1.3.7)."""
    CLIENT_ASSERTION = auto()
    """A client proves itself by its own key (RFC 7523 §3)."""
    CLIENT_SECRET_ASSERTION = auto()
    """A client proves itself by its secret (client_secret_jwt, OpenID Connect Core §9): the only shared secret."""
    REQUEST_OBJECT = auto()
    """An authorization request, signed by the client (RFC 9101 §6)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Policy:
    algs: frozenset[str]
    typs: frozenset[str | None]
    needs_kid: bool = False
    is_foreign: bool = False
    """Others make them, and may spell `typ` as media types are spelled (RFC 7515 §4.1.9); we know how we spell ours."""

    def typ_of(self, typ: str) -> str:
        """Return a `typ` as we spell it."""
        if not self.is_foreign:
            return typ
        short = typ.lower().removeprefix("application/")
        return next((known for known in self.typs if known and known.lower() == short), typ)


_POLICIES: Mapping[Purpose, _Policy] = {
    Purpose.ID_TOKEN_HINT: _Policy(algs=_OWN_ALGS, typs=frozenset({"JWT", None}), needs_kid=True),
    Purpose.ACCESS_TOKEN: _Policy(
        algs=_OWN_ALGS, typs=frozenset({"at+jwt", "application/at+jwt"}), needs_kid=True
    ),
    Purpose.LOGOUT_TOKEN: _Policy(algs=_FOREIGN_ALGS, typs=frozenset({"logout+jwt"}), is_foreign=True),
    Purpose.UPSTREAM_ID_TOKEN: _Policy(algs=_FOREIGN_ALGS, typs=frozenset({"JWT", None}), is_foreign=True),
    Purpose.CLIENT_ASSERTION: _Policy(algs=_FOREIGN_ALGS, typs=_ASSERTION_TYPS, is_foreign=True),
    Purpose.CLIENT_SECRET_ASSERTION: _Policy(
        algs=frozenset({"HS256"}), typs=_ASSERTION_TYPS, is_foreign=True
    ),
    Purpose.REQUEST_OBJECT: _Policy(
        algs=_FOREIGN_ALGS, typs=frozenset({"JWT", "oauth-authz-req+jwt", None}), is_foreign=True
    ),
}


class InvalidJwt(Exception):
    """Refused. `reason` is for our log and holds nothing of the token."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UnknownKey(InvalidJwt):
    """No key fits: the one refusal after which reading the issuer's keys afresh may help."""

    def __init__(self) -> None:
        super().__init__("no key of the set fits this token")


@dataclass(frozen=True, slots=True, kw_only=True)
class JwtHeader:
    """What we take from a header."""

    alg: str
    kid: str | None
    typ: str | None
    """As we spell it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnverifiedJwt:
    """A well-formed token that nobody vouches for: good for choosing whose keys to ask."""

    header: JwtHeader
    unverified_claims: Mapping[str, object]
    purpose: Purpose
    """What it was read as."""
    text: str = field(repr=False)
    """The token itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedJwt:
    """A token signed by a key of the given set; its claims still want checking. Made by `verify` only."""

    header: JwtHeader
    claims: Mapping[str, object]


def supported_algs(purpose: Purpose) -> tuple[str, ...]:
    """Return the algorithms accepted for a purpose, for discovery and registration."""
    return tuple(sorted(_POLICIES[purpose].algs))


def peek(token: str, *, purpose: Purpose) -> UnverifiedJwt:
    """Return what an unverified token says, or raise InvalidJwt where no signature could save it."""
    unverified_header, unverified_payload, _ = _split(token)
    return UnverifiedJwt(
        header=_header(unverified_header, purpose),
        unverified_claims=_parse_claims(unverified_payload),
        purpose=purpose,
        text=token,
    )


def verify(
    token: str | UnverifiedJwt, *, purpose: Purpose, keys: JwkSet, proved: Proved | None = None
) -> VerifiedJwt:
    """Return the token's claims once the signature is proved, or raise InvalidJwt.

    One that was peeked at for the same purpose is not read again. `proved` remembers under these very keys: what is in it
    is not proved anew, what is proved here is added.
    """
    text, peeked = _as_text(token, purpose)
    unverified_header, unverified_payload, unverified_signature = _split(text)
    header = _header(unverified_header, purpose)
    key = keys.find(kid=header.kid, alg=header.alg)
    message = f"{unverified_header}.{unverified_payload}".encode("ascii")
    if key is None:
        DECOY.verifies(b"!" * 64, message, alg="ES256")  # a missing key takes as long as a wrong signature
        raise UnknownKey
    if proved is None or text not in proved:
        if not key.verifies(_decode(unverified_signature), message, alg=header.alg):
            raise InvalidJwt("the signature is not this key's")
        if proved is not None:
            proved.add(text)
    return VerifiedJwt(header=header, claims=_parse_claims(unverified_payload) if peeked is None else peeked)


def verify_with_secret(token: str | UnverifiedJwt, *, secrets: Iterable[bytes]) -> VerifiedJwt:
    """Return the claims of a client's assertion once one of its secrets is proved, or raise InvalidJwt.

    HS256 and nothing else; a secret shorter than 32 bytes proves nothing (RFC 7518 §3.2).
    """
    text, peeked = _as_text(token, Purpose.CLIENT_SECRET_ASSERTION)
    unverified_header, unverified_payload, unverified_signature = _split(text)
    header = _header(unverified_header, Purpose.CLIENT_SECRET_ASSERTION)
    message = f"{unverified_header}.{unverified_payload}".encode("ascii")
    given = _decode(unverified_signature)
    matches = [
        hmac.compare_digest(hmac.digest(secret, message, "sha256"), given)
        for secret in secrets
        if len(secret) >= MIN_SECRET_BYTES
    ]
    if not any(matches):
        raise InvalidJwt("the signature is none of this client's secrets'")
    return VerifiedJwt(header=header, claims=_parse_claims(unverified_payload) if peeked is None else peeked)


def check_times(
    claims: Mapping[str, object],
    *,
    now: datetime,
    leeway: timedelta,
    early: timedelta = timedelta(),
    require_exp: bool = True,
    max_age: timedelta | None = None,
) -> None:
    """Refuse a token outside its time (RFC 7519 §4.1.4–4.1.6); with `max_age`, also one issued longer ago.

    `leeway` is for whoever issued it with another clock, at both ends; `early` at the beginning alone, if it is more.
    """
    moment, slack = now.timestamp(), leeway.total_seconds()
    sooner = max(slack, early.total_seconds())
    exp, nbf, iat = (numeric_date(claims, name) for name in ("exp", "nbf", "iat"))
    if exp is None and require_exp:
        raise InvalidJwt("exp is missing")
    if exp is not None and moment >= exp + slack:
        raise InvalidJwt("the token has expired")
    if nbf is not None and moment < nbf - sooner:
        raise InvalidJwt("the token is not valid yet")
    if iat is not None and moment < iat - sooner:
        raise InvalidJwt("iat is in the future")
    if max_age is not None and (iat is None or moment > iat + max_age.total_seconds() + slack):
        raise InvalidJwt("the token was issued too long ago, or does not say when")


def _as_text(token: str | UnverifiedJwt, purpose: Purpose) -> tuple[str, Mapping[str, object] | None]:
    """Return the token, and what it claims if it was read as just this before."""
    if isinstance(token, str):
        return token, None
    return token.text, token.unverified_claims if token.purpose is purpose else None


def _split(token: str) -> tuple[str, str, str]:
    if len(token) > MAX_TOKEN_CHARS:
        raise InvalidJwt("the token is too large")
    if not token.isascii() or token.count(".") != 2:
        raise InvalidJwt("the token is not a JWS in compact form")
    header, payload, signature = token.split(".")
    if not (header and payload and signature):
        raise InvalidJwt("a part of the token is empty")
    return header, payload, signature


def _header(part: str, purpose: Purpose) -> JwtHeader:
    """Return what a header says; whoever sends tokens sends the same one with each."""
    return _known_header(part, purpose) if len(part) <= _SHORT_HEADER else _parse_header(part, purpose)


def _parse_header(part: str, purpose: Purpose) -> JwtHeader:
    policy, members = _POLICIES[purpose], _parse_part(part)
    if _FORBIDDEN_HEADERS & members.keys():
        raise InvalidJwt("the header has a parameter we refuse")
    alg, kid, typ = members.get("alg"), members.get("kid"), members.get("typ")
    if not isinstance(alg, str) or alg not in policy.algs:
        raise InvalidJwt("alg is not allowed for this purpose")
    spelled = policy.typ_of(typ) if isinstance(typ, str) else None
    if spelled not in policy.typs or (spelled is None and "typ" in members):
        raise InvalidJwt("typ is not right for this purpose")
    if kid is None and (policy.needs_kid or "kid" in members):
        raise InvalidJwt("kid is missing")
    if kid is not None and not (isinstance(kid, str) and 0 < len(kid) <= _MAX_KID_CHARS):
        raise InvalidJwt("kid is malformed")
    return JwtHeader(alg=alg, kid=kid, typ=spelled)


_known_header = lru_cache(maxsize=512)(_parse_header)
"""A header holds no secret, and a signature is checked over its text; what is refused is not kept."""


def _parse_claims(part: str) -> dict[str, object]:
    claims = _parse_part(part)
    if "crit" in claims:  # a header parameter smuggled where nobody checks it
        raise InvalidJwt("crit is among the claims")
    return claims


def _parse_part(part: str) -> dict[str, object]:
    try:
        return parse_json_object(_decode(part))
    except ValueError:
        raise InvalidJwt("a part of the token is not one clean JSON object") from None


def _decode(part: str) -> bytes:
    try:
        return base64url.decode(part)
    except ValueError:
        raise InvalidJwt("a part of the token is not base64url") from None


def numeric_date(claims: Mapping[str, object], name: str) -> float | None:
    """Return a NumericDate (RFC 7519 §2), None if absent; a present one must be a plausible number."""
    if name not in claims:
        return None
    value = claims[name]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidJwt(f"{name} is not a number")
    if not 0 < value <= _LAST_MOMENT:  # so is no NaN, no infinity, no whole number beyond any float
        raise InvalidJwt(f"{name} is not a plausible moment")
    return value
