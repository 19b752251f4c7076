"""Names of organisations are searched from their first own word on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.organisations.name_key import name_key


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Công ty TNHH Một thành viên Hải Long", "hai long"),
        ("CÔNG TY CỔ PHẦN ĐẦU TƯ BẾN NGHIÊNG", "dau tu ben nghieng"),
        ("Hộ kinh doanh Trịnh Thị Yến", "trinh thi yen"),
        ("Chi nhánh Công ty TNHH Hải Long tại Phường Lê Chân", "hai long tai phuong le chan"),
        ("HTX Nông nghiệp Cát Hải 2", "nong nghiep cat hai 2"),
        ("Công ty TNHH", "cong ty tnhh"),
        ("Trường Trung học cơ sở Hồng Bàng", "truong trung hoc co so hong bang"),
        ("Tnhhlong", "tnhhlong"),
    ],
)
def test_the_words_all_names_begin_with_are_left_out(name: str, key: str) -> None:
    assert name_key(name) == key


@given(st.text(max_size=60))
def test_a_key_is_its_own_unless_it_is_nothing_but_such_words(name: str) -> None:
    assert name_key(name_key(name)) == name_key(name)
