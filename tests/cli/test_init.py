"""`hpid init` and `hpid migrate`: from an empty folder to a provider that can serve, as often as one likes."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.server import Installation

pytestmark = pytest.mark.network
_PRODUCTION = {
    "HPID_PROFILE": "production",
    "HPID_ISSUER": "https://id.example.vn",
    "HPID_TEST_ENVIRONMENT": "false",
}


def test_init_makes_key_schema_and_signing_keys_once(empty: Installation) -> None:
    first = replace(empty, forked=False).hpid("init")
    master = empty.folder / "keys" / "master.json"
    assert first.status == 0, first.err
    assert first.out.splitlines()[0] == f"made the master key {master}"
    assert first.out.splitlines()[-1] == f"ready: {empty.issuer}"
    assert master.stat().st_mode & 0o777 == 0o600
    assert (empty.folder / "hpid.sqlite3").stat().st_mode & 0o777 == 0o600
    key = master.read_bytes()
    kids = {row["kid"]: (row["alg"], row["state"]) for row in empty.hpid("keys", "list", "--json").json}
    assert sorted(kids.values()) == [(alg, "active") for alg in ("ES256", "EdDSA", "PS256", "RS256")]

    again = empty.hpid("init")
    assert (again.status, again.out) == (0, f"ready: {empty.issuer}\n")
    assert empty.hpid("migrate").out == "the schema is up to date\n"
    assert master.read_bytes() == key
    assert {row["kid"] for row in empty.hpid("keys", "list", "--json").json} == set(kids)


def test_an_algorithm_that_came_later_gets_its_key_announced_first(made: Installation) -> None:
    assert [row["alg"] for row in made.hpid("keys", "list", "--json").json] == ["ES256"]
    lines = made.hpid("init").out.splitlines()
    assert [line.split("(")[1].split(",")[0] for line in lines[:-1]] == ["EdDSA", "PS256", "RS256"]
    assert all(", signs from " in line for line in lines[:-1])
    assert sorted((row["alg"], row["state"]) for row in made.hpid("keys", "list", "--json").json) == [
        ("ES256", "active"),
        ("EdDSA", "announced"),
        ("PS256", "announced"),
        ("RS256", "announced"),
    ]
    assert made.hpid("init").out == f"ready: {made.issuer}\n"


def test_init_in_production_makes_no_master_key(empty: Installation) -> None:  # DESIGN 5.14
    master = empty.folder / "keys" / "master.json"
    refused = empty.hpid("init", **_PRODUCTION, HPID_MASTER_KEY=str(master))
    assert refused.refusal == f"{master}: no master key there, and production never generates one"
    assert not master.exists()


def test_a_folder_that_cannot_be_made_is_one_line(empty: Installation) -> None:
    nowhere = Path("/proc/hpid")
    refused = empty.hpid(
        "init", HPID_STATE=str(nowhere), HPID_DATABASE_URL=f"sqlite:///{nowhere}/hpid.sqlite3"
    )
    assert refused.refusal.startswith("/proc/hpid: can't be made: ")


def test_a_file_where_the_folder_should_be_is_one_line(empty: Installation) -> None:
    empty.folder.write_text("in the way")
    assert empty.hpid("init").refusal.startswith(f"{empty.folder}: can't be made: ")


def test_a_database_without_a_schema_names_the_command_that_makes_it(made: Installation) -> None:
    Path(made.database.removeprefix("sqlite:///")).unlink()
    expected = "the database has no schema yet; run `hpid init`"
    assert made.hpid("serve").refusal == expected
    assert made.hpid("clients", "show", "anybody").refusal == expected


def test_a_schema_of_another_version_names_the_command_that_moves_it(made: Installation) -> None:
    with sqlite3.connect(made.folder / "hpid.sqlite3") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    connection.close()
    refusal = made.hpid("serve").refusal
    assert refusal.startswith("the database is at revision 0001, this version needs ")
    assert refusal.endswith("; run `hpid migrate`")


def test_a_schema_of_a_newer_release_is_no_matter_of_migrating(made: Installation) -> None:
    with closing(sqlite3.connect(made.folder / "hpid.sqlite3", isolation_level=None)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    for command in ("init", "migrate", "serve", "worker", "keys list"):
        refusal = made.hpid(*command.split()).refusal
        assert refusal.startswith("the database is at revision 9999, and this release knows ")
        assert refusal.endswith(" at most: use the newer release")


@pytest.mark.parametrize("part", [0.5, 0.9])
def test_half_a_database_is_refused_and_left_as_it_is(made: Installation, part: float) -> None:
    path = made.folder / "hpid.sqlite3"
    half = path.read_bytes()[: int(path.stat().st_size * part)]
    path.write_bytes(half)
    for command in ("serve", "init"):
        assert "database disk image is malformed" in made.hpid(command).refusal
    assert path.read_bytes() == half


def test_what_is_no_database_is_refused_and_left_as_it_is(made: Installation) -> None:
    path = made.folder / "hpid.sqlite3"
    path.write_bytes(b"not a database " * 1000)
    assert "file is not a database" in made.hpid("serve").refusal
    assert path.read_bytes() == b"not a database " * 1000


def test_a_setting_that_is_no_setting_is_named_as_in_the_environment(made: Installation) -> None:
    assert made.hpid("keys", "list", HPID_PORT="70000").refusal.startswith("HPID_PORT: ")
    assert made.hpid("keys", "list", HPID_LIFE_CODE="soon").refusal.startswith("HPID_LIFE_CODE: ")
    for url, refusal in {
        "mysql://u:a-secret@127.0.0.1/hpid": "the database URL must be sqlite:///path or postgresql://…",
        "postgresql://u:a-secret@127.0.0.1:99999/hpid": "the database URL has a port beyond 65535, or 0",
        "postgresql://u:a-secret@127.0.0.1/hpid?nosuch=1": "the database URL has an option that is not known: nosuch",
        "u:a-secret@127.0.0.1": "the database URL is no URL",
    }.items():
        for command in ("keys list", "init", "serve", "worker", "backup x"):
            assert (
                made.hpid(*command.split(), HPID_DATABASE_URL=url).refusal == f"HPID_DATABASE_URL: {refusal}"
            )
    named = made.hpid("serve", HPID_HOST="localhost").refusal
    assert named == "HPID_HOST must be an address: 127.0.0.1, ::1, or 0.0.0.0 and :: for all"
    unsafe = replace(made, settings={"HPID_ISSUER": "http://id.example.vn"}).hpid("serve").refusal
    assert unsafe == "HPID_ISSUER must be https except on loopback in development"
