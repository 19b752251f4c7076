"""`hpid keys escrow`, `check-share`, `recover`: from the master key to shares on paper and back (SECURITY R27)."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from idp.audit.events import EventType
from idp.cli.keys import app
from keys.escrow import share_text
from keys.master import MasterKey
from tests.cli.conftest import Office
from tests.server import Installation, ServedWorld, free_ports

pytestmark = pytest.mark.network


async def test_three_of_five_files_make_the_key_that_opens_the_database(
    office: Office, world: ServedWorld, tmp_path: Path
) -> None:
    folder = tmp_path / "shares"
    done = await office.installation.run("keys", "escrow", "--to", str(folder))
    files = [folder / f"share-{place}-of-5.txt" for place in range(1, 6)]
    assert done.out.splitlines() == [str(file) for file in files]
    assert {path.stat().st_mode & 0o777 for path in (*files, folder)} == {0o600, 0o700}

    told = (await office.installation.run("keys", "check-share", str(files[1]), "--json")).json
    assert (told["share"], told["of"], told["needed"]) == (2, 5, 3)
    (event,) = await world.records(EventType.MASTER_KEY_ESCROWED)
    assert event.payload == {"set_id": told["set"], "threshold": 3, "shares": 5, "versions": [1]}
    assert event.actor.startswith("operator:")

    again = tmp_path / "again.json"
    short = await office.installation.run("keys", "recover", str(again), *map(str, files[:2]))
    assert short.refusal == "3 shares are needed, 2 are given"
    made = await office.installation.run("keys", "recover", str(again), *map(str, files[2:]))
    assert made.out.splitlines()[0] == f"made {again} of set {told['set']}: versions 1"
    listed = await office.installation.run("keys", "list", "--json", HPID_MASTER_KEY=str(again))
    assert listed.json

    text = files[0].read_text()
    files[0].write_text(text[:-6] + ("A" if text[-6] != "A" else "C") + text[-5:])
    refused = await office.installation.run("keys", "check-share", str(files[0]))
    assert refused.refusal == f"{files[0]}: its checksum does not match: it was mistyped or damaged"
    twice = await office.installation.run("keys", "escrow", "--to", str(folder))
    assert twice.refusal == f"{folder}: can't be made: File exists"


def test_shares_that_can_never_be_enough_are_refused(made: Installation) -> None:
    refused = made.hpid("keys", "escrow", "--threshold", "4", "--shares", "3")
    assert refused.refusal == "--threshold can't be more than --shares"


def test_shares_are_typed_line_by_line(tmp_path: Path) -> None:
    master = MasterKey.create(tmp_path / "master.json")
    texts = [share_text(share) for share in master.shares(threshold=2, total=3)]
    again = tmp_path / "again.json"
    done = CliRunner().invoke(
        app, ["recover", str(again)], input="\n\n".join(["", texts[2], texts[0], "more"])
    )
    assert done.exit_code == 0, done.output
    assert again.read_bytes() == (tmp_path / "master.json").read_bytes()
    checked = CliRunner().invoke(app, ["check-share", "--json"], input=texts[1])
    assert checked.exit_code == 0
    nothing = CliRunner().invoke(app, ["check-share"], input="")
    assert str(nothing.exception) == "there is no share"


def test_what_ends_half_way_leaves_no_share_and_can_be_begun_again(
    made: Installation, tmp_path: Path
) -> None:
    folder = tmp_path / "shares"
    nobody = f"postgresql://hpid@127.0.0.1:{free_ports(1)[0]}/hpid"
    assert made.hpid("keys", "escrow", "--to", str(folder), HPID_DATABASE_URL=nobody).status == 1
    assert not folder.exists()
    assert made.hpid("keys", "escrow", "--to", str(folder)).status == 0
    left = 4085 - len(str(tmp_path))  # the folder can be made, a file in it can't: its path is too long
    deep = tmp_path.joinpath(*["d" * 99] * (left // 100), "d" * (left % 100))
    refused = made.hpid("keys", "escrow", "--to", str(deep)).refusal
    assert refused == f"{deep / 'share-1-of-5.txt'}: can't be written: File name too long"
    assert not deep.exists()
