"""A client's question for its own sign-outs: an interface of ours beside Back-Channel Logout 1.0. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from idp.protocol.errors import InvalidRequest

MOST = 100
_USUAL = 50
STATES = ("waiting", "delivered", "dead", "browser", "unsupported")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRequest:
    """What a client asks: the newest first, or those before one it has; of one state, or of all."""

    state: str | None
    before: str | None
    limit: int


def parse_delivery_request(form: Mapping[str, str]) -> DeliveryRequest:
    """Return the question, or refuse it."""
    state, limit = form.get("state"), form.get("limit", str(_USUAL))
    if state is not None and state not in STATES:
        raise InvalidRequest("state must be one of: " + " ".join(STATES))
    if not (limit.isascii() and limit.isdecimal() and len(limit) <= 3 and 1 <= int(limit) <= MOST):
        raise InvalidRequest(f"limit must be a number from 1 to {MOST}")
    return DeliveryRequest(state=state, before=form.get("before"), limit=int(limit))
