"""The client_credentials grant: a machine's token on its own behalf – RFC 6749 §4.4, RFC 9068.

Nothing hangs on it but its record, so one row goes through the lane of shared commits (DESIGN 5.7) and the answer waits
for that commit. Who proved themselves by an assertion spends it in the very same one.
"""

from collections.abc import Mapping

from idp.audit.events import EventType
from idp.audit.occasion import client_ref
from idp.edge import Answer, Call
from idp.endpoints.client_authentication import ProvenClient, spend
from idp.protocol import access_token, machine_token
from idp.protocol.errors import ProtocolError


async def issue_to_client(call: Call, proven: ProvenClient, form: Mapping[str, str]) -> Answer:
    """Answer an access token for the client itself (§4.4.3)."""
    provider, occasion, client = call.provider, call.occasion(), proven.facts
    try:
        request = machine_token.check_machine_request(form, client)
    except ProtocolError:
        await spend(call, proven)
        raise
    jti, lifetime = provider.clock.token(), provider.settings.life.access_token
    claims = machine_token.build(
        request, client, iss=provider.settings.issuer, jti=jti, lifetime=lifetime, now=occasion.now
    )
    token = await provider.keyring.sign(claims, typ=access_token.TYP, alg="ES256")
    issued = occasion.event(
        EventType.CLIENT_TOKEN_ISSUED,
        actor=client_ref(client.client_id),
        client_id=client.client_id,
        audience=request.audience,
        scopes=sorted(request.scopes),
        jti=jti,
    )
    await spend(call, proven, event=issued)
    return Answer.json(
        {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": int(lifetime.total_seconds()),
            "scope": claims["scope"],
        }
    )
