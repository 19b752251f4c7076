"""The demo city as the provider keeps it: powers that hold together by the provider's own rules."""

from datetime import UTC, datetime

import pytest

from demo.city import City, generate
from idp.cli.demo_mandates import Known, as_mandates, wards_of
from idp.cli.demo_organisations import as_organisation, organisation_ids
from idp.cli.demo_people import as_person, has_record, is_only_a_ward
from idp.ids import PersonId
from idp.mandates.model import FirmAppointment, Mandate, PrincipalKind, Role, Source
from idp.mandates.rules import works_for
from idp.organisations.identifiers import check_identifier, normal_identifier
from idp.people.ages import of_age_at

NOW = datetime(2026, 11, 1, 1, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def city() -> City:
    return generate("demo")


@pytest.fixture(scope="module")
def known(city: City) -> Known:
    wards = wards_of(city, {person.key for person in city.people if has_record(person)})
    people = {
        person.key: PersonId(str(person.uuid))
        for person in city.people
        if has_record(person) or is_only_a_ward(person, wards)
    }
    return Known(people=people, organisations=organisation_ids(city))


@pytest.fixture(scope="module")
def powers(city: City, known: Known) -> tuple[list[FirmAppointment], list[Mandate]]:
    return as_mandates(city, known, NOW)


def test_every_number_is_in_normal_form_and_of_its_kind(city: City, known: Known) -> None:
    for one in city.organisations:
        record = as_organisation(one, known.organisations, NOW)
        assert normal_identifier(record.scheme, record.identifier) == record.identifier
        check_identifier(record.kind, record.scheme, record.identifier)
    assert len({as_organisation(one, known.organisations, NOW).status for one in city.organisations}) == 5


def test_who_acts_through_a_firm_is_of_the_firm_and_the_firm_is_appointed(
    powers: tuple[list[FirmAppointment], list[Mandate]],
) -> None:
    appointments = {one.appointment_id: one for one in powers[0]}
    live = [one for one in powers[1] if one.through_id is not None and one.is_live(NOW)]
    assert len(live) > 400
    of_firms = {(one.principal_id, one.delegate_id) for one in powers[1] if works_for(one, NOW)}
    for one in live:
        assert (one.through_id, one.delegate_id) in of_firms
        appointment = appointments[one.appointment_id or ""]
        assert (appointment.firm_id, appointment.principal_id) == (one.through_id, one.principal_id)
        assert set(one.services) <= set(appointment.services)
    assert len({one.mandate_id for one in powers[1]}) == len(powers[1])


def test_nobody_acts_for_a_child_after_its_18th_birthday(
    city: City, known: Known, powers: tuple[list[FirmAppointment], list[Mandate]]
) -> None:
    people = {known.people[one.key]: as_person(one, NOW) for one in city.people if one.key in known.people}
    of_wards = [one for one in powers[1] if one.principal_kind is PrincipalKind.PERSON]
    assert {one.source for one in of_wards} == {Source.PARENT, Source.COURT}
    for one in of_wards:
        ward = people[PersonId(one.principal_id)]
        assert one.valid_to == of_age_at(ward.profile.birthdate)
        assert bool(one.reference) is (one.source is Source.COURT)
    assert any(one.contested for one in of_wards)


def test_the_personas_have_the_powers_they_are_there_for(
    known: Known, powers: tuple[list[FirmAppointment], list[Mandate]]
) -> None:
    def held(slug: str) -> list[Mandate]:
        return [one for one in powers[1] if one.delegate_id == known.people[slug] and one.is_live(NOW)]

    assert [one.role for one in held("director-of-12")] == [Role.REPRESENTATIVE] * 12
    assert [one.role for one in held("household-business-owner")] == [Role.REPRESENTATIVE]
    assert sum(one.through_id is not None for one in held("accountant")) == 400
    assert {one.role for one in held("level-02-adult")} == {Role.PARENT}
    assert len(held("level-02-adult")) > 2
    assert held("expired-mandate") == []
    assert [one.role for one in held("dissolved-company-director")] == [Role.ARCHIVE]
    assert [one.contested for one in held("custody-father")] == [True]
