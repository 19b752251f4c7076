"""Codes of digits as people type them (PAGES 3.1.4)."""

import pytest

from idp.credentials.typed_code import read_digits


@pytest.mark.parametrize("typed", ["123456", " 123 456 ", "1 2 3 4 5 6"])
def test_spaces_are_forgiven(typed: str) -> None:
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
        "12.456",
        "123\u00a0456",
        "123456\n",
        "\uff11\uff12\uff13\uff14\uff15\uff16",
    ],
)
def test_what_is_not_so_many_digits_is_none(typed: str) -> None:
    assert read_digits(typed, 6) is None
