"""Shares of the master key on paper: any three make the file again; what is wrong with them is said (SECURITY R27)."""

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest

from keys.escrow import Share, UnusableShare, join_shares, make_shares, read_share, share_text
from keys.master import KeyFileError, MasterKey

FIXED = Share(set_id="0badcafe", threshold=3, total=5, place=2, values=bytes(range(50)))
TEXT = """\
# Hải Phòng ID: share 2 of 5 of the master key, set 0badcafe
# any 3 of this set make the key again; keep it apart from the others
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "master.json"
    MasterKey.create(path)
    MasterKey.add_version(path)
    return path


def test_any_three_shares_make_the_same_file_again(path: Path, tmp_path: Path) -> None:
    shares = MasterKey.load(path).shares(threshold=3, total=5)
    for number, some in enumerate(combinations(shares, 3)):
        again = tmp_path / f"again-{number}.json"
        MasterKey.recover(again, [read_share(share_text(share)) for share in some])
        assert again.read_bytes() == path.read_bytes()
        assert again.stat().st_mode & 0o777 == 0o600


def test_an_existing_file_is_never_replaced(path: Path) -> None:
    shares, before = MasterKey.load(path).shares(threshold=2, total=2), path.read_bytes()
    with pytest.raises(KeyFileError, match="never overwritten"):
        MasterKey.recover(path, shares)
    assert path.read_bytes() == before


def test_a_text_reads_as_it_was_written_and_bears_a_hasty_hand() -> None:
    text = share_text(FIXED)
    assert text.startswith(TEXT)
    assert max(len(line) for line in text.splitlines()[2:]) <= 39
    assert read_share(text) == FIXED
    letters = "".join(text.splitlines()[2:])
    hasty = letters.lower().replace(" ", "-").replace("o", "0").replace("i", "1").replace("b", "8")
    assert read_share(hasty) == FIXED


def test_the_format_stays_what_is_on_paper() -> None:
    assert share_text(FIXED).splitlines()[2].startswith("AEF2 3SX6 AMCQ EAAB AIBQ IBIG")


def test_every_mistyped_letter_is_noticed() -> None:
    letters = "".join(share_text(FIXED).splitlines()[2:]).replace(" ", "")
    last = len(letters) - 1
    for at in range(last):
        other = "A" if letters[at] != "A" else "C"
        for wrong in (letters[:at] + other + letters[at + 1 :], letters[:at] + letters[at + 1 :]):
            with pytest.raises(UnusableShare):
                read_share(wrong)


@pytest.mark.parametrize("text", ["", "#", "A", "AAAA AAAA", "!" * 40, "ỡ" * 40, "A" * 5000])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(UnusableShare):
        read_share(text)


@pytest.mark.parametrize("changes", [{"threshold": 1}, {"threshold": 6}, {"place": 0}, {"place": 6}])
def test_numbers_that_cannot_be_are_refused(changes: dict[str, int]) -> None:
    with pytest.raises(UnusableShare, match="numbers"):
        read_share(share_text(replace(FIXED, **changes)))  # type: ignore[arg-type]  # ints alone


def test_what_does_not_belong_together_is_refused() -> None:
    secret = bytes(33)
    a, b, c, d, _ = make_shares(secret, threshold=3, total=5)
    x, y, z, _, _ = make_shares(secret, threshold=3, total=5)
    for shares, said in (
        ((), "there is no share"),
        ((a,), "3 shares are needed, 1 are given"),
        ((a, b), "3 shares are needed, 2 are given"),
        ((a, b, b), "twice"),
        ((a, b, z), f"share 3 is of set {z.set_id}, not of {a.set_id}"),
        ((a, b, replace(c, total=4)), "not of one making"),
        ((a, b, replace(c, threshold=2)), "not of one making"),
        ((a, b, replace(c, values=c.values[1:])), "not of one making"),
        ((a, b, replace(z, set_id=a.set_id)), "not genuine"),
        ((a, b, c, replace(d, values=bytes(len(d.values)))), "not genuine"),
        (tuple(replace(one, threshold=2) for one in (a, b)), "not genuine"),
    ):
        with pytest.raises(UnusableShare, match=said):
            join_shares(shares)
    assert join_shares((x, y, z)) == join_shares((d, b, a)) == secret


def test_shares_of_something_else_make_no_master_key(tmp_path: Path) -> None:
    for secret in (b"\x01", b"\x01\x01" + bytes(31), b"\x02\x02" + bytes(32), b"\x02\x01" + bytes(32)):
        with pytest.raises(UnusableShare, match="no master key"):
            MasterKey.recover(tmp_path / "m.json", make_shares(secret, threshold=2, total=2))
    assert list(tmp_path.iterdir()) == []


def test_neither_a_share_nor_a_refusal_shows_what_is_in_it() -> None:
    assert "values" not in repr(FIXED)
    for text in ("QUJD " * 30, share_text(FIXED)[:-4]):
        with pytest.raises(UnusableShare) as refused:
            read_share(text)
        assert text.split()[-1] not in str(refused.value)
