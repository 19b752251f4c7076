"""Lines of a file of officials: a post a line, those of one official together, one official held at a time."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from idp.cli.register_files import Line
from idp.officials.model import OfficialProfile, RecordRefused, WantedPost, WantedRecord
from idp.officials.stated import read_agency, read_day, read_roles

COLUMNS = (
    "employee_number",
    "personal_id",
    "name",
    "email",
    "employer",
    "agency",
    "commune",
    "position",
    "roles",
    "valid_from",
    "valid_to",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What the lines of one official come to, or why they come to nothing."""

    number: int
    """Of the first line."""
    employee_number: str = ""
    record: WantedRecord | None = field(default=None, repr=False)
    refusal: str = ""


def stated_records(lines: Iterable[Line]) -> Iterator[Stated]:
    """Yield an official for each run of lines with one employee number."""
    current: Stated | None = None
    for line in lines:
        one = _stated(line)
        if current is not None and one.employee_number and one.employee_number == current.employee_number:
            current = _joined(current, one)
            continue
        if current is not None:
            yield current
        current = one
    if current is not None:
        yield current


def _stated(line: Line) -> Stated:
    if line.members is None:
        return Stated(number=line.number, refusal=line.refusal)
    cells = {name: str(value).strip() for name, value in line.members.items()}
    number = cells.get("employee_number", "")
    unknown = cells.keys() - set(COLUMNS)
    if unknown:
        return Stated(number=line.number, employee_number=number, refusal="has a column that is not known")
    if not number:
        return Stated(number=line.number, refusal="has no employee_number")
    try:
        record = _record(cells)
    except RecordRefused as error:
        return Stated(number=line.number, employee_number=number, refusal=str(error))
    return Stated(number=line.number, employee_number=number, record=record)


def _joined(first: Stated, more: Stated) -> Stated:
    """Return both lines as one: the same person, another post."""
    if first.record is None or more.record is None:
        return replace(first, record=None, refusal=first.refusal or more.refusal)
    if replace(first.record, posts=()) != replace(more.record, posts=()):
        return replace(first, record=None, refusal="says something else of the person than the line before")
    return replace(first, record=replace(first.record, posts=(*first.record.posts, *more.record.posts)))


def _record(cells: Mapping[str, str]) -> WantedRecord:
    return WantedRecord(
        employee_number=cells["employee_number"],
        agency_code=read_agency("employer", cells.get("employer") or cells.get("agency", "")),
        profile=OfficialProfile(full_name=cells.get("name", ""), email=cells.get("email", "")),
        personal_id=cells.get("personal_id") or None,
        posts=(_post(cells),) if cells.get("agency") else (),
    )


def _post(cells: Mapping[str, str]) -> WantedPost:
    return WantedPost(
        agency_code=read_agency("agency", cells["agency"]),
        commune_code=cells.get("commune", ""),
        position=cells.get("position", ""),
        roles=read_roles("roles", cells.get("roles", "").split()),
        valid_from=read_day("valid_from", cells.get("valid_from")),
        valid_to=read_day("valid_to", cells.get("valid_to")),
    )
