"""What a client that acts for itself may be – RFC 6749 §4.4, RFC 7591 §2; adr/0013."""

from typing import Any

import pytest

from idp.protocol.facts import ClientFacts
from idp.protocol.machine_scopes import MACHINE_SCOPES
from idp.protocol.registration import check_registration
from tests import make
from tests.protocol.registering import refused_for


def _machine(**changes: Any) -> ClientFacts:
    machine: dict[str, Any] = {
        "grant_types": ("client_credentials",),
        "redirect_uris": (),
        "response_types": (),
        "post_logout_redirect_uris": (),
        "scopes": frozenset({"data.read"}),
        "audiences": ("https://api.example/",),
    }
    return make.client(**(machine | changes))


def test_a_machine_needs_no_redirect_uri_and_no_openid() -> None:  # RFC 6749 §4.4
    check_registration(_machine())
    both = ("authorization_code", "client_credentials")
    people: dict[str, Any] = {
        "scopes": frozenset({"openid", "data.read"}),
        "redirect_uris": (make.REDIRECT_URI,),
        "response_types": ("code",),
    }
    check_registration(_machine(grant_types=both, **people))


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("grant_types", {"grant_types": ()}),
        ("grant_types", {"grant_types": ("refresh_token",)}),
        ("grant_types", {"grant_types": ("client_credentials", "password")}),
        ("grant_types", {"grant_types": ("implicit",)}),
        ("grant_types", {"token_endpoint_auth_method": "none"}),
        ("hpid_audiences", {"audiences": ()}),
        ("response_types", {"response_types": ("code",)}),
        ("scope", {"scopes": frozenset()}),
        ("scope", {"scopes": frozenset({"openid", "data.read"})}),
        ("scope", {"scopes": frozenset({"data.read", "docs.read"})}),
        ("scope", {"scopes": frozenset({"data.everything"})}),
        (
            "redirect_uris",
            {
                "grant_types": ("authorization_code",),
                "response_types": ("code",),
                "scopes": frozenset({"openid"}),
            },
        ),
    ],
    ids=str,
)
def test_what_a_machine_may_not_be_is_refused_by_the_name_of_its_field(
    field: str, changes: dict[str, Any]
) -> None:
    assert refused_for(_machine(**changes)).startswith(f"{field}:")


def test_scopes_of_machines_are_not_for_clients_that_only_sign_people_in() -> None:  # adr/0013
    assert refused_for(make.client(scopes=frozenset({"openid", "data.read"}))).startswith("scope:")


def test_who_registers_a_machine_by_scopes_of_people_is_told_those_of_machines() -> None:
    told = refused_for(_machine(scopes=frozenset({"openid"})))
    assert all(name in told for name in MACHINE_SCOPES)
