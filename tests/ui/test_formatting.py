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


def test_dates_in_tables_letters_and_with_a_weekday() -> None:
    day = dt.date(2026, 3, 5)
    assert form.table_date(day, VI) == "05/03/2026"
    assert form.table_date(day, EN) == "5 March 2026"
    assert form.long_date(dt.date(2026, 2, 5), VI) == "ngày 05 tháng 02 năm 2026"
    assert form.long_date(day, VI) == "ngày 05 tháng 3 năm 2026"
    assert form.long_date(day, EN) == "5 March 2026"
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


@pytest.mark.parametrize(
    ("minutes", "vietnamese", "english"),
    [
        (0, "0 phút", "0 minutes"),
        (1, "1 phút", "1 minute"),
        (10, "10 phút", "10 minutes"),
        (60, "1 giờ", "1 hour"),
        (90, "1 giờ 30 phút", "1 hour 30 minutes"),
        (1500, "25 giờ", "25 hours"),
    ],
)
def test_a_span_is_told_in_words(minutes: int, vietnamese: str, english: str) -> None:
    assert form.span(minutes, VI) == vietnamese
    assert form.span(minutes, EN) == english


def test_numbers_money_percent_and_terms() -> None:
    assert (form.number(118402, VI), form.number(118402, EN)) == ("118.402", "118,402")
    assert (form.number(1234.5, VI, decimals=1), form.number(1234.5, EN, decimals=1)) == (
        "1.234,5",
        "1,234.5",
    )
    assert (form.percent(91.3, VI), form.percent(91.3, EN)) == ("91,3%", "91.3%")
    assert (form.money(129_000_000, VI), form.money(129_000_000, EN)) == (
        "129.000.000 đồng",
        "129,000,000 đồng",
    )
    assert (form.working_days(2, VI), form.working_days(1, EN)) == ("2 ngày làm việc", "1 working day")


def test_places_devices_and_references() -> None:
    assert form.place("Hà Nội", VI) == "khu vực Hà Nội"
    assert form.place("Hà Nội", EN) == "Hà Nội area"
    assert (form.place(None, VI), form.place(None, EN)) == ("không rõ khu vực", "area unknown")
    assert form.device("Chrome", "Android") == "Chrome, Android"
    assert form.reference("7K2M9QXD") == "7K2M-9QXD"


def test_an_id_number_shows_its_last_three_digits_only() -> None:
    masked = form.mask_id_number("031190000456")
    assert str(masked) == "••• ••• ••• 456"
    assert (masked.spoken_key, masked.params) == ("masked_id_number", {"last": "456"})
    assert form.id_number_groups("031190000456") == ("031", "190", "000", "456")


@pytest.mark.parametrize(
    ("number", "whole", "masked"),
    [
        ("+84901234567", "0901 234 567", "090 ••• ••67"),
        ("0901234567", "0901 234 567", "090 ••• ••67"),
        ("0901 234 567", "0901 234 567", "090 ••• ••67"),
        ("+842253822222", "0225 382 2222", "022 ••• ••22"),
        ("+6581234567", "+6581234567", "+65 ••• ••67"),
    ],
)
def test_a_phone_number_is_shown_as_it_is_dialled(number: str, whole: str, masked: str) -> None:
    assert form.phone(number) == whole
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


@pytest.mark.parametrize(("name", "masked"), [("Nguyễn Thị Hương", "Nguyễn Thị H•••"), ("Hương", "H•••")])
def test_a_masked_name_keeps_the_first_letter_of_the_given_name(name: str, masked: str) -> None:
    assert form.mask_person_name(name) == masked
