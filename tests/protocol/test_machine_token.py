"""A client's own token – RFC 6749 §4.4, RFC 9068 §2.2, RFC 8707 §2; SECURITY B11."""

from datetime import timedelta
from typing import Any

import pytest

from idp.protocol.errors import InvalidScope, InvalidTarget, UnauthorizedClient
from idp.protocol.facts import ClientFacts
from idp.protocol.machine_scopes import MACHINE_SCOPES
from idp.protocol.machine_token import CLAIMS, build, check_machine_request
from idp.protocol.scopes import SCOPES
from tests import make

API, OTHER = "https://api.example/", "urn:haiphong:other"


def machine(**changes: Any) -> ClientFacts:
    registered: dict[str, Any] = {
        "grant_types": ("client_credentials",),
        "scopes": frozenset({"data.read", "metrics.write"}),
        "audiences": (API, OTHER),
    }
    return make.client(**(registered | changes))


def test_what_is_not_named_is_all_scopes_at_the_first_audience() -> None:
    request = check_machine_request({}, machine())
    assert (request.audience, request.scopes) == (API, frozenset({"data.read", "metrics.write"}))


def test_what_is_named_is_what_is_given() -> None:
    request = check_machine_request({"scope": "data.read", "resource": OTHER}, machine())
    assert (request.audience, request.scopes) == (OTHER, frozenset({"data.read"}))


@pytest.mark.parametrize(
    "scope",
    ["openid", "offline_access", "data.write", "data.read openid", "profile", "docs.read", "DATA.READ", "*"],
)
def test_a_scope_that_is_not_registered_or_is_about_people_is_refused(scope: str) -> None:
    with pytest.raises(InvalidScope):
        check_machine_request({"scope": scope}, machine())
    everything = machine(scopes=frozenset({*SCOPES, "data.read"}))
    if scope != "data.read":
        with pytest.raises(InvalidScope):
            check_machine_request({"scope": scope}, everything)


def test_a_client_with_scopes_of_people_alone_gets_nothing() -> None:
    with pytest.raises(InvalidScope):
        check_machine_request({}, machine(scopes=frozenset({"openid", "profile"})))


@pytest.mark.parametrize("resource", [make.ISSUER, "https://api.example", API.upper(), f"{API}x", "*"])
def test_an_audience_that_is_not_registered_is_refused(resource: str) -> None:
    with pytest.raises(InvalidTarget):
        check_machine_request({"resource": resource}, machine())


def test_without_a_registered_audience_there_is_no_token() -> None:
    with pytest.raises(InvalidTarget):
        check_machine_request({}, machine(audiences=()))


def test_a_public_client_has_no_token_of_its_own() -> None:  # §4.4
    with pytest.raises(UnauthorizedClient):
        check_machine_request({}, machine(token_endpoint_auth_method="none"))


def test_the_token_names_the_client_and_nobody_else() -> None:  # RFC 9068 §2.2
    client = machine()
    request = check_machine_request({"scope": "metrics.write data.read"}, client)
    claims = build(request, client, iss=make.ISSUER, jti="jti", lifetime=timedelta(minutes=5), now=make.NOW)
    assert claims == {
        "iss": make.ISSUER,
        "sub": "portal",
        "aud": API,
        "exp": int(make.NOW.timestamp()) + 300,
        "iat": int(make.NOW.timestamp()),
        "jti": "jti",
        "client_id": "portal",
        "scope": "data.read metrics.write",
    }
    assert tuple(claims) == CLAIMS


def test_no_scope_is_of_people_and_of_machines() -> None:  # adr/0013
    assert not SCOPES.keys() & MACHINE_SCOPES.keys()
    assert all(scope.meaning.endswith(".") for scope in MACHINE_SCOPES.values())
