"""The introspection endpoint – RFC 7662, RFC 9701. It reads the state of everything a token hangs on: bound A holds here.

For clients that prove themselves: each asks about tokens issued to it, the API of an audience about tokens for it. A
reading is on record once per grant, client and day.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from idp.audit.events import EventType
from idp.audit.occasion import client_ref
from idp.edge import Answer, Call
from idp.edge.reading import record_once_a_day
from idp.endpoints.back_channel import INVALID, form_of, token_of, verified_claims
from idp.endpoints.client_authentication import authenticate_client
from idp.grants.gid import gid_of
from idp.grants.model import RefreshToken
from idp.ids import Gid, HandleKind, PersonId, parse_handle
from idp.log import fields
from idp.protocol import introspection as rules
from idp.protocol.access_token import PresentedToken, read_any
from idp.protocol.errors import InvalidClient, InvalidToken, ToJson, refusing
from idp.protocol.facts import ClientFacts
from idp.protocol.profiles import rules_of
from idp.transaction import Tx

_log = logging.getLogger("hpid.introspection")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A valid token: what is said of it, and what the record says of who asked."""

    answer: Mapping[str, object]
    client_id: str
    audience: str
    person_id: PersonId | None = field(repr=False)
    read_as: str = field(repr=False)
    """What counts as the same reading for a day."""


async def introspect(call: Call) -> Answer:
    """Say what a token is worth now."""
    with refusing(ToJson()):
        form = form_of(call)
        client = await authenticate_client(call, form)
        if client.is_public:
            raise InvalidClient("a client that proves nothing is told nothing of tokens")  # §2.1
        token = token_of(form)
    occasion = call.occasion()
    try:
        found = await _find(call, client, token, now=occasion.now)
    except InvalidToken as error:
        _log.info("not active", extra=fields(txn=call.txn, client_id=client.client_id, reason=error.detail))
        return await _answer(call, client, rules.INACTIVE, now=occasion.now)
    event = occasion.event(
        EventType.TOKEN_INTROSPECTED,
        actor=client_ref(client.client_id),
        person_id=found.person_id,
        client_id=found.client_id,
        audience=found.audience,
    )
    await record_once_a_day(call, f"{client.client_id} introspects {found.read_as}", event)
    return await _answer(call, client, found.answer, now=occasion.now)


async def _find(call: Call, client: ClientFacts, token: str, *, now: datetime) -> _Found:
    """Return what is said of the token, or raise InvalidToken; why not is for our log alone."""
    if parse_handle(token, HandleKind.REFRESH_TOKEN) is not None:
        stored = await call.provider.database.glance(partial(_load_refresh_token, token=token))
        return _refresh_token(call, client, stored, now=now)
    provider, issuer = call.provider, call.provider.settings.issuer
    claims = await verified_claims(call, token)
    presented = read_any(claims, expected_iss=issuer)
    owner = await provider.configuration.client(presented.client_id)
    if owner is None or not rules.may_know(client, presented):
        raise InvalidToken(INVALID, detail="not the caller's to know of")
    if not rules.is_covered(presented, owner.facts, iss=issuer):
        raise InvalidToken(INVALID, detail="its client is disabled or lost the audience")
    gid = None if presented.gid is None else gid_of(presented.gid, presented.audience, provider.vault)
    person_id = await provider.database.glance(partial(_load, presented=presented, gid=gid, now=now))
    return _Found(
        answer=rules.of_access_token(claims, scopes=presented.scopes & owner.facts.scopes),
        client_id=presented.client_id,
        audience=presented.audience,
        person_id=person_id,
        read_as=gid or f"{presented.client_id} at {presented.audience}",
    )


def _load(tx: Tx, *, presented: PresentedToken, gid: Gid | None, now: datetime) -> PersonId | None:
    """Return whose a live token is, nobody's if a machine's own.

    Grant, session, client, person and the token's own revocation are read by one statement.
    """
    if presented.gid is None:
        if tx.revoked_tokens.contains(presented.jti):
            raise InvalidToken(INVALID, detail="revoked")
        return None
    found = None if gid is None else tx.grants.find_of_token(gid, presented.jti, now)
    if found is None or not found[1] or found[0].client_id != presented.client_id:
        raise InvalidToken(INVALID, detail="revoked, or its grant has ended")
    return found[0].person_id


def _load_refresh_token(tx: Tx, *, token: str) -> RefreshToken | None:
    return tx.refresh_tokens.find(token)


def _refresh_token(call: Call, client: ClientFacts, stored: RefreshToken | None, *, now: datetime) -> _Found:
    if stored is None or stored.client_id != client.client_id:
        raise InvalidToken(INVALID, detail="a refresh token unknown or of another client")
    if not stored.is_live or stored.spent_at is not None or now >= stored.expires_at:
        raise InvalidToken(INVALID, detail="a refresh token that is spent or over")
    grant = stored.grant
    answer = rules.of_refresh_token(
        grant,
        iss=call.provider.settings.issuer,
        scopes=stored.scopes & client.scopes,
        issued_at=stored.issued_at,
        expires_at=stored.expires_at,
    )
    return _Found(
        answer=answer,
        client_id=grant.client_id,
        audience=grant.audience,
        person_id=grant.person_id,
        read_as=grant.gid,
    )


async def _answer(call: Call, client: ClientFacts, answer: Mapping[str, object], *, now: datetime) -> Answer:
    """Answer JSON, or a JWT to a caller that asks for one (RFC 9701 §4)."""
    if not rules.wants_jwt(call.headers.get("accept")):
        return Answer.json(answer)
    claims = rules.build_jwt(answer, iss=call.provider.settings.issuer, aud=client.client_id, now=now)
    alg = client.introspection_signed_response_alg or rules_of(client).default_signing_alg
    signed = await call.provider.keyring.sign(claims, typ=rules.TYP, alg=alg)
    return Answer.token(signed, media_type=rules.MEDIA_TYPE)
