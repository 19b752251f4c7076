"""What an authorization request asks for: in its own parameters, in a request object, or in a request pushed before.

OpenID Connect Core §6, RFC 9101 §5, RFC 9126 §4. Whichever way it came, beside a request object or a pushed request no
other parameter counts. Until a request object is trusted its errors go where the parameters outside say, if that is
registered; those of a pushed request end on a page.
"""

from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from idp.database import Done
from idp.edge import Call
from idp.grants.model import StoredRequest
from idp.ids import ClientId
from idp.protocol.authorization_request import RawAuthorizationRequest, redirect_uri_of, to_client
from idp.protocol.errors import (
    InvalidRequest,
    InvalidRequestObject,
    InvalidRequestUri,
    Refusal,
    ToPage,
    ToRedirect,
    refusing,
)
from idp.protocol.facts import ClientFacts
from idp.protocol.pushed_request import is_pushed, pushed_handle
from idp.protocol.registration import check_redirect_uri
from idp.protocol.request_object import check_carriers, check_request_uri, signed_request
from idp.transaction import Tx
from keys.jose import InvalidJwt, Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedRequest:
    """The parameters that count, whichever way they came."""

    raw: RawAuthorizationRequest
    hinted_sub: str | None = None
    """Whom the id_token_hint of a pushed request named; it was verified when it was pushed."""
    is_signed: bool = False
    """They are those of a request object, of now or of when the request was pushed."""
    stored_as: str | None = field(default=None, repr=False)
    """Handle of the pushed request."""

    def to_keep(self, client: ClientFacts, hinted_sub: str | None) -> StoredRequest:
        """Return what an interaction needs of it: the hint is its subject by now, and its client known either way."""
        values = {name: value for name, value in self.raw.values.items() if name != "id_token_hint"}
        return StoredRequest(
            values={**values, "client_id": client.client_id}, hinted_sub=hinted_sub, is_signed=self.is_signed
        )


async def asked_request(
    call: Call, client: ClientFacts, sent: RawAuthorizationRequest, *, now: datetime
) -> AskedRequest:
    """Return what counts of a request that a browser brings."""
    request_uri = sent.values.get("request_uri", "")
    with refusing(_before_trust(client, sent, call.provider.response_types)):
        check_carriers(sent)
        if not is_pushed(request_uri):
            return await opened_request(call, client, sent, now=now)
    return await _pushed(call, client, sent, request_uri, now=now)


async def opened_request(
    call: Call, client: ClientFacts, sent: RawAuthorizationRequest, *, now: datetime
) -> AskedRequest:
    """Return what the request object says that the client sent or keeps at one of its addresses, if it did."""
    provider, token = call.provider, sent.values.get("request")
    if (request_uri := sent.values.get("request_uri")) is not None:
        address = check_request_uri(client, request_uri)
        token = await provider.request_documents.read(client.client_id, address)
    if token is None:
        return AskedRequest(raw=sent)
    try:
        verified = await provider.client_keys.verify(client, token, purpose=Purpose.REQUEST_OBJECT)
    except InvalidJwt as error:
        raise InvalidRequestObject(
            "the request object is not a JWT that a key of this client has signed", detail=error.reason
        ) from error
    raw = signed_request(
        verified, client, repeated=sent.repeated, expected_issuer=provider.settings.issuer, now=now
    )
    return AskedRequest(raw=raw, is_signed=True)


def _before_trust(
    client: ClientFacts, sent: RawAuthorizationRequest, offered: tuple[str, ...]
) -> ToPage | ToRedirect:
    """Return where the errors of a request object go: to the redirect_uri outside if it is the client's, else a page."""
    try:
        redirect_uri = check_redirect_uri(client, redirect_uri_of(sent))
    except InvalidRequest:
        return ToPage()
    return to_client(client, redirect_uri, sent.values, offered)


async def _pushed(
    call: Call, client: ClientFacts, sent: RawAuthorizationRequest, request_uri: str, *, now: datetime
) -> AskedRequest:
    handle = pushed_handle(request_uri) or ""
    until = now + call.provider.settings.life.interaction
    load = partial(_load, handle=handle, client_id=client.client_id, now=now, until=until)
    stored = (await call.provider.database.transact(load)).unwrap()
    if stored is None:
        raise Refusal(InvalidRequestUri("request_uri is unknown, used or expired"), ToPage(case="expired"))
    return AskedRequest(
        raw=RawAuthorizationRequest(values=stored.values, repeated=sent.repeated),
        hinted_sub=stored.hinted_sub,
        is_signed=stored.is_signed,
        stored_as=handle,
    )


def _load(
    tx: Tx, *, handle: str, client_id: ClientId, now: datetime, until: datetime
) -> Done[StoredRequest | None]:
    return Done(tx.pushed_requests.load(handle, client_id, now, until=until))
