"""Verified claims – OpenID Identity Assurance Schema 1.0 §5, Connect for Identity Assurance §5; PROTOCOL rule 54."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.people.model import Attribute, Origin, Source
from idp.people.verified import verified_of
from idp.protocol.claims import parse_claims
from idp.protocol.errors import InvalidRequest
from idp.protocol.scopes import SCOPES
from idp.protocol.verified_claims import CLAIMS, Verified, allowed, build, names_in, parse
from tests import make

AT = make.NOW - timedelta(days=1)
KNOWN = {
    "name": Verified(value="Nguyễn Thị Hương", at=AT),
    "age_over_18": Verified(value=True, at=AT - timedelta(days=1)),
    "address": Verified(value={"region": "Thành phố Hải Phòng", "vn_ward_code": "11383"}, at=AT),
}
FRAMEWORK = {"trust_framework": None}


def answer(request: object) -> Any:
    return build(parse(request), KNOWN, now=make.NOW).get("verified_claims")


def asked(claims: dict[str, Any], **verification: Any) -> dict[str, Any]:
    return {"verification": {**FRAMEWORK, **verification}, "claims": claims}


def test_nothing_of_the_verification_is_told_that_was_not_asked_for() -> None:
    assert answer(asked({"name": None}))["verification"] == {"trust_framework": "vn_vneid"}
    assert answer({"verification": {}, "claims": {"name": None}})["verification"] == {
        "trust_framework": "vn_vneid"
    }
    every = asked({"name": None}, assurance_level=None, time=None, evidence=None)
    assert answer(every)["verification"] == {
        "trust_framework": "vn_vneid",
        "assurance_level": "level_02",
        "time": "2026-03-01T01:00:00Z",
        "evidence": [
            {
                "type": "electronic_record",
                "record": {
                    "type": "population_register",
                    "source": {"name": "Cơ sở dữ liệu quốc gia về dân cư", "country_code": "VN"},
                },
            }
        ],
    }


def test_the_time_is_that_of_the_oldest_statement() -> None:
    both = answer(asked({"name": None, "age_over_18": None}, time=None))
    assert both["verification"]["time"] == "2026-02-28T01:00:00Z"


@pytest.mark.parametrize(
    ("max_age", "names"),
    [
        (10**9, {"name", "age_over_18"}),
        (2 * 86_400, {"name", "age_over_18"}),
        (2 * 86_400 - 1, {"name"}),
        (86_400, {"name"}),
        (86_399, set()),
        (0, set()),
        (-1, set()),
        (True, set()),
        ("86400", set()),
        (None, set()),
    ],
)
def test_what_was_said_longer_ago_than_asked_for_is_left_out(max_age: object, names: set[str]) -> None:
    found = answer(asked({"name": None, "age_over_18": None}, time={"max_age": max_age}))
    assert (set() if found is None else found["claims"].keys()) == names


@pytest.mark.parametrize(
    ("wanted", "is_met"),
    [
        (None, True),
        ([{"type": {"value": "electronic_record"}}], True),
        ([{"type": None}], True),
        ([{"type": {"value": "document"}}], False),
        ([{"type": {"value": "document"}}, {"type": {"value": "electronic_record"}}], True),
        ([{"type": None, "record": {"type": {"value": "population_register"}}}], True),
        ([{"type": None, "record": {"type": {"value": "birth_register"}}}], False),
        ([{"type": None, "record": {"source": {"country_code": {"values": ["DE", "VN"]}}}}], True),
        ([], False),
        ("electronic_record", False),
        ({"value": "electronic_record"}, False),
    ],
)
def test_evidence_of_another_type_can_t_be_met(wanted: object, is_met: bool) -> None:
    assert (answer(asked({"name": None}, evidence=wanted)) is not None) is is_met


def test_of_evidence_only_what_is_asked_for_is_told() -> None:
    evidence = [{"type": None, "record": {"source": {"country_code": None}}, "attachments": None}]
    assert answer(asked({"name": None}, evidence=evidence))["verification"]["evidence"] == [
        {"type": "electronic_record", "record": {"source": {"country_code": "VN"}}}
    ]


@pytest.mark.parametrize("element", ["trust_framework", "assurance_level"])
def test_a_verification_that_is_not_the_one_asked_for_leaves_nothing(element: str) -> None:
    for wanted in (
        {"value": "other"},
        {"values": ["other"]},
        {"values": "vn_vneid"},
        "vn_vneid",
        {"value": None},
    ):
        assert answer(asked({"name": None}, **{element: wanted})) is None
    assert answer(asked({"name": None}, trust_framework={"value": "vn_vneid"})) is not None
    assert answer(asked({"name": None}, assurance_level={"value": "level_02"})) is not None


def test_a_value_is_met_exactly_and_true_is_no_number() -> None:
    assert answer(asked({"age_over_18": {"value": True}}))["claims"] == {"age_over_18": True}
    for other in (1, "true", False, None, [True]):
        assert answer(asked({"age_over_18": {"value": other}})) is None
    address = {"address": {"vn_ward_code": {"value": "11383"}}}
    assert answer(asked(address))["claims"] == {"address": {"vn_ward_code": "11383"}}
    assert answer(asked({"address": {"vn_ward_code": {"value": "11384"}}})) is None


def test_several_requests_are_answered_each_by_itself() -> None:
    many = [
        asked({"name": None}),
        asked({"name": None}, trust_framework={"value": "de_aml"}),
        asked({"sub": None}),
    ]
    assert [one["claims"] for one in answer(many)] == [{"name": "Nguyễn Thị Hương"}]
    assert answer(many[1:]) is None


@pytest.mark.parametrize(
    "request_",
    [
        None,
        "x",
        1,
        [],
        {},
        {"claims": {"name": None}},
        {"verification": None, "claims": {"name": None}},
        {"verification": FRAMEWORK},
        {"verification": FRAMEWORK, "claims": {}},
        {"verification": FRAMEWORK, "claims": {"name": 1}},
        {"verification": FRAMEWORK, "claims": {"email": None, "phone_number": None}},
        {"verification": {"evidence": [[[[[[[[[[]]]]]]]]]]}, "claims": {"name": None}},
    ],
)
def test_a_request_of_no_known_form_asks_for_nothing(request_: object) -> None:
    assert parse(request_) == ""
    assert answer(request_) is None
    kept = parse_claims(json.dumps({"userinfo": {"verified_claims": request_}}))
    assert kept.verified_userinfo == ""


def test_the_claims_parameter_keeps_where_each_was_asked_for() -> None:
    one = {"verified_claims": asked({"name": None})}
    at_userinfo, in_token = (parse_claims(json.dumps({place: one})) for place in ("userinfo", "id_token"))
    assert (names_in(at_userinfo.verified_userinfo), at_userinfo.verified_id_token) == (("name",), "")
    assert (in_token.verified_userinfo, names_in(in_token.verified_id_token)) == ("", ("name",))
    assert at_userinfo.names == in_token.names == ("name",)
    with pytest.raises(InvalidRequest):
        parse_claims(json.dumps({"userinfo": {"name": 1, **one}}))


def test_only_claims_of_these_scopes_are_left() -> None:
    kept = parse([asked({"name": None, "address": None}), asked({"vn_id_number": None})])
    assert names_in(allowed(kept, frozenset({"profile"}))) == ("name",)
    assert names_in(allowed(kept, frozenset({"address", "vn.id_number"}))) == ("address", "vn_id_number")
    assert allowed(kept, frozenset()) == allowed("", frozenset(SCOPES)) == ""


def test_only_what_a_national_source_said_at_level_02_is_verified() -> None:
    def verified(source: Source, level: int, *, account_level: int = 2) -> set[str]:
        origin = Origin(source=source, level=level, at=AT)
        profile = make.full_profile(origins=dict.fromkeys(Attribute, origin))
        return set(verified_of(make.person(profile=profile, account_level=account_level), now=make.NOW))

    assert verified(Source.REGISTER, 2) == verified(Source.UPSTREAM, 2) == set(CLAIMS)
    assert verified(Source.UPSTREAM, 1) == verified(Source.DESK, 2) == verified(Source.SELF, 2) == set()
    assert verified(Source.UPSTREAM, 2, account_level=1) == set()
    assert verified_of(make.person(profile=make.full_profile()), now=make.NOW) == {}


def test_an_attribute_is_as_verified_as_its_own_origin() -> None:
    strong, weak = (Origin(source=Source.UPSTREAM, level=level, at=AT) for level in (2, 1))
    origins = {**dict.fromkeys(Attribute, strong), Attribute.ADDRESS: weak}
    person = make.person(profile=make.full_profile(origins=origins))
    assert set(CLAIMS) - set(verified_of(person, now=make.NOW)) == {"address", "resident_of_commune"}
    other = replace(person, profile=replace(person.profile, origins={Attribute.BIRTHDATE: strong}))
    assert set(verified_of(other, now=make.NOW)) == {"birthdate", "age_over_14", "age_over_16", "age_over_18"}


_json = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.sampled_from(["vn_vneid", "electronic_record", "x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "verification",
                    "claims",
                    "name",
                    "address",
                    "value",
                    "values",
                    "max_age",
                    "essential",
                    "evidence",
                    "trust_framework",
                    "time",
                    "type",
                    "record",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(_json)
def test_no_request_is_an_error_or_tells_what_it_did_not_name(request_: object) -> None:
    kept = parse(request_)
    told = build(kept, KNOWN, now=make.NOW).get("verified_claims", [])
    for one in told if isinstance(told, list) else [told]:
        assert isinstance(one, dict)
        assert one["claims"]
        assert set(one["claims"]) <= set(names_in(kept))
        assert one["verification"]["trust_framework"] == "vn_vneid"
