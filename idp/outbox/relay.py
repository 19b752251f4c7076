"""Sends what must reach relying parties – Back-Channel Logout 1.0 §2.5: signed anew at each attempt, same jti.

At least once; back-off up to a day, then a dead letter that stays visible. One slow service never delays another.
"""

import asyncio
import logging
from datetime import datetime, timedelta
from functools import partial

from federation.fetch import FetchFailed
from idp.database import Done
from idp.ids import ClientId
from idp.log import fields
from idp.outbox.model import GIVE_UP_AFTER, OutboxMessage, next_pause
from idp.protocol.logout import LOGOUT_TOKEN_TYP, build_logout_token
from idp.provider import Provider
from idp.transaction import Tx
from keys.signer import SigningUnavailable

_BATCH = 50
_LEASE = timedelta(seconds=30)
_log = logging.getLogger("hpid.outbox")


async def relay(provider: Provider) -> int:
    """Send what is due; return how many messages were tried."""
    now = provider.clock.now()
    outcome = await provider.database.transact(
        lambda tx: Done(tx.outbox.claim_due(now, limit=_BATCH, lease=_LEASE))
    )
    due = outcome.unwrap()
    await asyncio.gather(*(_deliver(provider, message) for message in due))
    return len(due)


async def _deliver(provider: Provider, message: OutboxMessage) -> None:
    error = await _send(provider, message)
    now = provider.clock.now()
    if error is None:
        await provider.database.transact(
            partial(_settle, message=message, error=None, retry_at=None, provider=provider)
        )
        return
    gives_up = now >= message.created_at + GIVE_UP_AFTER
    retry_at = None if gives_up else now + next_pause(message.attempts)
    _log.log(
        logging.WARNING if gives_up else logging.INFO,
        "not delivered",
        extra=fields(
            message=message.message_id, client_id=message.client_id, attempts=message.attempts, error=error
        ),
    )
    await provider.database.transact(
        partial(_settle, message=message, error=error, retry_at=retry_at, provider=provider)
    )


async def _send(provider: Provider, message: OutboxMessage) -> str | None:
    """Post a fresh logout token; return what went wrong, or None."""
    client = await provider.configuration.client(ClientId(message.client_id))
    if client is None or client.facts.backchannel_logout_uri is None:
        return "the client takes no back-channel logout any more"
    try:
        token = await provider.keyring.sign(
            build_logout_token(
                iss=provider.settings.issuer,
                aud=message.client_id,
                sub=message.payload.get("sub"),
                sid=message.payload.get("sid"),
                jti=message.payload["jti"],
                now=provider.clock.now(),
            ),
            typ=LOGOUT_TOKEN_TYP,
            alg=client.facts.id_token_signed_response_alg,
        )
        response = await provider.fetcher.post_form(
            client.facts.backchannel_logout_uri, {"logout_token": token}
        )
    except (FetchFailed, SigningUnavailable) as error:
        return str(error)
    return None if response.status in {200, 204} else f"status {response.status}"


def _settle(
    tx: Tx, *, message: OutboxMessage, error: str | None, retry_at: datetime | None, provider: Provider
) -> Done[None]:
    if error is None:
        tx.outbox.delivered(message.message_id, provider.clock.now())
    else:
        tx.outbox.failed(message.message_id, error=error, next_attempt_at=retry_at)
    return Done(None)
