"""The master key file: made once, refused when anything about it is wrong – battery row R27."""

import hashlib
import hmac
import json
import os
import re
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from keys.master import KEY_BYTES, KeyFileError, MasterKey

Document = dict[str, object]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "keys" / "master.json"
    MasterKey.create(file)
    return file


def write(path: Path, document: Document) -> None:
    """Write a file with a right checksum, so that only what is tested is wrong with it."""
    rest = {name: value for name, value in document.items() if name != "checksum"}
    canonical = json.dumps(rest, sort_keys=True, separators=(",", ":")).encode()
    path.write_text(json.dumps({**rest, "checksum": hashlib.sha256(canonical).hexdigest()}))


def test_a_created_file_is_ours_alone_and_loads_as_the_same_key(path: Path) -> None:
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [entry.name for entry in path.parent.iterdir()] == ["master.json"]  # no draft is left behind
    document = json.loads(path.read_text())
    assert (document["format"], document["current"], list(document["versions"])) == (
        "hpid-master-key",
        1,
        ["1"],
    )
    assert MasterKey.load(path).derive("seal:x", 1) == MasterKey.load(path).derive("seal:x", 1)


def test_creating_never_touches_a_file_that_exists(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(KeyFileError, match="never overwritten"):
        MasterKey.create(path)
    assert path.read_bytes() == before
    assert len(list(path.parent.iterdir())) == 1


def test_creating_does_not_follow_a_dangling_link(tmp_path: Path) -> None:
    link = tmp_path / "master.json"
    link.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(KeyFileError):
        MasterKey.create(link)
    assert not (tmp_path / "elsewhere").exists()


def test_creating_where_no_file_can_be_says_so_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(KeyFileError, match="folder"):
        MasterKey.create(tmp_path / "file" / "master.json")


def test_two_new_keys_differ(tmp_path: Path) -> None:
    first, second = MasterKey.create(tmp_path / "a"), MasterKey.create(tmp_path / "b")
    assert first.derive("x", 1) != second.derive("x", 1)


def test_derived_keys_follow_hkdf_sha256_and_differ_by_purpose_and_version() -> None:  # RFC 5869 §2
    key = bytes(range(32))
    master = MasterKey(current=1, versions={1: key, 2: bytes(32)})
    pseudorandom = hmac.digest(b"hpid-master-key-1", key, "sha256")
    assert master.derive("seal:phone", 1) == hmac.digest(pseudorandom, b"seal:phone\x01", "sha256")
    derived = {master.derive(purpose, version) for purpose in ("a", "b") for version in (1, 2)}
    assert len(derived) == 4
    with pytest.raises(KeyError):
        master.derive("a", 3)


def test_a_new_version_seals_once_it_is_put_to_use_and_the_old_one_still_derives(path: Path) -> None:
    old = MasterKey.load(path)
    MasterKey.add_version(path)
    known = MasterKey.load(path)
    assert (known.current, known.versions) == (1, (1, 2))
    MasterKey.use_version(path, 2)
    new = MasterKey.load(path)
    assert known.derive("x", 2) == new.derive("x", 2)
    assert (new.current, new.versions) == (2, (2, 1))
    assert new.derive("x", 1) == old.derive("x", 1) != new.derive("x", 2)
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(list(path.parent.iterdir())) == 1


def test_a_new_version_behind_a_link_replaces_the_file_and_keeps_the_link(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.json"
    link.symlink_to(path)
    MasterKey.add_version(link)
    assert link.is_symlink()
    assert MasterKey.load(path).versions == (1, 2)


def test_a_version_is_dropped_for_good_and_neither_the_first_nor_the_one_in_use(path: Path) -> None:
    for _ in range(2):
        MasterKey.add_version(path)
    MasterKey.use_version(path, 3)
    for number, why in ((1, "can't be sealed anew"), (3, "in use"), (4, "no version 4")):
        with pytest.raises(KeyFileError, match=why):
            MasterKey.drop_version(path, number)
    MasterKey.drop_version(path, 2)
    assert MasterKey.load(path).versions == (3, 1)
    with pytest.raises(KeyFileError, match="no version 2"):
        MasterKey.use_version(path, 2)


def test_the_newest_version_stays_so_that_its_number_never_comes_again_for_another_key(path: Path) -> None:
    MasterKey.add_version(path)
    with pytest.raises(KeyFileError, match="version 2 stays: it is the newest"):
        MasterKey.drop_version(path, 2)
    MasterKey.add_version(path)
    MasterKey.drop_version(path, 2)
    assert max(MasterKey.add_version(path).versions) == 4


def test_of_many_who_add_a_version_at_once_none_is_lost(path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: MasterKey.add_version(path), range(24)))
    assert len(MasterKey.load(path).versions) == 25


def test_version_255_is_the_last(path: Path) -> None:
    text = b64encode(bytes(KEY_BYTES)).decode()
    write(path, {"format": "hpid-master-key", "current": 255, "versions": {"1": text, "255": text}})
    assert MasterKey.load(path).versions == (255, 1)
    with pytest.raises(KeyFileError, match="room"):
        MasterKey.add_version(path)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620, 0o602, 0o660, 0o610, 0o777])
def test_a_file_others_may_touch_is_refused(path: Path, mode: int) -> None:
    path.chmod(mode)
    with pytest.raises(KeyFileError, match="0600"):
        MasterKey.load(path)


def test_a_file_of_another_user_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if os.geteuid() == 0:
        os.chown(path, 4242, -1)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: 4242)
    with pytest.raises(KeyFileError, match="another user"):
        MasterKey.load(path)


def test_a_refusal_says_the_way_out(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])
    for _ in range(2):
        with pytest.raises(
            KeyFileError, match=r"put back the copy that is kept apart, or .* `hpid keys recover`"
        ):
            MasterKey.load(path)
        path.unlink(missing_ok=True)


def test_who_forgot_to_begin_is_told_how(path: Path) -> None:
    path.unlink()
    with pytest.raises(KeyFileError, match=r"No such file .* run `hpid init`; else put back the copy"):
        MasterKey.load(path)


def test_a_read_only_file_of_ours_is_fine(path: Path) -> None:
    path.chmod(0o400)
    MasterKey.load(path)


def test_a_link_counts_as_the_file_it_leads_to(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(path)
    MasterKey.load(link)
    path.chmod(0o644)
    with pytest.raises(KeyFileError, match="0600"):
        MasterKey.load(link)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    (tmp_path / "folder").mkdir(mode=0o700)
    for name, word in (
        ("pipe", "regular"),
        ("folder", "regular"),
        ("nothing", "opened"),
        ("pipe/x", "opened"),
    ):
        with pytest.raises(KeyFileError, match=word):
            MasterKey.load(tmp_path / name)


def test_every_truncation_is_refused(path: Path) -> None:
    whole = path.read_bytes().rstrip()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(KeyFileError):
            MasterKey.load(path)


def test_every_flipped_byte_is_refused_or_means_the_same(path: Path) -> None:
    whole = path.read_bytes()
    key = MasterKey.load(path).derive("x", 1)
    survivors = 0
    for position in range(len(whole)):
        for flip in (1, 0x20, 0x80):
            path.write_bytes(whole[:position] + bytes([whole[position] ^ flip]) + whole[position + 1 :])
            try:
                assert MasterKey.load(path).derive("x", 1) == key  # white space turned into other white space
            except KeyFileError:
                continue
            survivors += 1
    assert survivors <= whole.count(b"\n") + whole.count(b" ")


KEY = b64encode(bytes(range(KEY_BYTES))).decode()
WRONG_SHAPES: dict[str, Callable[[Document], Document]] = {
    "other format": lambda d: {**d, "format": "hpid-master-key-2"},
    "no format": lambda d: {name: value for name, value in d.items() if name != "format"},
    "one more member": lambda d: {**d, "comment": ""},
    "no versions": lambda d: {**d, "versions": {}},
    "versions a list": lambda d: {**d, "versions": [KEY]},
    "current unknown": lambda d: {**d, "current": 2},
    "current a text": lambda d: {**d, "current": "1"},
    "current true": lambda d: {**d, "current": True},
    "current a list": lambda d: {**d, "current": [1]},
    "version 1 gone": lambda d: {**d, "current": 2, "versions": {"2": KEY}},
    "version 0": lambda d: {**d, "versions": {"1": KEY, "0": KEY}},
    "version 256": lambda d: {**d, "versions": {"1": KEY, "256": KEY}},
    "version 01": lambda d: {**d, "versions": {"1": KEY, "01": KEY}},
    "version ²": lambda d: {**d, "versions": {"1": KEY, "²": KEY}},
    "version a word": lambda d: {**d, "versions": {"1": KEY, "two": KEY}},
    "key of 31 bytes": lambda d: {**d, "versions": {"1": b64encode(bytes(31)).decode()}},
    "key of 33 bytes": lambda d: {**d, "versions": {"1": b64encode(bytes(33)).decode()}},
    "key empty": lambda d: {**d, "versions": {"1": ""}},
    "key a number": lambda d: {**d, "versions": {"1": 1}},
    "key not base64": lambda d: {**d, "versions": {"1": "!" + KEY[1:]}},
    "key with a space": lambda d: {**d, "versions": {"1": f"{KEY[:4]} {KEY[4:]}"}},
    "key not ASCII": lambda d: {**d, "versions": {"1": "é" + KEY[1:]}},
}


@pytest.mark.parametrize("name", WRONG_SHAPES)
def test_a_file_of_another_shape_is_refused_even_with_a_right_checksum(path: Path, name: str) -> None:
    document = json.loads(path.read_text())
    write(path, document)
    MasterKey.load(path)
    write(path, WRONG_SHAPES[name](document))
    with pytest.raises(KeyFileError):
        MasterKey.load(path)


def test_a_wrong_or_absent_checksum_is_refused(path: Path) -> None:
    document = json.loads(path.read_text())
    for checksum in ("", "0" * 64, document["checksum"].upper(), 1, None, "é"):
        path.write_text(json.dumps({**document, "checksum": checksum}))
        with pytest.raises(KeyFileError, match="checksum"):
            MasterKey.load(path)


def test_the_refusal_names_the_file_in_one_line_and_shows_nothing_of_it(path: Path) -> None:
    document = json.loads(path.read_text())
    secret = document["versions"]["1"]
    for content in (json.dumps({**document, "current": 2}), path.read_text()[:-20], f'"{secret}"', secret):
        path.write_text(content)
        with pytest.raises(KeyFileError) as refusal:
            MasterKey.load(path)
        assert str(path) in str(refusal.value)
        assert "\n" not in str(refusal.value)
        assert not re.search(r"[A-Za-z0-9+/]{20}", str(refusal.value).replace(str(path), ""))
        assert refusal.value.__cause__ is None


def test_the_key_does_not_show_in_its_repr(path: Path) -> None:
    assert re.fullmatch(r"<keys\.master\.MasterKey object at 0x[0-9a-f]+>", repr(MasterKey.load(path)))
