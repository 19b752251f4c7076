"""Formats of PAGES §4.3, in both languages."""

import datetime as dt

import pytest

from idp.ui import formatting as form
from idp.ui.language import Language

VI, EN = Language.VI, Language.EN
NOW = dt.datetime(2026, 11, 22, 14, 7, 9, tzinfo=dt.UTC)  # 21:07 on Sunday in Việt Nam


@pytest.mark.parametrize(
    ("day", "vietnamese", "english"),
    [
        ((2026, 2, 5), "05/02/2026", "5 February 2026"),
        ((2026, 1, 31), "31/01/2026", "31 January 2026"),
        ((2026, 11, 22), "22/11/2026", "22 November 2026"),
        ((2026, 3, 14), "14/3/2026", "14 March 2026"),
        ((1958, 9, 2), "02/9/1958", "2 September 1958"),
    ],
)
def test_a_date_in_prose_pads_the_day_and_months_one_and_two(
    day: tuple[int, int, int], vietnamese: str, english: str
) -> None:  # Decree 30/2020, App. I
    assert form.date(dt.date(*day), VI) == vietnamese
    assert form.date(dt.date(*day), EN) == english


def test_a_date_with_its_weekday() -> None:
    assert form.weekday_date(dt.date(2026, 11, 21), VI) == "thứ Bảy 21/11/2026"
    assert form.weekday_date(dt.date(2026, 11, 22), VI) == "Chủ nhật 22/11/2026"
    assert form.weekday_date(dt.date(2026, 11, 21), EN) == "Saturday 21 November 2026"


def test_a_moment_near_midnight_falls_on_the_day_it_is_in_vietnam() -> None:
    late = dt.datetime(2026, 11, 22, 17, 30, tzinfo=dt.UTC)
    assert form.date(late, VI) == "23/11/2026"
    assert form.time(late) == "00:30"


@pytest.mark.parametrize(
    ("birthdate", "vietnamese", "english"),
    [
        ("1958", "1958 (chỉ biết năm sinh)", "1958 (only the year is known)"),
        ("1990-02-05", "05/02/1990", "5 February 1990"),
    ],
)
def test_a_birth_date_known_by_year_is_never_the_first_of_january(
    birthdate: str, vietnamese: str, english: str
) -> None:
    assert form.birth_date(birthdate, VI) == vietnamese
    assert form.birth_date(birthdate, EN) == english


@pytest.mark.parametrize(
    ("ago", "vietnamese", "english"),
    [
        (dt.timedelta(0), "21:07 hôm nay", "21:07 today"),
        (dt.timedelta(hours=21), "00:07 hôm nay", "00:07 today"),
        (dt.timedelta(hours=22), "23:07 hôm qua", "23:07 yesterday"),
        (dt.timedelta(days=2), "21:07, 20/11/2026", "21:07, 20 November 2026"),
        (-dt.timedelta(days=1), "21:07, 23/11/2026", "21:07, 23 November 2026"),
    ],
)
def test_a_moment_is_told_by_the_clock_and_the_day(ago: dt.timedelta, vietnamese: str, english: str) -> None:
    assert form.time_of_day(NOW - ago, now=NOW, language=VI) == vietnamese
    assert form.time_of_day(NOW - ago, now=NOW, language=EN) == english


def test_the_clock_shows_seconds_only_when_asked() -> None:
    assert form.time(NOW) == "21:07"
    assert form.time(NOW, seconds=True) == "21:07:09"


def test_numbers_and_references() -> None:
    assert (form.number(118402, VI), form.number(118402, EN)) == ("118.402", "118,402")
    assert form.reference("7K2M9QXD") == "7K2M-9QXD"


def test_an_id_number_shows_its_last_three_digits_only() -> None:
    masked = form.mask_id_number("031190000456")
    assert str(masked) == "••• ••• ••• 456"
    assert (masked.spoken_key, masked.params) == ("masked_id_number", {"last": "456"})
    assert form.id_number_groups("031190000456") == ("031", "190", "000", "456")


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("+84901234567", "090 ••• ••67"),
        ("0901234567", "090 ••• ••67"),
        ("0901 234 567", "090 ••• ••67"),
        ("+842253822222", "022 ••• ••22"),
        ("+6581234567", "+65 ••• ••67"),
    ],
)
def test_a_phone_number_is_shown_as_it_is_dialled(number: str, masked: str) -> None:
    assert str(form.mask_phone(number)) == masked


@pytest.mark.parametrize(
    ("email", "masked"),
    [
        ("huong@example.vn", "h•••••g@example.vn"),
        ("huong.nguyen.thi@example.vn", "h•••••i@example.vn"),
        ("hg@example.vn", "h•••••g@example.vn"),
        ("h@example.vn", "h•••••@example.vn"),
    ],
)
def test_an_email_always_shows_five_dots(email: str, masked: str) -> None:
    assert str(form.mask_email(email)) == masked
