"""The claims parameter and the choice of what is released – OpenID Connect Core §5.4, §5.5; SECURITY H03."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.protocol.assurance import Acr
from idp.protocol.claims import ClaimsRequest, allowed_claims, parse_claims, released_claims, select_claims
from idp.protocol.errors import InvalidRequest, ProtocolError, UnmetAuthenticationRequirements
from idp.protocol.scopes import CLAIM_SCOPE


def test_no_parameter_asks_for_nothing() -> None:  # Core §5.5
    assert parse_claims(None) == ClaimsRequest()
    assert parse_claims("{}") == ClaimsRequest()


@pytest.mark.parametrize("wanted", ["null", "{}", '{"essential":true}', '{"essential":false}', '{"x":[1]}'])
def test_every_way_of_asking_for_a_claim_is_the_same(wanted: str) -> None:  # Core §5.5.1
    claims = parse_claims(f'{{"userinfo":{{"name":{wanted}}},"id_token":{{"email":{wanted}}}}}')
    assert claims == ClaimsRequest(userinfo=("name",), id_token=("email",))


def test_claims_we_do_not_know_are_ignored() -> None:  # Core §5.5: not an error
    unknown = '{"http://example.info/c":null,"shoe_size":null,"auth_time":{"essential":true}}'
    claims = parse_claims(f'{{"userinfo":{unknown},"id_token":{unknown},"verified_claims":{{}}}}')
    assert claims == ClaimsRequest()


def test_sub_is_never_a_single_claim() -> None:  # Core §5.3.2: it is always there
    claims = parse_claims('{"userinfo":{"sub":null},"id_token":{"sub":null}}')
    assert claims == ClaimsRequest()


MALFORMED = [
    "",
    " ",
    "name",
    "[]",
    '"text"',
    "null",
    "1",
    "true",
    "{",
    '{"userinfo":[]}',
    '{"userinfo":"name"}',
    '{"userinfo":1}',
    '{"id_token":[]}',
    '{"userinfo":{"name":true}}',
    '{"userinfo":{"name":"x"}}',
    '{"userinfo":{"name":[]}}',
    '{"userinfo":{"name":0}}',
    '{"userinfo":{}} trailing',
    "{'userinfo':{}}",
    "﻿{}",
]
HOSTILE = [
    '{"userinfo":{"name":{"value":NaN}}}',
    '{"userinfo":{"name":{"value":Infinity}}}',
    '{"userinfo":{"name":{"value":-Infinity}}}',
    '{"userinfo":{"name":{"value":1e999}}}',
    '{"id_token":{},"id_token":{"acr":{"essential":true}}}',
    '{"id_token":{"acr":null,"acr":{"essential":true}}}',
    '{"userinfo":{"name":{"value":"\\u0000"}}}',
    '{"userinfo":{"name":{"value":"\\ud800"}}}',
    "[" * 4096,
    "[" * 2048 + "]" * 2048,
    '{"a":' * 800,
    '{"userinfo":' + "[" * 2000 + "]" * 2000 + "}",
]


@pytest.mark.parametrize("text", [*MALFORMED, *HOSTILE], ids=lambda text: text[:40])
def test_what_is_not_one_clean_json_object_of_objects_is_refused(text: str) -> None:  # Core §5.5, RFC 8259 §4
    with pytest.raises(InvalidRequest) as refused:
        parse_claims(text)
    assert "claim" in refused.value.error_description


def test_depth_beyond_what_the_parser_can_take_is_a_refusal_not_a_fault() -> None:  # SECURITY C07
    with pytest.raises(InvalidRequest):
        parse_claims('{"userinfo":{"name":' * 200)


def test_the_limit_is_4096_characters() -> None:  # SECURITY H03
    def of_length(length: int) -> str:
        empty = '{"userinfo":{"name":{"value":""}}}'
        return empty.replace('""', f'"{"x" * (length - len(empty))}"')

    assert len(of_length(4096)) == 4096
    assert parse_claims(of_length(4096)).userinfo == ("name",)
    with pytest.raises(InvalidRequest, match="longer than 4096"):
        parse_claims(of_length(4097))


_members = st.sampled_from(["userinfo", "id_token", "acr", "sub", "name", "value", "values", "essential"])
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_members, inner, max_size=3),
    max_leaves=12,
)


@given(st.text(max_size=200) | _json.map(json.dumps))
def test_whatever_is_sent_it_is_read_or_refused(text: str) -> None:
    try:
        claims = parse_claims(text)
    except ProtocolError:
        return
    assert set(claims.userinfo) | set(claims.id_token) <= CLAIM_SCOPE.keys() - {"sub"}


def _acr(**wanted: object) -> ClaimsRequest:
    return parse_claims(json.dumps({"id_token": {"acr": wanted}}))


@pytest.mark.parametrize(
    ("wanted", "levels", "essential"),
    [
        ({"value": "LoA2"}, (Acr.SUBSTANTIAL,), False),
        ({"value": Acr.HIGH.value, "essential": True}, (Acr.HIGH,), True),
        ({"values": ["LoA3", "LoA2"], "essential": True}, (Acr.HIGH, Acr.SUBSTANTIAL), True),
        ({"values": ["urn:mace:incommon:iap:silver", "LoA1"], "essential": True}, (Acr.LOW,), True),
        ({"values": ["urn:mace:incommon:iap:silver"]}, (), False),
        ({"essential": True}, (), True),
        ({"essential": "true", "value": "LoA1"}, (Acr.LOW,), False),
    ],
)
def test_acr_is_read_with_its_force(
    wanted: dict[str, object], levels: tuple[Acr, ...], essential: bool
) -> None:
    claims = _acr(**wanted)  # Core §5.5.1.1
    assert (claims.acr_values, claims.acr_essential) == (levels, essential)


@pytest.mark.parametrize(
    "wanted",
    [
        {"essential": True, "values": ["urn:mace:incommon:iap:silver"]},
        {"essential": True, "value": "loa2"},
        {"essential": True, "value": 2},
        {"essential": True, "values": []},
        {"essential": True, "values": "LoA2"},
        {"essential": True, "values": [None, {}]},
    ],
)
def test_an_essential_acr_that_names_no_level_of_ours_can_not_be_met(wanted: dict[str, object]) -> None:
    with pytest.raises(UnmetAuthenticationRequirements):  # Core §5.5.1.1: a failed authentication attempt
        _acr(**wanted)


@pytest.mark.parametrize(
    "claims",
    [
        {"id_token": {"sub": {"value": "248289"}}},
        {"userinfo": {"sub": {"value": "248289"}}},
        {"id_token": {"sub": {"values": ["248289"]}}},
        {"id_token": {"sub": {"value": "248289"}}, "userinfo": {"sub": {"value": "248289"}}},
        {"id_token": {"sub": {"essential": True}}, "userinfo": {"sub": {"value": "248289"}}},
        {"id_token": {"sub": None}, "userinfo": {"sub": {"value": "248289"}}},
    ],
)
def test_the_subject_asked_for_is_found_wherever_it_stands(claims: object) -> None:  # Core §5.5.1
    assert parse_claims(json.dumps(claims)).sub == "248289"


@pytest.mark.parametrize(
    "claims",
    [
        {"id_token": {"sub": {"value": "a"}}, "userinfo": {"sub": {"value": "b"}}},
        {"id_token": {"sub": {"values": ["a", "b"]}}},
        {"id_token": {"sub": {"value": 248289}}},
        {"id_token": {"sub": {"value": None}}},
        {"userinfo": {"sub": {"values": []}}},
    ],
)
def test_a_subject_that_is_asked_for_is_never_passed_over(claims: object) -> None:  # Core §5.5.1
    with pytest.raises(InvalidRequest, match="one sub"):
        parse_claims(json.dumps(claims))


def test_a_single_claim_is_allowed_where_its_scope_is() -> None:  # Core §5.5, least disclosure
    names = ("vn_id_number", "email", "email_verified", "name")
    assert allowed_claims(names, frozenset({"openid", "email"})) == ("email", "email_verified")
    assert allowed_claims(names, frozenset()) == ()


def test_released_are_the_claims_of_the_scopes_and_the_single_ones_each_once() -> None:  # Core §5.4
    names = released_claims(frozenset({"openid", "email"}), ("phone_number", "email"))
    assert names == ("email", "email_verified", "phone_number")


def test_a_claim_nobody_knows_is_left_out_never_null() -> None:  # Core §5.3.2
    known: dict[str, object] = {"name": "Nguyễn Thị Hương", "email": "huong@example.vn"}
    assert select_claims(known, ("name", "gender")) == {"name": "Nguyễn Thị Hương"}
