"""What services learn of an organisation: no number that is a person's."""

from idp.organisations.model import OrganisationStatus, organisation_facts
from tests.organisations.samples import make_household, make_organisation


def test_a_token_says_number_name_and_status_of_an_enterprise() -> None:
    one = make_organisation(status=OrganisationStatus.SUSPENDED)
    facts = organisation_facts(one)
    assert (facts.scheme, facts.identifier) == ("vn_tax_code", one.identifier)
    assert (facts.name, facts.status) == (one.name, "suspended")


def test_of_a_household_business_no_token_says_the_number() -> None:
    facts = organisation_facts(make_household("031183990027"))
    assert (facts.scheme, facts.identifier) == ("vn_personal_id", "")
    assert "031183990027" not in f"{facts.name} {facts.status}"
