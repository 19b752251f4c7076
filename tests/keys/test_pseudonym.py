"""Pseudonyms: one per audience, leading back for us alone – AES-SIV, RFC 5297; DESIGN 5.5."""

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR
from cryptography.hazmat.primitives.cmac import CMAC
from hypothesis import given
from hypothesis import strategies as st

from keys import base64url
from keys.envelope import Unsealable, Vault
from keys.master import MasterKey

MASTER = MasterKey(current=1, versions={1: bytes(range(32))})
VAULT, STRANGER = Vault(MASTER), Vault(MasterKey(current=1, versions={1: bytes(32)}))
TEXT = st.text(st.characters(codec="utf-8"), min_size=1)
ANY_TEXT = st.text(st.characters(exclude_categories=()))


@given(TEXT, TEXT, TEXT)
def test_a_pseudonym_is_one_per_audience_and_leads_back_from_there_alone(
    text: str, audience: str, other: str
) -> None:  # DESIGN 5.5
    pseudonym = VAULT.pseudonym(text, purpose="gid", audience=audience)
    assert pseudonym == VAULT.pseudonym(text, purpose="gid", audience=audience)
    assert VAULT.open_pseudonym(pseudonym, purpose="gid", audience=audience) == text
    if other != audience:
        assert pseudonym != VAULT.pseudonym(text, purpose="gid", audience=other)
        with pytest.raises(Unsealable):
            VAULT.open_pseudonym(pseudonym, purpose="gid", audience=other)
    for vault, purpose in ((VAULT, "other"), (STRANGER, "gid")):
        with pytest.raises(Unsealable):
            vault.open_pseudonym(pseudonym, purpose=purpose, audience=audience)


@given(ANY_TEXT, ANY_TEXT)
def test_what_is_no_pseudonym_raises_nothing_but_unsealable(junk: str, audience: str) -> None:
    with pytest.raises(Unsealable):
        VAULT.open_pseudonym(junk, purpose="gid", audience=audience)


@given(st.data())
def test_a_pseudonym_has_one_spelling_and_no_changed_character_passes(data: st.DataObject) -> None:
    pseudonym = VAULT.pseudonym("the mark of a grant", purpose="gid", audience="a")
    at = data.draw(st.integers(0, len(pseudonym) - 1))
    put = data.draw(st.sampled_from("ABCXYZabcxyz019-_=+/ \n").filter(lambda put: put != pseudonym[at]))
    for wrong in (pseudonym[:at] + put + pseudonym[at + 1 :], pseudonym[:at], f"{pseudonym}="):
        with pytest.raises(Unsealable):
            VAULT.open_pseudonym(wrong, purpose="gid", audience="a")


def test_the_siv_of_this_test_is_that_of_the_rfc() -> None:  # RFC 5297 appendix A.1
    key = bytes.fromhex("fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff")
    associated = bytes.fromhex("101112131415161718191a1b1c1d1e1f2021222324252627")
    sealed = _siv(key[:16], key[16:], associated, bytes.fromhex("112233445566778899aabbccddee"))
    assert sealed.hex() == "85632d07c6e8f37f950acd320a2ecc9340c02b9690c4dc04daef7f6afe5c"


@given(TEXT, TEXT)
def test_a_pseudonym_is_what_the_rfc_computes(text: str, audience: str) -> None:  # RFC 5297 §2.4–2.6
    k1, k2 = MASTER.derive("pseudonym-s2v:gid", 1), MASTER.derive("pseudonym-ctr:gid", 1)
    expected = base64url.encode(_siv(k1, k2, audience.encode(), text.encode()))
    assert VAULT.pseudonym(text, purpose="gid", audience=audience) == expected


def _siv(k1: bytes, k2: bytes, associated: bytes, plaintext: bytes) -> bytes:
    """Seal with one piece of associated data, from AES-CMAC and AES-CTR alone (§2.6)."""
    d = _xor(_double(_cmac(k1, bytes(16))), _cmac(k1, associated))
    if len(plaintext) >= 16:
        last = plaintext[:-16] + _xor(plaintext[-16:], d)
    else:
        last = _xor(_double(d), plaintext + b"\x80" + bytes(15 - len(plaintext)))
    v = _cmac(k1, last)
    counter = bytearray(v)
    counter[8] &= 0x7F
    counter[12] &= 0x7F
    return v + Cipher(AES(k2), CTR(bytes(counter))).encryptor().update(plaintext)


def _cmac(key: bytes, message: bytes) -> bytes:
    mac = CMAC(AES(key))
    mac.update(message)
    return mac.finalize()


def _double(block: bytes) -> bytes:
    """Multiply by x in GF(2¹²⁸) (§2.3)."""
    doubled = int.from_bytes(block, "big") << 1
    return ((doubled & ((1 << 128) - 1)) ^ (0x87 if doubled >> 128 else 0)).to_bytes(16, "big")


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
