"""A node or a worker that can't begin says why and ends, leaving no connection open – SECURITY R27."""

from pathlib import Path

import pytest

from keys.master import MasterKey
from tests.server import Installation, free_ports, fresh_postgresql

pytestmark = pytest.mark.network


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_a_server_s_database_without_a_schema_is_refused_at_once(
    command: str, tmp_path: Path, postgresql_server: str
) -> None:
    with fresh_postgresql(postgresql_server) as url:
        installation = Installation(folder=tmp_path / "state", port=free_ports(1)[0], database_url=url)
        installation.folder.mkdir()
        MasterKey.create(installation.folder / "keys" / "master.json")
        ran = installation.hpid(command)
    assert ran.refusal == "the database has no schema yet; run `hpid init`"
