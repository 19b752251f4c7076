"""docs/how-to/keep-officials.md: its file states what the demo keeps, its request is of somebody new there."""

import json
import re
from pathlib import Path
from typing import Any

from demo.city import generate
from idp.cli.demo_officials import as_record
from idp.cli.official_lines import stated_records
from idp.cli.register_files import read_lines
from idp.scim.resources import OFFICIAL
from tests.processes import ROOT

PAGE = (ROOT / "docs" / "how-to" / "keep-officials.md").read_text(encoding="utf-8")


def test_the_file_of_the_page_changes_nothing_in_the_demo(tmp_path: Path) -> None:
    (lines,) = re.findall(r"^```\n(employee_number,.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    file = tmp_path / "officials.csv"
    file.write_text(lines, encoding="utf-8")
    (stated,) = stated_records(read_lines(file))
    city = generate()
    communes = {one.code: one.ward_code or "" for one in city.agencies if one.kind == "commune"}
    (kept,) = [one for one in city.officials if one.employee_number == stated.employee_number]

    assert stated.record == as_record(kept, communes)


def test_what_the_page_names_is_in_the_demo() -> None:
    city = generate()
    named = set(re.findall(r"H24\.\d+", PAGE))

    assert named <= {one.code for one in city.agencies}
    assert document_of_the_page()["userName"] not in {one.employee_number for one in city.officials}
    assert document_of_the_page()[OFFICIAL]["personalId"] in {one.personal_id for one in city.people}


def document_of_the_page() -> dict[str, Any]:
    """Return what the page sends to make somebody new."""
    (text,) = re.findall(r"^POST /scim/v2/Users\n[^\n]+\n\n(\{.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    document: dict[str, Any] = json.loads(text)
    return document
