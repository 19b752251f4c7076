"""What a password may be – NIST SP 800-63B-4 §3.1.1.2."""

import unicodedata

import pytest

from idp.credentials.password import LONGEST, SHORTEST, SHORTEST_WITH_SECOND, password_problem

GOOD = "hoa phượng đỏ bến cảng"


@pytest.mark.parametrize(
    "password",
    [
        GOOD,
        "correct pony battery staple",
        "🌸🌊⛴️🏮🚢 bến cảng",
        "   leading and trailing   ",
        "Đ" * 3 + " một con đò ngang",
    ],
)
def test_any_long_text_may_be_one(password: str) -> None:  # no composition rules
    assert password_problem(password) is None


@pytest.mark.parametrize("length", [0, 1, SHORTEST - 1])
def test_too_short_is_too_short(length: int) -> None:
    assert password_problem(GOOD[:length]) == "password_short"
    assert password_problem(GOOD[:SHORTEST]) is None


def test_beside_a_second_factor_eight_will_do() -> None:  # SP 800-63B-4 §3.1.1.2, row 1
    assert password_problem("cá-rô phi", shortest=SHORTEST_WITH_SECOND) is None
    assert password_problem("cá-rô 9", shortest=SHORTEST_WITH_SECOND) == "password_short"
    assert password_problem("cá-rô phi") == "password_short"


def test_what_is_longer_than_any_is_refused_as_it_was_sent() -> None:  # before it is normalised
    sent = unicodedata.normalize("NFD", "ấ" * (LONGEST // 2))
    assert len(unicodedata.normalize("NFC", sent)) < LONGEST < len(sent)
    assert password_problem(sent) == "password_long"


@pytest.mark.parametrize(
    "character", [*(chr(code) for code in range(0x20, 0x7F)), "ộ", "字", "🏮", "\u200d", "ß"]
)
def test_every_printing_character_may_stand_in_one(character: str) -> None:  # E18, row 3
    assert password_problem(f"{character}cá rô phi{character}ở sông Cấm{character}") is None


def test_long_is_fine_up_to_a_bound() -> None:
    text = GOOD * 100
    assert password_problem(text[:LONGEST]) is None
    assert password_problem(text[: LONGEST + 1]) == "password_long"


def test_characters_count_not_bytes_and_not_their_parts() -> None:  # SP 800-63B-4 §3.1.1.2: NFC, code points
    password = "ộậểữạ" * 3
    assert len(password) == SHORTEST
    assert password_problem(unicodedata.normalize("NFD", password)) is None
    assert password_problem(unicodedata.normalize("NFD", password[1:])) == "password_short"


@pytest.mark.parametrize(
    "password",
    [
        "123456789012345",
        "passwordpassword",
        "PasswordPassword",
        "pass word pass word",
        "haiphonghaiphong",
        "HaiPhong HaiPhong",
        "aaaaaaaaaaaaaaaaaaaa",
        "abababababababababab",
        "aaaaa bbbbb ccccc ddddd eeeee",
        "Đ" * 3 + "abcdefghijklm",
        "abcd" * 5,
        " " * 20,
        "matkhaumatkhau12",
    ],
)
def test_well_known_and_monotonous_ones_are_refused(password: str) -> None:
    assert password_problem(password) in {"password_leaked", "password_pattern"}


@pytest.mark.parametrize("word", ["nguyenthihuong84", "NguyenThiHuong84"])
def test_a_word_of_one_s_own_is_refused(word: str) -> None:
    words = ("", "huong", "nguyenthihuong84")
    assert password_problem(word, context_words=words) == "password_own"
    assert password_problem(f"{word} ở cảng", context_words=words) is None
