"""Files of registers read line by line: CSV and JSON Lines, with the number of whatever is no line."""

import os
from pathlib import Path

import pytest

from idp.cli.context import CommandFailed
from idp.cli.register_files import Line, read_lines


def _file(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_csv_has_a_header_and_cells_that_go_over_lines(tmp_path: Path) -> None:
    content = '\ufeffkind,name\nenterprise,"Hải\nLong"\n\nunit\nunit,\na,b,c\n'
    lines = list(read_lines(_file(tmp_path, "a.csv", content.encode())))
    assert lines == [
        Line(number=3, members={"kind": "enterprise", "name": "Hải\nLong"}),
        Line(number=5, members={"kind": "unit"}),
        Line(number=6, members={"kind": "unit"}),
        Line(number=7, refusal="has more cells than the header"),
    ]


def test_a_line_that_is_no_csv_is_told_and_the_next_is_read(tmp_path: Path) -> None:
    lines = list(read_lines(_file(tmp_path, "a.csv", b'kind,name\n"a"b,c\nx,y\n')))
    assert [(line.number, line.refusal) for line in lines] == [(2, "is no line of CSV"), (3, "")]


def test_json_lines_are_objects(tmp_path: Path) -> None:
    content = b'{"name": "\xe1\xba\xa3"}\n\n[1]\n{"name":\n' + b"[" * 60_000 + b'\n{"name": "b"}'
    lines = list(read_lines(_file(tmp_path, "a.JSONL", content)))
    assert [(line.number, line.members, line.refusal) for line in lines] == [
        (1, {"name": "ả"}, ""),
        (3, None, "is no JSON object"),
        (4, None, "is no JSON object"),
        (5, None, "is no JSON object"),
        (6, {"name": "b"}, ""),
    ]


def test_bytes_that_are_no_text_do_not_stop_the_others(tmp_path: Path) -> None:
    lines = list(read_lines(_file(tmp_path, "a.csv", b"name\n\xff\nb\n")))
    assert lines[0].members == {"name": "\udcff"}  # which no entry takes
    assert lines[1].members == {"name": "b"}


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_a_line_longer_than_any_entry_ends_the_reading(tmp_path: Path, name: str) -> None:
    lines = read_lines(_file(tmp_path, name, b"{}\n" + b"x" * 70_000))
    with pytest.raises(CommandFailed, match="line 2 is longer than any entry"):
        list(lines)


def test_what_can_t_be_read_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match=r"a name that ends in \.csv or \.jsonl"):
        list(read_lines(tmp_path / "a.txt"))
    with pytest.raises(CommandFailed, match=os.strerror(2)):
        list(read_lines(tmp_path / "a.csv"))
