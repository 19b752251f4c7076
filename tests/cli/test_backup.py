"""`hpid backup` and `hpid restore`: what was acknowledged is there again, what was used up since is not good again."""

import asyncio
import gzip
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from idp.backup.file import Draft, UnwritableBackup, lines_of
from idp.backup.model import Header, header_digest, header_line
from idp.backup.store import open_header
from idp.database.whole import snapshot
from keys.envelope import Vault
from keys.master import MasterKey
from tests.faults.restoring import SETTINGS, Story
from tests.server import Installation, Node, free_ports

pytestmark = pytest.mark.network


def test_a_restore_loses_nothing_acknowledged_before_and_revives_nothing_used_since(
    tmp_path: Path,
) -> None:
    installation = Installation(folder=tmp_path / "state", port=free_ports(1)[0], settings=SETTINGS)
    installation.prepare()
    story = Story(installation=installation, node=Node(installation), file=tmp_path / "all.gz")
    assert asyncio.run(story.tell()) == []


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> tuple[Installation, Path]:
    """An installation, and its back-up."""
    folder = tmp_path_factory.mktemp("saved")
    installation = Installation(folder=folder / "state", port=free_ports(1)[0])
    installation.prepare("rp-saved")
    file = folder / "all.gz"
    made = installation.hpid("backup", str(file), "--json").json
    assert installation.hpid("backup", str(file), "--check", "--json").json == made
    return installation, file


def _cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _flip(content: bytes) -> bytes:
    return content[:-40] + bytes([content[-40] ^ 1]) + content[-39:]


def _change_a_row(content: bytes) -> bytes:
    return gzip.compress(gzip.decompress(content).replace(b"rp-saved", b"rp-sav3d"))


def _leave_the_end_out(content: bytes) -> bytes:
    lines = gzip.decompress(content).splitlines(keepends=True)
    return gzip.compress(b"".join(lines[:-1]))


def _another_issuer(content: bytes) -> bytes:
    return gzip.compress(gzip.decompress(content).replace(b"http://localhost", b"http://l0calhost", 1))


_DAMAGE: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "cut": (_cut, "damaged or cut short"),
    "one bit": (_flip, "damaged"),
    "a row": (_change_a_row, "it is damaged: the rows of clients have not their digest"),
    "no end": (_leave_the_end_out, "it is cut short: the end is missing"),
    "header": (_another_issuer, "its header was changed"),
    "nesting": (lambda _content: gzip.compress(b"[" * 100_000 + b"\n"), "it is damaged: a line is not JSON"),
}


def _content(database: Path) -> list[str]:
    with closing(sqlite3.connect(database)) as connection:
        return list(connection.iterdump())


def test_a_damaged_file_is_refused_and_the_database_stays_as_it_was(
    saved: tuple[Installation, Path], tmp_path: Path
) -> None:
    installation, file = saved
    database = installation.folder / "hpid.sqlite3"
    held = _content(database)
    damaged = tmp_path / "damaged.gz"
    for change, refusal in _DAMAGE.values():
        damaged.write_bytes(change(file.read_bytes()))
        assert refusal in installation.hpid("restore", str(damaged), "--replace", "--yes").refusal
    assert refusal in installation.hpid("backup", str(damaged), "--check").refusal
    assert _content(database) == held
    assert installation.hpid("clients", "list", "--json").json[0]["client_id"] == "rp-saved"


def test_a_file_of_another_master_key_or_issuer_is_refused_before_anything_is_read(
    saved: tuple[Installation, Path], tmp_path: Path
) -> None:
    installation, file = saved
    MasterKey.create(tmp_path / "other.json")
    empty = f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    changes = {"HPID_DATABASE_URL": empty}
    ran = installation.hpid("restore", str(file), HPID_MASTER_KEY=str(tmp_path / "other.json"), **changes)
    assert ran.refusal == "it was made under another master key, or was changed"
    ran = installation.hpid("restore", str(file), HPID_ISSUER="http://localhost:1", **changes)
    assert ran.refusal == f"it is of {installation.issuer}, and HPID_ISSUER is http://localhost:1"
    assert not (tmp_path / "empty.sqlite3").exists()


def test_a_file_of_a_newer_release_is_refused(saved: tuple[Installation, Path], tmp_path: Path) -> None:
    installation, _ = saved
    vault = Vault(MasterKey.load(installation.folder / "keys" / "master.json"))
    header = Header(issuer=installation.issuer, release="9", revision="9999", taken_at="", epoch=0)
    newer = _with_header(tmp_path, header, vault)
    ran = installation.hpid("restore", str(newer), "--replace", "--yes")
    assert ran.refusal.startswith("it is of schema 9999, and this release knows ")


def test_a_file_of_later_than_this_clock_is_refused_because_the_epoch_would_begin_too_early(
    saved: tuple[Installation, Path], tmp_path: Path
) -> None:
    installation, file = saved
    vault = Vault(MasterKey.load(installation.folder / "keys" / "master.json"))
    header = open_header(lines_of(file), vault)
    later = datetime.now(UTC) + timedelta(minutes=5)
    ahead = _with_header(tmp_path, replace(header, taken_at=later.isoformat(timespec="microseconds")), vault)
    ran = installation.hpid("restore", str(ahead), "--replace", "--yes")
    assert ran.refusal.startswith(
        f"it was made at {later.isoformat(timespec='seconds')}, and the clock here says "
    )


def _with_header(folder: Path, header: Header, vault: Vault) -> Path:
    """Write a file that begins well and has nothing after its header."""
    file = folder / "header.gz"
    seal = vault.seal_text(header_digest(header), purpose="backup.header")
    file.write_bytes(gzip.compress(header_line(header, seal)))
    return file


def test_a_disk_that_is_full_is_told_as_the_back_up_s_own(saved: tuple[Installation, Path]) -> None:
    installation, file = saved
    with suppress(OSError), Path("/dev/full").open("wb") as raw:  # to close it fails as well
        draft = Draft(file, file, raw)
        with pytest.raises(UnwritableBackup) as refused:
            snapshot(installation.database, lambda _: draft.write(os.urandom(2**20)))
    assert str(refused.value) == f"{file} can't be written: No space left on device"


def test_no_file_is_overwritten_and_nothing_is_thrown_away_unasked(saved: tuple[Installation, Path]) -> None:
    installation, file = saved
    assert file.stat().st_mode & 0o777 == 0o600
    assert (
        installation.hpid("backup", str(file)).refusal == f"{file} exists, and no back-up is ever overwritten"
    )
    assert "--yes" in installation.hpid("restore", str(file), "--replace").refusal
