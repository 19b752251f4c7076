"""The userinfo endpoint – OpenID Connect Core §5.3, RFC 6750, RFC 9068 §4. It asks the grant, so bound A holds here.

It takes access tokens whose audience is our issuer identifier and no others: one for an API opens nothing here.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from idp.audit.events import EventType
from idp.audit.occasion import client_ref
from idp.edge import Answer, Call
from idp.edge.reading import record_once_a_day
from idp.endpoints.back_channel import INVALID, verified_claims
from idp.grants.gid import gid_of
from idp.ids import Gid
from idp.people.claims import claims_of
from idp.people.model import Person
from idp.people.verified import verified_member
from idp.protocol import encryption
from idp.protocol import userinfo as rules
from idp.protocol.access_token import PresentedToken, read
from idp.protocol.acting_claims import mandate_rows, office_claims
from idp.protocol.claims import allowed_claims
from idp.protocol.context import subject_of
from idp.protocol.degraded_claims import degraded_claims
from idp.protocol.errors import InsufficientScope, InvalidToken, Refusal, ToBearer, refusing
from idp.protocol.facts import ClientFacts, GrantFacts
from idp.protocol.token_request import parse_form
from idp.transaction import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class _Owner:
    grant: GrantFacts
    person: Person = field(repr=False)


async def userinfo(call: Call) -> Answer:
    """Answer the claims this token's grant releases."""
    authorization = call.headers.get("authorization")
    with refusing(ToBearer(bare=rules.is_another_scheme(authorization))):
        form = parse_form(call.form()) if call.method == "POST" and call.body else {}
        token = rules.parse_token(authorization, form)
    if token is None:
        with refusing(ToBearer(bare=True)):
            raise InvalidToken("an access token is needed")
    with refusing(ToBearer()):
        presented = await _verify(call, token)
        gid = gid_of(presented.gid, presented.audience, call.provider.vault) if presented.gid else None
        if gid is None:
            raise InvalidToken(INVALID, detail="gid names no grant at this audience")
        occasion = call.occasion()
        owner = await call.provider.database.glance(
            partial(_load, gid=gid, jti=presented.jti, now=occasion.now)
        )
        if owner is None:
            raise InvalidToken(INVALID, detail="revoked, or its grant has ended")
    with refusing(ToBearer(scope="openid")):
        if "openid" not in presented.scopes:
            raise InsufficientScope("scope openid is needed")
    grant = owner.grant
    client = await call.provider.configuration.client(grant.client_id)
    if client is None:
        raise Refusal(InvalidToken(INVALID, detail="its client is gone"), ToBearer())
    registered = client.facts.scopes
    claims = rules.build(
        {**claims_of(owner.person, now=occasion.now), **office_claims(grant.context), **_mandates(grant)},
        sub=grant.sub,
        scopes=presented.scopes & registered,
        single_claims=allowed_claims(grant.userinfo_claims, registered),
    )
    claims |= degraded_claims(grant)
    claims |= verified_member(owner.person, grant.verified_userinfo, registered, now=occasion.now)
    answer = await _answer(call, client.facts, claims, now=occasion.now)
    event = occasion.event(
        EventType.USERINFO_READ,
        actor=client_ref(grant.client_id),
        person_id=grant.person_id,
        client_id=grant.client_id,
        claims=sorted(rules.names_of(claims)),
    )
    await record_once_a_day(call, grant.gid, event)
    return answer


async def _answer(call: Call, client: ClientFacts, claims: Mapping[str, object], *, now: datetime) -> Answer:
    """Return the claims as registered: JSON, signed, encrypted, or signed and then encrypted (§5.3.2)."""
    provider, alg = call.provider, client.userinfo_signed_response_alg
    encrypted = encryption.of_userinfo(client)
    if alg is None and encrypted is None:
        return Answer.json(claims)
    if alg is None:
        content, cty = json.dumps(claims, ensure_ascii=False, separators=(",", ":")), None
    else:
        signed = rules.build_signed(claims, iss=provider.settings.issuer, aud=client.client_id, now=now)
        content, cty = await provider.keyring.sign(signed, typ=rules.TYP, alg=alg), "JWT"
    if encrypted is not None:
        content = await provider.client_keys.encrypt(client, content, encrypted, cty=cty)
    return Answer.token(content, media_type=rules.MEDIA_TYPE)


def _mandates(grant: GrantFacts) -> dict[str, object]:
    rows = mandate_rows(grant.context)
    return {"mandates": rows} if rows else {}


async def _verify(call: Call, token: str) -> PresentedToken:
    issuer = call.provider.settings.issuer
    return read(await verified_claims(call, token), expected_iss=issuer, expected_aud=issuer)


def _load(tx: Tx, *, gid: Gid, jti: str, now: datetime) -> _Owner | None:
    found = tx.grants.find_with_holder(gid, jti, now)
    if found is None:
        return None
    grant, row = found
    person: Person | None = tx.people.of_row(row)
    if person is None or person.person_id != subject_of(grant) or person.canonical_id is not None:
        person = tx.people.canonical(subject_of(grant))
    return None if person is None else _Owner(grant=grant, person=person)
