"""Plain statements on PostgreSQL, by the driver itself inside SQLAlchemy's transaction (idp/database/prepared.py)."""

from collections.abc import Sequence
from typing import Any, NoReturn

from asyncpg import InterfaceError, InternalClientError, PostgresError
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.util import await_only

from idp.database.prepared import Found, Prepared, PreparedConnection, Statements

_ITS_OWN = (PostgresError, InterfaceError, InternalClientError)
"""What SQLAlchemy's dialect gives names of its own; the rest (a broken pipe, a time-out) passes as it is."""


class AsyncpgConnection(PreparedConnection):
    """Runs them by asyncpg, which keeps them prepared; what it raises is what SQLAlchemy would raise."""

    statements = Statements(dialect())  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped

    def run(self, prepared: Prepared, arguments: Sequence[Any]) -> Found:
        """Run it once."""
        driver = self._in_transaction()
        try:
            if prepared.row is None:
                status = await_only(driver.execute(prepared.text, *arguments))
                return Found([], int(status.rpartition(" ")[2]))
            records = await_only(driver.fetch(prepared.text, *arguments))
        except _ITS_OWN as error:
            self._refuse(prepared, error)
        make = prepared.row
        rows = [make(record) for record in records]
        return Found(rows, len(rows))

    def run_many(self, prepared: Prepared, arguments: Sequence[Sequence[Any]]) -> Found:
        """Run it for each, in one exchange."""
        driver = self._in_transaction()
        try:
            await_only(driver.executemany(prepared.text, arguments))
        except _ITS_OWN as error:
            self._refuse(prepared, error)
        return Found([], len(arguments))

    def _in_transaction(self) -> Any:
        """Return asyncpg's connection, its transaction begun."""
        if not self.in_transaction():
            self.begin()
        adapted: Any = self.connection.dbapi_connection
        if adapted._transaction is None:  # noqa: SLF001 - begun at the first statement, as the dialect's cursor does
            try:
                await_only(adapted._start_transaction())  # noqa: SLF001
            except self.dialect.loaded_dbapi.Error as named:  # lost at BEGIN: nothing was done
                self._handle_dbapi_exception(named, "BEGIN", None, None, None)
        return adapted.driver_connection

    def _refuse(self, prepared: Prepared, error: Exception) -> NoReturn:
        adapted: Any = self.connection.dbapi_connection
        try:
            adapted._handle_exception(error)  # noqa: SLF001 - names it; what is none of the server's passes
        except self.dialect.loaded_dbapi.Error as named:
            self._handle_dbapi_exception(named, prepared.text, None, None, None)
        raise AssertionError("it always raises")
