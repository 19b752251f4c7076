"""Client authentication, the same at every endpoint that asks for it – RFC 6749 §2.3, OpenID Connect Core §9, RFC 7523.

Every failure is counted against its address (limits/model.py), costs as much for an unknown client as for a known one,
and is one answer for all who hold neither secret nor key; a holder hears what is wrong. An assertion is spent once its
signature and its claims hold, by itself: whatever comes of the request, the next one needs a fresh assertion.
"""

from collections.abc import Mapping
from contextlib import suppress

from idp.audit.events import EventType
from idp.audit.occasion import client_ref
from idp.audit.service import record
from idp.clients.model import ClientSecret
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
from keys.jose import InvalidJwt, Purpose, VerifiedJwt, verify, verify_with_secret
from keys.public_keys import NO_KEYS


async def authenticate_client(call: Call, form: Mapping[str, str]) -> ClientFacts:
    """Return the client that proved itself by its registered method, or raise InvalidClient or OverLimit."""
    provider, now = call.provider, call.provider.clock.now()
    presented = parse_credentials(call.headers.get("authorization"), form)
    if not provider.limits.are_all_kept:
        provider.limits.check(*_counters(call, presented), now=now)
    try:
        known = await provider.configuration.client(presented.client_id)
        facts, secrets = (known.facts, known.secrets) if known is not None else (None, ())
        if presented.client_assertion is None:
            return check_credentials(
                presented,
                facts,
                secret_digests=[secret.digest for secret in secrets if secret.is_live(now)],
                ended_digests=[secret.digest for secret in secrets if not secret.is_live(now)],
                digest=provider.vault.digest,
            )
        client, assertion = await _prove(call, presented, presented.client_assertion, facts, secrets)
        await _spend(call, client, assertion)
    except InvalidClient:
        await provider.limits.count(*_counters(call, presented), now=now)
        raise
    return client


def _counters(call: Call, presented: PresentedCredentials) -> tuple[Counter, Counter]:
    address = address_key(call.peer)
    return (
        (Limit.CLIENT_AUTHENTICATION, whose(presented.client_id, address)),
        (Limit.CLIENT_AUTHENTICATION_OF_ADDRESS, address),
    )


async def _prove(
    call: Call,
    presented: PresentedCredentials,
    assertion: str,
    facts: ClientFacts | None,
    secrets: tuple[ClientSecret, ...],
) -> tuple[ClientFacts, UnspentAssertion]:
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
        return client, _check_assertion(call, client, verified)
    except InvalidJwt as error:  # the signature is the client's own: this is for its developer
        raise InvalidClient(f"client_assertion: {error.reason}") from error


async def _verify_assertion(
    call: Call, client: ClientFacts, secrets: tuple[ClientSecret, ...], assertion: str
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


async def _spend(call: Call, client: ClientFacts, assertion: UnspentAssertion) -> None:
    """Spend the assertion; one that comes again is on record, since it was the client's once."""
    provider = call.provider
    if await spend_assertion(provider.database, client.client_id, assertion, vault=provider.vault):
        return
    replayed = call.occasion().event(
        EventType.CLIENT_ASSERTION_REPLAYED, actor=client_ref(client.client_id), client_id=client.client_id
    )
    await record(provider.database, replayed, vault=provider.vault, clock=provider.clock)
    raise InvalidClient("client_assertion: its jti was used before")
