"""The refresh_token grant with rotation – RFC 6749 §6, RFC 9700 §4.14.2, OpenID Connect Core §12.

One successor per generation. For 60 s the previous generation, from the same client and while its successor is unused,
gets that same successor again (an answer was lost); anything older means theft and ends the family (DESIGN 5.6).
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial

from idp.audit.events import EventType
from idp.audit.occasion import Occasion, client_ref
from idp.database import Done, Refused
from idp.edge import Answer, Call
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


async def rotate(call: Call, client: ClientFacts, form: Mapping[str, str]) -> Answer:
    """Spend a refresh token and answer its successor with fresh tokens."""
    provider, occasion = call.provider, call.occasion()
    request = parse_refresh_request(form)
    if parse_handle(request.refresh_token, HandleKind.REFRESH_TOKEN) is None:
        raise InvalidGrant(_UNUSABLE, detail="not a refresh token of ours")
    stored = await provider.database.read(partial(_load, token=request.refresh_token))
    if stored is None:
        raise InvalidGrant(_UNUSABLE, detail="unknown")
    turn = partial(
        _rotate,
        token=request.refresh_token,
        client=client,
        vault=provider.vault,
        life=provider.settings.life,
        occasion=occasion,
    )
    if stored.client_id != client.client_id or not stored.is_live or occasion.now >= stored.expires_at:
        (await provider.database.transact(partial(turn, audience=stored.grant.audience))).unwrap()
        raise InvalidGrant(_UNUSABLE, detail="refused on reading, usable on writing")
    scopes = narrow_scopes(request.scopes, stored.scopes & client.scopes)
    target = await find_target(call, client, stored.grant, request.resource)
    tokens = await sign_tokens(
        call, client, stored.grant, target=target, scopes=scopes, nonce=None, person=None, now=occasion.now
    )
    successor = (await provider.database.transact(partial(turn, audience=target.audience))).unwrap()
    return tokens.answer(refresh_token=successor)


def _load(tx: Tx, *, token: str) -> RefreshToken | None:
    return tx.refresh_tokens.find(token)


def _rotate(
    tx: Tx,
    *,
    token: str,
    audience: str,
    client: ClientFacts,
    vault: Vault,
    life: Lifetimes,
    occasion: Occasion,
) -> Done[str] | Refused:
    """Spend this generation, or hand out its successor again, or refuse and leave the mark a refusal must leave."""
    now = occasion.now
    found = tx.refresh_tokens.find(token)
    if found is None:
        return Refused(InvalidGrant(_UNUSABLE, detail="unknown"))
    if found.client_id != client.client_id or not found.is_live:
        return _refuse(tx, found, client, occasion, "another client's" if found.is_live else "no longer live")
    if found.spent_at is None and now >= found.expires_at:
        return _refuse(tx, found, client, occasion, "expired")
    successor = occasion.clock.handle(HandleKind.REFRESH_TOKEN, bucket_of(found.grant.person_id))
    sealed = vault.seal_under(token, successor.encode(), purpose=_PURPOSE)
    won = tx.refresh_tokens.spend(token, successor=successor, successor_sealed=sealed, now=now)
    if won is None:
        return _retry(
            tx, token, client, audience=audience, vault=vault, window=life.refresh_retry, occasion=occasion
        )
    tx.refresh_tokens.add(
        successor,
        replace(
            won,
            generation=won.generation + 1,
            issued_at=now,
            expires_at=min(now + life.refresh_idle, won.family_expires_at),
            spent_at=None,
            successor_sealed=None,
            successor_spent=False,
        ),
    )
    tx.audit.add(
        occasion.event(
            EventType.REFRESH_ROTATED,
            actor=client_ref(client.client_id),
            person_id=won.grant.person_id,
            client_id=client.client_id,
            gid=won.grant.gid,
            audience=audience,
            generation=won.generation,
        )
    )
    return Done(successor)


def _retry(
    tx: Tx,
    token: str,
    client: ClientFacts,
    *,
    audience: str,
    vault: Vault,
    window: timedelta,
    occasion: Occasion,
) -> Done[str] | Refused:
    """Answer the same successor to an honest retry, whatever its resource; anything else ends the family (§4.14.2)."""
    spent = tx.refresh_tokens.find(token)
    if spent is None or not spent.is_live:
        return Refused(InvalidGrant(_UNUSABLE, detail="no longer live"))
    is_retry = (
        spent.spent_at is not None and occasion.now <= spent.spent_at + window and not spent.successor_spent
    )
    if is_retry and spent.successor_sealed is not None:
        tx.audit.add(
            occasion.event(
                EventType.REFRESH_REPEATED,
                actor=client_ref(client.client_id),
                person_id=spent.grant.person_id,
                client_id=client.client_id,
                gid=spent.grant.gid,
                audience=audience,
                generation=spent.generation,
            )
        )
        return Done(vault.open_under(token, spent.successor_sealed, purpose=_PURPOSE).decode())
    tx.grants.revoke(spent.grant.grant_id, occasion.now, "refresh token reused")
    tx.audit.add(
        occasion.event(
            EventType.REFRESH_REUSED,
            actor=client_ref(client.client_id),
            person_id=spent.grant.person_id,
            client_id=client.client_id,
            generation=spent.generation,
        )
    )
    return Refused(InvalidGrant(_UNUSABLE, detail="reused: the family has ended"))


def _refuse(tx: Tx, found: RefreshToken, client: ClientFacts, occasion: Occasion, reason: str) -> Refused:
    tx.audit.add(
        occasion.event(
            EventType.REFRESH_REFUSED,
            actor=client_ref(client.client_id),
            person_id=found.grant.person_id,
            client_id=found.client_id,
            presented_by=client.client_id,
            reason=reason,
        )
    )
    return Refused(InvalidGrant(_UNUSABLE, detail=reason))
