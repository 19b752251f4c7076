"""The authorization request – OpenID Connect Core §3.1.2.1, RFC 6749 §3.1, RFC 8707 §2; SECURITY A05, A06, H03."""

from collections.abc import Callable
from typing import Any

import pytest

from idp.protocol.assurance import Acr
from idp.protocol.authorization_request import (
    PARAMETERS,
    AuthorizationRequest,
    check,
    identify,
    parse,
    redirect_uri_of,
)
from idp.protocol.errors import (
    InvalidRequest,
    InvalidScope,
    InvalidTarget,
    ProtocolError,
    RegistrationNotSupported,
    UnauthorizedClient,
    UnmetAuthenticationRequirements,
    UnsupportedResponseType,
)
from idp.protocol.facts import ClientFacts, Profile
from tests import make

PAGE_PARAMETERS = {"client_id": identify, "redirect_uri": redirect_uri_of}
LETTER_CASES: tuple[Callable[[str], str], ...] = (str.lower, str.upper, str.title, str.swapcase)


def _check_pairs(pairs: list[tuple[str, str]], client: ClientFacts | None = None) -> AuthorizationRequest:
    raw = parse(pairs)
    identify(raw)
    return check(
        raw,
        client or make.client(),
        redirect_uri=redirect_uri_of(raw),
        hinted_sub=None,
        iss=make.ISSUER,
        now=make.NOW,
    )


def _request_with(**parameters: Any) -> AuthorizationRequest:
    return make.request(**parameters)


def test_what_was_sent_is_what_is_checked() -> None:  # Core §3.1.2.1
    request = make.request(
        prompt="login consent",
        max_age="60",
        acr_values="LoA2 LoA3",
        login_hint="huong",
        ui_locales="en vi",
    )
    assert request == AuthorizationRequest(
        client_id=make.client().client_id,
        redirect_uri=make.REDIRECT_URI,
        response_type="code",
        response_mode="query",
        scopes=("openid", "profile"),
        state="af0ifjsldkj",
        nonce="n-0S6_WzA2Mj",
        code_challenge=make.CODE_CHALLENGE,
        prompt=frozenset({"login", "consent"}),
        max_age=60,
        acr_values=(Acr.SUBSTANTIAL, Acr.HIGH),
        acr_essential=False,
        claims=request.claims,
        audience=make.ISSUER,
        login_hint="huong",
        ui_locales="en vi",
        org_hint=None,
        ctx_hint=None,
        expected_sub=None,
        started_at=make.NOW,
    )


@pytest.mark.parametrize("spell", LETTER_CASES)
@pytest.mark.parametrize("name", sorted(PARAMETERS))
def test_a_parameter_sent_twice_is_refused_in_any_letter_case(name: str, spell: Callable[[str], str]) -> None:
    pairs = [*make.authorization_parameters().items()]  # RFC 6749 §3.1
    pairs += [(name, "1")] * (name not in dict(pairs)) + [(spell(name), "1")]
    refusal = InvalidTarget if name == "resource" else InvalidRequest  # RFC 8707 §2
    with pytest.raises(refusal, match=f"{name}.* (more than once|sent once)|more than once: .*{name}"):
        _check_pairs(pairs)


@pytest.mark.parametrize("name", sorted(PARAMETERS))
def test_a_twin_is_noticed_though_both_are_empty_or_alike(name: str) -> None:  # RFC 6749 §3.1
    assert parse([(name, ""), (name, "")]).repeated == {name}
    assert parse([(name, "1"), (name, "1")]).repeated == {name}


@pytest.mark.parametrize("name", PAGE_PARAMETERS)
def test_a_doubled_client_id_or_redirect_uri_is_found_before_anything_is_trusted(name: str) -> None:  # A06
    raw = parse([*make.authorization_parameters().items(), (name.upper(), "https://evil.example/")])
    with pytest.raises(InvalidRequest, match=name):
        PAGE_PARAMETERS[name](raw)


@pytest.mark.parametrize("name", PAGE_PARAMETERS)
@pytest.mark.parametrize("value", [None, ""])
def test_without_client_id_or_redirect_uri_nobody_is_trusted(name: str, value: str | None) -> None:  # A05
    with pytest.raises(InvalidRequest, match=f"{name} is required"):
        PAGE_PARAMETERS[name](parse(make.authorization_parameters(**{name: value}).items()))


@pytest.mark.parametrize("name", PAGE_PARAMETERS)
def test_another_letter_case_is_another_parameter(name: str) -> None:  # RFC 6749 §1.9
    parameters = make.authorization_parameters(**{name: None})
    with pytest.raises(InvalidRequest, match=f"{name} is required"):
        PAGE_PARAMETERS[name](parse([*parameters.items(), (name.upper(), "portal")]))


def test_unknown_parameters_are_ignored_however_often() -> None:  # RFC 6749 §3.1
    pairs = [*make.authorization_parameters().items(), ("foo", "1"), ("foo", "2"), ("FOO", "3"), ("", "")]
    assert _check_pairs(pairs) == make.request()


@pytest.mark.parametrize("name", ["state", "nonce", "prompt", "max_age", "claims", "acr_values", "request"])
def test_an_empty_value_counts_as_not_sent(name: str) -> None:  # RFC 6749 §3.1
    assert _request_with(**{name: ""}) == _request_with(**{name: None})


@pytest.mark.parametrize(
    ("name", "longest"),
    [
        *(("state", 2048), ("nonce", 1024), ("login_hint", 256), ("ui_locales", 128), ("acr_values", 512)),
        *(("claims_locales", 128), ("display", 128)),
    ],
)
def test_values_are_bounded(name: str, longest: int) -> None:  # SECURITY H03
    _request_with(**{name: "x" * longest})
    with pytest.raises(InvalidRequest, match=f"{name} is longer than {longest} characters"):
        _request_with(**{name: "x" * (longest + 1)})


@pytest.mark.parametrize("value", ["ễ🌳", " + & = # %00 ", '"><script>', "a\r\nb", "x" * 384])
def test_state_and_nonce_are_opaque(value: str) -> None:  # RFC 6749 §4.1.1; PROTOCOL rules 1 and 40
    request = make.request(state=value, nonce=value)
    assert (request.state, request.nonce) == (value, value)


def test_secrets_of_a_request_are_not_printed() -> None:
    request = make.request(state="secret-state", nonce="secret-nonce", login_hint="031184012456")
    for secret in ("secret-state", "secret-nonce", "031184012456"):
        assert secret not in repr(request)
        assert secret not in repr(parse([("state", secret)]))


REFUSED: list[tuple[dict[str, Any], type[ProtocolError]]] = [
    ({"response_type": None}, InvalidRequest),
    ({"response_type": "token"}, UnsupportedResponseType),
    ({"response_type": "id_token"}, UnsupportedResponseType),
    ({"response_type": "code id_token"}, UnsupportedResponseType),
    ({"response_type": "code token"}, UnsupportedResponseType),
    ({"response_type": "none"}, UnsupportedResponseType),
    ({"response_type": "CODE"}, UnsupportedResponseType),
    ({"response_type": "code "}, UnsupportedResponseType),
    ({"response_mode": "fragment"}, InvalidRequest),
    ({"response_mode": "FORM_POST"}, InvalidRequest),
    ({"response_mode": "form_post query"}, InvalidRequest),
    ({"response_mode": "form_post", "state": "a\nb"}, InvalidRequest),
    ({"response_mode": "web_message"}, InvalidRequest),
    ({"registration": "{}"}, RegistrationNotSupported),
    ({"scope": None}, InvalidScope),
    ({"scope": "profile"}, InvalidScope),
    ({"scope": "OPENID"}, InvalidScope),
    ({"scope": "openid email"}, InvalidScope),
    ({"scope": "openid root"}, InvalidScope),
    ({"scope": "openid\tprofile"}, InvalidScope),
    ({"scope": "openid,profile"}, InvalidScope),
    ({"prompt": "register"}, InvalidRequest),
    ({"prompt": "None"}, InvalidRequest),
    ({"prompt": "none login"}, InvalidRequest),
    ({"prompt": "consent none"}, InvalidRequest),
    ({"prompt": "none select_account"}, InvalidRequest),
    ({"prompt": "login " * 30}, InvalidRequest),
    ({"scope": "openid profile " * 80}, InvalidRequest),
    ({"max_age": "-1"}, InvalidRequest),
    ({"max_age": "1.5"}, InvalidRequest),
    ({"max_age": "+1"}, InvalidRequest),
    ({"max_age": " 1"}, InvalidRequest),
    ({"max_age": "1\n"}, InvalidRequest),
    ({"max_age": "1e3"}, InvalidRequest),
    ({"max_age": "٣"}, InvalidRequest),
    ({"max_age": "9" * 20}, InvalidRequest),
    ({"max_age": "9" * 4000}, InvalidRequest),
    ({"resource": "https://api.example"}, InvalidTarget),
    ({"code_challenge": None, "code_challenge_method": None}, InvalidRequest),
    ({"code_challenge_method": "plain"}, InvalidRequest),
    ({"code_challenge": "short"}, InvalidRequest),
    ({"claims": "not json"}, InvalidRequest),
    ({"claims": '{"id_token":{"acr":{"essential":true,"value":"x"}}}'}, UnmetAuthenticationRequirements),
]


@pytest.mark.parametrize(("changes", "error"), REFUSED, ids=lambda case: str(case)[:60])
def test_what_can_not_be_honoured_is_refused(
    changes: dict[str, Any], error: type[ProtocolError]
) -> None:  # Core §3.1.2.6
    with pytest.raises(error):
        make.request(**changes)


def test_the_error_never_echoes_what_was_sent() -> None:  # RFC 6749 §4.1.2.1
    for changes, error in REFUSED:
        with pytest.raises(error) as refused:
            make.request(**changes)
        echoed = [value for value in changes.values() if value and len(value) > 6]
        assert not any(value in refused.value.error_description for value in echoed)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("openid profile email", "scope email is not registered for this client"),
        ("openid vn.id_number email", "scope vn.id_number is not registered for this client"),
        ("openid profile e-mail", "scope names a value that is none of scopes_supported"),
        ("openid,profile openid", "scope names a value that is none of scopes_supported"),
    ],
)
def test_a_scope_of_ours_that_is_refused_is_named_and_no_word_of_others(asked: str, told: str) -> None:
    with pytest.raises(InvalidScope) as refused:
        make.request(make.client(scopes=frozenset({"openid", "profile"})), scope=asked)
    assert refused.value.error_description == told


def test_a_client_that_is_not_registered_for_the_grant_gets_no_code() -> None:  # RFC 6749 §4.1.2.1
    with pytest.raises(UnauthorizedClient):
        make.request(make.client(grant_types=("refresh_token",)))


@pytest.mark.parametrize(
    ("named", "counts"), [(None, "query"), ("query", "query"), ("form_post", "form_post")]
)
def test_the_answer_comes_by_the_mode_that_was_named(
    named: str | None, counts: str
) -> None:  # Multiple Response Types §2.1
    assert make.request(response_mode=named).response_mode == counts


def test_each_scope_counts_once_in_the_order_it_was_sent() -> None:  # RFC 6749 §3.3
    assert make.request(scope="profile  openid profile").scopes == ("profile", "openid")


def test_nonce_is_optional_in_the_code_flow() -> None:  # Core §3.1.2.1; PROTOCOL rule 14
    assert make.request(nonce=None).nonce is None


@pytest.mark.parametrize(
    ("client", "required"),
    [
        (make.client(), True),
        (make.public_client(), True),
        (make.public_client(profile=Profile.OIDC), True),
        (make.client(profile=Profile.OIDC), False),
    ],
)
def test_pkce_is_required_of_all_but_confidential_clients_of_the_oidc_profile(
    client: ClientFacts, required: bool
) -> None:  # RFC 9700 §2.1.1
    if not required:
        assert make.request(client, code_challenge=None, code_challenge_method=None).code_challenge is None
        return
    with pytest.raises(InvalidRequest, match="code_challenge is required"):
        make.request(client, code_challenge=None, code_challenge_method=None)


@pytest.mark.parametrize(
    ("sent", "default", "counts"),
    [
        ("0", 9, 0),
        ("0060", None, 60),
        (None, 9, 9),
        (None, None, None),
        (str(2**31 - 1), None, 2**31 - 1),  # the largest number of seconds that many languages have
        (str(2**63 - 1), None, 2**31 - 1),
    ],
)
def test_max_age_of_the_request_goes_before_that_of_the_client(
    sent: str | None, default: int | None, counts: int | None
) -> None:  # Core §3.1.2.1, Registration §2 default_max_age
    assert make.request(make.client(default_max_age=default), max_age=sent).max_age == counts


@pytest.mark.parametrize(
    ("sent", "audience"),
    [(None, make.ISSUER), (make.ISSUER, make.ISSUER), ("urn:example:b", "urn:example:b")],
)
def test_who_names_no_resource_asks_for_our_own_userinfo(
    sent: str | None, audience: str
) -> None:  # RFC 8707 §2
    client = make.client(audiences=("urn:example:a", "urn:example:b"))
    assert make.request(client, resource=sent).audience == audience


@pytest.mark.parametrize("sent", ["urn:example:A", "urn:example:a/", "urn:example:a#b", "urn:example"])
def test_a_resource_is_compared_exactly(sent: str) -> None:  # RFC 8707 §2
    with pytest.raises(InvalidTarget):
        make.request(make.client(audiences=("urn:example:a",)), resource=sent)


@pytest.mark.parametrize("name", ["resource", "RESOURCE"])
@pytest.mark.parametrize("other", ["urn:example:a", "urn:example:b", ""])
def test_two_resources_are_no_target(name: str, other: str) -> None:  # RFC 8707 §2
    client = make.client(audiences=("urn:example:a", "urn:example:b"))
    pairs = [*make.authorization_parameters().items(), (name, "urn:example:a"), (name, other)]
    with pytest.raises(InvalidTarget):
        _check_pairs(pairs, client)


def test_only_prompt_none_is_silent() -> None:  # Core §3.1.2.1
    assert make.request(prompt="none").is_silent
    assert not make.request(prompt="login consent select_account").is_silent
    assert not make.request().is_silent


class TestAcr:
    """Levels asked for by acr_values and by the claims parameter – Core §3.1.2.1, §5.5.1.1."""

    ESSENTIAL = '{"id_token":{"acr":{"essential":true,"values":["LoA3"]}}}'

    def test_names_we_do_not_know_are_left_out(self) -> None:
        assert make.request(acr_values="silver LoA3 0").acr_values == (Acr.HIGH,)
        assert make.request(acr_values="silver").acr_values == ()

    def test_the_claims_parameter_goes_first(self) -> None:
        request = make.request(acr_values="LoA1", claims=self.ESSENTIAL)
        assert (request.acr_values, request.acr_essential) == ((Acr.HIGH,), True)

    def test_acr_values_alone_are_not_essential(self) -> None:
        assert not make.request(acr_values="LoA3").acr_essential


class TestSubject:
    """Whose answer is wanted: id_token_hint and claims – Core §3.1.2.1, §5.5.1."""

    CLAIMS = '{"id_token":{"sub":{"value":"a"}}}'

    @pytest.mark.parametrize(
        ("hinted", "claims", "expected"),
        [(None, None, None), ("a", None, "a"), (None, CLAIMS, "a"), ("a", CLAIMS, "a")],
    )
    def test_either_names_the_subject(
        self, hinted: str | None, claims: str | None, expected: str | None
    ) -> None:
        assert make.request(hinted_sub=hinted, claims=claims).expected_sub == expected

    def test_two_subjects_contradict_each_other(self) -> None:
        with pytest.raises(InvalidRequest, match="different subjects"):
            make.request(hinted_sub="b", claims=self.CLAIMS)

    def test_an_empty_subject_is_nobody_not_anybody(self) -> None:
        assert make.request(claims='{"id_token":{"sub":{"value":""}}}').expected_sub == ""


def test_single_claims_outside_the_registered_scopes_are_not_asked_for() -> (
    None
):  # Core §5.5, least disclosure
    names = '{"name":null,"vn_id_number":{"essential":true},"email":null}'
    claims = make.request(claims=f'{{"userinfo":{names},"id_token":{names}}}').claims
    assert (claims.userinfo, claims.id_token) == (("name",), ("name",))
