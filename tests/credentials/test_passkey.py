"""Passkeys – WebAuthn Level 3 §7.1, §7.2: what is taken, and each lie refused (SECURITY E15)."""

import json
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from idp.credentials.challenge import Ceremony
from idp.credentials.passkey import (
    PasskeyRefused,
    check_assertion,
    check_registration,
    creation_options,
    read_assertion,
    request_options,
)
from tests.authenticator import BE, BS, ES384, UP, UV, Authenticator, EdDsa, Es256, Key, Rs256, base64url
from tests.credentials.passkeys import HANDLE, NOW, ORIGIN, RP, asked, asserted_by, bound_by, passkey_of

DAY = timedelta(days=1)
LIES: dict[str, dict[str, Any]] = {
    "another origin": {"origin": "https://evil.example"},
    "a subdomain": {"origin": "https://a.id.haiphong.example"},
    "the parent domain": {"origin": "https://haiphong.example"},
    "http": {"origin": "http://id.haiphong.example"},
    "another port": {"origin": f"{ORIGIN}:8443"},
    "a slash behind the origin": {"origin": f"{ORIGIN}/"},
    "an rp id of another": {"rp_id": "haiphong.example"},
    "a frame of another origin": {"cross_origin": True},
    "a cross-origin that is no boolean": {"cross_origin": "false"},
    "a top origin": {"client_data": {"topOrigin": "https://evil.example"}},
    "another challenge": {"challenge": base64url(b"d" * 32)},
    "no challenge": {"challenge": ""},
    "nobody present": {"flags": UV},
    "nobody verified": {"flags": UP},
    "backed up and not to be backed up": {"flags": UP | UV | BS},
    "id is not rawId": {"answer": {"id": base64url(b"x" * 32)}},
    "rawId is not id": {"answer": {"rawId": base64url(b"x" * 32)}},
    "another id altogether": {"answer": {"id": base64url(b"x" * 32), "rawId": base64url(b"x" * 32)}},
    "padded ids": {"answer": {"id": base64url(b"x" * 32) + "=", "rawId": base64url(b"x" * 32) + "="}},
    "a type of another kind": {"answer": {"type": "password"}},
    "no response": {"answer": {"response": None}},
    "client data that is no text": {"response": {"clientDataJSON": 7}},
    "client data that is no JSON": {"response": {"clientDataJSON": base64url(b"{")}},
    "client data said twice": {
        "response": {"clientDataJSON": base64url(b'{"type":"webauthn.get","type":"webauthn.get"}')}
    },
}


@pytest.mark.parametrize("key", [Es256, EdDsa, Rs256])
def test_each_algorithm_that_is_asked_for_signs_in(key: type[Es256 | EdDsa | Rs256]) -> None:
    authenticator = Authenticator(ORIGIN, key=key())
    passkey = passkey_of(authenticator)
    proved = asserted_by(authenticator, passkey)
    assert (proved.is_verified, proved.sign_count, proved.is_backed_up) == (True, 1, False)


def test_what_the_browser_is_asked_names_nobody_and_is_the_same_for_everybody() -> None:  # SECURITY E16
    options = json.loads(request_options(RP, asked()))
    assert options == {
        "challenge": base64url(b"c" * 32),
        "timeout": 300_000,
        "rpId": "id.haiphong.example",
        "allowCredentials": [],
        "userVerification": "required",
    }


def test_a_new_one_is_asked_for_to_be_found_by_itself_and_to_verify_its_user() -> None:
    known = passkey_of(Authenticator(ORIGIN))
    options = json.loads(creation_options(RP, asked(Ceremony.BIND), user_name="Hương", known=[known]))
    selection = options["authenticatorSelection"]
    assert (selection["residentKey"], selection["userVerification"]) == ("required", "required")
    assert options["attestation"] == "none"
    assert [one["alg"] for one in options["pubKeyCredParams"]] == [-7, -8, -257]
    assert [one["id"] for one in options["excludeCredentials"]] == [base64url(known.credential_id)]
    assert (options["rp"]["id"], options["user"]["id"]) == ("id.haiphong.example", base64url(HANDLE))


def test_what_the_authenticator_says_of_itself_is_kept() -> None:
    new = bound_by(Authenticator(ORIGIN, flags=UP | UV | BE | BS))
    assert (new.is_synced, new.is_backed_up, new.transports) == (True, True, ("hybrid", "internal"))
    assert bound_by(Authenticator(ORIGIN)).is_synced is False


def test_without_verification_it_is_one_factor_and_only_where_it_was_not_required() -> None:  # SP 800-63B-4
    authenticator = Authenticator(ORIGIN)
    passkey = passkey_of(authenticator)
    preferred = asked(requires_verification=False)
    assert json.loads(request_options(RP, preferred))["userVerification"] == "preferred"
    assert asserted_by(authenticator, passkey, preferred, flags=UP).is_verified is False
    with pytest.raises(PasskeyRefused):
        asserted_by(authenticator, passkey, flags=UP)


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_at_sign_in_is_refused(lie: str) -> None:
    authenticator = Authenticator(ORIGIN)
    passkey = passkey_of(authenticator)
    with pytest.raises(PasskeyRefused):
        asserted_by(authenticator, passkey, **LIES[lie])


@pytest.mark.parametrize(
    "lie",
    [
        {"type": "webauthn.create"},
        {"signature": b"\0" * 70},
        {"user_handle": base64url(b"another")},
        {"user_handle": None},
        {"user_handle": ""},
        {"cut": 36},
        {"cut": 0},
        {"extra": b"\xa0"},
        {"flags": UP | UV | BE},
        {"flags": UP | UV | 0x40},
        {"flags": UP | UV | 0x80},
        {"response": {"authenticatorData": None}},
        {"response": {"signature": None}},
    ],
    ids=str,
)
def test_a_lie_only_a_sign_in_can_tell_is_refused(lie: dict[str, Any]) -> None:
    authenticator = Authenticator(ORIGIN)
    passkey = passkey_of(authenticator)
    with pytest.raises(PasskeyRefused):
        asserted_by(authenticator, passkey, **lie)


def test_another_s_signature_and_another_s_credential_are_refused() -> None:
    mine, other = Authenticator(ORIGIN), Authenticator(ORIGIN)
    passkey = passkey_of(mine)
    passkey_of(other)
    with pytest.raises(PasskeyRefused, match="another credential"):
        asserted_by(other, passkey)
    other.credential_id = mine.credential_id
    with pytest.raises(PasskeyRefused, match="InvalidAuthenticationResponse"):
        asserted_by(other, passkey)


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_at_enrolment_is_refused(lie: str) -> None:
    with pytest.raises(PasskeyRefused):
        bound_by(Authenticator(ORIGIN), **LIES[lie])


@pytest.mark.parametrize(
    "lie",
    [
        {"type": "webauthn.get"},
        {"fmt": "apple"},
        {"fmt": "tpm"},
        {"fmt": "packed"},
        {"fmt": "packed", "att_stmt": {"alg": -7, "sig": b"\0" * 70}},
        {"fmt": "packed", "att_stmt": {"alg": -7, "sig": b"\0" * 70, "x5c": [b"\0"]}},
        {"fmt": 7},
        {"att_stmt": {"sig": b"\0"}},
        {"cut": -1},
        {"cut": 40},
        {"cut": 0},
        {"cose": {1: 2}},
        {"cose": {}},
        {"cose": []},
        {"cose": {1: 2, 3: -7, -1: 1, -2: b"\0" * 32, -3: b"\0" * 32}},
        {"response": {"attestationObject": base64url(b"\x9f" * 2000)}},
    ],
    ids=str,
)
def test_a_lie_only_an_enrolment_can_tell_is_refused(lie: dict[str, Any]) -> None:
    with pytest.raises(PasskeyRefused):
        bound_by(Authenticator(ORIGIN), **lie)


def test_an_attestation_by_the_key_itself_is_taken() -> None:  # §8.2, self attestation: it tells nothing more
    authenticator = Authenticator(ORIGIN)
    new = bound_by(
        authenticator,
        fmt="packed",
        att_stmt=lambda data: {"alg": -7, "sig": authenticator.key.sign(data)},
    )
    assert new.credential_id == authenticator.credential_id


def test_an_attestation_by_a_maker_s_certificate_is_refused_though_it_is_a_right_one() -> None:  # §13.4.4
    authenticator, maker = Authenticator(ORIGIN), ec.generate_private_key(ec.SECP256R1())
    certificate = _certificate_of(maker)
    with pytest.raises(PasskeyRefused, match="not asked for"):
        bound_by(
            authenticator,
            fmt="packed",
            att_stmt=lambda data: {
                "alg": -7,
                "sig": maker.sign(data, ec.ECDSA(hashes.SHA256())),
                "x5c": [certificate],
            },
        )


def _certificate_of(maker: ec.EllipticCurvePrivateKey) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Maker")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(maker.public_key())
    builder = builder.serial_number(7).not_valid_before(NOW - DAY).not_valid_after(NOW + DAY)
    return builder.sign(maker, hashes.SHA256()).public_bytes(Encoding.DER)


def test_an_algorithm_that_was_not_asked_for_is_refused() -> None:
    key: Key = Es256(ES384)
    with pytest.raises(PasskeyRefused, match="InvalidRegistrationResponse"):
        bound_by(Authenticator(ORIGIN, key=key))


@pytest.mark.parametrize("length", [0, 15, 1024])
def test_a_credential_id_of_an_impossible_length_is_refused(length: int) -> None:
    with pytest.raises(PasskeyRefused):
        bound_by(Authenticator(ORIGIN, credential_id=b"i" * length))


@pytest.mark.parametrize("length", [16, 1023])  # §7.1 no. 25; §4: at least 16 bytes
def test_the_shortest_and_the_longest_credential_id_there_may_be_are_taken(length: int) -> None:
    assert bound_by(Authenticator(ORIGIN, credential_id=b"i" * length)).credential_id == b"i" * length


def test_an_answer_that_is_too_long_is_not_looked_at() -> None:
    with pytest.raises(PasskeyRefused, match="too long"):
        read_assertion(" " * 20_000)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(
    st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(
            ("id", "rawId", "type", "response", "authenticatorAttachment", "clientExtensionResults"), _JSON
        ),
    ),
    st.dictionaries(
        st.sampled_from(
            [
                "clientDataJSON",
                "attestationObject",
                "authenticatorData",
                "signature",
                "userHandle",
                "transports",
            ]
        ),
        _JSON,
    ),
    st.binary(max_size=80),
)
def test_whatever_comes_is_refused_and_breaks_nothing(
    answer: dict[str, Any], response: dict[str, Any], noise: bytes
) -> None:
    authenticator = Authenticator(ORIGIN)
    passkey = passkey_of(authenticator)
    right = authenticator.get(request_options(RP, asked()))
    bent = [
        json.dumps(answer),
        json.dumps(
            {
                **right,
                **answer,
                "signature": 1,
                "response": {**right["response"], **response, "signature": "AA"},
            }
        ),
        json.dumps({**right, "response": {**right["response"], "authenticatorData": base64url(noise)}}),
        noise.decode("latin-1"),
    ]
    for text in bent:
        with pytest.raises(PasskeyRefused):
            check_assertion(text, challenge=asked(), rp=RP, passkey=passkey)
        with pytest.raises(PasskeyRefused):
            check_registration(text, challenge=asked(Ceremony.BIND), rp=RP)
