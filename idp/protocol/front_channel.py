"""Tokens that come through the browser – OpenID Connect Core §3.2, §3.3; Multiple Response Types §3, §5.

Offered in the certification profile alone (DESIGN 5.17): everywhere else a relying party gets a code and nothing more
(RFC 9700 §2.1.2). Such an access token is good for userinfo and for nothing else. Pure.
"""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from urllib.parse import urlencode

from idp.protocol.errors import InvalidRequest

CODE = "code"
IN_FRONT = ("id_token", "code id_token", "id_token token")
GRANT_TYPE = "implicit"
"""What clients register that get tokens without a token request (Registration §2)."""
FRAGMENT = "fragment"
MODES = (FRAGMENT, "form_post")
"""How tokens may travel: never in the query, which servers log (Multiple Response Types §5)."""
_CANONICAL = {tuple(sorted(known.split(" "))): known for known in IN_FRONT}
_HASHES = {"256": hashlib.sha256, "EdDSA": hashlib.sha512}


def offered_response_types(*, in_front: bool) -> tuple[str, ...]:
    """Return the response types of an installation."""
    return (CODE, *IN_FRONT) if in_front else (CODE,)


def in_front_grant_types(offered: tuple[str, ...]) -> tuple[str, ...]:
    """Return the grant type that goes with the response types of the front channel, where one is offered."""
    return (GRANT_TYPE,) if set(offered) & set(IN_FRONT) else ()


def response_modes(offered: tuple[str, ...]) -> tuple[str, ...]:
    """Return the response modes that only tokens need, where they are offered."""
    return (FRAGMENT,) if set(offered) & set(IN_FRONT) else ()


def canonical(response_type: str) -> str:
    """Return a response type as its spec writes it: its words come in any order (Multiple Response Types §3)."""
    return _CANONICAL.get(tuple(sorted(response_type.split(" "))), response_type)


def mode_in_front(values: Mapping[str, str], offered: tuple[str, ...]) -> str | None:
    """Return how the answer to a request for tokens goes, its errors too; None: it asks for none that is offered."""
    response_type = canonical(values.get("response_type", ""))
    if response_type not in IN_FRONT or response_type not in offered:
        return None
    asked = values.get("response_mode", FRAGMENT)
    return asked if asked in MODES else FRAGMENT


def fragment_uri(redirect_uri: str, parameters: Mapping[str, str]) -> str:
    """Return the redirect_uri with the answer behind it, where the browser keeps it from servers (§2.1)."""
    return f"{redirect_uri}#{urlencode(parameters)}"


def check_nonce(nonce: str | None, response_type: str) -> None:
    """Refuse a request without nonce where nothing else ties the ID token to it (Core §3.2.2.1, §3.3.2.11)."""
    if response_type in IN_FRONT and nonce is None:
        raise InvalidRequest("nonce is required for this response_type")


def token_hashes(*, alg: str, code: str | None, access_token: str | None) -> dict[str, object]:
    """Return c_hash and at_hash, which bind to an ID token what came with it (Core §3.2.2.9, §3.3.2.11)."""
    bound = {"c_hash": code, "at_hash": access_token}
    return {name: _half_hash(value, alg) for name, value in bound.items() if value is not None}


def _half_hash(value: str, alg: str) -> str:
    """Return the left half of the hash of the signature's algorithm (Core §3.1.3.6)."""
    make = next(make for name, make in _HASHES.items() if alg.endswith(name))
    digest = make(value.encode("ascii")).digest()
    return urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()
