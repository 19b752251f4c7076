"""A transaction of plain statements on PostgreSQL, in no more exchanges than there are answers to wait for (adr/0034).

BEGIN and the limits travel with the first statement; rows that are added and tell nothing wait for what comes next, the
last of them for COMMIT. Any other statement is SQLAlchemy's and the driver's, in the same transaction.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, NoReturn

from asyncpg import InterfaceError, InternalClientError, PostgresError
from asyncpg.exceptions import InvalidCachedStatementError
from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.util import await_only

from idp.database import messages
from idp.database.messages import Answer, Shape
from idp.database.prepared import Found, Prepared, PreparedConnection, Statements
from idp.database.servers import LIMITS, WatchedConnection

STALE_PLAN = "cached statement plan is invalid"
"""What the driver says when a migration changed what a prepared statement returns."""
_ITS_OWN = (PostgresError, InterfaceError, InternalClientError)
"""What SQLAlchemy's dialect gives names of its own; the rest (a broken pipe, a time-out) passes as it is."""
_WRONG_VALUE = (ValueError, TypeError, AttributeError, struct.error)
_DONE, _PASSED_OVER = b"COMMIT", "a failed statement was passed over: rolled back"
_COMMIT, _ROLLBACK = messages.simple("COMMIT;"), messages.simple("ROLLBACK;")
_FOR_THE_DRIVER = object()
"""The shape of a statement with types that `messages` does not know, or many rows, which the driver's C reads faster."""
_FEW_ROWS = 64
_COPIED = 200
"""From so many rows on a COPY, which takes a statement more to learn the columns' types, costs less."""
_UNNAMED = b""
_MOST_NAMES = 512
"""Of statements kept prepared on one connection; beyond, each is prepared as it runs."""


@dataclass(frozen=True, slots=True)
class Opening:
    """How a transaction begins, its limits with it."""

    text: str
    is_by_statement: bool = False
    """Whether each statement is a transaction of its own, which ends in the message it begins in."""

    @property
    def sent(self) -> bytes:
        return b"".join(messages.simple(part) for part in (self.text, *LIMITS))


WRITE = Opening("BEGIN;")
SNAPSHOT = Opening("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;")
GLANCE = Opening("BEGIN READ ONLY;", is_by_statement=True)
_SENT = {opening: opening.sent for opening in (WRITE, SNAPSHOT, GLANCE)}
_OPENED = messages.done("BEGIN") + messages.done("SET") * len(LIMITS)


class AsyncpgConnection(PreparedConnection):
    """One connection, for one transaction after the other; what it raises is what SQLAlchemy would raise."""

    statements = Statements(dialect())  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped

    def __init__(self, engine: Engine, *, era: int, seconds: float, prepared: bool) -> None:
        super().__init__(engine)
        self.era = era
        adapted: Any = self.connection.dbapi_connection
        self._adapted = adapted
        self.driver: WatchedConnection = adapted.driver_connection
        self._seconds = seconds
        self._keeps_prepared = prepared
        self._names: dict[str, bytes] = {}
        self._held: list[bytes] = []
        self._described: list[Shape] = []
        """Of those held back that are prepared as they run: what the server will say of them."""
        self._opening = WRITE
        self._is_open = False

    def start(self, opening: Opening) -> None:
        """Have the next statement begin a transaction."""
        self._opening = opening

    def finish(self) -> None:
        """Commit. After an error in it nobody may know whether that was done."""
        if self.in_transaction():
            self._hand_over()
            self.commit()
            self._is_open = self.driver.is_in_transaction()
        elif self._is_open:
            answer = self._send(_COMMIT, "COMMIT")
            if answer.tags[-1] != _DONE:
                self._refuse("COMMIT", InternalClientError(_PASSED_OVER))

    def undo(self) -> None:
        """Roll back."""
        self._held, self._described = [], []
        if self.in_transaction():
            self.rollback()
            self._is_open = self.driver.is_in_transaction()
        elif self._is_open:
            self._send(_ROLLBACK, "ROLLBACK")

    @property
    def is_idle(self) -> bool:
        """Tell whether no transaction is open: only then may another begin on it."""
        return not self._is_open

    def abandon(self) -> None:
        """Close without a word."""
        self.driver.terminate()
        if not self.invalidated:
            self.invalidate()

    def run(self, prepared: Prepared, arguments: Sequence[Any]) -> Found:
        """Run it once."""
        shape = prepared.shape or self._learn(prepared)
        if shape is _FOR_THE_DRIVER:
            return self._run_by_driver(prepared, arguments)
        answer = self._run(prepared, shape, [arguments])
        if answer is None:
            return Found([], 1)
        if prepared.row is None:
            return Found([], answer.affected)
        if len(answer.rows) > _FEW_ROWS:
            prepared.shape = _FOR_THE_DRIVER
        return Found(_rows(prepared, shape, answer), len(answer.rows))

    def run_many(self, prepared: Prepared, arguments: Sequence[Sequence[Any]]) -> Found:
        """Run it for each, in one exchange; many rows are copied."""
        if prepared.into is not None and self._keeps_prepared and len(arguments) >= _COPIED:
            self._copy(*prepared.into, arguments)
            return Found([], len(arguments))
        shape = prepared.shape or self._learn(prepared)
        if shape is _FOR_THE_DRIVER:
            found = [row for each in arguments for row in self._run_by_driver(prepared, each)]
        else:
            found = _rows(prepared, shape, self._run(prepared, shape, arguments))
        return Found(found, len(arguments))

    def _run(self, prepared: Prepared, shape: Shape, arguments: Sequence[Sequence[Any]]) -> Answer | None:
        """Run it and return the answer, or None if it waits for what is sent next."""
        known = self._names.get(prepared.text)
        name = self._new_name(prepared.text) if known is None else known
        try:
            message = b"".join([messages.execute(name, shape, each) for each in arguments])
        except _WRONG_VALUE as error:
            self._refuse(prepared.text, InterfaceError(f"a value is not of its type: {type(error).__name__}"))
        if known is None:
            message = messages.parse(name, prepared.text) + message
        if known is None:
            self._described.append(shape)
        if prepared.may_wait and self._is_open and (known is not None or not self._keeps_prepared):
            self._held.append(message)
            return None
        answer = self._exchange(message + (_COMMIT if self._opening.is_by_statement else b""))
        if name and known is None and answer.prepared > 0:
            self._names[prepared.text] = name
        self._check(answer, prepared.text)
        return answer

    def _new_name(self, text: str) -> bytes:
        """Return the name that nothing else can have, so that a pooler that mixes them up never runs another's."""
        if not self._keeps_prepared or len(self._names) >= _MOST_NAMES:
            return _UNNAMED
        return b"hpid_" + blake2b(text.encode(), digest_size=16).hexdigest().encode()

    def _learn(self, prepared: Prepared) -> Any:
        answer = self._send(messages.parse(_UNNAMED, prepared.text), prepared.text)
        prepared.shape = Shape.of(*answer.described[-1]) or _FOR_THE_DRIVER
        return prepared.shape

    def _send(self, message: bytes, text: str) -> Answer:
        answer = self._exchange(message)
        self._check(answer, text)
        return answer

    def _exchange(self, message: bytes) -> Answer:
        """Send it with what is held back, after BEGIN if no transaction is open."""
        opening, opened = (b"", b"") if self._is_open else (_SENT[self._opening], _OPENED)
        sent = b"".join((opening, *self._held, message, messages.SYNC))
        expected = self._described
        self._held, self._described = [], []
        try:
            answer: Answer = await_only(self.driver.wire.exchange(sent, self._seconds, opened))
        except _ITS_OWN as error:
            self._refuse("BEGIN" if opening else "COMMIT", error)
        self._is_open = answer.state != messages.NO_TRANSACTION
        if not self._is_open:
            self._adapted._transaction = None  # noqa: SLF001
        if expected:
            self._compare(expected, answer)
        return answer

    def _compare(self, expected: Sequence[Shape], answer: Answer) -> None:
        """Refuse an answer to values that were written, or would be read, as other types than the statement has now.

        An error may come of just that, so it is not asked first.
        """
        for shape, described in zip(expected, answer.described, strict=False):
            if (shape.takes, shape.returns) != described:
                self._refuse("", InvalidCachedStatementError(STALE_PLAN))

    def _check(self, answer: Answer, text: str) -> None:
        if answer.error is not None:
            self._refuse(text, PostgresError.new(answer.error, query=text))

    def _run_by_driver(self, prepared: Prepared, arguments: Sequence[Any]) -> Found:
        self._hand_over()
        try:
            if prepared.row is None:
                status = await_only(self.driver.execute(prepared.text, *arguments))
                return Found([], int(status.rpartition(" ")[2]))
            records = await_only(self.driver.fetch(prepared.text, *arguments))
        except _ITS_OWN as error:
            self._refuse(prepared.text, error)
        rows = [prepared.row(record) for record in records]
        return Found(rows, len(rows))

    def _copy(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        self._hand_over()
        copying = self.driver.copy_records_to_table(
            table, columns=columns, records=rows, timeout=self._seconds
        )
        try:
            await_only(copying)
        except _ITS_OWN as error:
            self._refuse(f"COPY {table}", error)
        except _WRONG_VALUE as error:
            self._refuse(
                f"COPY {table}", InterfaceError(f"a value is not of its type: {type(error).__name__}")
            )

    def _execute_context(self, *given: Any, **options: Any) -> Any:
        """Run any other statement as SQLAlchemy does: all its ways lead through here."""
        self._hand_over()
        return super()._execute_context(*given, **options)

    def _hand_over(self) -> None:
        """Let the driver and SQLAlchemy go on in the transaction, which the driver sees by its next answer."""
        if self._held:
            self._send(b"", "INSERT")
        if self._adapted._transaction is not None:  # noqa: SLF001 - as the dialect's cursor asks
            return
        try:
            await_only(self.driver.execute(LIMITS[0] if self._is_open else self._opening.text))
        except _ITS_OWN as error:
            self._refuse("BEGIN", error)
        self._is_open = True
        self._adapted._transaction = _Begun(self.driver)  # noqa: SLF001

    def _refuse(self, text: str, error: Exception) -> NoReturn:
        try:
            self._adapted._handle_exception(error)  # noqa: SLF001 - names it; what is none of the server's passes
        except self.dialect.loaded_dbapi.Error as named:
            self._handle_dbapi_exception(named, text, None, None, None)
        raise AssertionError("it always raises")


def _rows(prepared: Prepared, shape: Shape, answer: Answer | None) -> list[Any]:
    if answer is None or prepared.row is None:
        return []
    return [prepared.row(row) for row in answer.decoded(shape)]


class _Begun:
    """A transaction that we have begun, as SQLAlchemy's dialect ends one."""

    def __init__(self, driver: WatchedConnection) -> None:
        self._driver = driver

    async def commit(self) -> None:
        if await self._driver.execute("COMMIT;") != _DONE.decode():
            raise InternalClientError(_PASSED_OVER)

    async def rollback(self) -> None:
        await self._driver.execute("ROLLBACK;")
