"""Client authentication, the same at every endpoint that asks for it – RFC 6749 §2.3, OpenID Connect Core §9, RFC 7523.

Every failure is counted against its address (limits/model.py), costs as much for an unknown client as for a known one,
and is one answer for all who hold neither secret nor key; a holder hears what is wrong. An assertion whose signature and
claims hold proves its client to whoever spends it, whatever comes of the request: the next one needs a fresh assertion.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from idp.audit.events import AuditEvent, EventType
from idp.audit.occasion import client_ref
from idp.audit.service import record, recording
from idp.clients.model import Client, ClientSecret
from idp.clients.service import open_secrets, spend_assertion
from idp.edge import Call
from idp.limits.model import Limit, address_key
from idp.limits.service import Counter, whose
from idp.protocol.client_assertion import UnspentAssertion, check_assertion
from idp.protocol.client_authentication import (
    REFUSED,
    PresentedCredentials,
    check_credentials,
    check_registered,
    parse_credentials,
)
from idp.protocol.discovery import ENDPOINTS
from idp.protocol.errors import InvalidClient
from idp.protocol.facts import ClientFacts
from keys.jose import InvalidJwt, Purpose, UnverifiedJwt, VerifiedJwt, verify, verify_with_secret
from keys.public_keys import NO_KEYS


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenClient:
    """A client that has proved itself, once `spend` has spent what it did so by."""

    facts: ClientFacts
    presented: PresentedCredentials
    unspent: UnspentAssertion | None = None
    """None where it was not by an assertion."""


async def authenticate_client(call: Call, form: Mapping[str, str]) -> ClientFacts:
    """Return the client that proved itself by its registered method, or raise InvalidClient or OverLimit."""
    return await spend(call, await prove_client(call, form))


async def prove_client(call: Call, form: Mapping[str, str]) -> ProvenClient:
    """Return the client for `spend`, or raise InvalidClient or OverLimit."""
    provider, now = call.provider, call.provider.clock.now()
    presented = parse_credentials(call.headers.get("authorization"), form)
    if not provider.limits.are_all_kept:
        provider.limits.check(*_counters(call, presented), now=now)
    known = await provider.configuration.client(presented.client_id)
    try:
        try:
            return await _check(call, presented, known, now=now)
        except InvalidClient:
            newer = await provider.configuration.client_now(presented.client_id)
            if newer == known:  # not registered, enabled or given a secret at another node just now
                raise
            return await _check(call, presented, newer, now=now)
    except InvalidClient:
        await _count(call, presented)
        raise


async def _check(
    call: Call, presented: PresentedCredentials, known: Client | None, *, now: datetime
) -> ProvenClient:
    """Return the client if that is how it is registered."""
    facts, secrets = (known.facts, known.secrets) if known is not None else (None, ())
    if presented.client_assertion is not None:
        return await _prove(call, presented, presented.client_assertion, facts, secrets)
    client = check_credentials(
        presented,
        facts,
        secret_digests=[secret.digest for secret in secrets if secret.is_live(now)],
        ended_digests=[secret.digest for secret in secrets if not secret.is_live(now)],
        digest=call.provider.vault.digest,
    )
    return ProvenClient(facts=client, presented=presented)


async def spend(call: Call, proven: ProvenClient, *, event: AuditEvent | None = None) -> ClientFacts:
    """Spend the assertion, if it was by one, or raise InvalidClient: nobody proves themselves by one twice.

    The event is recorded in the same commit. An assertion that comes again is on record too: it was the client's once.
    """
    provider, client_id = call.provider, proven.facts.client_id
    database, vault, clock = provider.database, provider.vault, provider.clock
    if proven.unspent is None:
        if event is not None:
            await record(database, event, vault=vault, clock=clock)
        return proven.facts
    then = None if event is None else recording(event, vault=vault, clock=clock)
    if await spend_assertion(database, client_id, proven.unspent, then=then, vault=vault):
        return proven.facts
    replayed = call.occasion().event(
        EventType.CLIENT_ASSERTION_REPLAYED, actor=client_ref(client_id), client_id=client_id
    )
    await record(database, replayed, vault=vault, clock=clock)
    await _count(call, proven.presented)
    raise InvalidClient("client_assertion: its jti was used before")


async def _count(call: Call, presented: PresentedCredentials) -> None:
    provider = call.provider
    await provider.limits.count(*_counters(call, presented), now=provider.clock.now())


def _counters(call: Call, presented: PresentedCredentials) -> tuple[Counter, Counter]:
    address = address_key(call.peer)
    return (
        (Limit.CLIENT_AUTHENTICATION, whose(presented.client_id, address)),
        (Limit.CLIENT_AUTHENTICATION_OF_ADDRESS, address),
    )


async def _prove(
    call: Call,
    presented: PresentedCredentials,
    assertion: UnverifiedJwt,
    facts: ClientFacts | None,
    secrets: tuple[ClientSecret, ...],
) -> ProvenClient:
    """Return the client whose assertion holds, with what is still to be spent."""
    try:
        client = check_registered(presented, facts)
    except InvalidClient:
        with suppress(InvalidJwt):  # as much work as for a known one
            verify(assertion, purpose=Purpose.CLIENT_ASSERTION, keys=NO_KEYS.signing)
        raise
    try:
        verified = await _verify_assertion(call, client, secrets, assertion)
    except InvalidJwt as error:
        raise InvalidClient(REFUSED, detail=f"client_assertion: {error.reason}") from error
    try:
        unspent = _check_assertion(call, client, verified)
    except InvalidJwt as error:  # the signature is the client's own: this is for its developer
        raise InvalidClient(f"client_assertion: {error.reason}") from error
    return ProvenClient(facts=client, presented=presented, unspent=unspent)


async def _verify_assertion(
    call: Call, client: ClientFacts, secrets: tuple[ClientSecret, ...], assertion: UnverifiedJwt
) -> VerifiedJwt:
    provider = call.provider
    if client.has_secret:
        opened = open_secrets(secrets, provider.vault, provider.clock.now())
        return verify_with_secret(assertion, secrets=opened)
    return await provider.client_keys.verify(client, assertion, purpose=Purpose.CLIENT_ASSERTION)


def _check_assertion(call: Call, client: ClientFacts, verified: VerifiedJwt) -> UnspentAssertion:
    provider, issuer = call.provider, call.provider.settings.issuer
    return check_assertion(
        verified,
        client,
        expected_issuer=issuer,
        expected_token_endpoint=issuer + ENDPOINTS["token_endpoint"],
        now=provider.clock.now(),
        epoch_began_at=provider.configuration.epoch_began_at,
    )
