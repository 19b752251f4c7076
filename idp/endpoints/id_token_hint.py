"""Whom an authorization request is about, by an ID token of ours that comes back – OpenID Connect Core §3.1.2.1."""

from idp.edge import Call
from idp.edge.own_token import verified
from idp.protocol.errors import InvalidRequest
from idp.protocol.facts import ClientFacts
from keys.jose import InvalidJwt, Purpose


async def hinted_sub(call: Call, client: ClientFacts, id_token_hint: str | None) -> str | None:
    """Return the subject of an ID token of ours for this client, expired or not; None where none was sent."""
    if id_token_hint is None:
        return None
    try:
        claims = (await verified(call, id_token_hint, purpose=Purpose.ID_TOKEN_HINT)).claims
    except InvalidJwt as error:
        raise InvalidRequest("id_token_hint is not an ID token of ours", detail=error.reason) from error
    sub = claims.get("sub")
    if claims.get("iss") != call.provider.settings.issuer or claims.get("aud") != client.client_id:
        raise InvalidRequest("id_token_hint was issued to another client")
    return sub if isinstance(sub, str) else None
