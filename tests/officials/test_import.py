"""Files of HR: joiners, movers, leavers; what is refused by its line; what a file may not do by itself."""

from collections import Counter
from pathlib import Path

import pytest

from idp.audit.events import EventType
from idp.cli.context import CommandFailed
from idp.cli.official_import import Outcome, Report, let_leave, take_in
from idp.cli.official_lines import COLUMNS
from idp.officials.model import Official, OfficialStatus
from tests.world import World

HEAD = ",".join(COLUMNS)
TRANG = (
    "CB1,031194990032,Phạm Thu Trang,trang@haiphong.example,"
    "H24.101,H24.101,11383,Cán bộ một cửa,desk-officer,2025-07-01,"
)
PHUC = (
    "CB2,,Nguyễn Hữu Phúc,,H24.08,H24.08,,Trưởng phòng,leader case-officer,2025-07-01,\n"
    "CB2,,Nguyễn Hữu Phúc,,H24.08,H24.101,11383,Phó Chủ tịch,leader,2026-01-01,2026-12-31"
)
HUY = "CB3,,Tạ Quang Huy,,H24.08,H24.08,,Chuyên viên,case-officer,2019-03-01,2025-10-15"


async def take(
    world: World, folder: Path, *lines: str, agency: str = "", dry_run: bool = False, full: bool | None = None
) -> Report:
    """Take in a file of these lines; `full`: let those leave who are not in it, whether sure or not."""
    path = folder / "officials.csv"
    path.write_text("\n".join((HEAD, *lines)), encoding="utf-8-sig")
    report = await take_in(world.provider, path, agency=agency, dry_run=dry_run)
    if full is not None:
        await let_leave(world.provider, report, agency=agency, dry_run=dry_run, is_sure=full)
    return report


async def kept(world: World, number: str) -> Official | None:
    return await world.provider.database.read(lambda tx: tx.officials.find_by_number(number))


async def test_a_file_is_taken_in_once_however_often_it_comes(world: World, tmp_path: Path) -> None:
    first = await take(world, tmp_path, TRANG, PHUC, HUY)
    assert first.counts == Counter({Outcome.JOINED: 3})
    phuc = await kept(world, "CB2")
    assert phuc is not None
    assert [(post.agency_code, post.commune_code) for post in phuc.live_posts(world.time())] == [
        ("H24.08", ""),
        ("H24.101", "11383"),
    ]
    huy = await kept(world, "CB3")
    assert huy is not None
    assert (len(huy.posts), huy.live_posts(world.time())) == (1, ())
    events = await world.events()
    again = await take(world, tmp_path, TRANG, PHUC, HUY)
    assert again.counts == Counter({Outcome.UNCHANGED: 3})
    assert again.rows == []
    assert await world.events() == events


async def test_movers_and_corrections_are_told_apart(world: World, tmp_path: Path) -> None:
    await take(world, tmp_path, TRANG, PHUC)
    report = await take(
        world, tmp_path, TRANG.replace("H24.101,11383", "H24.10,"), PHUC.replace("Phó Chủ tịch", "Chủ tịch")
    )
    assert report.counts == Counter({Outcome.MOVED: 1, Outcome.CORRECTED: 1})
    assert [(row["line"], row["employee_number"], row["outcome"]) for row in report.rows] == [
        (2, "CB1", "moved"),
        (3, "CB2", "corrected"),
    ]


async def test_a_dry_run_says_the_same_and_keeps_nothing(world: World, tmp_path: Path) -> None:
    await take(world, tmp_path, TRANG)
    events = await world.events()
    report = await take(world, tmp_path, PHUC, agency="H24", dry_run=True, full=True)
    assert report.counts == Counter({Outcome.JOINED: 1, Outcome.LEFT: 1})
    assert await kept(world, "CB2") is None
    trang = await kept(world, "CB1")
    assert trang is not None
    assert trang.status is OfficialStatus.ACTIVE
    assert await world.events() == events


async def test_a_line_that_can_t_be_kept_is_told_by_its_number_and_the_others_go_in(
    world: World, tmp_path: Path
) -> None:
    wrong = (
        TRANG.replace("CB1", ""),
        TRANG.replace("CB1", "A1").replace("031194990032", "12345"),
        TRANG.replace("CB1", "A2").replace("desk-officer", "archmage"),
        TRANG.replace("CB1", "A3").replace("2025-07-01", "01/07/2025"),
        TRANG.replace("CB1", "A4").replace("H24.101", "H24.99"),
        TRANG.replace("CB1", "A5").replace("H24.101", "Sở Y tế"),
        f"{TRANG.replace('CB1', 'A6')}\n{TRANG.replace('CB1', 'A6').replace('Trang', 'Giang')}",
        TRANG.replace("CB1", "A7") + ",more",
        'A8,"never closed',
    )
    report = await take(world, tmp_path, TRANG, *wrong[:-1], PHUC, wrong[-1])
    assert report.counts == Counter({Outcome.JOINED: 2, Outcome.REFUSED: 9})
    refused = [row for row in report.rows if row["outcome"] == "refused"]
    assert [row["line"] for row in refused][:7] == [3, 4, 5, 6, 7, 8, 9]
    assert not [row for row in refused if "12345" in str(row) or "archmage" in str(row)]
    with pytest.raises(CommandFailed, match="nobody leaves by a file with lines that were refused"):
        await let_leave(world.provider, report, agency="H24", dry_run=False, is_sure=True)


async def test_a_full_file_lets_those_leave_who_are_not_in_it(world: World, tmp_path: Path) -> None:
    many = [TRANG.replace("CB1", f"N{number:02}").replace("031194990032", "") for number in range(41)]
    await take(world, tmp_path, *many, PHUC)
    report = await take(world, tmp_path, *many[2:], agency="H24.101", full=False)
    assert report.counts == Counter({Outcome.UNCHANGED: 39, Outcome.LEFT: 2})
    assert await world.events(EventType.OFFICIAL_LEFT) == [EventType.OFFICIAL_LEFT] * 2
    elsewhere = await kept(world, "CB2")
    assert elsewhere is not None
    assert elsewhere.status is OfficialStatus.ACTIVE
    with pytest.raises(CommandFailed, match="3 of 39 are not in the file, more than one in 20"):
        await take(world, tmp_path, *many[5:], agency="H24.101", full=False)
    assert len(await world.events(EventType.OFFICIAL_LEFT)) == 2
    report = await take(world, tmp_path, *many[5:], agency="H24.101", full=True)
    assert report.counts[Outcome.LEFT] == 3
    back = await take(world, tmp_path, many[0])
    assert back.counts == Counter({Outcome.JOINED: 1})


async def test_a_file_of_one_agency_says_nothing_of_another(world: World, tmp_path: Path) -> None:
    report = await take(world, tmp_path, TRANG, PHUC, agency="H24.101")
    assert report.counts == Counter({Outcome.JOINED: 1, Outcome.REFUSED: 1})
    assert await kept(world, "CB2") is None


async def test_who_left_does_not_come_back_by_posts_of_before(world: World, tmp_path: Path) -> None:
    await take(world, tmp_path, HUY, PHUC)
    await take(world, tmp_path, PHUC, agency="H24", full=True)
    report = await take(world, tmp_path, HUY, PHUC)
    assert report.counts == Counter({Outcome.UNCHANGED: 2})
    huy = await kept(world, "CB3")
    assert huy is not None
    assert huy.status is OfficialStatus.LEFT
