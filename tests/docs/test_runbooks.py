"""Runbooks speak in the words of the log: whoever is woken searches for what they see."""

import pytest

from tests.architecture.source_tree import source_of

SAID = {
    "takes no writes": ("idp/database/servers.py", "database-down.md"),
    "all connections are in use": ("idp/database/pool.py", "database-down.md"),
    "the connection was lost during COMMIT": ("idp/database/postgresql.py", "database-down.md"),
    "the log can't be written, and lines are lost": ("idp/log.py", "disk-full.md"),
    "the database takes no writes": ("idp/database/traffic.py", "disk-full.md"),
}


@pytest.mark.parametrize("words", SAID)
def test_what_is_said_of_an_outage_is_in_its_runbook(words: str) -> None:
    source, runbook = SAID[words]
    assert words in source_of(source)
    assert words in source_of(f"docs/runbooks/{runbook}")
