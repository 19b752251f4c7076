"""Codes of digits as people type them (PAGES 3.1.4)."""

import pytest

from idp.credentials.typed_code import has_marks, read_digits


@pytest.mark.parametrize(
    "typed", ["123456", " 123 456 ", "1 2 3 4 5 6", "123\u00a0456", "123456\n", "123-456"]
)
def test_what_is_written_between_digits_is_forgiven(typed: str) -> None:
    assert read_digits(typed, 6) == "123456"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "12345",
        "1234567",
        "12345a",
        "-12345",
        "123_456",
        "12.456",
        "\uff11\uff12\uff13\uff14\uff15\uff16",
    ],
)
def test_what_is_not_so_many_digits_is_none(typed: str) -> None:
    assert read_digits(typed, 6) is None


@pytest.mark.parametrize(
    ("typed", "marked"),
    [("0K7M-2QXR", False), ("0k7m 2qxr", False), ("Ư", True), ("7KÂM", True), ("e\u0301", True), ("", False)],
)
def test_letters_with_marks_are_told_from_those_of_codes(typed: str, *, marked: bool) -> None:
    assert has_marks(typed) is marked
