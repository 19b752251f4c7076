"""Sends what must reach relying parties – Back-Channel Logout 1.0 §2.5: signed anew at each attempt, same jti.

A lane is one client: one message is tried first, the rest of the lane only once it was answered, and the more at once
the more it has answered promptly. So a service that is slow or down holds a few connections, or one and then rests, and
never delays another. At least once; back-off up to a day, then a dead letter that stays visible. No redirect is
followed.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from federation.fetch import Fetcher, FetchFailed
from idp.clients.model import Client, TooManyWait
from idp.clock import Clock
from idp.database import Database, Done
from idp.database.patient import settle
from idp.ids import ClientId
from idp.log import fields
from idp.outbox.model import Attempt, OutboxMessage, next_attempt_at
from idp.outbox.rest import Resting
from idp.protocol.encryption import Encryption, of_id_tokens
from idp.protocol.facts import ClientFacts
from idp.protocol.logout import LOGOUT_TOKEN_TYP, build_logout_token
from idp.transaction import Tx
from keys.jwe import CannotEncrypt
from keys.keyring import Keyring

LANES = 50
EACH = 20
MOST = 60
"""Messages of one claim: it is followed by another at once."""
_AT_ONCE = 60
"""Connections of all lanes together; the rest of the fetcher's hundred is for signing people in."""
_LEASE = timedelta(seconds=30)
_MOST_HURRIED = 500
_WRITES_AT_ONCE = 2
"""Of the connections to the database; people who sign in have the others."""
_log = logging.getLogger("hpid.outbox")


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """What it takes to reach a relying party."""

    database: Database[Tx]
    keyring: Keyring
    fetcher: Fetcher
    find_client: Callable[[ClientId], Awaitable[Client | None]]
    encrypt: Callable[[ClientFacts, str, Encryption], Awaitable[str]]
    """Encrypts to a client's own key, or raises CannotEncrypt."""
    issuer: str
    clock: Clock
    give_up_after: timedelta
    """From the sign-out to the dead letter (HPID_LIFE_DELIVERY)."""

    under_way: set[asyncio.Task[None]] = field(default_factory=set)
    freed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a lane has ended: there may be more for its client."""
    resting: Resting = field(default_factory=Resting)
    _room: asyncio.Semaphore = field(default_factory=partial(asyncio.Semaphore, _AT_ONCE))
    _writing: asyncio.Semaphore = field(default_factory=partial(asyncio.Semaphore, _WRITES_AT_ONCE))

    async def run(self) -> int:
        """Begin to send what is due; who is slow is not waited for. Return how many messages were taken."""
        free = LANES - len(self.under_way)
        if free <= 0:
            return 0
        now = self.clock.now()
        resting = self.resting.at(now)
        claim = partial(_claim, now=now, lanes=free, resting=resting)
        outcome = await self.database.transact(claim)
        lanes = outcome.unwrap()
        for messages in lanes:
            task = asyncio.create_task(self._serve(messages))
            self.under_way.add(task)
            task.add_done_callback(self._ended)
        return sum(len(messages) for messages in lanes)

    async def stop(self) -> None:
        """Break off what is under way: its lease runs out and it is sent again."""
        for task in self.under_way:
            task.cancel()
        await asyncio.gather(*self.under_way, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self.under_way.discard(task)
        self.freed.set()
        if not task.cancelled() and (fault := task.exception()) is not None:
            _log.warning("a delivery broke off; it is sent again", extra=fields(reason=type(fault).__name__))

    async def _serve(self, messages: tuple[OutboxMessage, ...]) -> None:
        """Send the messages of one client: one, then the others, as many at once as it has shown to take."""
        client = await self.find_client(ClientId(messages[0].client_id))
        together, waiting = messages[:1], messages[1:]
        while together:
            if not await self._send_together(together, client, waiting):
                return
            width = self.resting.width(together[0].client_id)
            together, waiting = waiting[:width], waiting[width:]

    async def _send_together(
        self, messages: tuple[OutboxMessage, ...], client: Client | None, waiting: tuple[OutboxMessage, ...]
    ) -> bool:
        """Send these and note what came of it; False: not all were answered, and what waits has been given back."""
        attempts = await asyncio.gather(
            *(self._send(message, client) for message in messages), return_exceptions=True
        )
        faults = [one for one in attempts if isinstance(one, BaseException)]
        sent = [
            (message, one)
            for message, one in zip(messages, attempts, strict=True)
            if not isinstance(one, BaseException)
        ]
        client_id = messages[0].client_id
        are_answered = all(one.is_answered for _, one in sent)
        if not are_answered:
            until = self.resting.failed(client_id, self.clock.now())
            await self._settle(sent, unsent=waiting, until=until)
        elif sent:
            took = max(one.took for _, one in sent)
            await self._settle(sent, is_back=self.resting.answered(client_id, took))
        for fault in faults:
            raise fault
        return are_answered

    async def _settle(
        self,
        sent: Sequence[tuple[OutboxMessage, Attempt]],
        *,
        is_back: bool = False,
        unsent: tuple[OutboxMessage, ...] = (),
        until: datetime | None = None,
    ) -> None:
        now = self.clock.now()
        results = [
            _Result(
                message=message,
                attempt=attempt,
                again=next_attempt_at(message, attempt, now, give_up_after=self.give_up_after),
            )
            for message, attempt in sent
        ]
        work = partial(_write, results=results, now=now, is_back=is_back, unsent=unsent, until=until)
        await settle(self.database, work, in_turn=self._writing)
        for result in results:
            _log_failure(result)

    async def _send(self, message: OutboxMessage, client: Client | None) -> Attempt:
        """Post a fresh logout token; return what came of it."""
        if client is None or client.facts.backchannel_logout_uri is None:
            return Attempt(error="the client takes no back-channel logout any more", is_final=True)
        if not message.payload:
            return Attempt(error="its content can't be read", is_final=True)
        claims = build_logout_token(
            iss=self.issuer,
            aud=message.client_id,
            sub=message.payload.get("sub"),
            sid=message.payload.get("sid"),
            jti=message.payload["jti"],
            now=self.clock.now(),
        )
        alg = client.facts.id_token_signed_response_alg
        token = await self.keyring.sign(claims, typ=LOGOUT_TOKEN_TYP, alg=alg)  # no key: the lease runs out
        encrypted = of_id_tokens(client.facts)
        try:
            if encrypted is not None:
                token = await self.encrypt(client.facts, token, encrypted)
            async with self._room:
                began = self.clock.stopwatch()
                status = await self.fetcher.tell_form(
                    client.facts.backchannel_logout_uri, {"logout_token": token}
                )
        except (FetchFailed, CannotEncrypt, TooManyWait) as error:
            return Attempt(error=str(error) or "too many wait for its server")
        return Attempt(status=status, took=timedelta(seconds=self.clock.stopwatch() - began))


def _claim(
    tx: Tx, *, now: datetime, lanes: int, resting: Sequence[str]
) -> Done[tuple[tuple[OutboxMessage, ...], ...]]:
    taken = tx.outbox.claim(now, lanes=lanes, each=EACH, most=MOST, lease=_LEASE, resting=resting)
    return Done(taken)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Result:
    """One message that was sent, what came of it, and when it is due again if it did not arrive."""

    message: OutboxMessage
    attempt: Attempt
    again: datetime | None


def _write(
    tx: Tx,
    *,
    results: Sequence[_Result],
    now: datetime,
    is_back: bool,
    unsent: tuple[OutboxMessage, ...],
    until: datetime | None,
) -> Done[None]:
    tx.outbox.settle_all(
        ((result.message.message_id, result.attempt, result.again) for result in results), now=now
    )
    if is_back:
        tx.outbox.hurry(results[0].message.client_id, now, _MOST_HURRIED)
    if until is not None:
        tx.outbox.release([message.message_id for message in unsent], until)
    return Done(None)


def _log_failure(result: _Result) -> None:
    if result.attempt.is_acknowledged:
        return
    given_up = result.again is None
    _log.log(
        logging.WARNING if given_up else logging.INFO,
        "given up" if given_up else "not delivered",
        extra=fields(
            message=result.message.message_id,
            client_id=result.message.client_id,
            attempts=result.message.attempts,
            error=result.attempt.reason,
        ),
    )
