"""What is said of one agency, checked: the line of a file. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from idp.organisations.agency_code import InvalidAgencyCode, parse_agency_code
from idp.organisations.entry import RefusedEntry, commune_of, text_of
from idp.organisations.model import AgencyKind, parent_of

MEMBERS = ("code", "name", "kind", "ward_code", "ended")
_YES, _NO = frozenset({"yes", "true", "1"}), frozenset({"", "no", "false", "0"})


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyEntry:
    """One agency as it is said to be."""

    code: str
    """In normal form."""
    name: str
    kind: AgencyKind
    ward_code: str = ""
    ended: bool = False


def parse_agency_entry(members: Mapping[str, object]) -> AgencyEntry:
    """Return the entry, or raise RefusedEntry."""
    try:
        code = parse_agency_code(text_of(members, "code"))
    except InvalidAgencyCode as error:
        raise RefusedEntry(f"code: {error}") from None
    kind = next((one for one in AgencyKind if one.value == text_of(members, "kind")), None)
    if kind is None:
        raise RefusedEntry(f"kind: one of {', '.join(AgencyKind)}")
    if (kind is AgencyKind.CITY) is not (parent_of(code) is None):
        raise RefusedEntry("kind: a city's code has one group, every other more")
    ward_code = commune_of(members, "ward_code")
    if kind is AgencyKind.COMMUNE and not ward_code:
        raise RefusedEntry("ward_code: is missing")
    name, ended = text_of(members, "name"), text_of(members, "ended").lower()
    if not name:
        raise RefusedEntry("name: is missing")
    if ended not in _YES | _NO:
        raise RefusedEntry("ended: yes or no")
    return AgencyEntry(code=code, name=name, kind=kind, ward_code=ward_code, ended=ended in _YES)
