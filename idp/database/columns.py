"""The one registry of tables, and the column types every table is made of (DESIGN 5.7, 5.10)."""

from datetime import UTC, datetime, timedelta
from enum import Enum, auto

from sqlalchemy import BigInteger, Dialect, LargeBinary, MetaData
from sqlalchemy.types import TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
"""The one registry of tables; stores refer to each other's by foreign-key name only."""


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC moment, kept as microseconds since 1970 so that both engines compare alike."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        del dialect
        return None if value is None else stored_time(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        del dialect
        return None if value is None else _EPOCH + value * _MICROSECOND


def stored_time(moment: datetime) -> int:
    """Return a time as a UtcTime column keeps it; ValueError if it says no offset."""
    if moment.tzinfo is None:
        raise ValueError("a time must be aware")
    return (moment - _EPOCH) // _MICROSECOND


class Digest(LargeBinary):
    """A keyed digest of a secret; the secret itself is never stored."""


class Resealing(Enum):
    """What `hpid keys reseal` does with a column when the master key has a new version."""

    ANEW = auto()
    """Opened and sealed again."""
    WITH_LOOKUP = auto()
    """Sealed again together with the keyed look-up of the same value beside it (idp/resealing/service.py says how)."""
    FORGOTTEN = auto()
    """Opens only with a secret we don't keep: wiped once nobody may ask for it any more."""
    STAYS = auto()
    """Sealed under the version that is never given up, because nothing but its end may change the row."""


class Sealed(LargeBinary):
    """Bytes sealed by keys/envelope; the first byte is the version of the master key.

    Each column says what it is sealed for and what becomes of it under a new version, so that none can be left out.
    A name in braces in the purpose is a column of the row. `asked_until` names the column with the time after which,
    and HPID_LIFE_REFRESH_RETRY, a forgotten one is not asked for.
    """

    def __init__(
        self, purpose: str, resealing: Resealing = Resealing.ANEW, asked_until: str | None = None
    ) -> None:
        super().__init__()
        self.purpose = purpose
        self.resealing = resealing
        self.asked_until = asked_until
