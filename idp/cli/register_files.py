"""Files of registers, read line by line: CSV with a header, or JSON Lines. What is no line is told by its number.

Whatever the size of the file, one line of it is held at a time.
"""

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from io import TextIOBase
from pathlib import Path

from idp.cli.context import CommandFailed

_LONGEST_LINE = 65_536


class FileForm(StrEnum):
    """How a file is written."""

    CSV = "csv"
    JSONL = "jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What one line holds, or why it holds nothing."""

    number: int
    members: Mapping[str, object] | None = None
    refusal: str = ""


def read_lines(path: Path) -> Iterator[Line]:
    """Read a file by what its name ends in; a cell that is empty is a member that is not there."""
    forms = {f".{form.value}": form for form in FileForm}
    form = forms.get(path.suffix.lower())
    if form is None:
        raise CommandFailed(f"{path}: a name that ends in {' or '.join(forms)} tells how it is written")
    try:
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            yield from (_of_csv(path, file) if form is FileForm.CSV else _of_jsonl(path, file))
    except OSError as error:
        raise CommandFailed(f"{path}: {error.strerror}") from error


def _of_jsonl(path: Path, file: TextIOBase) -> Iterator[Line]:
    for number, text in enumerate(_bounded(path, file), 1):
        if not text.strip():
            continue
        try:
            members = json.loads(text)
        except (ValueError, RecursionError):
            members = None
        if isinstance(members, dict):
            yield Line(number=number, members=members)
        else:
            yield Line(number=number, refusal="is no JSON object")


def _of_csv(path: Path, file: TextIOBase) -> Iterator[Line]:
    rows = csv.reader(_bounded(path, file), strict=True)
    header: list[str] | None = None
    while True:
        try:
            row = next(rows, None)
        except csv.Error:
            if header is None:
                raise CommandFailed(f"{path}: is no CSV file") from None
            yield Line(number=rows.line_num, refusal="is no line of CSV")
            continue
        if row is None:
            return
        if header is None:
            header = [name.strip() for name in row]
        elif len(row) > len(header):
            yield Line(number=rows.line_num, refusal="has more cells than the header")
        elif row:
            cells = {name: cell for name, cell in zip(header, row, strict=False) if cell.strip()}
            yield Line(number=rows.line_num, members=cells)


def _bounded(path: Path, file: TextIOBase) -> Iterator[str]:
    number = 0
    while text := file.readline(_LONGEST_LINE + 1):
        number += 1
        if len(text) > _LONGEST_LINE:
            raise CommandFailed(
                f"{path}: line {number} is longer than any entry; what was before it is taken"
            )
        yield text
