"""Vietnamese first, English second: a pair of texts, which one a visitor wants, and how dates read in each.

The choice is `?lang=` (kept in a cookie), then that cookie, then Accept-Language, then Vietnamese.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Literal

from starlette.requests import Request

Lang = Literal["vi", "en"]

_VIETNAM = timezone(timedelta(hours=7))
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@dataclass(frozen=True, slots=True)
class Words:
    """One text in both languages."""

    vi: str
    en: str

    def say(self, lang: Lang) -> str:
        """Return the text of a language."""
        return self.vi if lang == "vi" else self.en


def chosen_language(request: Request, cookie: str) -> Lang:
    """Return the language to answer in."""
    for choice in (request.query_params.get("lang"), request.cookies.get(cookie)):
        if choice in {"vi", "en"}:
            return "en" if choice == "en" else "vi"
    first = request.headers.get("accept-language", "vi").split(",")[0].strip().lower()
    return "en" if first.split("-")[0] == "en" else "vi"


def say_date(seconds: float, lang: Lang) -> str:
    """Write a date: months 01 and 02 padded, others bare (Decree 30/2020); in English 5 February 2026."""
    day = datetime.fromtimestamp(seconds, UTC).astimezone(_VIETNAM)
    if lang == "en":
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
    month = f"{day.month:02}" if day.month < 3 else str(day.month)
    return f"{day.day:02}/{month}/{day.year}"


def say_time(seconds: float, lang: Lang) -> str:
    """Write a time of day and its date, Vietnam time."""
    clock = f"{datetime.fromtimestamp(seconds, UTC).astimezone(_VIETNAM):%H:%M}"
    return f"{clock}, {say_date(seconds, lang)}"
