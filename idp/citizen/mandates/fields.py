"""What the forms of appointing hold, read strictly; what is wrong is said at its field."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from idp.days import day_of, end_of, start_of
from idp.mandates.model import STAFF_ROLES, Area, Extent, Role
from idp.name_fold import to_nfc
from idp.ui.errors import ErrorSummary, FieldError
from idp.ui.mandate_rows import Pick

_NUMBER = re.compile(r"[A-Z0-9]{12}", re.ASCII)
_TAX_CODE = re.compile(r"[0-9]{10}", re.ASCII)
_FIRM = "firm"
_DAY = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})", re.ASCII)
_SPACES = re.compile(r"\s")
_LONGEST = 200
_EARLIEST, _LATEST = date(1900, 1, 1), date(2199, 12, 31)
"""Beyond them is a slip of the hand, and at the end of all calendars no day follows."""
NAMES = ("number", "full-name", "tax-code", "role", "first-day", "last-day")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A form without a mistake in it."""

    extent: Extent
    number: str = field(default="", repr=False)
    full_name: str = field(default="", repr=False)
    tax_code: str = ""


def read_fields(form: Mapping[str, str], kind: str, now: datetime) -> Wanted | ErrorSummary:
    """Return what the form asks for, or what is wrong with it in the order of its fields."""
    number = _SPACES.sub("", form.get("number", "")).upper()
    full_name = to_nfc(form.get("full-name", ""))
    tax_code = _SPACES.sub("", form.get("tax-code", ""))
    role = next((one for one in roles_of(kind) if one.value == form.get("role")), None)
    services = tuple(one.value for one in Area if f"area-{one.value}" in form)
    today = day_of(now)
    first, last = _day(form.get("first-day", "")), _day(form.get("last-day", ""))
    is_right = {
        ("number", "mandate_number"): kind == _FIRM or _NUMBER.fullmatch(number),
        ("full-name", "mandate_name"): kind == _FIRM or 1 < len(full_name) <= _LONGEST,
        ("tax-code", "mandate_tax_code"): kind != _FIRM or _TAX_CODE.fullmatch(tax_code),
        ("role", "mandate_role"): role,
        ("area", "mandate_areas"): services,
        ("first-day", "mandate_first_day"): first,
        ("last-day", "mandate_last_day"): last,
        ("last-day", "mandate_term"): last is None or last >= max(first or today, today),
    }
    errors = tuple(FieldError(field=at, key=key) for (at, key), right in is_right.items() if not right)
    if errors or role is None or first is None or last is None:
        return ErrorSummary(errors)
    extent = Extent(
        role=role,
        services=services,
        valid_from=now if first <= today else start_of(first),
        valid_to=end_of(last),
    )
    return Wanted(extent=extent, number=number, full_name=full_name, tax_code=tax_code)


def roles_of(kind: str) -> tuple[Role, ...]:
    """Return what may be chosen: a firm administrates nobody."""
    return (Role.ADMINISTRATOR, *STAFF_ROLES) if kind == "person" else STAFF_ROLES


def role_picks(form: Mapping[str, str], kind: str) -> tuple[Pick, ...]:
    """Return the roles to choose from."""
    return tuple(
        Pick(value=one.value, label=f"form_role_{one.value}", chosen=form.get("role") == one.value)
        for one in roles_of(kind)
    )


def area_picks(form: Mapping[str, str]) -> tuple[Pick, ...]:
    """Return the areas to choose from."""
    return tuple(
        Pick(
            value=one.value,
            label=f"area_{one.value.replace('-', '_')}",
            chosen=f"area-{one.value}" in form,
        )
        for one in Area
    )


def kept_fields(form: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return what the review page carries on: the fields of the form and nothing else."""
    areas = tuple((f"area-{one.value}", "yes") for one in Area if f"area-{one.value}" in form)
    return (*((name, form[name]) for name in NAMES if name in form), *areas)


def first_values(now: datetime) -> dict[str, str]:
    """Return an empty form: it begins today."""
    today = day_of(now)
    return {**dict.fromkeys(NAMES, ""), "first-day": f"{today.day:02}/{today.month:02}/{today.year}"}


def _day(text: str) -> date | None:
    match = _DAY.fullmatch(text.strip())
    if match is None:
        return None
    try:
        day = date(int(match[3]), int(match[2]), int(match[1]))
    except ValueError:
        return None
    return day if _EARLIEST <= day <= _LATEST else None
