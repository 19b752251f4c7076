"""How a transaction ends: done, refused (which commits too), or not at all."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Never, TypeVar

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
TxT = TypeVar("TxT")
FoundT = TypeVar("FoundT")


@dataclass(frozen=True, slots=True)
class Done(Generic[T_co]):
    """A transaction that did its work: commit, and here is the value."""

    value: T_co

    def unwrap(self) -> T_co:
        """Return the value."""
        return self.value


@dataclass(frozen=True, slots=True)
class Refused:
    """A transaction that refused and leaves its mark: commit, and the caller raises the error."""

    error: Exception

    def unwrap(self) -> Never:
        """Raise the refusal."""
        raise self.error


def behind(
    look: Callable[[TxT], FoundT],
    judge: Callable[[FoundT], Refused | None],
    fn: Callable[[TxT], Done[T] | Refused],
) -> Callable[[TxT], Done[T] | Refused]:
    """Return a function's work behind a guard: in the same transaction it looks and judges first, and may refuse it."""

    def guarded(unit: TxT) -> Done[T] | Refused:
        refused = judge(look(unit))
        return fn(unit) if refused is None else refused

    return guarded


class DatabaseUnavailable(Exception):
    """The database can't be reached, is too busy, full or damaged.

    The edge answers 503. Nothing was written; only if the connection broke during COMMIT, nobody knows.
    """


class DatabaseReadOnly(DatabaseUnavailable):
    """It answers, and takes no writes: a standby, a full disk, a file that may not be written."""


class DatabaseBusy(DatabaseUnavailable):
    """It answers, and there was no turn in time: too much of our own at once, which is no reason to leave."""
