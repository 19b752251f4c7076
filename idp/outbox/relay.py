"""Sends what must reach relying parties – Back-Channel Logout 1.0 §2.5: signed anew at each attempt, same jti.

At least once; back-off up to a day, then a dead letter that stays visible. One slow service never delays another.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from federation.fetch import Fetcher, FetchFailed
from idp.clients.model import Client
from idp.clock import Clock
from idp.database import Database, Done
from idp.ids import ClientId
from idp.log import fields
from idp.outbox.model import GIVE_UP_AFTER, OutboxMessage, next_pause
from idp.protocol.logout import LOGOUT_TOKEN_TYP, build_logout_token
from idp.transaction import Tx
from keys.keyring import Keyring
from keys.signer import SigningUnavailable

BATCH = 50
_LEASE = timedelta(seconds=30)
_log = logging.getLogger("hpid.outbox")


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """What it takes to reach a relying party."""

    database: Database[Tx]
    keyring: Keyring
    fetcher: Fetcher
    find_client: Callable[[ClientId], Awaitable[Client | None]]
    issuer: str
    clock: Clock

    under_way: set[asyncio.Task[None]] = field(default_factory=set)

    async def run(self) -> int:
        """Begin to send what is due, as many at once as a batch; who is slow is not waited for. Return how many."""
        room = BATCH - len(self.under_way)
        if room <= 0:
            return 0
        now = self.clock.now()
        outcome = await self.database.transact(
            lambda tx: Done(tx.outbox.claim_due(now, limit=room, lease=_LEASE))
        )
        due = outcome.unwrap()
        for message in due:
            task = asyncio.create_task(self._deliver(message))
            self.under_way.add(task)
            task.add_done_callback(self._ended)
        return len(due)

    async def stop(self) -> None:
        """Break off what is under way: its lease runs out and it is sent again."""
        for task in self.under_way:
            task.cancel()
        await asyncio.gather(*self.under_way, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self.under_way.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            _log.warning("a delivery broke off; it is sent again", extra=fields(reason=type(fault).__name__))

    async def _deliver(self, message: OutboxMessage) -> None:
        error = await self._send(message)
        now = self.clock.now()
        if error is None:
            await self.database.transact(partial(_delivered, message=message, now=now))
            return
        gives_up = now >= message.created_at + GIVE_UP_AFTER
        retry_at = None if gives_up else now + next_pause(message.attempts)
        _log.log(
            logging.WARNING if gives_up else logging.INFO,
            "not delivered",
            extra=fields(
                message=message.message_id,
                client_id=message.client_id,
                attempts=message.attempts,
                error=error,
            ),
        )
        await self.database.transact(partial(_failed, message=message, error=error, retry_at=retry_at))

    async def _send(self, message: OutboxMessage) -> str | None:
        """Post a fresh logout token; return what went wrong, or None."""
        client = await self.find_client(ClientId(message.client_id))
        if client is None or client.facts.backchannel_logout_uri is None:
            return "the client takes no back-channel logout any more"
        claims = build_logout_token(
            iss=self.issuer,
            aud=message.client_id,
            sub=message.payload.get("sub"),
            sid=message.payload.get("sid"),
            jti=message.payload["jti"],
            now=self.clock.now(),
        )
        try:
            token = await self.keyring.sign(
                claims, typ=LOGOUT_TOKEN_TYP, alg=client.facts.id_token_signed_response_alg
            )
            response = await self.fetcher.post_form(
                client.facts.backchannel_logout_uri, {"logout_token": token}
            )
        except (FetchFailed, SigningUnavailable) as error:
            return str(error)
        return None if response.status in {200, 204} else f"status {response.status}"


def _delivered(tx: Tx, *, message: OutboxMessage, now: datetime) -> Done[None]:
    tx.outbox.delivered(message.message_id, now)
    return Done(None)


def _failed(tx: Tx, *, message: OutboxMessage, error: str, retry_at: datetime | None) -> Done[None]:
    tx.outbox.failed(message.message_id, error=error, next_attempt_at=retry_at)
    return Done(None)
