"""The revocation endpoint – RFC 7009. A client ends what was issued to it, proved or (a public one) by holding it.

A refresh token ends its grant: every generation, and every access token of it wherever we are asked (§2.1). An access
token ends alone, by its `jti`; the refresh token stays, because the client did not name it. What is unknown, expired or
ended already is answered like success (§2.2); what was issued to another client is refused, lives on, and is on record.
"""

from functools import partial

from idp.audit.events import EventType
from idp.audit.occasion import Occasion, client_ref
from idp.clock import CLOCKS_APART
from idp.database import Done, Refused
from idp.edge import Answer, Call
from idp.edge.answer import NO_STORE
from idp.endpoints.back_channel import form_of, token_of, verified_claims
from idp.endpoints.client_authentication import authenticate_client
from idp.grants.gid import gid_of
from idp.ids import Gid, HandleKind, PersonId, parse_handle
from idp.protocol.access_token import PresentedToken, read_any
from idp.protocol.errors import InvalidGrant, InvalidToken, ToJson, refusing
from idp.protocol.facts import ClientFacts
from idp.transaction import Tx

_DONE = Answer(headers=NO_STORE)


async def revoke(call: Call) -> Answer:
    """End a token of the client's."""
    with refusing(ToJson()):
        form = form_of(call)
        client = await authenticate_client(call, form)
        token = token_of(form)
        provider, occasion = call.provider, call.occasion()
        if parse_handle(token, HandleKind.REFRESH_TOKEN) is not None:
            end = partial(_end_grant, token=token, client=client, occasion=occasion)
            (await provider.database.transact(end)).unwrap()
            return _DONE
        try:
            claims = await verified_claims(
                call, token, leeway=CLOCKS_APART
            )  # good by another node's clock, it ends there
            presented = read_any(claims, expected_iss=provider.settings.issuer)
        except InvalidToken:
            return _DONE
        gid = None if presented.gid is None else gid_of(presented.gid, presented.audience, provider.vault)
        end_one = partial(_end_token, presented=presented, gid=gid, client=client, occasion=occasion)
        (await provider.database.transact(end_one)).unwrap()
    return _DONE


def _end_grant(tx: Tx, *, token: str, client: ClientFacts, occasion: Occasion) -> Done[None] | Refused:
    """End the grant of a refresh token, whichever generation this is."""
    found = tx.refresh_tokens.find(token)
    if found is None:
        return Done(None)
    grant = found.grant
    if grant.client_id != client.client_id:
        return _refuse(tx, client, occasion, person_id=grant.person_id, client_id=grant.client_id)
    if tx.grants.revoke(grant.grant_id, occasion.now, "revoked by the client"):
        tx.audit.add(
            occasion.event(
                EventType.TOKEN_REVOKED,
                actor=client_ref(client.client_id),
                person_id=grant.person_id,
                client_id=client.client_id,
                kind="refresh_token",
                gid=grant.gid,
            )
        )
    return Done(None)


def _end_token(
    tx: Tx, *, presented: PresentedToken, gid: Gid | None, client: ClientFacts, occasion: Occasion
) -> Done[None] | Refused:
    """End one access token."""
    found = None if gid is None else tx.grants.find_by_gid(gid, occasion.now)
    person_id = None if found is None else found[0].person_id
    if presented.client_id != client.client_id:
        return _refuse(tx, client, occasion, person_id=person_id, client_id=presented.client_id)
    if tx.revoked_tokens.add(presented.jti, presented.expires_at):
        tx.audit.add(
            occasion.event(
                EventType.TOKEN_REVOKED,
                actor=client_ref(client.client_id),
                person_id=person_id,
                client_id=client.client_id,
                kind="access_token",
                jti=presented.jti,
            )
        )
    return Done(None)


def _refuse(
    tx: Tx, client: ClientFacts, occasion: Occasion, *, person_id: PersonId | None, client_id: str
) -> Refused:
    tx.audit.add(
        occasion.event(
            EventType.TOKEN_REVOCATION_REFUSED,
            actor=client_ref(client.client_id),
            person_id=person_id,
            client_id=client_id,
            presented_by=client.client_id,
        )
    )
    return Refused(InvalidGrant("token was issued to another client"))
