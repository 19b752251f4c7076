"""Pushed authorization requests – RFC 9126 §2.1, §2.2, §4."""

import pytest

from idp.ids import NO_BUCKET, HandleKind, format_handle
from idp.protocol.authorization_request import parse
from idp.protocol.errors import InvalidRequest
from idp.protocol.facts import Profile
from idp.protocol.pushed_request import (
    check_pushing,
    check_was_pushed,
    is_pushed,
    pushed_handle,
    request_uri_of,
)
from tests import make

HANDLE = format_handle(HandleKind.PUSHED_REQUEST, NO_BUCKET, bytes(range(32)))


def test_a_name_leads_back_to_its_handle_and_holds_256_random_bits() -> None:  # §2.2, §7.1
    name = request_uri_of(HANDLE)
    assert name.startswith("urn:ietf:params:oauth:request_uri:")
    assert pushed_handle(name) == HANDLE
    assert len(name.rpartition("_")[2]) == 2 + 43


@pytest.mark.parametrize(
    "request_uri",
    [
        "",
        HANDLE,
        "urn:ietf:params:oauth:request_uri:",
        "urn:ietf:params:oauth:request_uri:" + HANDLE[:-1],
        "urn:ietf:params:oauth:request_uri:" + HANDLE + "x",
        "urn:ietf:params:oauth:request_uri:" + HANDLE.replace("par", "code"),
        "URN:ietf:params:oauth:request_uri:" + HANDLE,
        "https://portal.example/request.jwt",
    ],
)
def test_anything_else_names_no_pushed_request(request_uri: str) -> None:
    assert pushed_handle(request_uri) is None


def test_a_name_that_is_malformed_is_no_address_either() -> None:
    assert is_pushed("urn:ietf:params:oauth:request_uri:x")
    assert not is_pushed("https://portal.example/request.jwt")


@pytest.mark.parametrize("pairs", [[("request_uri", "x")], [("request_uri", ""), ("REQUEST_URI", "")]])
def test_a_push_holds_a_request_and_names_none(pairs: list[tuple[str, str]]) -> None:  # §2.1
    with pytest.raises(InvalidRequest, match="request_uri must not be pushed"):
        check_pushing(parse(pairs))
    check_pushing(parse(make.authorization_parameters().items()))


def test_who_must_push_is_refused_otherwise() -> None:  # §5 require_pushed_authorization_requests
    city = make.client(scopes=frozenset({"openid", "vn.id_number"}))
    check_was_pushed(city, was_pushed=True)
    with pytest.raises(InvalidRequest, match="must push"):
        check_was_pushed(city, was_pushed=False)
    check_was_pushed(make.client(scopes=city.scopes, profile=Profile.OIDC), was_pushed=False)
    with pytest.raises(InvalidRequest, match="must push"):
        check_was_pushed(make.client(require_pushed_authorization_requests=True), was_pushed=False)
