"""The registry of scopes – OpenID Connect Core §5.1, §5.4, §11, RFC 6749 §3.3; DESIGN 5.19."""

from collections import Counter

import pytest

from idp.people.claims import claims_of
from idp.protocol.assurance import Acr
from idp.protocol.scopes import CLAIM_SCOPE, SCOPES, LegalBasis, Scope, Sensitivity, is_personal, parse_scope
from tests import make

EVERY = list(SCOPES.values())


def test_each_entry_stands_under_its_own_name() -> None:
    assert [scope.name for scope in EVERY] == list(SCOPES)


@pytest.mark.parametrize("scope", EVERY, ids=lambda scope: scope.name)
def test_each_entry_is_complete(scope: Scope) -> None:
    assert scope.meaning.endswith(".")
    assert isinstance(scope.sensitivity, Sensitivity)
    assert isinstance(scope.default_basis, LegalBasis)
    assert isinstance(scope.minimum_acr, Acr)
    assert parse_scope(scope.name) == (scope.name,), "one scope-token of RFC 6749 §3.3"


def test_no_claim_is_opened_by_two_scopes() -> None:
    claims = Counter(claim for scope in EVERY for claim in scope.claims)
    assert [claim for claim, count in claims.items() if count > 1] == []
    assert all(claim in scope.claims for claim, scope in CLAIM_SCOPE.items())
    assert set(claims) == set(CLAIM_SCOPE)


@pytest.mark.parametrize(
    ("scope", "claims"),
    [
        ("openid", {"sub"}),
        ("email", {"email", "email_verified"}),
        ("phone", {"phone_number", "phone_number_verified"}),
        ("address", {"address"}),
        ("offline_access", set()),
    ],
)
def test_standard_scopes_open_what_the_standard_says(scope: str, claims: set[str]) -> None:  # Core §5.4, §11
    assert set(SCOPES[scope].claims) == claims


def test_profile_opens_claims_of_the_standard_only() -> None:  # Core §5.4
    standard = {
        "name",
        "family_name",
        "given_name",
        "middle_name",
        "nickname",
        "preferred_username",
        "profile",
        "picture",
        "website",
        "gender",
        "birthdate",
        "zoneinfo",
        "locale",
        "updated_at",
    }
    assert set(SCOPES["profile"].claims) <= standard


def test_a_person_with_everything_has_a_value_for_every_claim() -> None:  # PROTOCOL rule 6
    known = claims_of(make.person(profile=make.full_profile()), now=make.NOW)
    of_contexts = {claim for scope in SCOPES.values() if scope.contexts for claim in scope.claims}
    assert set(known) == CLAIM_SCOPE.keys() - {"sub"} - of_contexts


def test_the_id_number_is_personal_and_never_given_at_low() -> None:  # DESIGN 5.1
    scope = CLAIM_SCOPE["vn_id_number"]
    assert scope.sensitivity is Sensitivity.PERSONAL
    assert scope.minimum_acr.rank >= Acr.SUBSTANTIAL.rank


@pytest.mark.parametrize(
    ("text", "scopes"),
    [
        ("", ()),
        (" ", ()),
        ("openid", ("openid",)),
        ("openid profile", ("openid", "profile")),
        ("  openid   profile ", ("openid", "profile")),
        ("profile openid profile", ("profile", "openid")),
        ("openid\tprofile", ("openid\tprofile",)),
        ("openid\u00a0profile", ("openid\u00a0profile",)),
        ("OpenID openid", ("OpenID", "openid")),
    ],
)
def test_only_a_space_parts_scopes_and_case_counts(
    text: str, scopes: tuple[str, ...]
) -> None:  # RFC 6749 §3.3
    assert parse_scope(text) == scopes


@pytest.mark.parametrize(
    ("scopes", "personal"),
    [
        (set(), False),
        ({"openid", "profile", "email", "phone", "offline_access"}, False),
        ({"openid", "address"}, True),
        ({"openid", "vn.id_number"}, True),
        ({"openid", "docs.read"}, True),
        ({"openid", "unheard-of"}, False),
    ],
)
def test_a_token_with_a_personal_scope_is_known(scopes: set[str], personal: bool) -> None:  # DESIGN 5.4
    assert is_personal(frozenset(scopes)) is personal
