"""Lines of registers, checked: what is taken, what is refused, and that no refusal repeats what was said."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.organisations.agency_entry import AgencyEntry, parse_agency_entry
from idp.organisations.entry import MEMBERS, RefusedEntry, parse_entry
from idp.organisations.model import AgencyKind, OrganisationKind, OrganisationScheme, OrganisationStatus

ENTERPRISE = {
    "kind": "enterprise",
    "scheme": "vn_tax_code",
    "identifier": "0314409058",
    "name": "Công ty TNHH Hải Long",
}
HOUSEHOLD = {
    "kind": "household-business",
    "scheme": "vn_personal_id",
    "identifier": "031183990027",
    "name": "Hộ kinh doanh Trịnh Thị Yến",
}


def test_a_whole_line_is_taken_in_one_form() -> None:
    entry = parse_entry(
        ENTERPRISE
        | {
            "identifier": "0314.409.058",
            "name": "  Công  ty TNHH Ha\u0309i Long ",  # NFD, runs of spaces
            "short_name": "HL",
            "foreign_name": "Hai Long Co., Ltd",
            "legal_form": "llc",
            "status": "invalid-address",
            "founded": "2011-05-03",
            "address": "Số 3",
            "commune_code": "11311",
            "representatives": "031183990027; 031183990027 031090000001",
            "colour": "blue",
        }
    )
    assert (entry.identifier, entry.name) == ("0314409058", "Công ty TNHH Hải Long")
    assert entry.status is OrganisationStatus.INVALID_ADDRESS
    assert entry.representatives == ("031183990027", "031090000001")
    assert entry.founded is not None
    assert entry.founded.isoformat() == "2011-05-03"
    assert entry.parent_identifier is None
    assert "031183990027" not in repr(entry)


def test_what_is_not_said_is_not_taken_as_said() -> None:
    entry = parse_entry(ENTERPRISE)
    assert (entry.status, entry.representatives) == (OrganisationStatus.ACTIVE, None)
    assert parse_entry(ENTERPRISE | {"representatives": []}).representatives == ()


def test_a_unit_names_its_enterprise_by_its_own_number() -> None:
    entry = parse_entry(ENTERPRISE | {"kind": "dependent-unit", "identifier": "0314409058002"})
    assert (entry.identifier, entry.parent_identifier) == ("0314409058-002", "0314409058")


def test_a_household_business_is_represented_by_whose_number_it_has() -> None:
    entry = parse_entry(HOUSEHOLD | {"representatives": "031090000001"})
    assert (entry.kind, entry.scheme) == (
        OrganisationKind.HOUSEHOLD_BUSINESS,
        OrganisationScheme.PERSONAL_ID,
    )
    assert entry.representatives == ("031183990027",)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"kind": "guild"}, "kind: one of enterprise, "),
        ({"kind": ""}, "kind: one of enterprise, "),
        ({"scheme": "passport"}, "scheme: one of vn_tax_code, "),
        ({"identifier": "0314409057"}, "identifier: an enterprise code has ten digits"),
        ({"identifier": "0314409058-002"}, "identifier: three more digits"),
        ({"identifier": 314409058}, "identifier: is no text"),
        ({"name": " "}, "name: is missing"),
        ({"name": "a\x1b[31mb"}, "name: holds what is no letter"),
        ({"name": "a\udcffb"}, "name: holds what is no letter"),
        ({"address": "a" * 401}, "address: is longer than 400 letters"),
        ({"founded": "3/5/2011"}, "founded: a day like 2011-05-03"),
        ({"commune_code": "1131"}, "commune_code: five digits"),
        ({"commune_code": "١١٣١١"}, "commune_code: five digits"),
        ({"legal_form": "Công ty"}, "legal_form: small letters"),
        ({"status": "sleeping"}, "status: one of active, "),
        ({"representatives": "0311839900277"}, "representatives: personal ID numbers have 12 digits"),
        ({"representatives": [1]}, "representatives: a list of numbers"),
        ({"representatives": {"a": 1}}, "representatives: a list of numbers"),
        ({"representatives": [f"0311839900{i}" for i in range(10, 31)]}, "representatives: at most 20"),
    ],
)
def test_a_line_that_is_wrong_is_told_why_in_words_that_repeat_nothing(
    changes: dict[str, Any], told: str
) -> None:
    with pytest.raises(RefusedEntry) as refusal:
        parse_entry(ENTERPRISE | changes)
    assert str(refusal.value).startswith(told)
    for value in changes.values():
        assert len(str(value)) < 6 or str(value) not in str(refusal.value)


def test_a_wrong_number_of_a_household_is_not_repeated() -> None:
    with pytest.raises(RefusedEntry) as refusal:
        parse_entry(HOUSEHOLD | {"identifier": "03118399002"})
    assert "0311" not in str(refusal.value)


_values = st.none() | st.booleans() | st.integers() | st.text(max_size=30) | st.lists(st.text(max_size=12))


@given(st.dictionaries(st.sampled_from(MEMBERS), _values))
def test_whatever_a_line_holds_it_is_taken_or_refused(members: dict[str, object]) -> None:
    try:
        entry = parse_entry({**ENTERPRISE, **members})
    except RefusedEntry:
        return
    assert entry.name


def test_an_agency_is_taken_in_one_form() -> None:
    entry = parse_agency_entry({"code": "000.00.08.h24", "name": "Sở Y tế", "kind": "department"})
    assert entry == AgencyEntry(code="H24.08", name="Sở Y tế", kind=AgencyKind.DEPARTMENT)
    ended = parse_agency_entry(
        {"code": "H24.101", "name": "Phường", "kind": "commune", "ward_code": "11311", "ended": "yes"}
    )
    assert (ended.ended, ended.ward_code) == (True, "11311")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"code": "24"}, "code: an agency code is like"),
        ({"kind": "ministry"}, "kind: one of city, "),
        ({"kind": "city"}, "kind: a city's code has one group"),
        ({"code": "H24"}, "kind: a city's code has one group"),
        ({"kind": "commune"}, "ward_code: is missing"),
        ({"ward_code": "x"}, "ward_code: five digits"),
        ({"name": ""}, "name: is missing"),
        ({"ended": "perhaps"}, "ended: yes or no"),
    ],
)
def test_an_agency_that_is_wrong_is_told_why(changes: dict[str, str], told: str) -> None:
    with pytest.raises(RefusedEntry) as refusal:
        parse_agency_entry({"code": "H24.08", "name": "Sở Y tế", "kind": "department"} | changes)
    assert str(refusal.value).startswith(told)
