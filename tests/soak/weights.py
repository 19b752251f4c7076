"""What the kernel says of processes, and the database of its tables."""

from contextlib import suppress
from pathlib import Path

from sqlalchemy import func, select

from idp.database import metadata
from idp.transaction import Tx
from tests.server import children_of
from tests.soak.verdict import Weight

_COUNT = select(
    *(
        select(func.count()).select_from(table).scalar_subquery().label(name)
        for name, table in metadata.tables.items()
    )
)
"""Every table at once: on a busy machine each statement has to wait its turn."""


def rows(tx: Tx) -> dict[str, int]:
    """Return how many rows each table of the product has; they are found where the stores declare them."""
    return dict(tx.connection.execute(_COUNT).mappings().one())


def weigh(pid: int) -> Weight:
    """Return the weight of a process with its children at any depth."""
    family = [pid]
    for one in family:
        family += [int(child) for child in children_of(one)]
    said = [_status(one) for one in family]
    return Weight(
        rss=sum(int(one["VmRSS"].split()[0]) * 1024 for one in said),
        threads=sum(int(one["Threads"]) for one in said),
        fds=sum(_open_files(one) for one in family),
    )


def _status(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def _open_files(pid: int) -> int:
    with suppress(FileNotFoundError):
        return len(list(Path(f"/proc/{pid}/fd").iterdir()))
    return 0
