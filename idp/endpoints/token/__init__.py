"""The token endpoint – RFC 6749 §3.2, OpenID Connect Core §3.1.3. One grant, one file; dispatch is a literal table."""

from collections.abc import Awaitable, Callable, Mapping

from idp import metrics
from idp.edge import Answer, Call
from idp.endpoints.client_authentication import ProvenClient, prove_client, spend
from idp.endpoints.token.authorization_code import redeem_code
from idp.endpoints.token.client_credentials import issue_to_client
from idp.endpoints.token.refresh_token import rotate
from idp.protocol.errors import InvalidRequest, ToJson, UnauthorizedClient, UnsupportedGrantType, refusing
from idp.protocol.resource import check_one_resource
from idp.protocol.token_request import parse_form

Grant = Callable[[Call, ProvenClient, Mapping[str, str]], Awaitable[Answer]]
"""It spends what the client proved itself by, whatever comes of the request."""

GRANTS: Mapping[str, Grant] = {
    "authorization_code": redeem_code,
    "refresh_token": rotate,
    "client_credentials": issue_to_client,
}
"""What discovery promises is exactly this."""


async def token(call: Call) -> Answer:
    """Authenticate the client, then hand over to its grant."""
    with refusing(ToJson()):
        if call.query_string:
            raise InvalidRequest("parameters belong in the body")
        pairs = call.form()
        check_one_resource([name for name, _ in pairs])
        form = parse_form(pairs)
        grant_type = form.get("grant_type")
        if grant_type is None:
            raise InvalidRequest("grant_type is required")
        proven = await prove_client(call, form)
        grant = GRANTS.get(grant_type)
        if grant is None or grant_type not in proven.facts.grant_types:
            await spend(call, proven)
            if grant is None:
                raise UnsupportedGrantType("grant_type is not offered")
            raise UnauthorizedClient("this client is not registered for the grant")
        answer = await grant(call, proven, form)
        metrics.TOKENS_ISSUED.add(grant_type)
        return answer
