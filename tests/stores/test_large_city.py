"""A large city: the same each time, however often its loading was killed; its history; no other one beside it."""

from pathlib import Path
from typing import Any

import pytest

from idp.cli.context import CommandFailed
from idp.cli.demo_large_batches import Counts
from idp.cli.demo_load import MOMENT, _claim
from idp.cli.demo_loading import write_all
from idp.cli.demo_making import begin
from idp.cli.demo_progress import Progress, progress_line
from idp.clock import Clock
from idp.database import Database
from idp.transaction import Tx
from keys.envelope import Vault
from keys.master import MasterKey
from tests.stores.city_content import Content, content_of, whole_city

SIZE, SEED, RECORDS = 1_000, 31, 250


class Killed(Exception):
    """The load ends here."""


@pytest.fixture(scope="module")
def master_key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("city") / "master.json"
    MasterKey.create(path)
    return path


@pytest.fixture(scope="module")
def city_vault(master_key: Path) -> Vault:
    return Vault(MasterKey.load(master_key))


@pytest.fixture(scope="module")
def whole(city_vault: Vault) -> Content:
    """What one run puts in, opened."""
    return whole_city(city_vault, SIZE, SEED)


@pytest.fixture
async def node(database_url: str, city_vault: Vault, clock: Clock) -> Any:
    database: Database[Tx] = Database(database_url, Tx.unit(city_vault, clock), clock=clock)
    await database.open()
    yield database
    await database.close()


async def _load(database: Database[Tx], master_key: Path, *, size: int = SIZE, until: int = 99) -> list[bool]:
    """Load it, or as many batches; return of each whether it was there."""
    seen: list[bool] = []

    def told(_counts: Counts, was_there: bool) -> None:
        seen.append(was_there)
        if len(seen) == until:
            raise Killed

    making, pipe = begin(master_key=master_key, size=size, seed=SEED, moment=MOMENT, records=RECORDS)
    try:
        await write_all(database, pipe, told)
    except Killed:
        pass
    finally:
        pipe.close()
        making.join(30)
    assert making.exitcode == 0, "who is left alone ends by itself"
    return seen


async def test_a_load_that_was_killed_twice_goes_on_and_ends_as_one_run_does(
    node: Database[Tx], master_key: Path, city_vault: Vault, whole: Content
) -> None:
    assert await _load(node, master_key, until=3) == [False] * 3
    assert await _load(node, master_key, until=5) == [True] * 3 + [False] * 2
    rest = await _load(node, master_key)
    assert rest == [True] * 5 + [False] * (len(rest) - 5)
    assert len(rest) > 6
    content = await content_of(node, city_vault, whole)
    assert content.keys() == whole.keys()
    for table, rows in whole.items():
        assert content[table] == rows, table
    assert len(content["people"]) == SIZE
    with pytest.raises(CommandFailed, match="another city"):
        await _load(node, master_key, size=1_500)


def test_its_history_is_of_numbers_homes_mandates_and_posts(whole: Content) -> None:
    def rows(table: str) -> list[dict[str, Any]]:
        return [dict(row) for row in whole[table]]

    assert any(one["scheme"] == "vn_personal_id" and one["valid_to"] for one in rows("person_identifiers"))
    assert any(one["scheme"] == "vn_cmnd9" for one in rows("person_identifiers"))
    left = [one for one in rows("person_addresses") if one["valid_to"]]
    assert 0.005 < len(left) / SIZE < 0.05
    here = {one["person_id"]: one for one in rows("person_addresses") if not one["valid_to"]}
    assert len(here) == SIZE
    assert all(one["valid_to"] == here[one["person_id"]]["valid_from"] > one["valid_from"] for one in left)
    assert {one["end_reason"] for one in rows("mandates")} >= {"", "term over"}
    assert any(one["closed_at"] for one in rows("official_posts"))
    assert {one["status"] for one in rows("people")} == {"active", "locked", "deceased"}
    assert all(one["synthetic"] and one["created_at"] == MOMENT for one in rows("people"))


def test_one_database_holds_one_city_and_knows_when_it_is_whole(tmp_path: Path) -> None:
    stamp = tmp_path / "demo-city"
    with pytest.raises(CommandFailed, match="there are people in this database"):
        _claim(stamp, "1000 31", 7)
    assert _claim(stamp, "1000 31", 0) is False
    assert _claim(stamp, "1000 31", 400) is False, "it was killed"
    with pytest.raises(CommandFailed, match="the city of 1000 people drawn with seed 31"):
        _claim(stamp, "1000 32", 400)
    stamp.write_text("1000 31 complete 1000")
    assert _claim(stamp, "1000 31", 1_000) is True
    assert _claim(stamp, "1000 31", 0) is False, "the database was made anew"


def test_progress_says_how_much_how_fast_and_how_long() -> None:
    assert progress_line(done=500, total=2_000, fresh=500, seconds=5) == (
        "500 of 2,000 records (25 %), 100 a second, 15 s left"
    )
    assert progress_line(done=500, total=80_000, fresh=0, seconds=5) == "500 of 80,000 records (0 %)"
    said: list[str] = []
    now = [0.0]
    progress = Progress(total=1_000, say=said.append, stopwatch=lambda: now[0])
    for done, was_there in ((200, True), (300, False), (400, False)):
        now[0] += 4
        progress.reach(done, was_there=was_there)
    assert said == ["300 of 1,000 records (30 %), 25 a second, 28 s left"], (
        "no oftener than every five seconds"
    )
