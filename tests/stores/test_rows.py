"""What goes into a row comes out of it: the texts of grants, codes, clients, profiles (hypothesis round trips)."""

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from idp.clients.rows import client_facts, client_text
from idp.grants.model import StoredRequest
from idp.grants.rows import (
    code_facts,
    code_text,
    grant_facts,
    grant_text,
    request_text,
    stored_request,
)
from idp.people.model import Address, Attribute, Origin, PersonProfile, Source
from idp.people.rows import profile_of, profile_text, roles_of, roles_text
from idp.protocol.acting import ContextKind, GrantContext, MandateFacts, OrganisationFacts, PostFacts
from idp.protocol.assurance import Acr
from idp.protocol.facts import ClientFacts, CodeFacts, GrantFacts, LocalLogin, Profile
from idp.protocol.scopes import LegalBasis, scope_set, scope_text
from tests.stores.samples import NOW, make_client, make_grant, make_person

_texts = st.text(max_size=30)
_lists = st.lists(_texts, max_size=4).map(tuple)
_sets = st.frozensets(_texts, max_size=4)
_moments = st.integers(-(2**51), 2**54).map(lambda number: NOW + timedelta(microseconds=number))
_of_type: dict[Any, st.SearchStrategy[Any]] = {
    str: _texts,
    str | None: st.none() | _texts,
    int: st.integers(-(2**40), 2**40),
    int | None: st.none() | st.integers(0, 2**40),
    bool: st.booleans(),
    tuple[str, ...]: _lists,
    frozenset[str]: _sets,
    datetime: _moments,
    Acr: st.sampled_from(Acr),
    Acr | None: st.none() | st.sampled_from(Acr),
    Profile: st.sampled_from(Profile),
    LocalLogin: st.sampled_from(LocalLogin),
    dict[str, LegalBasis]: st.dictionaries(_texts, st.sampled_from(LegalBasis), max_size=4),
    datetime | None: st.none() | _moments,
    ContextKind: st.sampled_from(ContextKind),
    tuple[ContextKind, ...]: st.lists(st.sampled_from(ContextKind), max_size=4).map(tuple),
    Address | None: st.none()
    | st.builds(Address, ward_code=_texts, candidates=_lists, detail=_texts, as_written=_texts),
    Mapping[Attribute, Origin]: st.dictionaries(
        st.sampled_from(Attribute),
        st.builds(
            Origin, source=st.sampled_from(Source), issuer=_texts, level=st.integers(0, 2), at=_moments
        ),
    ),
}


def _any(kind: Any) -> st.SearchStrategy[Any]:
    """Values with every field filled at will, those added to the type later too."""
    return st.builds(kind, **{one.name: _of_type.get(one.type, _texts) for one in fields(kind)})


for _part in (OrganisationFacts, MandateFacts, PostFacts, GrantContext):
    _of_type[_part | None] = st.none() | _any(_part)


@given(_any(GrantFacts))
def test_a_grant_comes_back_as_it_was(facts: GrantFacts) -> None:
    assert grant_facts(grant_text(facts)) == facts


@given(
    _texts, st.none() | _texts, st.none() | _texts, _sets, _moments, st.none() | _moments, _any(GrantFacts)
)
def test_a_code_comes_back_as_it_was(
    redirect_uri: str,
    code_challenge: str | None,
    nonce: str | None,
    scopes: frozenset[str],
    expires_at: datetime,
    spent_at: datetime | None,
    grant: GrantFacts,
) -> None:
    facts = CodeFacts(
        grant=grant,
        client_id=grant.client_id,
        redirect_uri=redirect_uri,
        code_challenge=code_challenge,
        nonce=nonce,
        expires_at=expires_at,
        spent_at=spent_at,
        scopes=scopes,
    )
    assert code_facts(code_text(facts), grant=grant, expires_at=expires_at, spent_at=spent_at) == facts


@given(_any(ClientFacts))
def test_a_client_comes_back_as_it_was(facts: ClientFacts) -> None:
    assert client_facts(client_text(facts), enabled=facts.enabled) == facts


@given(_any(PersonProfile))
def test_a_profile_comes_back_as_it_was(profile: PersonProfile) -> None:
    assert profile_of(profile_text(profile)) == profile


@given(_sets)
def test_roles_come_back_as_they_were(roles: frozenset[str]) -> None:
    assert roles_of(roles_text(roles)) == roles


@given(st.frozensets(st.text("!#$%&'()*+,-./:;<=>?@[]^_`{|}~abcXYZ019", min_size=1), max_size=5))
def test_scopes_come_back_as_they_were(scopes: frozenset[str]) -> None:  # RFC 6749 §3.3
    assert scope_set(scope_text(scopes)) == scopes


def test_what_a_newer_release_wrote_is_read_and_its_extra_keys_are_left_alone() -> None:
    person, client = make_person(), make_client()
    grant = make_grant(person.person_id, client.client_id)

    def newer(text: str) -> str:
        return json.dumps(json.loads(text) | {"of_tomorrow": [1]})

    assert grant_facts(newer(grant_text(grant))) == grant
    assert client_facts(newer(client_text(client)), enabled=True) == client
    assert profile_of(newer(profile_text(person.profile))) == person.profile


def test_what_an_older_release_wrote_is_read_with_the_defaults_of_newer_fields() -> None:
    person, client = make_person(), make_client()
    grant = make_grant(person.person_id, client.client_id)

    def older(text: str, *gone: str) -> str:
        return json.dumps({key: value for key, value in json.loads(text).items() if key not in gone})

    assert grant_facts(older(grant_text(grant), "userinfo_claims")) == grant
    assert client_facts(older(client_text(client), "tos_uri"), enabled=True) == client
    signed = StoredRequest(values={"client_id": "rp"}, is_signed=True)
    assert stored_request(request_text(signed)) == signed
    assert not stored_request(older(request_text(signed), "is_signed")).is_signed
    assert profile_of(older(profile_text(person.profile), "address", "email")) == person.profile


def test_a_grant_is_kept_to_the_microsecond() -> None:
    grant = make_grant(make_person().person_id, make_client().client_id, auth_time=NOW.replace(microsecond=1))
    assert grant_facts(grant_text(grant)).auth_time.microsecond == 1
