"""The redirect_uri of a request: registered (RFC 9700 §2.1), be it only just now at another node (RFC 7592 §2.2)."""

from idp.edge import Call
from idp.protocol.errors import InvalidRequest
from idp.protocol.facts import ClientFacts
from idp.protocol.registration import check_redirect_uri


async def with_address(call: Call, client: ClientFacts, redirect_uri: str) -> tuple[ClientFacts, str]:
    """Return the client, as it is registered by now where this node had not read that, and its address; or refuse."""
    try:
        return client, check_redirect_uri(client, redirect_uri)
    except InvalidRequest:
        newer = await call.provider.configuration.client_now(client.client_id)
        if newer is None or not newer.facts.enabled:
            raise
        return newer.facts, check_redirect_uri(newer.facts, redirect_uri)
