"""Which audience an access token is for – RFC 8707 §2, RFC 9068 §3; SECURITY B11."""

import pytest

from idp.protocol.errors import InvalidTarget
from idp.protocol.resource import check_one_resource, check_resource, check_target
from tests import make

A, B, LATER = "urn:example:a", "urn:example:b", "urn:example:later"
REGISTERED = make.client(audiences=(A, B))
STRANGE = [
    "urn:example:c", "urn:example:A", "urn:example:a/", "urn:example:a#b", "urn:example", "urn:example:a urn:example:b",
    f"{make.ISSUER}/", f"{make.ISSUER}/userinfo", make.ISSUER.upper(), "portal", " ", "*", "\x00", "\ud800", "é",
]  # fmt: skip


def test_who_names_nothing_asks_for_our_own_userinfo() -> None:
    assert check_resource(None, REGISTERED, iss=make.ISSUER) == make.ISSUER


@pytest.mark.parametrize("resource", [A, B, make.ISSUER])
def test_a_registered_resource_and_our_own_may_be_named(resource: str) -> None:  # §2.1
    assert check_resource(resource, REGISTERED, iss=make.ISSUER) == resource


@pytest.mark.parametrize("resource", STRANGE)
def test_nothing_else_may_compared_byte_for_byte(resource: str) -> None:  # §2
    with pytest.raises(InvalidTarget):
        check_resource(resource, REGISTERED, iss=make.ISSUER)
    with pytest.raises(InvalidTarget):
        check_target(resource, REGISTERED, make.grant(audiences=(A, B)), iss=make.ISSUER)


@pytest.mark.parametrize("began_with", [make.ISSUER, A])
def test_a_token_request_that_names_nothing_goes_on_with_what_the_grant_began_with(
    began_with: str,
) -> None:  # §2.2
    grant = make.grant(audience=began_with, audiences=(A, B))
    assert check_target(None, REGISTERED, grant, iss=make.ISSUER) == began_with


@pytest.mark.parametrize("began_with", [make.ISSUER, A])
@pytest.mark.parametrize("resource", [make.ISSUER, A, B])
def test_a_token_request_may_name_any_audience_of_the_grant(began_with: str, resource: str) -> None:  # §2.2
    grant = make.grant(audience=began_with, audiences=(A, B))
    assert check_target(resource, REGISTERED, grant, iss=make.ISSUER) == resource


def test_an_audience_registered_after_the_person_agreed_is_none_of_the_grant() -> None:  # B11
    client = make.client(audiences=(A, B, LATER))
    with pytest.raises(InvalidTarget):
        check_target(LATER, client, make.grant(audiences=(A, B)), iss=make.ISSUER)


@pytest.mark.parametrize("resource", [A, None])
def test_an_audience_registered_no_more_is_none_either_though_the_grant_began_with_it(
    resource: str | None,
) -> None:  # B11
    grant = make.grant(audience=A, audiences=(A, B))
    with pytest.raises(InvalidTarget):
        check_target(resource, make.client(audiences=(B,)), grant, iss=make.ISSUER)
    assert check_target(make.ISSUER, make.client(audiences=(B,)), grant, iss=make.ISSUER) == make.ISSUER


@pytest.mark.parametrize("names", [["resource"] * 2, ["resource", "Resource"], ["RESOURCE", "x", "RESOURCE"]])
def test_two_resources_are_refused_in_any_letter_case(names: list[str]) -> None:  # §2
    with pytest.raises(InvalidTarget):
        check_one_resource(names)


def test_one_resource_or_none_passes() -> None:
    check_one_resource(["grant_type", "code", "code"])
    check_one_resource(["resource", "resources", "code"])
