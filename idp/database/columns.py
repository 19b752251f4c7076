"""The one registry of tables, and the column types every table is made of (DESIGN 5.7, 5.10)."""

from datetime import UTC, datetime, timedelta

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
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time must be aware")
        return (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        del dialect
        return None if value is None else _EPOCH + value * _MICROSECOND


class Digest(LargeBinary):
    """A keyed digest of a secret; the secret itself is never stored."""


class Sealed(LargeBinary):
    """Bytes sealed by keys/envelope; the first byte is the key version, which `hpid keys reseal` walks."""
