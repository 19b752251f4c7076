"""What a procedure asks, field by field, and what is wrong with an answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from demo.apps.common.words import Words

_LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One question on a form."""

    name: str
    label: Words
    hint: Words | None = None
    choices: tuple[Words, ...] = ()
    """A closed question; the answer is kept as the choice's number."""
    is_date: bool = False
    is_long: bool = False
    is_optional: bool = False
    autocomplete: str = "off"

    def answer(self, value: str) -> Words:
        """Return an answer as people read it."""
        if self.choices and value.isdecimal() and int(value) < len(self.choices):
            return self.choices[int(value)]
        return Words(value, value)

    def check(self, value: str) -> Words | None:
        """Return what is wrong, and how to put it right."""
        if not value:
            return None if self.is_optional else _missing(self)
        if self.choices:
            known = value.isdecimal() and value.isascii() and int(value) < len(self.choices)
            return None if known else _missing(self)
        if self.is_date:
            return _check_date(value)
        most = _LONGEST * 5 if self.is_long else _LONGEST
        if len(value) > most:
            return Words(f"Viết ngắn hơn, tối đa {most} ký tự", f"Make it shorter, at most {most} characters")
        return None


def check_answers(fields: tuple[Field, ...], answers: Mapping[str, str]) -> dict[str, Words]:
    """Return what is wrong by field name, in the order of the form."""
    found = {field.name: field.check(answers.get(field.name, "")) for field in fields}
    return {name: problem for name, problem in found.items() if problem is not None}


def _missing(field: Field) -> Words:
    vi, en = field.label.vi[0].lower() + field.label.vi[1:], field.label.en[0].lower() + field.label.en[1:]
    return (
        Words(f"Chọn {vi}", f"Choose the {en}") if field.choices else Words(f"Nhập {vi}", f"Enter the {en}")
    )


def _check_date(value: str) -> Words | None:
    parts = value.replace("-", "/").replace(".", "/").split("/")
    try:
        day, month, year = (int(part) for part in parts)
        date(year, month, day)
    except ValueError:
        return Words("Nhập ngày/tháng/năm, ví dụ 14/3/2026", "Enter day/month/year, for example 14/3/2026")
    return None if 1900 <= year <= 2100 else Words("Kiểm tra lại năm", "Check the year")
