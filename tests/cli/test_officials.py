"""`hpid officials`: a file taken in, shown and listed."""

import json
from pathlib import Path

import pytest

from tests.server import Installation

pytestmark = pytest.mark.network

_FILE = """\
employee_number,personal_id,name,email,employer,agency,commune,position,roles,valid_from,valid_to
CB1,031194990032,Phạm Thu Trang,,H24,H24,,Chuyên viên,case-officer,2025-07-01,
CB2,,Nguyễn Hữu Phúc,,H24.99,H24.99,,Chuyên viên,case-officer,2025-07-01,
"""


def test_a_file_is_taken_in_and_what_is_kept_is_shown(made: Installation, tmp_path: Path) -> None:
    agencies = tmp_path / "agencies.jsonl"
    agencies.write_text(json.dumps({"code": "H24", "name": "Ủy ban nhân dân thành phố", "kind": "city"}))
    made.hpid("agencies", "import", str(agencies), "--source", "test", "--as-of", "2026-01-01")
    file = tmp_path / "officials.csv"
    file.write_text(_FILE)
    taken = made.hpid("officials", "import", str(file), "--json")
    assert json.loads(taken.out)["counts"] == {"joined": 1, "refused": 1}
    assert (taken.status, taken.err) == (1, "hpid: 1 of the file was refused\n")
    shown = made.hpid("officials", "show", "cb1", "--json").out
    record = json.loads(shown)
    assert (record["employee_number"], record["linked"], record["waits_for_person"]) == ("CB1", False, True)
    assert "031194990032" not in taken.out + shown
    listed = json.loads(made.hpid("officials", "list", "--agency", "H24", "--json").out)
    assert [one["name"] for one in listed] == ["Phạm Thu Trang"]
