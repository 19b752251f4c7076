"""What services learn of an organisation: no number that is a person's, and a name of the sector's own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.ids import OrganisationId
from idp.organisations.model import OrganisationStatus, organisation_facts
from idp.organisations.pseudonym import organisation_at, organisation_of
from keys.envelope import Vault
from keys.master import KEY_BYTES, MasterKey
from tests.organisations.samples import make_household, make_organisation

VAULT = Vault(MasterKey(current=1, versions={1: bytes(KEY_BYTES)}))
THIS = OrganisationId("6f1f7c1e-0000-4000-8000-000000000000")


def test_a_token_says_number_name_and_status_of_an_enterprise() -> None:
    one = make_organisation(status=OrganisationStatus.SUSPENDED)
    facts = organisation_facts(one)
    assert (facts.scheme, facts.identifier) == ("vn_tax_code", one.identifier)
    assert (facts.name, facts.status) == (one.name, "suspended")


def test_of_a_household_business_no_token_says_the_number() -> None:
    facts = organisation_facts(make_household("031183990027"))
    assert (facts.scheme, facts.identifier) == ("vn_personal_id", "")
    assert "031183990027" not in f"{facts.name} {facts.status}"


def test_two_sectors_call_it_differently_and_each_always_alike() -> None:
    first, second = (organisation_at(sector, THIS, VAULT) for sector in ("tax", "docs"))
    assert first != second
    assert organisation_at("tax", THIS, VAULT) == first
    assert organisation_of(first, "tax", VAULT) == THIS
    assert organisation_of(first, "docs", VAULT) is None
    assert THIS.replace("-", "") not in first


@pytest.mark.parametrize("text", ["", "x", "é", THIS, "A" * 70])
def test_what_we_never_said_is_nobody(text: str) -> None:
    assert organisation_of(text, "tax", VAULT) is None


@given(st.text(max_size=100))
def test_no_text_is_taken_for_one(text: str) -> None:
    assert organisation_of(text, "tax", VAULT) is None
