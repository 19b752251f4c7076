"""Tokens that leave by the browser – OpenID Connect Core §3.2.2, §3.3.2; only in certification (DESIGN 5.17).

The way there is that of a code: one is issued, and where none was asked for it is spent before anything leaves. The
access token lives as short as any of ours and is for userinfo; there is no refresh token.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from idp.audit.events import EventType
from idp.audit.occasion import Occasion, person_ref
from idp.database import Done, Refused
from idp.edge import Call
from idp.endpoints.reached import reached_by
from idp.endpoints.token.target import find_target
from idp.people.claims import claims_of
from idp.people.model import Person
from idp.people.verified import verified_member
from idp.protocol import access_token, encryption, id_token
from idp.protocol.authorization_request import AuthorizationRequest
from idp.protocol.claims import allowed_claims, released_claims, select_claims
from idp.protocol.errors import LoginRequired
from idp.protocol.facts import ClientFacts, GrantFacts
from idp.protocol.front_channel import CODE, token_hashes
from idp.transaction import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class _Granted:
    grant: GrantFacts
    person: Person = field(repr=False)


async def with_tokens(
    call: Call, request: AuthorizationRequest, client: ClientFacts, parameters: Mapping[str, str]
) -> dict[str, str]:
    """Return the answer with the tokens that the response type asks for, and with its code if it asks for one."""
    provider, code = call.provider, parameters[CODE]
    wanted = request.response_type.split(" ")
    take = partial(_take, code=code, keeps_code=CODE in wanted, occasion=call.occasion())
    granted = (await provider.database.transact(take)).unwrap()
    answer = dict(parameters)
    token = None
    if "token" in wanted:
        token = await _access_token(call, client, granted.grant)
        seconds = int(provider.settings.life.access_token_personal.total_seconds())
        answer |= {"access_token": token, "token_type": "Bearer", "expires_in": str(seconds)}
    if CODE not in wanted:
        del answer[CODE]
    hashes = token_hashes(alg=client.id_token_signed_response_alg, code=answer.get(CODE), access_token=token)
    return {**answer, "id_token": await _id_token(call, request, client, granted, hashes)}


async def _access_token(call: Call, client: ClientFacts, grant: GrantFacts) -> str:
    """Return a token for userinfo alone."""
    provider = call.provider
    issuer = provider.settings.issuer
    claims = access_token.build(
        grant,
        iss=issuer,
        target=await find_target(call, client, grant, issuer),
        scopes=grant.scopes & client.scopes,
        jti=provider.clock.token(),
        lifetime=provider.settings.life.access_token_personal,
        now=provider.clock.now(),
    )
    return await provider.keyring.sign(claims, typ=access_token.TYP, alg="ES256")


async def _id_token(
    call: Call,
    request: AuthorizationRequest,
    client: ClientFacts,
    granted: _Granted,
    hashes: Mapping[str, object],
) -> str:
    """Return the ID token; claims of scopes are in it only where there is no userinfo to ask (§5.4)."""
    provider, grant = call.provider, granted.grant
    names, now = allowed_claims(grant.id_token_claims, client.scopes), provider.clock.now()
    if request.response_type == "id_token":
        names = released_claims(grant.scopes & client.scopes, names)
    single = verified_member(granted.person, grant.verified_id_token, client.scopes, now=now)
    claims = id_token.build(
        grant,
        iss=provider.settings.issuer,
        sub=grant.sub,
        nonce=request.nonce,
        single_claims=single | select_claims(claims_of(granted.person, now=now), names),
        lifetime=provider.settings.life.id_token,
        txn=call.txn,
        now=now,
    )
    signed = await provider.keyring.sign(
        {**claims, **hashes}, typ=id_token.TYP, alg=client.id_token_signed_response_alg
    )
    encrypted = encryption.of_id_tokens(client)
    return signed if encrypted is None else await provider.client_keys.encrypt(client, signed, encrypted)


def _take(tx: Tx, *, code: str, keeps_code: bool, occasion: Occasion) -> Done[_Granted] | Refused:
    """Return what the code stands for, spent unless it is to leave; the client's session begins here.

    Refused if the session, the grant or the person's right to sign in has ended since the code was issued.
    """
    stored = tx.codes.find(code)
    if stored is None:
        raise AssertionError("a code was issued a moment ago")
    if not stored.is_live or (not keeps_code and not tx.codes.spend(code, occasion.now)):
        return Refused(LoginRequired("no session that satisfies this request", detail="ended meanwhile"))
    grant = stored.facts.grant
    person = tx.people.canonical(grant.person_id)
    if person is None:
        raise AssertionError("a grant belongs to a person")
    tx.sessions.reach(reached_by(stored, at=occasion.now))
    tx.audit.add(
        occasion.event(
            EventType.TOKENS_LEFT_IN_FRONT,
            actor=person_ref(grant.person_id),
            person_id=grant.person_id,
            client_id=grant.client_id,
            gid=grant.gid,
        )
    )
    return Done(_Granted(grant=grant, person=person))
