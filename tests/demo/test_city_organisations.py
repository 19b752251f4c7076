"""Businesses, other organisations, agencies, officials and powers (DOMAIN §1.6, §3.1, §5.4)."""

import re
from collections import Counter

import pytest

from demo.city import City, Organisation, generate
from demo.city.agencies import build_agencies
from demo.city.communes import communes
from demo.city.dates import AS_OF
from demo.city.mandates import SERVICES


@pytest.fixture(scope="module")
def city() -> City:
    return generate()


@pytest.fixture(scope="module")
def enterprises(city: City) -> list[Organisation]:
    return [organisation for organisation in city.organisations if organisation.kind == "enterprise"]


def test_a_household_business_is_keyed_by_its_owners_personal_id_number(city: City) -> None:
    people = {person.key: person for person in city.people}
    shops = [shop for shop in city.organisations if shop.kind == "household-business"]

    for shop in shops:
        (owner,) = shop.representatives
        assert (shop.scheme, shop.identifier) == ("personal-id", people[owner].personal_id)
        assert shop.name.upper().startswith("HỘ KINH DOANH ")
    assert len({shop.identifier for shop in shops}) == len(shops)


def test_a_dependent_unit_has_three_more_digits_than_its_enterprise(city: City) -> None:
    organisations = {organisation.key: organisation for organisation in city.organisations}
    units = [unit for unit in city.organisations if unit.kind == "dependent-unit"]

    for unit in units:
        parent = organisations[unit.parent or ""]
        assert re.fullmatch(parent.identifier + r"-\d{3}", unit.identifier)
        assert unit.representatives == parent.representatives


def test_other_organisations_have_codes_of_their_own_scheme(city: City) -> None:
    schemes = {
        organisation.kind: organisation.scheme
        for organisation in city.organisations
        if organisation.kind in {"cooperative", "school", "association"}
    }

    assert schemes == {
        "cooperative": "cooperative-code",
        "school": "school-code",
        "association": "association-code",
    }
    identifiers = [(organisation.scheme, organisation.identifier) for organisation in city.organisations]
    assert len(set(identifiers)) == len(identifiers)


def test_tax_codes_begin_with_the_province_of_first_registration(enterprises: list[Organisation]) -> None:
    provinces = Counter(enterprise.identifier[:2] for enterprise in enterprises)

    assert provinces["02"] / len(enterprises) == pytest.approx(0.65, abs=0.12)
    assert provinces["08"] / len(enterprises) == pytest.approx(0.32, abs=0.12)


def test_every_state_of_an_organisation_occurs_and_most_are_active(city: City) -> None:
    states = Counter(organisation.status for organisation in city.organisations)

    assert set(states) == {"active", "suspended", "dissolving", "dissolved", "invalid-address"}
    assert states["active"] / states.total() == pytest.approx(0.82, abs=0.05)


def test_seats_are_vacant_foreign_or_held_by_the_dead_or_locked(
    city: City, enterprises: list[Organisation]
) -> None:
    people = {person.key: person for person in city.people}
    seats = [people[key] for enterprise in enterprises for key in enterprise.representatives]

    assert any(not enterprise.representatives for enterprise in enterprises)
    assert any(len(enterprise.representatives) > 1 for enterprise in enterprises)
    assert any(person.nationality != "VNM" for person in seats)
    assert any(person.account_status in {"deceased", "locked"} for person in seats)


def test_some_directors_hold_several_companies(enterprises: list[Organisation]) -> None:
    companies = Counter(key for enterprise in enterprises for key in enterprise.representatives)

    assert 0.02 <= sum(count >= 2 for count in companies.values()) / len(companies) <= 0.14


def test_names_come_in_capitals_with_ampersands_and_in_foreign_form(
    enterprises: list[Organisation],
) -> None:
    assert any(enterprise.name.isupper() for enterprise in enterprises)
    assert any("&" in enterprise.name for enterprise in enterprises)
    assert any(enterprise.foreign_name and enterprise.foreign_name.isascii() for enterprise in enterprises)


def test_every_representative_has_full_powers_from_the_register(city: City) -> None:
    seats = {(seat.key, person) for seat in city.organisations for person in seat.representatives}
    powers = [mandate for mandate in city.mandates if mandate.source == "register"]

    assert {(power.principal, power.delegate) for power in powers} == seats
    assert all(power.powers == "full" and not power.services for power in powers)
    organisations = {organisation.key: organisation for organisation in city.organisations}
    for power in powers:
        gone = organisations[power.principal].status == "dissolved"
        assert (power.status == "expired") == gone


def test_one_enterprise_in_three_appoints_people_for_a_time(
    city: City, enterprises: list[Organisation]
) -> None:
    keys = {enterprise.key for enterprise in enterprises}
    appointed = [mandate for mandate in city.mandates if mandate.source == "appointed"]
    own = {power.principal for power in appointed if power.through is None}

    assert len(own & keys) / len(keys) == pytest.approx(0.35, abs=0.08)
    administrators = Counter(power.principal for power in appointed if power.role == "administrator")
    assert max(administrators.values()) <= 2
    assert all(power.valid_to for power in appointed)
    assert all(power.valid_from < (power.valid_to or AS_OF) for power in appointed)
    assert all(set(power.services) <= set(SERVICES) for power in appointed)


def test_powers_that_ran_out_and_powers_withdrawn_are_among_them(city: City) -> None:
    appointed = [mandate for mandate in city.mandates if mandate.source == "appointed"]
    states = Counter(power.status for power in appointed)

    assert states["expired"] >= 5
    assert states["revoked"] >= 1
    for power in appointed:
        assert (power.status == "expired") == (power.valid_to is not None and power.valid_to < AS_OF)
        assert (power.status == "revoked") == (power.revoked_on is not None)


def test_an_accounting_firm_acts_through_people_for_tax_and_insurance_only(
    city: City, enterprises: list[Organisation]
) -> None:
    firms = {enterprise.key for enterprise in enterprises if enterprise.accounting_firm}
    through = [mandate for mandate in city.mandates if mandate.through]

    assert {power.through for power in through} <= firms
    assert all(set(power.services) == {"tax", "social-insurance"} for power in through)
    assert not {power.principal for power in through} & firms  # no chain longer than one


def test_agencies_make_one_tree_of_well_formed_codes(city: City) -> None:
    codes = {agency.code: agency for agency in city.agencies}

    assert len(codes) == len(city.agencies)
    for agency in city.agencies:
        assert re.fullmatch(r"[A-Z][0-9]{2}(\.[A-Z0-9]+)*", agency.code)
        assert len(agency.code) <= 35
        assert agency.synthetic_code == (agency.code != "H24")
        assert (agency.parent is None) == (agency.code == "H24")
        if agency.parent:
            assert agency.parent in codes
            assert agency.code.startswith(f"{agency.parent}.")
    assert codes["H24.08"].legacy_code == "000.00.08.H24"


def test_an_agency_of_a_commune_is_linked_to_its_ward(city: City) -> None:
    linked = {agency.ward_code: agency for agency in city.agencies if agency.kind == "commune"}

    assert set(linked) <= set(communes())
    assert linked["10888"].name == "Ủy ban nhân dân xã Cẩm Giang"
    assert linked["10903"].name == "Ủy ban nhân dân xã Cẩm Giàng"
    assert linked["10888"].code != linked["10903"].code
    assert "11914" in linked


def test_a_large_city_has_every_commune_and_units() -> None:
    kinds = Counter(agency.kind for agency in build_agencies(1_400, needed_wards=()))

    assert kinds == {"city": 1, "department": 15, "commune": 114, "unit": 1_270}


def test_officials_are_citizens_with_posts_and_numbers_of_their_own(city: City) -> None:
    people = {person.key: person for person in city.people}

    assert len({official.employee_number for official in city.officials}) == len(city.officials)
    for official in city.officials:
        assert people[official.person].nationality == "VNM"
        assert official.posts
        current = [post for post in official.posts if post.valid_to is None]
        assert bool(current) == (official.status == "active")
        assert official.email.endswith("@haiphong.example")


def test_movers_leavers_and_holders_of_two_posts_exist(city: City) -> None:
    current = [sum(post.valid_to is None for post in official.posts) for official in city.officials]

    assert current.count(2) >= 2
    assert any(official.status == "left" for official in city.officials)
    assert any(
        post.valid_to is not None
        for official in city.officials
        if official.status == "active"
        for post in official.posts
    )


def test_every_agency_has_a_head(city: City) -> None:
    led = {
        post.agency_code for official in city.officials for post in official.posts if "leader" in post.roles
    }

    assert {agency.code for agency in city.agencies} <= led
