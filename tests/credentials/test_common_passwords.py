"""The list of passwords too common to take, compared whole – NIST SP 800-63B-4 §3.1.1.2."""

import importlib.util
import unicodedata
from types import ModuleType

import pytest

from idp.credentials.password import LONGEST, SHORTEST_WITH_SECOND, common_passwords, password_problem
from tests.architecture.source_tree import ROOT


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """scripts/common_passwords.py, which is no module of the product."""
    path = ROOT / "scripts" / "common_passwords.py"
    spec = importlib.util.spec_from_file_location("common_passwords", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_file_is_what_the_words_and_habits_give(script: ModuleType) -> None:
    assert script.FILE.read_text("utf-8").splitlines() == script.common_passwords()
    assert script.SHORTEST == SHORTEST_WITH_SECOND


def test_it_is_long_small_and_read_once() -> None:
    entries = common_passwords()
    assert len(entries) > 80_000
    assert sum(len(entry.encode()) + 1 for entry in entries) < 1_500_000
    assert common_passwords() is entries


def test_every_entry_is_one_that_a_password_may_be_compared_with() -> None:
    for entry in common_passwords():
        assert len(entry) <= LONGEST
        assert entry == unicodedata.normalize("NFC", entry).casefold()
        assert not any(character.isspace() for character in entry)
        assert password_problem(f"{entry[0]}        {entry[1:]} ") == "password_leaked", "spaces are left out"


@pytest.mark.parametrize(
    "password",
    [
        "password1234567",
        "Password@123456",
        "p@ssw0rdp@ssw0rd",
        "qwertyuiopasdfg",
        "QWERTYUIOPASDFGHJKL",
        "lkjhgfdsapoiuytrewq",
        "1qaz2wsx3edc4rfv",
        "zaq1xsw2cde3vfr4",
        "1q2w3e4r5t6y7u8i9o0p",
        "abcdefghijklmnop",
        "zyxwvutsrqponmlk",
        "123456789123456789",
        "098765432109876",
        "112233445566778",
        "correct horse battery staple",
        "thequickbrownfoxjumpsoverthelazydog",
        "i love you so much",
        "changeme changeme",
        "administrator2026",
        "mật khẩu của tôi",
        "MatKhauCuaToi123",
        "mat-khau-cua-toi",
        "matkhau123456789",
        "anhyeuemnhieulam",
        "Anh Yêu Em Nhiều Lắm",
        "tôi yêu Hải Phòng",
        "toiyeuhaiphong!",
        "thành phố hoa phượng đỏ",
        "haiphong123456789",
        "haiphongvietnam",
        "dichvucong@2026",
        "dichvucongtructuyen",
        "id.haiphong.gov.vn",
        "vneidvneidvneid",
        "nguyenthihuong1984",
        "nguyễn thị hương 123",
        "congchanhunuithaison",
        "mothaibabonnamsau",
    ],
)
def test_what_many_would_take_is_refused(password: str) -> None:
    assert password_problem(password) == "password_leaked"
    assert password_problem(unicodedata.normalize("NFD", password)) == "password_leaked"
    assert password_problem(password.upper()) == "password_leaked"


@pytest.mark.parametrize(
    "password",
    [
        "password1234567 và thêm một chuyện",
        "mật khẩu của tôi ở bến Bính",
        "qwertyuiopasdfg-hải-âu",
        "Hải Phòng có tàu điện lúc nào",
    ],
)
def test_a_common_one_within_a_longer_one_is_no_reason(password: str) -> None:
    assert password_problem(password) is None


@pytest.mark.parametrize(
    ("word", "password"),
    [
        ("Nguyễn Thị Hương Giang", "Nguyễn Thị Hương Giang"),
        ("Nguyễn Thị Hương Giang", "nguyenthihuonggiang"),
        ("Nguyễn Thị Hương Giang", "NGUYEN THI HUONG GIANG 1984"),
        ("Đoàn Hải Long", "doanhailong-14031984"),
        ("Đoàn Hải Long", "***ĐoànHảiLong***"),
        ("giang.nth", "giang.nthgiang.nth"),
        ("giang.nth", "0912345678giang.nth"),
        ("giang.nth", "giang.nth@giang.nth@"),
        ("id.example.vn", "//id.example.vn"),
        ("Nguyễn Thị Hương Giang", "gnaiggnouhihtneyugn"),
        ("Nguyễn Thị Hương Giang", "Nguy3nTh1Hu0ngG1@ng-84"),
        ("quanghai.le", "qu@ngh4i.l3-1993!"),
        ("14031984", "14031984 14031984"),
        ("271828182845904", "271828182845904"),
    ],
)
def test_one_s_own_word_is_refused_with_a_number_and_signs_beside_it(word: str, password: str) -> None:
    assert password_problem(password, context_words=("", word)) == "password_own"
    assert password_problem(password) is None, "somebody else may take it"


@pytest.mark.parametrize(
    ("word", "password"),
    [
        ("Nguyễn Thị Hương Giang", "Hương Giang qua cầu Rào"),
        ("giang.nth", "giang.nth ở bến cảng"),
        ("an", "an-0912345678-01"),
        ("giang.nth", "giang.nth8041127736590"),
        ("giang.nth", "giang.nth🌸🌊🏮🚢⚓🌁"),
        ("111", "111704839265170"),
    ],
)
def test_what_is_more_than_one_s_own_word_is_taken(word: str, password: str) -> None:
    assert password_problem(password, context_words=(word,)) is None


def test_a_word_that_repeats_costs_no_time() -> None:
    hostile = "a1" * 30
    assert password_problem("a1" * 500 + "!" + "bcdef", context_words=(hostile, "aaa", "a" * 60)) is None


@pytest.mark.parametrize(
    "password",
    [
        "12345678",
        "matkhau1",
        "haiphong",
        "p@ssw0rd",
        "qwertyui",
        "iloveyou",
        "haiphong2026",
        "1qaz2wsx",
        "anhyeuem",
    ],
)
def test_a_short_one_beside_a_second_factor_is_compared_too(password: str) -> None:
    assert password_problem(password, shortest=SHORTEST_WITH_SECOND) == "password_leaked"


@pytest.mark.parametrize(
    "password", ["abcdefgh01234567", "zyxwvut 7654321", "aabbccddeeffgghhi", "mnopqrst-tsrqponm"]
)
def test_walks_up_and_down_are_a_pattern(password: str) -> None:
    assert password_problem(password) in {"password_pattern", "password_leaked"}
