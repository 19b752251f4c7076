"""Ten wrong tries per number in fifteen minutes, then no more.

A try is counted before the password or OTP is checked and given back when it was right, so that tries sent
at the same moment cannot outrun the count. Numbers that nobody has are counted alike.
"""

from sqlalchemy import Engine, case, delete, update
from sqlalchemy.dialects.sqlite import insert

from federation.national_mock.database import attempts, digest

MAX_TRIES = 10
WINDOW_SECONDS = 15 * 60


class Throttle:
    """Counts tries per number, kept as a digest."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def reserve(self, login: str, *, now: int) -> int:
        """Count a try. Returns 0, or the seconds to wait when there are no tries left."""
        is_over = attempts.c.window_ends_at <= now
        first = insert(attempts).values(key=digest(login), failures=1, window_ends_at=now + WINDOW_SECONDS)
        counted = first.on_conflict_do_update(
            index_elements=[attempts.c.key],
            set_={
                "failures": case((is_over, 1), else_=attempts.c.failures + 1),
                "window_ends_at": case((is_over, now + WINDOW_SECONDS), else_=attempts.c.window_ends_at),
            },
        ).returning(attempts.c.failures, attempts.c.window_ends_at)
        with self._engine.begin() as connection:
            connection.execute(delete(attempts).where(attempts.c.window_ends_at <= now))
            row = connection.execute(counted).one()
        return 0 if row.failures <= MAX_TRIES else int(row.window_ends_at) - now

    def give_back(self, login: str) -> None:
        """This try was right, but the sign-in is not finished: earlier wrong tries stay counted."""
        fewer = update(attempts).values(failures=attempts.c.failures - 1)
        with self._engine.begin() as connection:
            connection.execute(fewer.where(attempts.c.key == digest(login)))

    def clear(self, login: str) -> None:
        """Every factor asked for was right: forget the wrong tries."""
        with self._engine.begin() as connection:
            connection.execute(delete(attempts).where(attempts.c.key == digest(login)))
