"""The refresh_token grant with rotation – RFC 6749 §6, RFC 9700 §4.14.2, OpenID Connect Core §12.

One successor per generation. For 60 s the previous generation, from the same client and while its successor is unused,
gets that same successor again (an answer was lost); anything older means theft and ends the family (DESIGN 5.6).
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial

from idp.audit.events import EventType
from idp.audit.occasion import Occasion, client_ref
from idp.database import Done, Refused
from idp.edge import Answer, Call
from idp.endpoints.client_authentication import ProvenClient, spend
from idp.endpoints.token.answer import sign_tokens
from idp.endpoints.token.target import find_target
from idp.grants.model import RefreshToken
from idp.ids import HandleKind, bucket_of, parse_handle
from idp.protocol.errors import InvalidGrant
from idp.protocol.facts import ClientFacts
from idp.protocol.token_request import narrow_scopes, parse_refresh_request
from idp.settings import Lifetimes
from idp.transaction import Tx
from keys.envelope import Vault

_UNUSABLE = "refresh_token is unknown, spent, expired or revoked"
_PURPOSE = "refresh.successor"


async def rotate(call: Call, proven: ProvenClient, form: Mapping[str, str]) -> Answer:
    """Spend a refresh token and answer its successor with fresh tokens."""
    provider, occasion = call.provider, call.occasion()
    client = await spend(call, proven)
    request = parse_refresh_request(form)
    if parse_handle(request.refresh_token, HandleKind.REFRESH_TOKEN) is None:
        raise InvalidGrant(_UNUSABLE, detail="not a refresh token of ours")
    stored = await provider.database.glance(partial(_load, token=request.refresh_token))
    if stored is None:
        raise InvalidGrant(_UNUSABLE, detail="unknown")
    judge = partial(
        _judge,
        token=request.refresh_token,
        client=client,
        vault=provider.vault,
        window=provider.settings.life.refresh_retry,
        occasion=occasion,
    )
    if stored.client_id != client.client_id or not stored.is_live or occasion.now >= stored.expires_at:
        refuse = partial(judge, audience=stored.grant.audience, may_retry=False)
        (await provider.database.transact(refuse)).unwrap()
    scopes = narrow_scopes(request.scopes, stored.scopes & client.scopes)
    target = await find_target(call, client, stored.grant, request.resource)
    tokens = await sign_tokens(
        call, client, stored.grant, target=target, scopes=scopes, nonce=None, person=None, now=occasion.now
    )
    turn = partial(
        _rotate,
        token=request.refresh_token,
        stored=stored,
        audience=target.audience,
        vault=provider.vault,
        life=provider.settings.life,
        judge=partial(judge, audience=target.audience),
        occasion=occasion,
    )
    successor = (await provider.database.transact(turn)).unwrap()
    return tokens.answer(refresh_token=successor)


def _load(tx: Tx, *, token: str) -> RefreshToken | None:
    return tx.refresh_tokens.find(token)


def _rotate(
    tx: Tx,
    *,
    token: str,
    stored: RefreshToken,
    audience: str,
    vault: Vault,
    life: Lifetimes,
    judge: Callable[[Tx], Done[str] | Refused],
    occasion: Occasion,
) -> Done[str] | Refused:
    """Spend this generation and add its successor; whoever loses the race is judged by what won."""
    now = occasion.now
    successor = occasion.clock.handle(HandleKind.REFRESH_TOKEN, bucket_of(stored.grant.person_id))
    sealed = vault.seal_under(token, successor.encode(), purpose=_PURPOSE)
    if not tx.refresh_tokens.spend(token, successor=successor, successor_sealed=sealed, now=now):
        return judge(tx)
    tx.refresh_tokens.add(
        successor,
        replace(
            stored,
            generation=stored.generation + 1,
            issued_at=now,
            expires_at=min(now + life.refresh_idle, stored.family_expires_at),
            spent_at=None,
            successor_sealed=None,
            successor_spent=False,
        ),
    )
    tx.audit.add(
        occasion.event(
            EventType.REFRESH_ROTATED,
            actor=client_ref(stored.client_id),
            person_id=stored.grant.person_id,
            client_id=stored.client_id,
            gid=stored.grant.gid,
            audience=audience,
            generation=stored.generation,
        )
    )
    return Done(successor)


def _judge(
    tx: Tx,
    *,
    token: str,
    client: ClientFacts,
    audience: str,
    vault: Vault,
    window: timedelta,
    occasion: Occasion,
    may_retry: bool = True,
) -> Done[str] | Refused:
    """Answer the same successor to an honest retry, whatever its resource; another use of what is spent ends the family.

    Everything that was a token of ours leaves its mark (RFC 9700 §4.14.2).
    """
    found = tx.refresh_tokens.find(token)
    if found is None:
        return Refused(InvalidGrant(_UNUSABLE, detail="unknown"))
    if found.client_id != client.client_id or not found.is_live:
        return _refuse(tx, found, client, occasion, "another client's" if found.is_live else "no longer live")
    if found.spent_at is None:
        return _refuse(tx, found, client, occasion, "expired")
    is_retry = occasion.now <= found.spent_at + window and not found.successor_spent
    if is_retry and not may_retry:
        return _refuse(tx, found, client, occasion, "expired")
    if is_retry and found.successor_sealed is not None:
        _record(
            tx,
            EventType.REFRESH_REPEATED,
            found,
            client,
            occasion,
            gid=found.grant.gid,
            audience=audience,
            generation=found.generation,
        )
        return Done(vault.open_under(token, found.successor_sealed, purpose=_PURPOSE).decode())
    tx.grants.revoke(found.grant.grant_id, occasion.now, "refresh token reused")
    _record(tx, EventType.REFRESH_REUSED, found, client, occasion, generation=found.generation)
    return Refused(InvalidGrant(_UNUSABLE, detail="reused: the family has ended"))


def _refuse(tx: Tx, found: RefreshToken, client: ClientFacts, occasion: Occasion, reason: str) -> Refused:
    _record(
        tx, EventType.REFRESH_REFUSED, found, client, occasion, presented_by=client.client_id, reason=reason
    )
    return Refused(InvalidGrant(_UNUSABLE, detail=reason))


def _record(
    tx: Tx, event: EventType, found: RefreshToken, client: ClientFacts, occasion: Occasion, **more: object
) -> None:
    """Record what a client did with a token of ours that is spent, over or another's."""
    tx.audit.add(
        occasion.event(
            event,
            actor=client_ref(client.client_id),
            person_id=found.grant.person_id,
            client_id=found.client_id,
            **more,
        )
    )
