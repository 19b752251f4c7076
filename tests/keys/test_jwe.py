"""Encrypting to others – RFC 7516 §5.1, RFC 7518 §4–5; read by a recipient that is not of our library."""

import json
from collections.abc import Callable
from functools import cache

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap

from keys.encryption_keys import AGREEMENT_ALGS, EncryptionJwk, EncryptionKeySet
from keys.jose import InvalidJwt, JwkSet, Purpose, peek, verify
from keys.jwe import CONTENT_ENCRYPTION, KEY_MANAGEMENT, CannotEncrypt, encrypt
from tests.jwe_reader import Recipient, b64, derive, unb64

CONTENT = '{"name":"Nguyễn Thị Hòa"}'
MAKERS: dict[str, Callable[[], Recipient]] = {
    "RSA": Recipient.rsa,
    "P-256": Recipient.ec,
    "P-384": lambda: Recipient.ec(curve=ec.SECP384R1()),
    "P-521": lambda: Recipient.ec(curve=ec.SECP521R1()),
    "X25519": Recipient.x25519,
}


@cache
def recipient(kind: str) -> Recipient:
    return MAKERS[kind]()


def key_of(who: Recipient, alg: str, **members: object) -> EncryptionJwk:
    jwk = {name: value for name, value in {**who.jwk, **members}.items() if value is not None}
    key = EncryptionKeySet.parse({"keys": [jwk]}).find(alg)
    assert key is not None
    return key


def fits(kind: str, alg: str) -> bool:
    return (kind == "RSA") == (alg not in AGREEMENT_ALGS)


def test_the_reader_derives_keys_as_the_rfc_does() -> None:  # RFC 7518 appendix C
    z = bytes([158, 86, 217, 29, 129, 113, 53, 211, 114, 131, 66, 131, 191, 132, 38, 156,
               251, 49, 110, 163, 218, 128, 106, 72, 246, 218, 167, 121, 140, 254, 144, 196])  # fmt: skip
    assert b64(derive(z, "A128GCM", 16, b"Alice", b"Bob")) == "VqqN6vgjbSBcIijNcacQGg"


@pytest.mark.parametrize("enc", CONTENT_ENCRYPTION)
@pytest.mark.parametrize(
    ("kind", "alg"), [(kind, alg) for kind in MAKERS for alg in KEY_MANAGEMENT if fits(kind, alg)]
)
def test_the_owner_of_the_key_reads_what_was_encrypted(kind: str, alg: str, enc: str) -> None:
    who = recipient(kind)
    found = who.read(encrypt(CONTENT, key=key_of(who, alg), alg=alg, enc=enc, cty="JWT"))
    assert found.content == CONTENT
    assert {name: found.header[name] for name in ("alg", "enc", "cty", "kid")} == {
        "alg": alg,
        "enc": enc,
        "cty": "JWT",
        "kid": who.kid,
    }
    assert set(found.header) - {"alg", "enc", "cty", "kid"} == (set() if kind == "RSA" else {"epk"})
    assert "d" not in found.header.get("epk", {})


def test_what_has_no_name_or_is_no_token_says_neither() -> None:
    who = recipient("P-256")
    key = key_of(who, "ECDH-ES", kid=None)
    assert set(who.read(encrypt(CONTENT, key=key, alg="ECDH-ES", enc="A128GCM", cty=None)).header) == {
        "alg",
        "enc",
        "epk",
    }


@pytest.mark.parametrize("alg", ["ECDH-ES", "ECDH-ES+A128KW"])
def test_nothing_is_used_twice(alg: str) -> None:
    who = recipient("P-256")
    one, other = (encrypt(CONTENT, key=key_of(who, alg), alg=alg, enc="A128GCM", cty="JWT") for _ in "ab")
    assert who.read(one).header["epk"] != who.read(other).header["epk"]
    assert not set(filter(None, one.split("."))) & set(filter(None, other.split(".")))


def changed(part: str) -> str:
    raw = bytearray(unb64(part))
    raw[-1] ^= 1
    return b64(bytes(raw))


def test_a_changed_bit_is_noticed_and_another_key_reads_nothing() -> None:
    who, alg = recipient("P-256"), "ECDH-ES+A256KW"
    parts = encrypt(CONTENT, key=key_of(who, alg), alg=alg, enc="A256GCM", cty="JWT").split(".")
    with pytest.raises(InvalidUnwrap):
        Recipient.ec().read(".".join(parts))
    header = b64(json.dumps({**json.loads(unb64(parts[0])), "kid": "other"}).encode())
    for position, error in enumerate((InvalidTag, InvalidUnwrap, InvalidTag, InvalidTag, InvalidTag)):
        part = changed(parts[position]) if position else header
        with pytest.raises(error):
            who.read(".".join([*parts[:position], part, *parts[position + 1 :]]))


WRONG: dict[str, tuple[str, str, str]] = {
    "an alg that is not the key's": ("P-256", "RSA-OAEP-256", "A128GCM"),
    "RSA1_5": ("RSA", "RSA1_5", "A128GCM"),
    "OAEP with SHA-1": ("RSA", "RSA-OAEP", "A128GCM"),
    "dir": ("RSA", "dir", "A128GCM"),
    "an unknown enc": ("RSA", "RSA-OAEP-256", "A192GCM"),
    "no enc": ("RSA", "RSA-OAEP-256", ""),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_not_offered_is_refused(name: str) -> None:
    kind, alg, enc = WRONG[name]
    key = EncryptionKeySet.parse({"keys": [recipient(kind).jwk]}).keys[0]
    with pytest.raises(CannotEncrypt):
        encrypt(CONTENT, key=key, alg=alg, enc=enc, cty="JWT")


def test_a_point_of_small_order_is_refused_and_no_fault() -> None:  # RFC 7748 §6.1
    for x in (bytes(32), bytes([1, *bytes(31)])):
        jwk = {"kty": "OKP", "crv": "X25519", "x": b64(x)}
        key = EncryptionKeySet.parse({"keys": [jwk]}).find("ECDH-ES")
        assert key is not None
        with pytest.raises(CannotEncrypt):
            encrypt(CONTENT, key=key, alg="ECDH-ES", enc="A128GCM", cty="JWT")


def test_a_name_too_long_for_a_header_is_refused() -> None:
    who = recipient("P-256")
    with pytest.raises(CannotEncrypt, match="too long"):
        encrypt(CONTENT, key=key_of(who, "ECDH-ES", kid="k" * 257), alg="ECDH-ES", enc="A128GCM", cty="JWT")


def test_what_comes_in_encrypted_is_never_opened() -> None:
    who = recipient("P-256")
    token = encrypt(CONTENT, key=key_of(who, "ECDH-ES"), alg="ECDH-ES", enc="A128GCM", cty="JWT")
    for purpose in Purpose:
        with pytest.raises(InvalidJwt, match="compact form"):
            peek(token, purpose=purpose)
        with pytest.raises(InvalidJwt, match="compact form"):
            verify(token, purpose=purpose, keys=JwkSet(keys=()))
    assert json.loads(unb64(token.split(".")[0]))["alg"] == "ECDH-ES"
