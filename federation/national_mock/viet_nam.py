"""The moments of the mock, which are seconds since 1970, as clocks in Việt Nam show them."""

from datetime import UTC, datetime, timedelta, timezone

_VIET_NAM = timezone(timedelta(hours=7))


def local(seconds: float) -> datetime:
    """Return the moment with Việt Nam's offset."""
    return datetime.fromtimestamp(seconds, UTC).astimezone(_VIET_NAM)
