"""The pushed authorization request endpoint – RFC 9126 §2, §3.

The client authenticates as at the token endpoint; its request is checked as at the authorization endpoint and kept
sealed, to be loaded once by its own client. A public client proves nothing, so its pushes are counted per address.
"""

from datetime import datetime
from functools import partial

from idp.audit.events import EventType
from idp.audit.occasion import Occasion, client_ref
from idp.database import Done
from idp.edge import Answer, Call
from idp.endpoints.asked_request import opened_request
from idp.endpoints.client_authentication import authenticate_client
from idp.endpoints.id_token_hint import hinted_sub
from idp.endpoints.registered_address import with_address
from idp.grants.model import StoredRequest
from idp.ids import NO_BUCKET, HandleKind
from idp.limits.model import Counted, Limit, address_key
from idp.limits.service import Counter, whose
from idp.protocol.authorization_request import check, parse, redirect_uri_of
from idp.protocol.errors import InvalidRequest, ToJson, refusing
from idp.protocol.facts import ClientFacts
from idp.protocol.pushed_request import check_pushing, request_uri_of
from idp.protocol.request_object import check_was_signed
from idp.protocol.resource import check_one_resource
from idp.protocol.token_request import parse_form
from idp.transaction import Tx


async def par(call: Call) -> Answer:
    """Keep a request and name it."""
    with refusing(ToJson()):
        if call.query_string:
            raise InvalidRequest("parameters belong in the body")
        pairs = call.form()
        check_one_resource(name for name, _ in pairs)
        client = await authenticate_client(call, parse_form(pairs))
        sent = parse(pairs)
        check_pushing(sent)
        if sent.values.get("client_id", client.client_id) != client.client_id:
            raise InvalidRequest("client_id is another client's")
        provider, now = call.provider, call.provider.clock.now()
        asked = await opened_request(call, client, sent, now=now)
        check_was_signed(client, was_signed=asked.is_signed)
        client, redirect_uri = await with_address(call, client, redirect_uri_of(asked.raw))
        hinted = await hinted_sub(call, client, asked.raw.values.get("id_token_hint"))
        check(
            asked.raw,
            client,
            redirect_uri=redirect_uri,
            hinted_sub=hinted,
            iss=provider.settings.issuer,
            now=now,
            response_types=provider.response_types,
        )
        return await _keep(call, client, asked.to_keep(client, hinted), now=now)


async def _keep(call: Call, client: ClientFacts, request: StoredRequest, *, now: datetime) -> Answer:
    provider, occasion = call.provider, call.occasion()
    counter = (Limit.PUSHED_REQUESTS, whose(client.client_id, address_key(call.peer)))
    if client.is_public:
        provider.limits.check(counter, now=now)
    handle = provider.clock.handle(HandleKind.PUSHED_REQUEST, NO_BUCKET)
    lifetime = provider.settings.life.request_uri
    add = partial(
        _add,
        handle=handle,
        client=client,
        request=request,
        expires_at=now + lifetime,
        counter=counter,
        occasion=occasion,
    )
    counted = (await provider.database.transact(add)).unwrap()
    if counted is not None:
        provider.limits.learn(counter, counted)
    content = {"request_uri": request_uri_of(handle), "expires_in": int(lifetime.total_seconds())}
    return Answer.json(content, status=201)


def _add(
    tx: Tx,
    *,
    handle: str,
    client: ClientFacts,
    request: StoredRequest,
    expires_at: datetime,
    counter: Counter,
    occasion: Occasion,
) -> Done[Counted | None]:
    """Store the request; that of a client which proved itself is on record, that of one which did not is counted."""
    tx.pushed_requests.add(handle, client.client_id, request, expires_at=expires_at)
    if client.is_public:
        return Done(tx.limits.count(*counter, occasion.now))
    tx.audit.add(
        occasion.event(
            EventType.REQUEST_PUSHED, actor=client_ref(client.client_id), client_id=client.client_id
        )
    )
    return Done(None)
