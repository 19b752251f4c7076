"""Which version of the program this is."""

from functools import cache
from importlib.metadata import PackageNotFoundError, version


@cache
def release() -> str:
    """Return the version that is installed."""
    try:
        return version("haiphong-id")
    except PackageNotFoundError:
        return "0"
