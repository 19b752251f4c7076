"""The authorization_code grant – RFC 6749 §4.1.3, OpenID Connect Core §3.1.3, PKCE, RFC 9700 §2.1.1.

The code is spent by the one statement that also decides who won. A wrong redemption burns it; a code that comes again
within ten seconds from the same client with the same verifier is refused and revokes nothing, any other ends the grant.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial

from idp.audit.events import EventType
from idp.audit.occasion import Occasion, client_ref
from idp.database import Done, Refused
from idp.edge import Answer, Call
from idp.endpoints.client_authentication import ProvenClient, spend
from idp.endpoints.reached import reached_by
from idp.endpoints.token.answer import sign_tokens
from idp.endpoints.token.target import find_target
from idp.grants.model import RefreshToken, StoredCode
from idp.ids import HandleKind, PersonId, bucket_of, parse_handle
from idp.people.model import Person
from idp.protocol.acting import ContextKind
from idp.protocol.context import subject_of
from idp.protocol.errors import InvalidGrant
from idp.protocol.facts import ClientFacts, GrantFacts
from idp.protocol.pkce import check_verifier
from idp.protocol.token_request import CodeRequest, check_code, parse_code_request
from idp.settings import Lifetimes
from idp.transaction import Tx

_UNUSABLE = "code is unknown, spent or expired"


async def redeem_code(call: Call, proven: ProvenClient, form: Mapping[str, str]) -> Answer:
    """Turn a code into tokens, once."""
    provider, occasion = call.provider, call.occasion()
    client = await spend(call, proven)
    request = parse_code_request(form)
    if parse_handle(request.code, HandleKind.CODE) is None:
        raise InvalidGrant(_UNUSABLE, detail="not a code of ours")
    stored, person = await provider.database.glance(partial(_load_code, code=request.code))
    if stored is None:
        raise InvalidGrant(_UNUSABLE, detail="unknown")
    judge = partial(_refuse, request=request, client=client, life=provider.settings.life, occasion=occasion)
    try:
        _check(stored, request, client, now=occasion.now)
    except InvalidGrant as error:  # whatever was wrong, the code is dead now (SECURITY B05)
        (await provider.database.transact(partial(judge, error=error))).unwrap()
    facts = stored.facts
    target = await find_target(call, client, facts.grant, request.resource)
    tokens = await sign_tokens(
        call,
        client,
        facts.grant,
        target=target,
        scopes=facts.scopes & client.scopes,
        nonce=facts.nonce,
        person=person,
        now=occasion.now,
    )
    refresh_token = _fresh_refresh_token(call, client, facts.grant.person_id)
    outcome = await provider.database.transact(
        partial(
            _redeem,
            request=request,
            stored=stored,
            audience=target.audience,
            refresh_token=refresh_token,
            judge=judge,
            call=call,
            now=occasion.now,
        )
    )
    outcome.unwrap()
    return tokens.answer(refresh_token=refresh_token)


def _check(stored: StoredCode, request: CodeRequest, client: ClientFacts, *, now: datetime) -> None:
    check_code(stored.facts, client, redirect_uri=request.redirect_uri, now=now)
    check_verifier(request.code_verifier, expected_challenge=stored.facts.code_challenge)
    if stored.facts.spent_at is not None or not stored.is_live:
        raise InvalidGrant(_UNUSABLE, detail="spent, or its grant has ended")


def _fresh_refresh_token(call: Call, client: ClientFacts, person_id: PersonId) -> str | None:
    if "refresh_token" not in client.grant_types:
        return None
    return call.provider.clock.handle(HandleKind.REFRESH_TOKEN, bucket_of(person_id))


def _load_code(tx: Tx, *, code: str) -> tuple[StoredCode | None, Person | None]:
    stored = tx.codes.find(code)
    if stored is None:
        return None, None
    grant = stored.facts.grant
    wants_person = grant.id_token_claims or grant.verified_id_token
    return stored, tx.people.get(subject_of(grant)) if wants_person else None


def _redeem(
    tx: Tx,
    *,
    request: CodeRequest,
    stored: StoredCode,
    audience: str,
    refresh_token: str | None,
    judge: partial[Refused],
    call: Call,
    now: datetime,
) -> Done[None] | Refused:
    """Spend the code and write what it gives; whoever loses the race is judged by what won."""
    if not tx.codes.spend(request.code, now):
        return judge(tx, error=InvalidGrant(_UNUSABLE, detail="lost the race"))
    code = stored.facts
    grant, life = code.grant, call.provider.settings.life
    is_offline = "offline_access" in code.scopes
    if not stored.has_reached:
        tx.sessions.reach(reached_by(stored, at=now))
    if refresh_token is not None:
        family_ends = _family_ends(grant, life, now, is_offline=is_offline)
        tx.refresh_tokens.add(
            refresh_token,
            RefreshToken(
                grant=grant,
                client_id=grant.client_id,
                session_id=None if is_offline else stored.session_id,
                generation=1,
                scopes=code.scopes,
                issued_at=now,
                expires_at=min(now + life.refresh_idle, family_ends),
                family_expires_at=family_ends,
            ),
        )
    tx.audit.add(
        call.occasion().event(
            EventType.CODE_REDEEMED,
            actor=client_ref(grant.client_id),
            person_id=grant.person_id,
            client_id=grant.client_id,
            gid=grant.gid,
            audience=audience,
        )
    )
    return Done(None)


def _family_ends(grant: GrantFacts, life: Lifetimes, now: datetime, *, is_offline: bool) -> datetime:
    """Return when refreshing ends: an official's with the working day, nobody's after the power they act under."""
    context = grant.context
    is_officials = context is not None and context.kind is ContextKind.OFFICIAL
    ends = now + (life.refresh_absolute if is_offline and not is_officials else life.session_absolute)
    return ends if context is None or context.ends_at is None else min(ends, context.ends_at)


def _refuse(
    tx: Tx,
    *,
    request: CodeRequest,
    client: ClientFacts,
    life: Lifetimes,
    occasion: Occasion,
    error: InvalidGrant,
) -> Refused:
    """Burn an unspent code; end the grant of a spent one unless it is an honest retry. Both leave their mark."""
    burnt = tx.codes.burn(request.code, occasion.now)
    stored = tx.codes.find(request.code)
    if stored is None:
        return Refused(error)
    grant = stored.facts.grant
    is_replay = not burnt and not _is_retry(stored, request, client, life.code_retry, occasion)
    if is_replay:
        tx.grants.revoke(grant.grant_id, occasion.now, "code replayed")
    tx.audit.add(
        occasion.event(
            EventType.CODE_REPLAYED if is_replay else EventType.CODE_REFUSED,
            actor=client_ref(client.client_id),
            person_id=grant.person_id,
            client_id=grant.client_id,
            presented_by=client.client_id,
            reason=error.detail or error.error_description,
        )
    )
    return Refused(error)


def _is_retry(
    stored: StoredCode, request: CodeRequest, client: ClientFacts, window: timedelta, occasion: Occasion
) -> bool:
    """Tell whether a spent code comes from the same client and verifier, at once (DESIGN 5.6)."""
    spent_at = stored.facts.spent_at
    if spent_at is None or occasion.now > spent_at + window or stored.facts.client_id != client.client_id:
        return False
    try:
        check_verifier(request.code_verifier, expected_challenge=stored.facts.code_challenge)
    except InvalidGrant:
        return False
    return stored.facts.redirect_uri == request.redirect_uri
