"""What a client may be – OpenID Connect Registration §2, RFC 7591 §2, RFC 8707 §2; SECURITY A04; PROTOCOL profiles."""

import json
from typing import Any

import pytest

from idp.protocol.facts import ClientFacts, Profile
from idp.protocol.registration import check_registration
from idp.protocol.scopes import LegalBasis
from idp.protocol.subject import PUBLIC_SECTOR
from tests import make
from tests.keys.forge import key_set, keys
from tests.protocol.registering import refused_for, words_of

URI_FIELDS = (
    "redirect_uris",
    "post_logout_redirect_uris",
    "backchannel_logout_uri",
    "initiate_login_uri",
    "jwks_uri",
    "client_uri",
    "logo_uri",
    "policy_uri",
    "tos_uri",
)


def _with_uri(name: str, uri: str, **changes: Any) -> ClientFacts:
    value: object = (uri,) if name.endswith("_uris") else uri
    return make.client(**{name: value, **changes})


def test_a_valid_client_comes_back_unchanged() -> None:
    client = make.client()
    assert check_registration(client) is client


HOSTILE_URIS = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "\x01javascript:alert(1)",
    " javascript:alert(1)",
    "java\tscript:alert(1)",
    "java\nscript:alert(1)",
    "javascript://rp.test/%0aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "DATA:text/html;base64,PHNjcmlwdD4=",
    "vbscript:msgbox(1)",
    "blob:https://rp.test/1",
    "file:///etc/passwd",
    "ftp://rp.test/",
    "com.example.app:/cb",
    "urn:ietf:wg:oauth:2.0:oob",
    "//evil.test",
    "///evil.test",
    "/cb",
    "cb",
    "",
    "https:",
    "https:/rp.test/cb",
    "https:rp.test/cb",
    "https:///cb",
    "https://",
    "https://?x",
    "https://rp.test/cb#fragment",
    "https://rp.test/cb#",
    "https://user@rp.test/cb",
    "https://user:secret@rp.test/cb",
    "https://@rp.test/cb",
    "https://rp.test%40evil.test/cb",
    "https://rp.test\\@evil.test/cb",
    "https://rp.test\\cb",
    "https://*.rp.test/cb",
    "https://rp.test/*",
    "https://rp.test;script-src/cb",
    "https://rp.test,evil.test/cb",
    "https://rp.test'/cb",
    "https://rp_test/cb",
    "https://.rp.test/cb",
    "https://rp.test./cb",
    "https://-rp.test/cb",
    "https://RP.test/cb",
    "HTTPS://rp.test/cb",
    "https://rp.test:0/cb",
    "https://rp.test:65536/cb",
    "https://rp.test:x/cb",
    "https://rp.test:٣/cb",
    "https://[::1/cb",
    "https://[::x]/cb",
    "https://[::1]evil/cb",
    "https://rp.tést/cb",
    "https://rp。test/cb",
    "https://rp.test/cbé",
    "https://rp.test/cb/..\\x",
    "https://rp.test/c b",
    "https://rp.test/cb\n",
    "https://rp.test/cb\r\nset-cookie: a=b",
    "https://rp.test/\x00cb",
    "https://rp.test/\x7f",
    "https://rp.test/" + "x" * (2049 - 16),
    "http://rp.test/cb",
    "http://127.0.0.2/cb",
    "http://127.1/cb",
    "http://localhost.evil.test/cb",
    "http://[::ffff:127.0.0.1]/cb",
]


@pytest.mark.parametrize(
    ("name", "added"),
    [
        ("redirect_uris", ("code", "state", "iss", "error", "id_token", "response")),
        ("post_logout_redirect_uris", ("state",)),
        ("frontchannel_logout_uri", ("iss", "sid")),
    ],
)
def test_no_address_holds_what_is_added_to_it(name: str, added: tuple[str, ...]) -> None:  # RFC 6749 §3.1
    at_home: dict[str, Any] = {} if name == "redirect_uris" else {"redirect_uris": ("https://rp.test/cb",)}
    for one in added:
        escaped = f"%{ord(one[0]):x}{one[1:]}"
        for query in (f"{one}=1", f"x=1&{one}", f"a&{one}=", f"{escaped}=1"):
            client = _with_uri(name, f"https://rp.test/cb?{query}", **at_home)
            assert refused_for(client).startswith(f"{name}: a query"), query
    check_registration(_with_uri(name, f"https://rp.test/cb?{added[0]}s=1&{added[0].upper()}=2", **at_home))


@pytest.mark.parametrize("uri", HOSTILE_URIS, ids=lambda uri: ascii(uri)[:40])
def test_no_field_takes_what_must_never_become_a_link_or_a_redirect(uri: str) -> None:  # A04
    for name in URI_FIELDS:
        assert refused_for(_with_uri(name, uri)).startswith(f"{name}: ")


@pytest.mark.parametrize(
    "uri",
    [
        "https://rp.test",
        "https://rp.test/",
        "https://rp.test:8443/cb?dummy1=lorem&dummy2=ipsum",
        "https://rp.test/cb;a=b/%C3%A9/(x)",
        "https://xn--rp-lka.test/cb",
        "https://192.0.2.1/cb",
        "https://[2001:db8::1]:8443/cb",
        "http://localhost:8010/cb",
        "http://127.0.0.1/cb",
        "http://[::1]:8010/cb",
        "https://rp.test/" + "x" * (2048 - 16),
    ],
    ids=lambda uri: uri[:40],
)
def test_https_anywhere_and_http_on_this_machine_are_taken(uri: str) -> None:
    for name in URI_FIELDS:
        client = _with_uri(name, uri)
        assert check_registration(client) is client, name


@pytest.mark.parametrize("fragment", ["", "#", "#qCPt-0RdTOrvYBDuKbJWzQBDmcXrz7XTd9uBW-1bpMU"])
def test_a_request_uri_may_hold_a_digest_as_its_fragment(fragment: str) -> None:  # Core §6.2
    check_registration(make.client(request_uris=(f"https://rp.test/request.jwt{fragment}",)))


@pytest.mark.parametrize("uri", [*(u for u in HOSTILE_URIS if "#" not in u), "https://rp.test/#a/b", "#"])
def test_a_request_uri_is_otherwise_an_address_like_others(uri: str) -> None:
    assert refused_for(make.client(request_uris=(uri,))).startswith("request_uris: ")


def test_a_front_channel_logout_uri_lies_where_a_redirect_uri_does() -> None:  # Front-Channel Logout §2
    check_registration(make.client(frontchannel_logout_uri="https://portal.example/out?x=1"))
    for uri in ("https://other.example/out", "https://portal.example:8443/out", "http://localhost/out"):
        assert refused_for(make.client(frontchannel_logout_uri=uri)).startswith("frontchannel_logout_uri: ")
    by_number = make.client(redirect_uris=("http://[::1]/cb",), frontchannel_logout_uri="http://[::1]/out")
    assert refused_for(by_number).startswith("frontchannel_logout_uri: "), "a policy can't name it"


def test_a_sector_identifier_uri_is_https() -> None:  # Registration §5
    check_registration(make.client(sector_identifier_uri="https://portal.example/sector.json"))
    refused = refused_for(make.client(sector_identifier_uri="http://localhost:8010/sector.json"))
    assert refused.startswith("sector_identifier_uri: ")


def test_a_native_client_names_the_loopback_address_itself() -> None:  # RFC 8252 §8.3
    native = {"application_type": "native", "token_endpoint_auth_method": "none"}
    check_registration(_with_uri("redirect_uris", "http://127.0.0.1/cb", **native))
    check_registration(_with_uri("redirect_uris", "http://[::1]/cb", **native))
    assert "not localhost" in refused_for(_with_uri("redirect_uris", "http://localhost/cb", **native))


def test_one_bad_uri_among_good_ones_is_found() -> None:
    assert refused_for(make.client(redirect_uris=(make.REDIRECT_URI, "https://rp.test/#"))).startswith(
        "redirect_uris"
    )


REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("client_id", {"client_id": ""}),
    ("client_id", {"client_id": "a"}),
    ("client_id", {"client_id": "-a"}),
    ("client_id", {"client_id": "a b"}),
    ("client_id", {"client_id": "a:b"}),
    ("client_id", {"client_id": "a\n"}),
    ("client_id", {"client_id": "đ1"}),
    ("client_id", {"client_id": "a" * 101}),
    ("token_endpoint_auth_method", {"token_endpoint_auth_method": "tls_client_auth"}),
    ("jwks", {"token_endpoint_auth_method": "private_key_jwt"}),
    ("token_endpoint_auth_signing_alg", {"token_endpoint_auth_signing_alg": "none"}),
    ("hpid_profile", {"profile": Profile.FAPI2}),
    ("token_endpoint_auth_method", {"token_endpoint_auth_method": "client_secret_jwt"}),
    ("token_endpoint_auth_method", {"token_endpoint_auth_method": ""}),
    ("id_token_signed_response_alg", {"id_token_signed_response_alg": "none"}),
    ("id_token_signed_response_alg", {"id_token_signed_response_alg": "HS256"}),
    ("grant_types", {"grant_types": ("authorization_code", "implicit")}),
    ("grant_types", {"grant_types": ("password",)}),
    ("scope", {"scopes": frozenset({"openid", "root"})}),
    ("scope", {"scopes": frozenset({"profile"})}),
    ("scope", {"scopes": frozenset()}),
    ("hpid_sector", {"sector": ""}),
    ("redirect_uris", {"redirect_uris": ()}),
    ("application_type", {"application_type": "spa"}),
    ("application_type", {"application_type": ""}),
    ("default_max_age", {"default_max_age": -1}),
    ("default_max_age", {"default_max_age": 2**31}),
    ("default_max_age", {"default_max_age": 10**15}),
    ("hpid_audiences", {"audiences": ("another-client",)}),
    ("hpid_audiences", {"audiences": ("https://api.example/#x",)}),
    ("hpid_audiences", {"audiences": ("urn:example:a b",)}),
    ("hpid_audiences", {"audiences": ("urn:example:a", "")}),
]


_KEY = {"kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}  # fmt: skip
ENCRYPTED: dict[str, Any] = {
    "id_token_encrypted_response_alg": "ECDH-ES+A128KW",
    "id_token_encrypted_response_enc": "A128GCM",
    "jwks": json.dumps({"keys": [_KEY]}),
}
SIGNS_REQUESTS: dict[str, Any] = {
    "require_signed_request_object": True,
    "jwks": json.dumps({"keys": [_KEY]}),
}
REFUSED += [
    ("client_name", {"name": ""}),
    ("client_name", {"name": "x" * 101}),
    ("client_name", {"name": "a\nb"}),
    ("client_name", {"name": "a\u202eb"}),
    ("client_name", {"name": " a"}),
    ("client_name#en", {"name_en": "a\x00"}),
    ("client_name", {"name": "\u3164"}),  # printable by Unicode, and blank: a service without a name
    ("client_name#en", {"name_en": "\u2800"}),
    ("hpid_purpose", {"purpose": "a\ufe0f"}),
    ("hpid_agency", {"agency": "\u115f\u1160"}),
    ("contacts", {"contacts": ("a\U000e0100@rp.test",)}),
    ("hpid_agency", {"agency": "\x1b[31m"}),
    ("hpid_law", {"law": "x" * 301}),
    ("hpid_purpose", {"purpose": "\r\n"}),
    ("hpid_purpose_en", {"purpose_en": "\u2028"}),
    ("redirect_uris", {"redirect_uris": tuple(f"https://rp.test/{i}" for i in range(51))}),
    ("redirect_uris", {"redirect_uris": ("https://rp.test/cb", "https://rp.test/cb")}),
    ("post_logout_redirect_uris", {"post_logout_redirect_uris": ("https://rp.test/cb",) * 2}),
    ("contacts", {"contacts": tuple(f"a{i}@rp.test" for i in range(11))}),
    ("contacts", {"contacts": ("a\n@rp.test",)}),
    ("contacts", {"contacts": ("x" * 255,)}),
    ("grant_types", {"grant_types": ()}),
    ("grant_types", {"grant_types": ("authorization_code", "authorization_code")}),
    ("response_types", {"response_types": ("code", "code")}),
    ("response_types", {"response_types": ("token",)}),
    ("response_types", {"response_types": ("",)}),
    ("response_types", {"response_types": ()}),
    ("grant_types", {"grant_types": ("refresh_token",)}),
    ("userinfo_signed_response_alg", {"userinfo_signed_response_alg": "none"}),
    ("introspection_signed_response_alg", {"introspection_signed_response_alg": "HS256"}),
    ("request_object_signing_alg", {"request_object_signing_alg": "none"}),
    ("jwks", {"require_signed_request_object": True}),
    ("jwks", {"require_signed_request_object": True, "jwks": json.dumps({"keys": [keys()["ed"].jwk]})}),
    ("jwks", {**SIGNS_REQUESTS, "request_object_signing_alg": "RS256"}),
    ("id_token_encrypted_response_alg", {"id_token_encrypted_response_alg": "RSA1_5"}),
    ("id_token_encrypted_response_alg", {"id_token_encrypted_response_enc": "A128CBC-HS256"}),
    ("userinfo_encrypted_response_alg", {"userinfo_encrypted_response_enc": "A256GCM"}),
    ("jwks", {"jwks": json.dumps({"keys": [_KEY]}), "jwks_uri": "https://rp.test/jwks"}),
    ("jwks", {"jwks": json.dumps({"keys": []})}),
    ("jwks", {"jwks": json.dumps({"keys": [_KEY] * 33})}),
    ("jwks", {"jwks": json.dumps({"keys": [_KEY | {"d": "AAAA"}]})}),
    ("jwks", {"jwks": json.dumps({"keys": [{"kty": "oct", "k": "AAAA"}]})}),
    ("jwks", {"jwks": json.dumps({"keys": "x"})}),
    ("jwks", {"jwks": "[]"}),
    ("jwks", {"jwks": json.dumps({"keys": [_KEY], "x": "x" * 70_000})}),
    ("subject_type", {"subject_type": "private"}),
    ("hpid_sector", {"sector": PUBLIC_SECTOR}),
    ("jwks", {"id_token_encrypted_response_alg": "ECDH-ES", "id_token_encrypted_response_enc": "A128GCM"}),
    ("jwks", {**ENCRYPTED, "jwks": json.dumps({"keys": [_KEY | {"use": "sig"}]})}),
    ("jwks", {**ENCRYPTED, "id_token_encrypted_response_alg": "RSA-OAEP-256"}),
    ("id_token_encrypted_response_enc", {**ENCRYPTED, "id_token_encrypted_response_enc": "A192GCM"}),
    ("id_token_encrypted_response_alg", {**ENCRYPTED, "id_token_encrypted_response_alg": "RSA-OAEP"}),
    ("hpid_legal_basis", {"legal_basis": {"email": LegalBasis.CONSENT}}),
    ("hpid_sector", {"sector": "a b"}),
    ("hpid_sector", {"sector": "x" * 256}),
    ("hpid_protected_resources", {"protected_resources": ("another-client",)}),
    ("hpid_protected_resources", {"protected_resources": ("https://api.example/#x",)}),
    ("hpid_protected_resources", {"protected_resources": ("urn:a:b",), "token_endpoint_auth_method": "none"}),
    ("hpid_protected_resources", {"protected_resources": ("urn:a:b", "urn:a:b")}),
]


@pytest.mark.parametrize(("name", "changes"), REFUSED, ids=words_of)
def test_what_we_do_not_serve_is_refused_by_the_name_of_its_field(name: str, changes: dict[str, Any]) -> None:
    assert refused_for(make.client(**changes)).startswith(f"{name}: ")  # RFC 7591 §3.2.2


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "a1"},
        {"client_id": "A" * 100},
        {"client_id": "cong-dich-vu.cong_1"},
        {"default_max_age": 0},
        {"default_max_age": 999_999_999},
        {"audiences": ("urn:haiphong:kho-du-lieu", "https://api.example/v1?x")},
        {"protected_resources": ("urn:haiphong:kho-du-lieu",)},
        {"grant_types": ("authorization_code",)},
        {"token_endpoint_auth_method": "none"},
        {"token_endpoint_auth_method": "client_secret_post"},
        {"id_token_signed_response_alg": "RS256", "profile": Profile.OIDC},
        {"subject_type": "public"},
        ENCRYPTED,
        {**ENCRYPTED, "jwks": None, "jwks_uri": "https://rp.test/jwks"},
        {"jwks": json.dumps({"keys": [_KEY]})},
        {"jwks_uri": "https://rp.test/jwks"},
        {"name": "x" * 100, "contacts": ("a@rp.test", "bà Hà, 0225 3 456 789")},
        {"userinfo_signed_response_alg": "ES256", "request_object_signing_alg": "PS256"},
        {"legal_basis": {"profile": LegalBasis.CONSENT}},
        SIGNS_REQUESTS,
        {**SIGNS_REQUESTS, "request_object_signing_alg": "ES256"},
        {"require_signed_request_object": True, "jwks_uri": "https://rp.test/jwks"},
    ],
    ids=str,
)
def test_what_we_serve_is_taken(changes: dict[str, Any]) -> None:
    check_registration(make.client(**changes))


def test_any_registered_default_max_age_can_be_counted_with() -> None:
    client = check_registration(make.client(default_max_age=999_999_999))
    assert make.request(client).max_age == 999_999_999


def test_public_keys_may_be_registered_by_value_or_by_reference() -> None:  # Registration §2
    check_registration(make.client(jwks=json.dumps(key_set())))
    check_registration(make.client(jwks_uri="https://portal.example/jwks"))
    both = make.client(jwks=json.dumps(key_set()), jwks_uri="https://portal.example/jwks")
    assert refused_for(both).startswith("jwks:")


@pytest.mark.parametrize(
    "jwks",
    [
        "",
        "no JSON",
        '"keys"',
        "{}",
        {"keys": []},
        {"keys": [{**keys()["p256"].jwk, "d": "AAAA"}]},
        {"keys": [keys()["p256"].jwk, {"kty": "oct", "k": "AAAA"}]},
        {"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "weak"}]},
        {"keys": [{**keys()["p256"].jwk, "crv": "secp256k1"}]},
        {"keys": [keys()["p256"].jwk, keys()["p256"].jwk]},
        {"keys": [{**keys()["p256"].jwk, "kid": f"k{number}"} for number in range(33)]},
    ],
)
def test_a_key_set_that_shows_a_secret_or_is_of_no_use_is_refused(jwks: object) -> None:
    text = jwks if isinstance(jwks, str) else json.dumps(jwks)
    assert refused_for(make.client(jwks=text)).startswith("jwks:")


@pytest.mark.parametrize("profile", [Profile.OIDC, Profile.CITY])
def test_a_client_may_prove_itself_by_a_key_it_shows(profile: Profile) -> None:  # Core §9
    by_key = {
        "profile": profile,
        "token_endpoint_auth_method": "private_key_jwt",
        "id_token_signed_response_alg": "ES256",
    }
    jwks = json.dumps(key_set())
    check_registration(make.client(**by_key, jwks=jwks))
    check_registration(make.client(**by_key, jwks_uri="https://portal.example/jwks"))
    check_registration(make.client(**by_key, jwks=jwks, token_endpoint_auth_signing_alg="PS256"))
    for alg in ("HS256", "RS1", ""):
        wrong = make.client(**by_key, jwks=jwks, token_endpoint_auth_signing_alg=alg)
        assert refused_for(wrong).startswith("token_endpoint_auth_signing_alg:")
    to_encrypt = json.dumps({"keys": [{**keys()["rsa"].jwk, "use": "enc"}]})
    assert refused_for(make.client(**by_key, jwks=to_encrypt)) == "jwks: no key that signs"
    check_registration(make.client(jwks=to_encrypt))


def test_signing_with_the_secret_is_for_the_oidc_profile() -> None:  # PROTOCOL profiles
    changes: dict[str, Any] = {"token_endpoint_auth_method": "client_secret_jwt", "profile": Profile.OIDC}
    check_registration(make.client(**changes, token_endpoint_auth_signing_alg="HS256"))
    wrong = make.client(**changes, token_endpoint_auth_signing_alg="ES256")
    assert refused_for(wrong).startswith("token_endpoint_auth_signing_alg:")
