"""Proof Key for Code Exchange – RFC 7636.

Stricter than the RFC: S256 only; a client may go without it only where its profile says so (RFC 9700 §2.1.1).
Pure. Used by protocol/authorization_request.py and endpoints/token/authorization_code.py.
"""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode

from idp.protocol.errors import InvalidGrant, InvalidRequest

_S256_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")  # §4.1


def check_challenge(
    code_challenge: str | None, code_challenge_method: str | None, *, required: bool
) -> str | None:
    """Return the challenge to bind to the code, or refuse the request (§4.4.1)."""
    if code_challenge is None:
        if required:
            raise InvalidRequest("code_challenge is required")
        if code_challenge_method is not None:
            raise InvalidRequest("code_challenge_method was sent but no code_challenge was")
        return None
    if code_challenge_method != "S256":
        raise InvalidRequest("code_challenge_method must be S256")
    if not _S256_CHALLENGE.fullmatch(code_challenge):
        raise InvalidRequest("code_challenge must be 43 base64url characters")
    return code_challenge


def check_verifier(code_verifier: str | None, *, expected_challenge: str | None) -> None:
    """Refuse the token request unless the verifier matches the challenge (§4.6)."""
    if expected_challenge is None:
        if code_verifier is not None:  # RFC 9700 §2.1.1: downgrade
            raise InvalidGrant("code_verifier was sent but no code_challenge was")
        return
    if code_verifier is None or not _VERIFIER.fullmatch(code_verifier):
        raise InvalidGrant("code_verifier is missing or malformed")
    if not hmac.compare_digest(s256(code_verifier), expected_challenge):
        raise InvalidGrant("code_verifier does not match", detail="S256 mismatch")


def s256(code_verifier: str) -> str:
    """Return the S256 challenge of a verifier (§4.2)."""
    return urlsafe_b64encode(hashlib.sha256(code_verifier.encode("ascii")).digest()).rstrip(b"=").decode()
