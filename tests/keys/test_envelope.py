"""Sealing, look-ups and digests: what goes in comes out, and nothing else does."""

import json
import unicodedata
from base64 import b64decode
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.envelope import Unsealable, Vault
from keys.master import MasterKey

KEYS = {1: bytes(range(32)), 2: bytes(range(32, 64))}
VAULT = Vault(MasterKey(current=1, versions={1: KEYS[1]}))
NEWER = Vault(MasterKey(current=2, versions=KEYS))
STRANGER = Vault(MasterKey(current=1, versions={1: bytes(32)}))
PINNED = json.loads((Path(__file__).parent.parent / "vectors" / "vault.json").read_text())
ANY_TEXT = st.text(st.characters(exclude_categories=()))


@given(st.binary(max_size=4096), st.text(st.characters(codec="utf-8")))
def test_what_was_sealed_opens_for_the_same_purpose(plaintext: bytes, purpose: str) -> None:
    sealed = VAULT.seal(plaintext, purpose=purpose)
    assert VAULT.open(sealed, purpose=purpose) == plaintext
    assert len(sealed) == 1 + 12 + len(plaintext) + 16
    assert VAULT.version_of(sealed) == 1


@given(st.binary(min_size=1, max_size=64), st.data())
def test_every_changed_bit_and_every_cut_is_noticed(plaintext: bytes, data: st.DataObject) -> None:
    sealed = VAULT.seal(plaintext, purpose="phone")
    position = data.draw(st.integers(0, len(sealed) - 1))
    flipped = bytearray(sealed)
    flipped[position] ^= 1 << data.draw(st.integers(0, 7))
    for wrong in (bytes(flipped), sealed[:position], sealed[position + 1 :], sealed + b"\0"):
        with pytest.raises(Unsealable):
            VAULT.open(wrong, purpose="phone")


@given(st.binary(max_size=200))
def test_what_we_did_not_seal_does_not_open(junk: bytes) -> None:
    with pytest.raises(Unsealable):
        VAULT.open(junk, purpose="phone")


@given(ANY_TEXT)
def test_a_cookie_of_any_content_raises_nothing_but_unsealable(junk: str) -> None:
    with pytest.raises(Unsealable):
        VAULT.open_compact(junk, purpose="interaction")


def test_another_purpose_or_another_master_key_opens_nothing() -> None:
    sealed = VAULT.seal(b"0912345678", purpose="phone")
    with pytest.raises(Unsealable):
        VAULT.open(sealed, purpose="e-mail")
    with pytest.raises(Unsealable):
        STRANGER.open(sealed, purpose="phone")


def test_the_same_plaintext_never_looks_the_same() -> None:
    assert len({VAULT.seal(b"x", purpose="phone") for _ in range(100)}) == 100


def test_a_new_master_version_seals_and_the_old_one_still_opens() -> None:
    old = VAULT.seal(b"x", purpose="phone")
    new = NEWER.seal(b"x", purpose="phone")
    assert NEWER.open(old, purpose="phone") == NEWER.open(new, purpose="phone") == b"x"
    assert (NEWER.version_of(old), NEWER.version_of(new), NEWER.current_version) == (1, 2, 2)
    with pytest.raises(Unsealable):
        VAULT.version_of(new)
    with pytest.raises(Unsealable):
        NEWER.open(b"\2" + old[1:], purpose="phone")  # the version is bound too


def test_nothing_has_no_version() -> None:
    with pytest.raises(Unsealable):
        VAULT.version_of(b"")


@given(st.text(st.characters(codec="utf-8")))
def test_texts_come_back_whole(text: str) -> None:
    assert VAULT.open_text(VAULT.seal_text(text, purpose="name"), purpose="name") == text
    compact = VAULT.seal_compact(text, purpose="interaction")
    assert VAULT.open_compact(compact, purpose="interaction") == text
    assert compact.isascii()
    assert not set(compact) & set('=+/;, "')


def test_a_cookie_has_one_spelling() -> None:
    compact = VAULT.seal_compact("x", purpose="interaction")
    for other in (
        compact + "=",
        compact + " ",
        " " + compact,
        compact[:4] + "\n" + compact[4:],
        compact[:-1],
    ):
        with pytest.raises(Unsealable):
            VAULT.open_compact(other, purpose="interaction")


@given(ANY_TEXT, ANY_TEXT)
def test_what_is_sealed_under_a_secret_opens_with_that_secret_only(secret: str, other: str) -> None:
    sealed = VAULT.seal_under(secret, b"successor", purpose="refresh")
    assert VAULT.open_under(secret, sealed, purpose="refresh") == b"successor"
    if other != secret:
        with pytest.raises(Unsealable):
            VAULT.open_under(other, sealed, purpose="refresh")
    for vault, purpose in ((VAULT, "other"), (STRANGER, "refresh")):
        with pytest.raises(Unsealable):
            vault.open_under(secret, sealed, purpose=purpose)
    assert NEWER.open_under(secret, sealed, purpose="refresh") == b"successor"


@given(ANY_TEXT, ANY_TEXT)
def test_lookups_meet_exactly_when_values_do(one: str, other: str) -> None:
    assert (VAULT.lookup(one, purpose="phone") == VAULT.lookup(other, purpose="phone")) == (one == other)
    assert len(VAULT.lookup(one, purpose="phone")) == 33


def test_a_lookup_depends_on_purpose_master_key_and_version() -> None:
    distinct = {
        VAULT.lookup("031099000001", purpose="id-number"),
        VAULT.lookup("031099000001", purpose="phone"),
        STRANGER.lookup("031099000001", purpose="id-number"),
        NEWER.lookup("031099000001", purpose="id-number"),
    }
    assert len(distinct) == 4


def test_a_search_finds_what_was_stored_under_any_version() -> None:
    stored_before = VAULT.lookup("031099000001", purpose="id-number")
    stored_now = NEWER.lookup("031099000001", purpose="id-number")
    assert NEWER.lookups("031099000001", purpose="id-number") == (stored_now, stored_before)
    assert NEWER.version_of(stored_before) == 1


def test_digests_subjects_peppers_and_pseudonyms_outlive_a_new_version() -> None:
    assert VAULT.digest("hp_rt_00x") == NEWER.digest("hp_rt_00x") != STRANGER.digest("hp_rt_00x")
    assert VAULT.subject("p", "s") == NEWER.subject("p", "s") != STRANGER.subject("p", "s")
    assert VAULT.pepper("secret") == NEWER.pepper("secret") != STRANGER.pepper("secret")
    before, now, elsewhere = (
        vault.pseudonym("mark", purpose="gid", audience="a") for vault in (VAULT, NEWER, STRANGER)
    )
    assert before == now != elsewhere


@given(ANY_TEXT)
def test_a_digest_is_32_bytes_of_whatever_was_sent(secret: str) -> None:
    assert len(VAULT.digest(secret)) == 32
    assert VAULT.digest(secret) != VAULT.digest(secret + "x")


def test_half_a_surrogate_pair_is_a_wrong_secret_and_not_an_error() -> None:
    half = "\ud800"
    results = (VAULT.digest(half), VAULT.lookup(half, purpose="phone"), VAULT.pepper(half).encode())
    assert len(set(results)) == 3
    assert VAULT.open_under(half, VAULT.seal_under(half, b"x", purpose="p"), purpose="p") == b"x"


def test_a_subject_tells_neither_person_nor_sector_and_never_meets_another() -> None:  # Core §8.1
    subjects = {
        VAULT.subject(*pair) for pair in (("ab", "c"), ("a", "bc"), ("abc", ""), ("", "abc"), ("c", "ab"))
    }
    assert len(subjects) == 5
    assert {len(subject) for subject in subjects} == {43}


def test_a_password_is_the_same_however_its_accents_are_typed() -> None:  # SP 800-63B §3.1.1.2
    composed, decomposed = (unicodedata.normalize(form, "mật khẩu đủ dài") for form in ("NFC", "NFD"))
    assert composed != decomposed
    assert VAULT.pepper(composed) == VAULT.pepper(decomposed) != VAULT.pepper("mat khau du dai")
    assert len(b64decode(VAULT.pepper(composed))) == 32


def test_stored_formats_stay_as_they_are() -> None:
    assert VAULT.digest("hp_code_00x").hex() == PINNED["digest"]
    assert VAULT.lookup("031099000001", purpose="id-number").hex() == PINNED["lookup"]
    assert VAULT.subject("0191d2a0-0000-4000-8000-000000000000", "portal") == PINNED["subject"]
    assert VAULT.pepper("mật khẩu") == PINNED["pepper"]
    assert VAULT.pseudonym("mark", purpose="gid", audience="urn:a") == PINNED["pseudonym"]
    assert VAULT.open_text(bytes.fromhex(PINNED["sealed"]), purpose="phone") == "0912345678"
    assert VAULT.open_under("hp_rt_00x", bytes.fromhex(PINNED["sealed_under"]), purpose="refresh") == b"next"


@given(st.lists(st.text(st.characters(codec="utf-8")), max_size=20), st.lists(ANY_TEXT, max_size=20))
def test_many_at_once_are_sealed_and_looked_up_as_one_by_one(texts: list[str], values: list[str]) -> None:
    sealed = NEWER.seal_texts(texts, purpose="name")
    assert [NEWER.open_text(one, purpose="name") for one in sealed] == texts
    assert {NEWER.version_of(one) for one in sealed} <= {NEWER.current_version}
    assert len({one[:13] for one in sealed}) == len(sealed), "each has a nonce of its own"
    looked_up = NEWER.lookup_each(values, purpose="phone")
    assert looked_up == [NEWER.lookup(value, purpose="phone") for value in values]
