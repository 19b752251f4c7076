"""The database: `read`, `transact` and `append` on either engine, and the column types (DESIGN 5.7)."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sqlalchemy import URL, Connection, Insert
from sqlalchemy.exc import IntegrityError

from idp.clock import Clock
from idp.database.columns import Digest, Resealing, Sealed, UtcTime, metadata
from idp.database.outcome import DatabaseBusy, DatabaseReadOnly, DatabaseUnavailable, Done, Refused, behind
from idp.database.sqlite import Sqlite
from idp.database.traffic import Load, Traffic
from idp.database.turns import LONGEST_WAIT, Turns
from idp.database.url import UnusableUrl, engine_url

if TYPE_CHECKING:
    from idp.database.postgresql import Postgresql

__all__ = [
    "LONGEST_WAIT",
    "Appended",
    "Database",
    "DatabaseBusy",
    "DatabaseReadOnly",
    "DatabaseUnavailable",
    "Digest",
    "Done",
    "Load",
    "Refused",
    "Resealing",
    "Sealed",
    "UnusableUrl",
    "UtcTime",
    "behind",
    "engine_url",
    "metadata",
]

T = TypeVar("T")
TxT = TypeVar("TxT")

Appended = tuple[Insert, Callable[[], Mapping[str, object]]]
"""A row nobody depends on, made when its turn has come."""
_ROWS_PER_COMMIT = 500
_RECORDS_PER_COMMIT = _CLAIMS_PER_COMMIT = 32
_Row = tuple[Insert, Mapping[str, object]]
_Claim = tuple[_Row, Appended | None]
_Record = Callable[[Any], Any]


class Database(Generic[TxT]):
    """The one way to the tables. `unit` makes of a connection what the functions handed in work on.

    A unit that lets them trust what it remembers has a method `anew`, which makes what trusts nothing: a function that
    broke a constraint is run once more on that.
    """

    def __init__(
        self,
        url: str,
        unit: Callable[[Connection], TxT],
        *,
        pool: int = 8,
        prepared: bool = True,
        clock: Clock,
    ) -> None:
        target = engine_url(url)
        self._is_sqlite = target.get_backend_name() == "sqlite"
        self._engine = (
            Sqlite(target, clock) if self._is_sqlite else _postgresql(target, pool, prepared=prepared)
        )
        self._unit = unit
        self._anew: Callable[[Connection], TxT] | None = getattr(unit, "anew", None)
        self._traffic = Traffic(clock)
        self._rows: Turns[Appended, None] = Turns(self._insert, most=_ROWS_PER_COMMIT, clock=clock)
        self._claims: Turns[_Claim, bool] = Turns(self._claim, most=_CLAIMS_PER_COMMIT, clock=clock)
        self._records: Turns[_Record, Any] = Turns(self._add, most=_RECORDS_PER_COMMIT, clock=clock)

    async def open(self) -> None:
        """Check an embedded file. A server may still be down: it is called when needed (SECURITY R04)."""
        await self._engine.open()

    async def close(self) -> None:
        """Take nothing more, let what has begun end, and give the connections back."""
        await self._rows.close()
        await self._claims.close()
        await self._records.close()
        await self._engine.close()

    async def read(self, fn: Callable[[TxT], T]) -> T:
        """Run the function on one snapshot; a write in it fails."""
        with self._traffic.watch("read"):
            return await self._engine.read(fn, self._unit)

    async def glance(self, fn: Callable[[TxT], T]) -> T:
        """Run a function that asks once; should it ask twice, each answer is of a moment of its own. A write fails.

        One statement is a snapshot by itself: on PostgreSQL it is one exchange with the server instead of two.
        """
        with self._traffic.watch("read"):
            return await self._engine.glance(fn, self._unit)

    async def transact(self, fn: Callable[[TxT], Done[T] | Refused]) -> Done[T] | Refused:
        """Commit what the function did, whether done or refused; only an exception rolls back.

        It may run more than once (after a deadlock, or when another one spoilt a shared commit): it does
        nothing but its statements.
        """
        with self._traffic.watch("write"):
            return await self._trusting(self._engine.write(fn, self._unit), fn)

    async def add(self, fn: Callable[[TxT], Done[T] | Refused]) -> Done[T] | Refused:
        """Commit what a function did that only adds rows, and locks none that others wait for, together with others."""
        with self._traffic.watch("append"):
            return await self._trusting(self._records.take(fn), fn)

    async def append(self, statement: Insert, make: Callable[[], Mapping[str, object]]) -> None:
        """Insert a row nobody depends on together with others that wait, and return after its commit.

        The statement is one module-level object per table; its rows all have the same keys. They are made when their turn
        has come, one after the other: what is worked out so finds its code in the processor's caches.
        """
        with self._traffic.watch("append"):
            await self._rows.take((statement, make))

    async def claim(
        self, statement: Insert, row: Mapping[str, object], *, then: Appended | None = None
    ) -> bool:
        """Insert a row unless its like is there, together with others; True, after its commit, for who was first.

        The statement is one module-level object per table: on conflict it does nothing, and what it returns is the key.
        `then` is a row as `append` takes it, and is added in the same commit if this one was first, and never otherwise.
        """
        with self._traffic.watch("append"):
            return await self._claims.take(((statement, row), then))

    async def widen(self) -> None:
        """Make ready for who loads a whole register, until this is closed."""
        await self._engine.widen()

    @property
    def load(self) -> Load:
        """Return how busy this process keeps the database now."""
        in_use, most = self._engine.connections
        return Load(in_use=in_use, most=most, waiting=max(0, self._traffic.under_way - in_use))

    async def _trusting(
        self, running: Awaitable[Done[T] | Refused], fn: Callable[[TxT], Done[T] | Refused]
    ) -> Done[T] | Refused:
        """Return what the work came to; where it broke a constraint, what it does without trust in what is remembered."""
        try:
            return await running
        except IntegrityError:
            if self._anew is None:
                raise
            return await self._engine.write(fn, self._anew)

    async def _add(self, records: Sequence[_Record]) -> Sequence[Any]:
        def add(unit: TxT) -> list[Any]:
            return [record(unit) for record in records]

        return await self._engine.write(add, self._unit)

    async def _insert(self, makers: Sequence[Appended]) -> Sequence[None]:
        by_statement: dict[Insert, list[Mapping[str, object]]] = {}
        for statement, make in makers:
            by_statement.setdefault(statement, []).append(make())

        def insert(connection: Connection) -> None:
            for statement, values in by_statement.items():
                connection.execute(statement, values)

        await self._engine.write(insert, _bare)
        return [None] * len(makers)

    async def _claim(self, claims: Sequence[_Claim]) -> Sequence[bool]:
        """Tell of each whether its row is there now; of equal ones that wait together the first."""
        by_statement: dict[Insert, dict[tuple[object, ...], Mapping[str, object]]] = {}
        for (statement, row), _ in claims:
            by_statement.setdefault(statement, {}).setdefault(_key(statement, row), row)
        made = [None if then is None else (then[0], then[1]()) for _, then in claims]

        def claim(connection: Connection) -> list[bool]:
            free = {
                (statement, tuple(key))
                for statement, wanted in by_statement.items()
                # in one order on every node: who waits for whom goes in no circle
                for key in connection.execute(statement, [wanted[key] for key in sorted(wanted)])
            }
            won, following = [], dict[Insert, list[Mapping[str, object]]]()
            for ((statement, row), _), then in zip(claims, made, strict=True):
                of = (statement, _key(statement, row))
                won.append(of in free)
                if of in free and then is not None:
                    following.setdefault(then[0], []).append(then[1])
                free.discard(of)
            for statement, values in following.items():
                connection.execute(statement, values)
            return won

        return await self._engine.write(claim, _bare)


def _key(statement: Insert, row: Mapping[str, object]) -> tuple[object, ...]:
    return tuple(row[str(column.key)] for column in statement.exported_columns)


def _postgresql(target: URL, pool: int, *, prepared: bool) -> "Postgresql":
    """Import the engine where it is used: its driver brings an object mapper along, a fifth of a process's start."""
    from idp.database.postgresql import Postgresql

    return Postgresql(target, pool, prepared=prepared)


def _bare(connection: Connection) -> Connection:
    return connection
