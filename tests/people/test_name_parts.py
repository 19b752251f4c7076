"""The parts of a Vietnamese name – OpenID Connect Core §5.1: họ, chữ đệm, tên."""

import pytest

from idp.people.name_parts import NameParts, split_name


@pytest.mark.parametrize(
    ("full_name", "family_name", "middle_name", "given_name"),
    [
        ("Nguyễn Thị Hương", "Nguyễn", "Thị", "Hương"),
        ("Trần An", "Trần", "", "An"),
        ("Nguyễn Ngọc Bảo Trân", "Nguyễn", "Ngọc Bảo", "Trân"),
        ("Công Tằng Tôn Nữ Thị Ninh", "Công", "Tằng Tôn Nữ Thị", "Ninh"),
        ("  Lê   Văn  Tám ", "Lê", "Văn", "Tám"),
        ("An", "", "", "An"),
        ("", "", "", ""),
    ],
)
def test_first_word_last_word_and_what_is_between(
    full_name: str, family_name: str, middle_name: str, given_name: str
) -> None:
    assert split_name(full_name) == NameParts(
        family_name=family_name, middle_name=middle_name, given_name=given_name
    )


def test_no_part_of_a_name_is_printed() -> None:
    assert "Hương" not in repr(split_name("Nguyễn Thị Hương"))
