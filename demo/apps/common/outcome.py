"""How a sign-in can come to nothing, sorted by what the person can do about it.

Errors of the provider: RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6.
"""

from enum import Enum, auto

_SILENT = {"login_required", "interaction_required", "consent_required", "account_selection_required"}
_DOWN = {"server_error", "temporarily_unavailable"}
_WEAK = "unmet_authentication_requirements"
_KNOWN = _SILENT | _DOWN | {"access_denied", _WEAK}


class Reason(Enum):
    """Why nobody is signed in."""

    MISMATCH = auto()
    STOPPED = auto()
    NEEDS_PERSON = auto()
    TOO_WEAK = auto()
    UNAVAILABLE = auto()
    UNVERIFIED = auto()


class SignInRefused(Exception):
    """Nobody is signed in by this answer; `detail` is for the log and repeats nothing of the answer."""

    def __init__(self, reason: Reason, detail: str, *, next_path: str = "/") -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.next_path = next_path


def answered_error(error: str | None, *, silent: bool, next_path: str) -> SignInRefused:
    """Sort an error that the provider answered instead of a code."""
    if error == "access_denied":
        reason = Reason.STOPPED
    elif error in _SILENT:
        reason = Reason.NEEDS_PERSON if silent else Reason.STOPPED
    elif error == _WEAK:
        reason = Reason.TOO_WEAK
    else:
        reason = Reason.UNAVAILABLE if error in _DOWN else Reason.UNVERIFIED
    detail = f"the provider answered {error}" if error in _KNOWN else "the provider answered another error"
    return SignInRefused(reason, detail, next_path=next_path)
