"""A registration read, replaced and removed by its client – RFC 7592, OpenID Connect Registration §4.

The registration access token names the client; the address names it too, and a token at another client's address is
as unknown as no token at all. The token stays the same for the client's life: one that changed at every request would
be lost with a lost answer (RFC 7592 §3 leaves it open).
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from idp.audit.occasion import Occasion, client_ref
from idp.clients.model import Client, IssuedSecret, Registration
from idp.clients.outside import Checked, moves
from idp.clients.service import issue_secret, needs_secret, put_client, remove_client
from idp.database import Done, Refused
from idp.edge import Answer, Call
from idp.endpoints.registration_document import (
    check_document,
    check_offered,
    counter_of,
    parse_bearer,
    refused_token,
    registered,
)
from idp.protocol.errors import InvalidToken, TemporarilyUnavailable, ToBearer, ToJson, refusing
from idp.protocol.facts import ClientFacts
from idp.protocol.registered_fields import refuse
from idp.protocol.subject import sector_of
from idp.transaction import Tx
from keys.envelope import Vault

_OURS = (
    "registration_access_token",
    "registration_client_uri",
    "client_secret_expires_at",
    "client_id_issued_at",
)
_GONE = "the client was removed, disabled or frozen meanwhile"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """A client that proved to be itself."""

    client: Client
    registration: Registration
    token: str = field(repr=False)


async def read_registration(call: Call) -> Answer:
    """Answer what is registered (§2.1)."""
    held = await _authenticate(call)
    return _answer(call, held, held.client.facts, None)


async def replace_registration(call: Call) -> Answer:
    """Replace the whole registration by what is sent (§2.2); what is left out gets its default."""
    held = await _authenticate(call)
    provider, occasion, before = call.provider, call.occasion(), held.client.facts
    with refusing(ToJson()):
        document = call.json_object()
        _check_identity(document, held.client, provider.vault, occasion)
        may_ask = held.registration.scopes | before.scopes
        base = replace(before, name=before.client_id, name_en="", scopes=held.registration.scopes)
        checked = await check_document(call, document, base, may_ask=may_ask, before=before)
        facts = checked.facts
        if facts.subject_type != before.subject_type:
            refuse("subject_type", "another would give everybody another sub; register a new client")
        if sector_of(facts) != sector_of(before) or moves(before, facts):
            refuse("redirect_uris", "another host would give everybody another sub; register a new client")
        work = partial(
            _replace,
            held=held,
            checked=checked,
            vault=provider.vault,
            response_types=provider.response_types,
            occasion=occasion,
        )
        outcome = await provider.database.transact(work)
    with refusing(ToBearer()):
        secret = outcome.unwrap()
    await provider.configuration.refresh()
    return _answer(call, held, facts, secret)


async def remove_registration(call: Call) -> Answer:
    """Remove the client with all it was granted (§2.3)."""
    held = await _authenticate(call)
    with refusing(ToBearer()):
        work = partial(_remove, held=held, occasion=call.occasion())
        (await call.provider.database.transact(work)).unwrap()
    await call.provider.configuration.refresh()
    return Answer(status=204, headers=(("cache-control", "no-store"),))


async def _authenticate(call: Call) -> _Held:
    """Return the client of the token, if it is the one of the address; any other answer is the same 401."""
    check_offered(call)
    limits, now = call.provider.limits, call.provider.clock.now()
    limits.check(counter_of(call), now=now)
    token = parse_bearer(call)
    named = call.query()
    if token is None:
        with refusing(ToBearer(bare=True)):
            raise InvalidToken("a registration access token is needed")
    with refusing(ToBearer()):
        held = await call.provider.database.read(partial(_load, token=token))
        if held is None or named != [("client_id", held.client.facts.client_id)]:
            await limits.count(counter_of(call), now=now)
            raise refused_token("no such registration access token, or another client's")
    return held


def _load(tx: Tx, *, token: str) -> _Held | None:
    registration = tx.registrations.find(token)
    client = None if registration is None else tx.clients.get(registration.client_id)
    if registration is None or client is None or not client.facts.enabled:
        return None
    return _Held(client=client, registration=registration, token=token)


def _hold(tx: Tx, held: _Held) -> _Held | None:
    """Load anew what was authenticated, unchanged until this transaction ends; None if an operator took it away."""
    tx.clients.hold(held.registration.client_id)
    return _load(tx, token=held.token)


def _check_identity(document: Mapping[str, object], client: Client, vault: Vault, occasion: Occasion) -> None:
    """Refuse a document about another client, or one that would set what is ours to set (§2.2)."""
    if document.get("client_id") != client.facts.client_id:
        refuse("client_id", "needed, the one of this registration")
    for member in _OURS:
        if member in document:
            refuse(member, "must not be sent")
    if "client_secret" in document:
        digest = vault.digest(str(document["client_secret"]))
        live = [secret.digest for secret in client.secrets if secret.is_live(occasion.now)]
        if not sum(hmac.compare_digest(digest, known) for known in live):
            refuse("client_secret", "not one that was issued")


def _replace(
    tx: Tx,
    *,
    held: _Held,
    checked: Checked,
    vault: Vault,
    response_types: tuple[str, ...],
    occasion: Occasion,
) -> Done[IssuedSecret | None] | Refused:
    now = _hold(tx, held)
    if now is None:
        return Refused(refused_token(_GONE))
    if now.client.facts != held.client.facts:
        return Refused(
            TemporarilyUnavailable("the registration was changed meanwhile; read it and send again")
        )
    facts, client_id = checked.facts, checked.facts.client_id
    actor = client_ref(client_id)
    put_client(tx, facts, actor=actor, occasion=occasion, logo=checked.logo, response_types=response_types)
    # with a scope goes the basis an operator gave it: it comes back by their hand alone, never on the scope's own
    tx.registrations.narrow(client_id, frozenset(held.client.facts.legal_basis) - facts.scopes)
    if not facts.has_secret:
        tx.clients.expire_secrets(client_id, occasion.now, "")
        return Done(None)
    if not needs_secret(facts, now.client, occasion.now):
        return Done(None)
    issued = issue_secret(
        tx, client_id, vault=vault, actor=actor, occasion=occasion, old_ones_until=occasion.now
    )  # the client discards what it had (§2.2)
    return Done(issued)


def _remove(tx: Tx, *, held: _Held, occasion: Occasion) -> Done[None] | Refused:
    client_id = held.registration.client_id
    if _hold(tx, held) is None:
        return Refused(refused_token(_GONE))
    remove_client(tx, client_id, actor=client_ref(client_id), occasion=occasion)
    return Done(None)


def _answer(call: Call, held: _Held, facts: ClientFacts, secret: IssuedSecret | None) -> Answer:
    return registered(call, facts, issued_at=held.client.created_at, token=held.token, secret=secret)
