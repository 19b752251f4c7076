"""Two nodes and their workers over PgBouncer in transaction mode, five connections for their sixteen (adr/0022).

Without prepared statements with any version, with them from 1.21 on; before, the nodes say what to set. Then it is
killed under them and started again.
"""

import asyncio
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection, text

from idp.clock import Clock
from idp.database import Database, DatabaseUnavailable
from tests.proof._pgbouncer import Pooler, pgbouncer
from tests.proof._postgresql import postgresql
from tests.proof.one_connection import prove
from tests.server import Installation, Node, free_ports, fresh_postgresql, serving

CONNECTIONS = 5
_CARRIES = (1, 21)
_HEALS_SECONDS = 10.0


async def _mixed_up(url: str) -> bool:
    """Tell whether prepared statements get lost, and are told as that."""
    database = Database(url, _bare, pool=8, clock=Clock())

    def ask(connection: Connection) -> object:
        return connection.execute(text("SELECT version FROM config_version")).scalar_one()

    told = await asyncio.gather(*(database.read(ask) for _ in range(200)), return_exceptions=True)
    await database.close()
    lost = [one for one in told if isinstance(one, BaseException)]
    assert all(isinstance(one, DatabaseUnavailable) for one in lost), lost
    return bool(lost)


def _bare(connection: Connection) -> Connection:
    return connection


def _killed_and_back(pooler: Pooler, folder: Path) -> bool:
    installation = Installation(
        folder=folder / "state",
        port=free_ports(1)[0],
        database_url=pooler.url,
        settings={"HPID_DATABASE_PREPARED": "off"},
    )
    replace(installation, database_url=pooler.server).prepare()
    node = Node(installation)
    with serving(node):
        pooler.kill()
        time.sleep(1.0)
        gone = node.readiness()
        pooler.start()
        began = time.monotonic()
        while node.readiness() != 200 and time.monotonic() < began + _HEALS_SECONDS:
            time.sleep(0.1)
        took = time.monotonic() - began
    print(f"killed: {gone}; back after {took:.1f} s")
    return gone == 503 and took < _HEALS_SECONDS


def main() -> int:
    """Prove it on a PostgreSQL of its own."""
    failed = 0
    with tempfile.TemporaryDirectory() as name, postgresql() as server:
        folder = Path(name)
        with fresh_postgresql(server) as url, pgbouncer(url, connections=CONNECTIONS) as pooler:
            print(f"PgBouncer {'.'.join(map(str, pooler.version))}")
            failed |= prove(pooler.url, folder / "off", reached=url, HPID_DATABASE_PREPARED="off")
            if pooler.version < _CARRIES:
                failed |= not asyncio.run(_mixed_up(pooler.url))
        if pooler.version >= _CARRIES:
            with fresh_postgresql(server) as url, pgbouncer(url, connections=CONNECTIONS) as pooler:
                failed |= prove(pooler.url, folder / "on", reached=url, HPID_DATABASE_PREPARED="on")
        with fresh_postgresql(server) as url, pgbouncer(url, connections=CONNECTIONS) as pooler:
            failed |= not _killed_and_back(pooler, folder / "killed")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
