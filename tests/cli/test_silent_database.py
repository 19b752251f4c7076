"""A PostgreSQL that takes the connection and says nothing, as where its disk hangs: commands end soon, and say why."""

import socket

import pytest

from tests.server import Installation

pytestmark = pytest.mark.network


@pytest.mark.parametrize(
    ("words", "failing"), [(("clients", "list"), "can't be read"), (("migrate",), "can't be migrated")]
)
def test_a_command_says_that_nobody_answers(made: Installation, words: tuple[str, ...], failing: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://hpid_node@127.0.0.1:{silent.getsockname()[1]}/hpid"
        ran = made.hpid(*words, HPID_DATABASE_URL=url)
    assert ran.refusal == f"the database {failing}: no answer in time"
