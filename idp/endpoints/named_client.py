"""Which client a refused request names, so that the summary of refusals can say whom they were aimed at (DESIGN 5.9).

Named is not proved: anybody may name any client. Only the id of a registered one is taken, so a flood of invented names
makes no more rows of the record than one.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress

from idp.edge.call import BadCall, Call
from idp.edge.cookie_names import cookie_name
from idp.ids import ClientId
from idp.interactions.cookie import held_interaction
from idp.protocol.client_authentication import parse_credentials
from idp.protocol.errors import InvalidClient, InvalidRequest
from keys.jose import InvalidJwt, Purpose, peek


def named_client(call: Call) -> str:
    """Return the registered client that the request names, or nothing."""
    names = (name for name in _names(call) if call.provider.configuration.knows(ClientId(name)))
    return next(names, "")


def _names(call: Call) -> Iterator[str]:
    """Find names where each kind of request carries one: credentials, parameters, interaction, access token."""
    parameters = _parameters(call)
    authorization = call.headers.get("authorization")
    with suppress(InvalidClient, InvalidRequest):
        yield parse_credentials(authorization, parameters).client_id
    yield parameters.get("client_id", "")
    settings, vault = call.provider.settings, call.provider.vault
    held = held_interaction(call.cookies(), parameters.get("i", ""), cookie_name(settings, "i-"), vault)
    if held is not None:
        yield held.client_id
    token = (authorization or "").partition(" ")[2] or parameters.get("access_token", "")
    with suppress(InvalidJwt):
        named = peek(token, purpose=Purpose.ACCESS_TOKEN).unverified_claims.get("client_id")
        yield named if isinstance(named, str) else ""


def _parameters(call: Call) -> Mapping[str, str]:
    pairs: list[tuple[str, str]] = []
    with suppress(BadCall):
        pairs += call.query()
    with suppress(BadCall):
        pairs += call.form() if call.body else ()
    return dict(pairs)
