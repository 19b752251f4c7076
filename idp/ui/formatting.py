"""How dates, times, numbers and personal values are written – PAGES §4.3; Decree 30/2020, App. I (dates).

What depends on the language takes it, what depends on today takes `now`. Times come in aware and go out in
Việt Nam time, unsaid. A masked value shows enough to recognise one's own and too little to use.
"""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from idp.days import VIETNAM_TIME, day_of
from idp.ui.language import Language

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_WEEKDAYS = {
    Language.VI: ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật"),
    Language.EN: ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_DOT = "•"


def in_vietnamese(text: str, language: Language) -> Markup:
    """Return what is in Vietnamese whatever the page's language; on another page it says so (WCAG 2.2 §3.1.2)."""
    escaped = Markup.escape(text)
    return escaped if language is Language.VI else Markup('<span lang="vi">{}</span>').format(escaped)


@dataclass(frozen=True, slots=True, kw_only=True)
class Masked:
    """A value with its middle hidden: dots for the eye, a string of ours and its parameters for the ear."""

    shown: str
    spoken_key: str
    params: Mapping[str, str]

    def __str__(self) -> str:
        """Return what the eye sees, for places that hold plain text only."""
        return self.shown


def beside(*parts: str | Masked) -> Markup:
    """Return in one line what belongs together, without what is empty."""
    return Markup("\u00a0· ").join(part if isinstance(part, str) else part.shown for part in parts if part)


def mask_id_number(id_number: str) -> Masked:
    """Show the last three digits: the first six tell birthplace, sex, century and birth year."""
    last = id_number[-3:]
    shown = f"{_DOT * 3} {_DOT * 3} {_DOT * 3} {last}"
    return Masked(shown=shown, spoken_key="masked_id_number", params={"last": last})


def mask_phone(phone_number: str) -> Masked:
    """Show the first three and the last two digits, in the form people dial: 090 ••• ••67."""
    dialled = _dialled(phone_number)
    first, last = dialled[:3], dialled[-2:]
    shown = f"{first} {_DOT * 3} {_DOT * 2}{last}"
    return Masked(shown=shown, spoken_key="masked_phone", params={"first": first, "last": last})


def mask_email(email: str) -> Masked:
    """Show the outer letters and the domain, always with five dots, so that the length is not told."""
    local, _, domain = email.rpartition("@")
    first, last = local[:1], local[-1:] if len(local) > 1 else ""
    shown = f"{first}{_DOT * 5}{last}@{domain}"
    key = "masked_email" if last else "masked_email_of_one"
    return Masked(shown=shown, spoken_key=key, params={"first": first, "last": last, "domain": domain})


def id_number_groups(id_number: str) -> tuple[str, ...]:
    """Cut a full ID number 3-3-3-3; a page sets the groups apart by margin, so that a copy is clean."""
    return tuple(id_number[start : start + 3] for start in range(0, len(id_number), 3))


def date(day: dt.date, language: Language) -> str:
    """Write a date in prose: 05/02/2026, 22/11/2026, 14/3/2026; 5 February 2026."""
    day = _local_day(day)
    if language is Language.EN:
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
    return f"{day.day:02}/{_month(day)}/{day.year}"


def weekday_date(day: dt.date, language: Language) -> str:
    """Write a date with its weekday: thứ Bảy 21/11/2026."""
    day = _local_day(day)
    return f"{_WEEKDAYS[language][day.weekday()]} {date(day, language)}"


def birth_date(birthdate: str, language: Language) -> str:
    """Write a birth date held as YYYY-MM-DD, or as YYYY where only the year is known; never 01/01."""
    if re.fullmatch(r"[0-9]{4}", birthdate):
        known = "chỉ biết năm sinh" if language is Language.VI else "only the year is known"
        return f"{birthdate} ({known})"
    return date(dt.date.fromisoformat(birthdate), language)


def time(moment: dt.datetime, *, seconds: bool = False) -> str:
    """Write the clock, 24 hours: 21:07."""
    return moment.astimezone(VIETNAM_TIME).strftime("%H:%M:%S" if seconds else "%H:%M")


def time_of_day(moment: dt.datetime, *, now: dt.datetime, language: Language) -> str:
    """Write a moment as people say it: 21:07 hôm nay, 16:40 hôm qua, else with its date."""
    days_ago = (_local_day(now) - _local_day(moment)).days
    words = {0: ("hôm nay", "today"), 1: ("hôm qua", "yesterday")}.get(days_ago)
    if words is None:
        return date_time(moment, language)
    return f"{time(moment)} {words[0] if language is Language.VI else words[1]}"


def date_time(moment: dt.datetime, language: Language) -> str:
    """Write a moment in full: 21:12, 22/11/2026."""
    return f"{time(moment)}, {date(moment, language)}"


def number(value: int, language: Language) -> str:
    """Write a number: 118.402 in Vietnamese, 118,402 in English."""
    english = f"{value:,}"
    return english if language is Language.EN else english.replace(",", ".")


def reference(text: str) -> str:
    """Write a reference in groups of four that can be read out: 7K2M-9QXD."""
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))


def _dialled(phone_number: str) -> str:
    """Return the national form of a number in E.164; a foreign one keeps its country code."""
    compact = re.sub(r"[\s().-]", "", phone_number)
    return "0" + compact.removeprefix("+84") if compact.startswith("+84") else compact


def _local_day(day: dt.date) -> dt.date:
    """Return the day itself, or the day a moment falls on in Việt Nam."""
    return day_of(day) if isinstance(day, dt.datetime) else day


def _month(day: dt.date) -> str:
    """Pad months 1 and 2 only, so that nobody can turn them into 11 and 12 (Decree 30/2020, App. I)."""
    return f"{day.month:02}" if day.month <= 2 else str(day.month)
