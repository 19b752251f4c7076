"""The words in which HR states a post, by SCIM or in a file, each refused by the member it stands in. Pure."""

from collections.abc import Collection, Mapping
from datetime import date

from idp.officials.model import RecordRefused
from idp.officials.roles import Role
from idp.organisations.agency_code import InvalidAgencyCode, parse_agency_code

_ROLES: Mapping[str, Role] = {role.value: role for role in Role}


def read_agency(member: str, text: str) -> str:
    """Return an agency's code in normal form, or raise RecordRefused."""
    try:
        return parse_agency_code(text)
    except InvalidAgencyCode as error:
        raise RecordRefused(member, str(error)) from None


def read_roles(member: str, words: Collection[str]) -> tuple[Role, ...]:
    """Return roles in the order they were said, or raise RecordRefused."""
    if not set(words) <= _ROLES.keys():
        raise RecordRefused(member, "one of " + ", ".join(_ROLES))
    return tuple(_ROLES[word] for word in words)


def read_day(member: str, text: str | None) -> date | None:
    """Return a day; None where none was said, RecordRefused where it is none."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RecordRefused(member, "a day, YYYY-MM-DD") from None
