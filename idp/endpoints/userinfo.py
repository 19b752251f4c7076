"""The userinfo endpoint – OpenID Connect Core §5.3, RFC 6750, RFC 9068 §4. It asks the grant, so bound A holds here.

It takes access tokens whose audience is our issuer identifier and no others: one for an API opens nothing here.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from idp.audit.events import AuditEvent, EventType
from idp.audit.occasion import client_ref
from idp.database import Done
from idp.edge import Answer, Call
from idp.grants.gid import gid_of
from idp.ids import Gid
from idp.people.claims import claims_of
from idp.people.model import Person
from idp.protocol import userinfo as rules
from idp.protocol.access_token import PresentedToken, read
from idp.protocol.claims import allowed_claims
from idp.protocol.errors import InsufficientScope, InvalidToken, ToBearer, refusing
from idp.protocol.facts import GrantFacts
from idp.protocol.token_request import parse_form
from idp.transaction import Tx
from keys.jose import InvalidJwt, Purpose, check_times

_INVALID = "the access token is not valid"
_LEEWAY = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Owner:
    grant: GrantFacts
    person: Person = field(repr=False)


async def userinfo(call: Call) -> Answer:
    """Answer the claims this token's grant releases."""
    with refusing(ToBearer()):
        form = parse_form(call.form()) if call.method == "POST" and call.body else {}
        token = rules.parse_token(call.headers.get("authorization"), form)
    if token is None:
        with refusing(ToBearer(bare=True)):
            raise InvalidToken("an access token is needed")
    with refusing(ToBearer()):
        presented = _verify(call, token)
        gid = gid_of(presented.gid, presented.audience, call.provider.vault)
        if gid is None:
            raise InvalidToken(_INVALID, detail="gid names no grant at this audience")
        occasion = call.occasion()
        owner = await call.provider.database.read(
            partial(_load, gid=gid, jti=presented.jti, now=occasion.now)
        )
        if owner is None:
            raise InvalidToken(_INVALID, detail="revoked, or its grant has ended")
    with refusing(ToBearer(scope="openid")):
        if "openid" not in presented.scopes:
            raise InsufficientScope("scope openid is needed")
    grant = owner.grant
    client = await call.provider.configuration.client(grant.client_id)
    registered = client.facts.scopes if client else frozenset[str]()
    claims = rules.build(
        claims_of(owner.person),
        sub=grant.sub,
        scopes=presented.scopes & registered,
        single_claims=allowed_claims(grant.userinfo_claims, registered),
    )
    event = occasion.event(
        EventType.USERINFO_READ,
        actor=client_ref(grant.client_id),
        person_id=grant.person_id,
        client_id=grant.client_id,
        claims=sorted(claims),
    )
    if call.provider.reads.is_first(grant.gid, event):
        (await call.provider.database.transact(partial(_record, event=event))).unwrap()
        call.provider.reads.remember(grant.gid)
    return Answer.json(claims)


def _verify(call: Call, token: str) -> PresentedToken:
    try:
        claims = call.provider.keyring.verify(token, purpose=Purpose.ACCESS_TOKEN).claims
        check_times(claims, now=call.provider.clock.now(), leeway=_LEEWAY)
    except InvalidJwt as error:
        raise InvalidToken(_INVALID, detail=error.reason) from error
    issuer = call.provider.settings.issuer
    return read(claims, expected_iss=issuer, expected_aud=issuer)


def _record(tx: Tx, *, event: AuditEvent) -> Done[None]:
    tx.audit.add(event)
    return Done(None)


def _load(tx: Tx, *, gid: Gid, jti: str, now: datetime) -> _Owner | None:
    found = tx.grants.find_by_gid(gid, now)
    if found is None or not found[1] or tx.revoked_tokens.contains(jti):
        return None
    person = tx.people.canonical(found[0].person_id)
    return None if person is None else _Owner(grant=found[0], person=person)
