"""Records of the demo city by the hundred: as many as one transaction takes."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
_BATCH = 100


def batches(records: Iterable[T], size: int = _BATCH) -> Iterator[tuple[T, ...]]:
    """Return them in their order, some at a time."""
    rest = iter(records)
    while batch := tuple(islice(rest, size)):
        yield batch
