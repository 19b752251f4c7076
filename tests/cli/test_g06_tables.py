"""G06: no cell of a table that is written begins a formula, whatever somebody called themselves or their account."""

import csv
import re
from pathlib import Path

import pytest

from tests.cli.conftest import Office
from tests.server import ServedWorld

BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠", '"=', "'=", " =", "\n=")
FORMULA = "1+cmd|'/C'!A0"
_PLAIN = re.compile(r"[0-9]+|[a-z][A-Za-z0-9, _-]*|")
_WRITERS = ("csv.writer(", "csv.DictWriter(", '"text/csv"', "'text/csv'", "openpyxl", "xlsxwriter")
WRITTEN_BY = frozenset({"idp/cli/client_accounts.py", "idp/citizen/history_file.py"})
"""The second is tried in tests/endpoints/test_history_file.py."""


@pytest.mark.network
async def test_g06_the_report_on_imported_accounts_repeats_nothing_of_them(
    office: Office, world: ServedWorld, tmp_path: Path
) -> None:
    await world.client("rp-tables")
    file, report = tmp_path / "accounts.csv", tmp_path / "report.csv"
    evil = [f"{beginning}{FORMULA}" for beginning in BEGINNINGS]
    with file.open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(("sub", "id_number"))
        for text in evil:
            rows.writerows([(text, "031184000256"), ("old", text), (text, text), (text,), (text, "1", text)])
    run = ("clients", "link-accounts", "rp-tables", str(file), "--report", str(report), "--json")
    counted = (await office.installation.run(*run)).json
    assert sum(counted.values()) == 5 * len(evil)
    with report.open(encoding="utf-8", newline="") as written:
        table = list(csv.reader(written, strict=True))
    assert table[0] == ["line", "outcome", "reason"]
    assert len(table) - 1 == 5 * len(evil)
    for row in table[1:]:
        assert len(row) == len(table[0])
        for cell in row:
            assert _PLAIN.fullmatch(cell), cell
    assert FORMULA not in report.read_text(encoding="utf-8")


def test_g06_nothing_else_writes_tables() -> None:
    """Whoever writes the next one proves it here first."""
    root = Path(__file__).parents[2]
    sources = [path for folder in ("idp", "federation") for path in (root / folder).rglob("*.py")]
    assert len(sources) > 100
    found = {
        str(path.relative_to(root))
        for path in sources
        if any(word in path.read_text(encoding="utf-8") for word in _WRITERS)
    }
    assert found == WRITTEN_BY
