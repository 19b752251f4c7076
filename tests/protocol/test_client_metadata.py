"""Client metadata read and written – RFC 7591 §2, OpenID Connect Registration §2, RFC 7592 §2.2 (what is left out)."""

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.protocol.assurance import Acr
from idp.protocol.client_metadata import MEMBERS, read_metadata, write_metadata
from idp.protocol.errors import InvalidClientMetadata, InvalidRedirectUri
from idp.protocol.facts import ClientFacts, LocalLogin, Profile
from idp.protocol.registration import check_registration
from idp.protocol.scopes import LegalBasis
from tests import make

BASE = make.client(redirect_uris=(), post_logout_redirect_uris=(), name="portal", name_en="", agency="")
URIS = ["https://rp.example/cb"]
OURS_ALONE = {"client_id", "enabled", "name_en", "logo", "purpose_since"}
"""No plain member names these: who it is, whether it is on, our own image, since when; and what carries a language."""


def _read(by_operator: bool = False, base: ClientFacts = BASE, **members: Any) -> ClientFacts:
    return read_metadata({"redirect_uris": URIS, **members}, base, by_operator=by_operator)


def _refused(**members: Any) -> str:
    with pytest.raises((InvalidClientMetadata, InvalidRedirectUri)) as refused:
        _read(by_operator=True, **members)
    return str(refused.value)


def test_what_is_left_out_gets_the_default_of_the_specs() -> None:
    facts = check_registration(_read())
    assert facts.token_endpoint_auth_method == "client_secret_basic"
    assert facts.grant_types == ("authorization_code",)
    assert facts.response_types == ("code",)
    assert facts.application_type == "web"
    assert facts.id_token_signed_response_alg == "ES256"
    assert not facts.require_auth_time
    assert not facts.backchannel_logout_session_required
    assert facts.scopes == BASE.scopes
    assert _read(base=replace(BASE, profile=Profile.OIDC)).id_token_signed_response_alg == "RS256"


def test_without_the_code_grant_no_response_type_is_taken_for_granted() -> None:  # RFC 7591 §2.1
    assert _read(grant_types=["client_credentials"]).response_types == ()


def test_an_encryption_without_a_method_gets_the_default_of_the_specs() -> None:  # Registration §2
    facts = _read(id_token_encrypted_response_alg="RSA-OAEP-256")
    assert facts.id_token_encrypted_response_enc == "A128CBC-HS256"
    assert facts.userinfo_encrypted_response_enc is None


def test_null_is_as_good_as_left_out_and_nothing_of_before_stays() -> None:  # RFC 7592 §2.2
    before = _read(tos_uri="https://rp.example/tos", contacts=["a@rp.example"], default_max_age=60)
    assert _read(base=before, tos_uri=None) == _read()


def test_members_nobody_knows_are_ignored() -> None:  # RFC 7591 §2
    strange: dict[str, Any] = {"software_statement": "x", "of_tomorrow": [1], "tos_uri#fr": 1}
    assert _read(**strange) == _read()


@pytest.mark.parametrize(
    ("members", "names"),
    [
        ({}, ("portal", "")),
        ({"client_name": "A"}, ("A", "")),
        ({"client_name": "A", "client_name#en": "B"}, ("A", "B")),
        ({"client_name": "A", "client_name#vi": "C", "client_name#en": "B"}, ("C", "B")),
        ({"client_name#VI-VN": "C"}, ("C", "")),
        ({"client_name#en": "B"}, ("B", "B")),
        ({"client_name#fr": "D"}, ("portal", "")),
    ],
)
def test_names_carry_a_language(members: dict[str, Any], names: tuple[str, str]) -> None:  # Registration §2.1
    facts = _read(**members)
    assert (facts.name, facts.name_en) == names


@pytest.mark.parametrize(
    ("values", "level"),
    [
        (["LoA2"], Acr.SUBSTANTIAL),
        (["urn:haiphong:acr:high", "LoA1"], Acr.LOW),
    ],
)
def test_of_several_levels_the_weakest_is_the_default(values: list[str], level: Acr) -> None:
    facts = _read(default_acr_values=values)
    assert facts.default_acr is level
    assert write_metadata(facts)["default_acr_values"] == [level.value]


def test_what_is_ours_only_an_operator_may_say() -> None:
    ours: dict[str, Any] = {
        "hpid_profile": "oidc",
        "hpid_sector": "elsewhere",
        "hpid_audiences": ["urn:example:api"],
        "hpid_protected_resources": ["urn:example:own"],
        "hpid_local_login": "low",
        "hpid_accept_degraded": True,
        "hpid_legal_basis": {"profile": "consent"},
        "hpid_law": "Luật",
        "hpid_purpose": "thử",
        "hpid_purpose_en": "try",
        "hpid_agency": "Sở",
        "hpid_hr_agency": "H24.08",
        "hpid_require_assertion_typ": False,
    }
    assert _read(**ours) == _read()
    facts = _read(by_operator=True, **ours)
    assert (facts.profile, facts.sector, facts.local_login) == (Profile.OIDC, "elsewhere", LocalLogin.LOW)
    assert facts.legal_basis == {"profile": LegalBasis.CONSENT}
    assert facts.id_token_signed_response_alg == "RS256"
    written = write_metadata(facts, for_operator=True)
    assert {name: written[name] for name in ours} == ours
    assert not [name for name in write_metadata(facts) if name.startswith("hpid_")]


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("redirect_uris", "https://rp.example/cb"),
        ("redirect_uris", [1]),
        ("redirect_uris", [""]),
        ("redirect_uris", {}),
        ("post_logout_redirect_uris", [None]),
        ("contacts", [["a"]]),
        ("client_name", 1),
        ("client_name", ""),
        ("client_name#en", ["x"]),
        ("scope", ["openid"]),
        ("jwks", "{}"),
        ("jwks", []),
        ("jwks_uri", 1),
        ("require_auth_time", "true"),
        ("require_auth_time", 1),
        ("default_max_age", "60"),
        ("default_max_age", True),
        ("default_max_age", 1.5),
        ("default_acr_values", "LoA1"),
        ("default_acr_values", []),
        ("default_acr_values", ["LoA1", "LoA9"]),
        ("grant_types", "authorization_code"),
        ("hpid_profile", "gold"),
        ("hpid_local_login", True),
        ("hpid_legal_basis", ["openid"]),
        ("hpid_legal_basis", {"openid": "because"}),
    ],
    ids=str,
)
def test_a_value_of_another_type_is_refused_by_the_name_of_its_member(member: str, value: object) -> None:
    assert _refused(**{member: value}).startswith(f"{member}: ")


@pytest.mark.parametrize("tag", ['en-"\\', "en-\r\nSet-Cookie: a=b", "EN-Tiếng Anh", "vi-\u202e"])
def test_a_tag_that_a_stranger_made_up_stands_in_no_answer(tag: str) -> None:
    language = tag[:2].lower()
    assert _refused(**{f"client_name#{tag}": 5}) == f"client_name#{language}: a string"


def test_every_field_of_a_client_has_a_member() -> None:
    empty = ClientFacts(**{**{one: getattr(BASE, one) for one in _required()}, "redirect_uris": ()})
    changed = {one.name for one in fields(ClientFacts) if _reaches(one.name, empty)}
    assert {one.name for one in fields(ClientFacts)} - OURS_ALONE == changed


def _required() -> list[str]:
    return ["client_id", "name", "name_en", "agency", "profile", "enabled", "sector", "redirect_uris"]


def _reaches(field: str, empty: ClientFacts) -> bool:
    """Tell whether some member's value ends in this field."""
    values: list[Any] = [
        "oidc",
        "low",
        ["x"],
        True,
        1,
        {"keys": []},
        {"openid": "consent"},
        ["LoA1"],
        ["ward"],
        False,
    ]
    for member in MEMBERS:
        for value in values:
            try:
                facts = read_metadata({member: value}, empty, by_operator=True)
            except (InvalidClientMetadata, InvalidRedirectUri):
                continue
            if getattr(facts, field) != getattr(read_metadata({}, empty, by_operator=True), field):
                return True
    return False


_words = st.text(min_size=1, max_size=20).filter(bool)
_documents = st.fixed_dictionaries(
    {"redirect_uris": st.lists(_words, min_size=1, max_size=3)},
    optional={
        "client_name": _words,
        "client_name#en": _words,
        "scope": st.lists(st.text("abc:._", min_size=1), min_size=1, max_size=3).map(" ".join),
        "contacts": st.lists(_words, min_size=1, max_size=3),
        "jwks": st.fixed_dictionaries({"keys": st.lists(st.dictionaries(_words, _words, max_size=2))}),
        "require_auth_time": st.booleans(),
        "default_max_age": st.integers(),
        "default_acr_values": st.lists(st.sampled_from(["LoA1", "LoA2", "LoA3"]), min_size=1),
        "hpid_profile": st.sampled_from([*Profile]),
        "hpid_legal_basis": st.dictionaries(_words, st.sampled_from(["consent", "public_task"]), min_size=1),
    },
)


@given(_documents)
def test_what_is_written_reads_as_the_same_registration(document: dict[str, object]) -> None:
    facts = read_metadata(document, BASE, by_operator=True)
    assert read_metadata(write_metadata(facts, for_operator=True), BASE, by_operator=True) == facts
