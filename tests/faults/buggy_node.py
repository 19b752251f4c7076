"""Starts `hpid` with one deliberate bug in it: what the checker must find. Nothing in the product knows of this.

Run as a program, the bug's name first, then the words of `hpid`.
"""

import asyncio
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.util import await_only

from idp.audit.events import AuditEvent
from idp.audit.store import AuditStore
from idp.cli import main
from idp.consents.store import ConsentStore
from idp.database import Database, DatabaseUnavailable, Done, Refused
from idp.endpoints import userinfo
from idp.grants.store import CodeStore, GrantStore
from idp.grants.store.codes import codes
from idp.limits.service import Limits
from idp.transaction import Tx
from keys.keyring import Keyring
from keys.rotation import KeyState, published, state

_LATER = 0.3
_tasks: set["asyncio.Task[Any]"] = set()


def _put(owner: Any, name: str, value: Callable[..., Any]) -> Any:
    """Replace a function of the product in this process, and return what was there."""
    old = getattr(owner, name)
    setattr(owner, name, value)
    return old


def _in_background(work: Any) -> "asyncio.Task[Any]":
    task = asyncio.get_running_loop().create_task(work)
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)
    return task


def select_then_update() -> None:
    """A code is looked at, and then spent by a statement that does not ask again."""

    def spend(self: CodeStore, code: str, now: datetime) -> Any:
        found, key = self.find(code), self._key(code)
        if found is None or key is None or found.facts.spent_at is not None or not found.is_live:
            return None
        this = (codes.c.bucket == key["of_bucket"], codes.c.digest == key["of_digest"])
        self.connection.execute(select(codes.c.spent_at).where(*this))
        await_only(asyncio.sleep(0.05))
        self.connection.execute(update(codes).where(*this).values(spent_at=now))
        return replace(found.facts, spent_at=now)

    _put(CodeStore, "spend", spend)


def audit_after_commit() -> None:
    """Events are written by a transaction of their own, after the change was committed."""
    waiting: dict[int, list[AuditEvent]] = {}

    def add(self: AuditStore, event: AuditEvent, *, rehearse: bool = False) -> None:
        if id(self) in waiting:
            waiting[id(self)].append(event)
        else:
            really_add(self, event, rehearse=rehearse)

    async def transact(self: Database[Tx], fn: Callable[[Tx], Any]) -> Any:
        events: list[AuditEvent] = []

        def without(tx: Tx) -> Any:
            events.clear()
            waiting[id(tx.audit)] = events
            try:
                return fn(tx)
            finally:
                del waiting[id(tx.audit)]

        def write(tx: Tx) -> Done[None]:
            for event in events:
                really_add(tx.audit, event)
            return Done(None)

        outcome = await really_transact(self, without)
        if events:
            await asyncio.sleep(_LATER)
            await really_transact(self, write)
        return outcome

    really_add = _put(AuditStore, "add", add)
    really_transact = _put(Database, "transact", transact)


def revocation_cached() -> None:
    """Whether a grant is live is remembered for five seconds."""

    def remember(name: str) -> None:
        known: dict[str, tuple[float, Any]] = {}

        def find(self: GrantStore, gid: Any, jti: str, now: datetime) -> Any:
            at, found = known.get(jti, (0.0, None))
            if found is None or time.monotonic() > at + 5:
                found = really_find(self, gid, jti, now)
                known[jti] = (time.monotonic(), found)
            return found

        really_find = _put(GrantStore, name, find)

    remember("find_of_token")
    remember("find_with_holder")


def reuse_forgiven() -> None:
    """A generation that comes again is refused, and its family lives on."""

    def revoke(self: GrantStore, grant_id: Any, now: datetime, reason: str) -> bool:
        return True if reason == "refresh token reused" else bool(really_revoke(self, grant_id, now, reason))

    really_revoke = _put(GrantStore, "revoke", revoke)


def retired_key_dropped() -> None:
    """A key leaves the JWK Set in the moment in which it retires."""

    def public_jwks(self: Keyring) -> Any:
        now = self._now()
        alive = [
            record.kid
            for record in published(self._snapshot.records, now)
            if state(record, now) is not KeyState.RETIRED
        ]
        return {"keys": [key for key in really_public(self)["keys"] if key["kid"] in alive]}

    really_public = _put(Keyring, "public_jwks", public_jwks)


def limiter_fails_open() -> None:
    """A failure that can not be counted is let pass."""

    async def count(self: Limits, *counters: Any, now: datetime) -> None:
        with suppress(DatabaseUnavailable):
            await really_count(self, *counters, now=now)

    really_count = _put(Limits, "count", count)


def consent_after_code() -> None:
    """What was agreed to is remembered here, and written a while after the code."""
    databases: list[Database[Tx]] = []
    waiting: list[Any] = []

    def add(self: ConsentStore, records: Iterable[Any]) -> None:
        kept = tuple(records)
        waiting.extend(kept)
        _in_background(write(kept))

    async def write(kept: tuple[Any, ...]) -> None:
        await asyncio.sleep(5 * _LATER)
        await databases[0].transact(lambda tx: Done(really_add(tx.consents, kept)))

    def of_client(self: ConsentStore, person_id: Any, client_id: Any) -> Any:
        found = {record.scope: record for record in really_of(self, person_id, client_id)}
        here = [one for one in waiting if (one.person_id, one.client_id) == (person_id, client_id)]
        return tuple((found | {record.scope: record for record in here}).values())

    async def opened(self: Database[Tx]) -> None:
        databases.append(self)
        await really_open(self)

    really_add = _put(ConsentStore, "add", add)
    really_of = _put(ConsentStore, "of_client", of_client)
    really_open = _put(Database, "open", opened)


def answered_before_commit() -> None:
    """A rotated refresh token is answered while its transaction is still open."""

    async def transact(self: Database[Tx], fn: Any) -> Any:
        inner = fn.func if isinstance(fn, partial) else fn
        if getattr(inner, "__name__", "") not in {"_rotate", "_redeem"}:
            return await really_transact(self, fn)
        early: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

        def slow(tx: Tx) -> Any:
            outcome: Done[Any] | Refused = fn(tx)
            if not early.done():
                early.set_result(outcome)
            await_only(asyncio.sleep(_LATER))
            return outcome

        def ended(task: "asyncio.Task[Any]") -> None:
            error = task.exception()
            if early.done():
                return
            if error is None:
                early.set_result(task.result())
            else:
                early.set_exception(error)

        _in_background(really_transact(self, slow)).add_done_callback(ended)
        return await early

    really_transact = _put(Database, "transact", transact)


def answers_shared() -> None:
    """Claims lie in one place for all requests while an answer is made."""
    shared: dict[str, Any] = {}

    async def answer(call: Any, client: Any, claims: Any, *, now: datetime) -> Any:
        shared["claims"] = claims
        await asyncio.sleep(0.05)
        return await really_answer(call, client, shared["claims"], now=now)

    really_answer = _put(userinfo, "_answer", answer)


BUGS: dict[str, Callable[[], None]] = {
    "select-then-update": select_then_update,
    "audit-after-commit": audit_after_commit,
    "revocation-cached": revocation_cached,
    "reuse-forgiven": reuse_forgiven,
    "retired-key-dropped": retired_key_dropped,
    "limiter-fails-open": limiter_fails_open,
    "consent-after-code": consent_after_code,
    "answered-before-commit": answered_before_commit,
    "answers-shared": answers_shared,
}

if __name__ == "__main__":
    BUGS[sys.argv[1]]()
    sys.argv = ["hpid", *sys.argv[2:]]
    main()
