"""What an authorization request asks for: in its own parameters, or in a request that was pushed before – RFC 9126 §4.

Everything here happens before client and redirect_uri are proved together, so its errors end on a page.
"""

from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from idp.database import Done
from idp.edge import Call
from idp.grants.model import StoredRequest
from idp.ids import ClientId
from idp.protocol.authorization_request import RawAuthorizationRequest
from idp.protocol.errors import InvalidRequest, InvalidRequestUri, Refusal, ToPage
from idp.protocol.facts import ClientFacts
from idp.protocol.pushed_request import is_pushed, pushed_handle
from idp.transaction import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedRequest:
    """The parameters that count, whichever way they came."""

    raw: RawAuthorizationRequest
    hinted_sub: str | None = None
    """Whom the id_token_hint of a pushed request named; it was verified when it was pushed."""
    stored_as: str | None = field(default=None, repr=False)
    """Handle of the pushed request."""

    def to_keep(self, client: ClientFacts, hinted_sub: str | None) -> StoredRequest:
        """Return what an interaction needs of it: the hint is its subject by now, and its client known either way."""
        values = {name: value for name, value in self.raw.values.items() if name != "id_token_hint"}
        return StoredRequest(values={**values, "client_id": client.client_id}, hinted_sub=hinted_sub)


async def asked_request(
    call: Call, client: ClientFacts, sent: RawAuthorizationRequest, *, now: datetime
) -> AskedRequest:
    """Return what counts; beside a pushed request no other parameter does (RFC 9126 §4, RFC 9101 §5)."""
    request_uri = sent.values.get("request_uri")
    if "request_uri" in sent.repeated:
        raise InvalidRequest("request_uri was sent more than once")
    if request_uri is None or not is_pushed(request_uri):
        return AskedRequest(raw=sent)
    if "request" in sent.values:
        raise InvalidRequest("request and request_uri must not be sent together")
    handle = pushed_handle(request_uri) or ""
    until = now + call.provider.settings.life.interaction
    load = partial(_load, handle=handle, client_id=client.client_id, now=now, until=until)
    stored = (await call.provider.database.transact(load)).unwrap()
    if stored is None:
        raise Refusal(InvalidRequestUri("request_uri is unknown, used or expired"), ToPage(case="expired"))
    raw = RawAuthorizationRequest(values=stored.values, repeated=sent.repeated)
    return AskedRequest(raw=raw, hinted_sub=stored.hinted_sub, stored_as=handle)


def _load(
    tx: Tx, *, handle: str, client_id: ClientId, now: datetime, until: datetime
) -> Done[StoredRequest | None]:
    return Done(tx.pushed_requests.load(handle, client_id, now, until=until))
