"""What PostgreSQL says of an error, without the rows it says it of: a name must not come into our log by a fault (G07).

Of a broken constraint the server's DETAIL tells the values, of a column that must not be empty the whole row. Parameters
are hidden by the engines (servers.py, sqlite.py); this is the same for the answer.
"""

from asyncpg import PostgresError


def without_rows(error: BaseException) -> None:
    """Take the DETAIL out of an error and of those that it came from; which rule was broken stays."""
    one: BaseException | None = error
    while one is not None:
        if isinstance(one, PostgresError):
            one.detail = None
        one = one.__cause__ or one.__context__
