"""The token endpoint – RFC 6749 §3.2, OpenID Connect Core §3.1.3. One grant, one file; dispatch is a literal table."""

from collections.abc import Awaitable, Callable, Mapping

from idp.edge import Answer, Call
from idp.endpoints.token.authorization_code import redeem_code
from idp.endpoints.token.refresh_token import rotate
from idp.ids import ClientId
from idp.protocol.client_authentication import check_credentials, parse_credentials
from idp.protocol.errors import InvalidRequest, ToJson, UnauthorizedClient, UnsupportedGrantType, refusing
from idp.protocol.facts import ClientFacts
from idp.protocol.token_request import parse_form

Grant = Callable[[Call, ClientFacts, Mapping[str, str]], Awaitable[Answer]]

GRANTS: Mapping[str, Grant] = {
    "authorization_code": redeem_code,
    "refresh_token": rotate,
}
"""What discovery promises is exactly this."""


async def token(call: Call) -> Answer:
    """Authenticate the client, then hand over to its grant."""
    with refusing(ToJson(basic="authorization" in call.headers)):
        if call.query_string:
            raise InvalidRequest("parameters belong in the body")
        form = parse_form(call.form())
        grant_type = form.get("grant_type")
        if grant_type is None:
            raise InvalidRequest("grant_type is required")
        client = await authenticate_client(call, form)
        grant = GRANTS.get(grant_type)
        if grant is None:
            raise UnsupportedGrantType("grant_type is not offered")
        if grant_type not in client.grant_types:
            raise UnauthorizedClient("this client is not registered for the grant")
        return await grant(call, client, form)


async def authenticate_client(call: Call, form: Mapping[str, str]) -> ClientFacts:
    """Return the client that proved itself by its registered method (RFC 6749 §2.3)."""
    presented = parse_credentials(call.headers.get("authorization"), form)
    client = await call.provider.configuration.client(ClientId(presented.client_id))
    now = call.provider.clock.now()
    secrets = client.secrets if client is not None else ()
    return check_credentials(
        presented,
        client.facts if client is not None else None,
        secret_digests=[
            secret.digest for secret in secrets if secret.expires_at is None or now < secret.expires_at
        ],
        digest=call.provider.vault.digest,
    )
