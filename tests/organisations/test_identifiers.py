"""Numbers of organisations: two spellings of one meet, what is none is refused without being repeated."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.organisations.enterprise_code import InvalidEnterpriseCode, enterprise_of, parse_enterprise_code
from idp.organisations.identifiers import InvalidIdentifier, check_identifier, normal_identifier
from idp.organisations.model import OrganisationKind, OrganisationScheme

TAX, PERSONAL = OrganisationScheme.TAX_CODE, OrganisationScheme.PERSONAL_ID


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("0100233488", "0100233488"),
        ("01.00.233.488", "0100233488"),
        ("0314409058-002", "0314409058-002"),
        ("0314409058002", "0314409058-002"),
        ("0312 687 878 - 001", "0312687878-001"),
        ("0201234569", "0201234569"),
    ],
)
def test_spellings_of_an_enterprise_code_meet(written: str, meant: str) -> None:
    assert parse_enterprise_code(written) == meant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0100233489",  # the check digit
        "010023348",
        "0314409058-000",
        "0314409058-02",
        "0100000000",
        "٠١٠٠٢٣٣٤٨٨",  # digits of another script
        "0100233488\n",
        "0" * 100_000,
    ],
)
def test_what_is_no_enterprise_code_is_refused(text: str) -> None:
    with pytest.raises(InvalidEnterpriseCode):
        parse_enterprise_code(text)


_serials = st.integers(1, 9_999_999).map(lambda serial: f"02{serial:07}")


@given(_serials, st.integers(0, 999))
def test_one_digit_checks_the_others(prefix: str, unit: int) -> None:
    right = []
    for digit in "0123456789":
        try:
            right.append(parse_enterprise_code(prefix + digit))
        except InvalidEnterpriseCode:
            continue
    assert len(right) <= 1
    for code in right:
        assert enterprise_of(code) is None
        if unit:
            of_unit = parse_enterprise_code(f"{code}{unit:03}")
            assert of_unit == parse_enterprise_code(of_unit) == f"{code}-{unit:03}"
            assert enterprise_of(of_unit) == code


@given(st.sampled_from(OrganisationScheme), st.text(max_size=40))
def test_a_normal_form_is_its_own_and_a_refusal_repeats_nothing(
    scheme: OrganisationScheme, text: str
) -> None:
    try:
        normal = normal_identifier(scheme, text)
    except InvalidIdentifier as refusal:
        said = str(refusal)
    else:
        said = ""
        assert normal_identifier(scheme, normal) == normal
    assert not re.search(r"[0-9]{5}", said)


def test_a_household_business_has_its_owner_s_number() -> None:
    assert normal_identifier(PERSONAL, " 030 183 990 027 ") == "030183990027"
    for wrong in ("03018399002", "0301839900277", "030183990O27"):
        with pytest.raises(InvalidIdentifier) as refusal:
            normal_identifier(PERSONAL, wrong)
        assert wrong not in str(refusal.value)


@pytest.mark.parametrize("text", ["htx-9000001", " HTX-9000001"])
def test_a_typed_code_is_in_capitals(text: str) -> None:
    assert normal_identifier(OrganisationScheme.COOPERATIVE, text) == "HTX-9000001"


@pytest.mark.parametrize("text", ["", "HTX 9", "HTX--9", "-9", "HTX_9", "A" * 36])
def test_what_is_no_typed_code_is_refused(text: str) -> None:
    with pytest.raises(InvalidIdentifier):
        normal_identifier(OrganisationScheme.SCHOOL, text)


@pytest.mark.parametrize(
    ("kind", "scheme", "identifier", "fits"),
    [
        (OrganisationKind.ENTERPRISE, TAX, "0314409058", True),
        (OrganisationKind.ENTERPRISE, TAX, "0314409058-002", False),
        (OrganisationKind.DEPENDENT_UNIT, TAX, "0314409058-002", True),
        (OrganisationKind.DEPENDENT_UNIT, TAX, "0314409058", False),
        (OrganisationKind.ENTERPRISE, PERSONAL, "030183990027", False),
        (OrganisationKind.HOUSEHOLD_BUSINESS, PERSONAL, "030183990027", True),
        (OrganisationKind.HOUSEHOLD_BUSINESS, TAX, "0314409058", False),
        (OrganisationKind.SCHOOL, OrganisationScheme.SCHOOL, "GD31-9000001", True),
        (OrganisationKind.SCHOOL, OrganisationScheme.ASSOCIATION, "GD31-9000001", False),
    ],
)
def test_each_kind_has_numbers_of_its_own(
    kind: OrganisationKind, scheme: OrganisationScheme, identifier: str, fits: bool
) -> None:
    if fits:
        check_identifier(kind, scheme, identifier)
        return
    with pytest.raises(InvalidIdentifier):
        check_identifier(kind, scheme, identifier)
