"""Challenges of passkeys – WebAuthn Level 3 §13.4.3: for one ceremony, in one place, for five minutes (SECURITY E15)."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from idp.credentials.challenge import Ceremony, ChallengeRefused, open_challenge, seal_challenge
from keys.envelope import Vault
from keys.master import MasterKey
from tests.credentials.passkeys import NOW, asked


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    path: Path = tmp_path_factory.mktemp("keys") / "master.json"
    MasterKey.create(path)
    return Vault(MasterKey.load(path))


@pytest.mark.parametrize("ceremony", Ceremony)
def test_a_challenge_comes_back_as_it_was_asked(vault: Vault, ceremony: Ceremony) -> None:
    challenge = replace(asked(ceremony), requires_verification=False)
    opened = open_challenge(
        seal_challenge(challenge, vault),
        vault,
        expected_ceremony=ceremony,
        expected_place="here",
        now=NOW + timedelta(minutes=4, seconds=59),
    )
    assert opened == challenge


def test_its_length_tells_nothing_of_the_moment(
    vault: Vault,
) -> None:  # SECURITY E16: pages are as long for all
    moments = (NOW.replace(microsecond=part) for part in (0, 1, 500_000, 120, 123_456))
    sealed = [seal_challenge(replace(asked(), asked_at=moment), vault) for moment in moments]
    assert len({len(one) for one in sealed}) == 1


@pytest.mark.parametrize(
    ("ceremony", "place", "after", "reason"),
    [
        (Ceremony.BIND, "here", timedelta(), "another ceremony"),
        (Ceremony.SIGN_IN, "elsewhere", timedelta(), "somewhere else"),
        (Ceremony.SIGN_IN, "", timedelta(), "somewhere else"),
        (Ceremony.SIGN_IN, "here", timedelta(minutes=5), "too old"),
    ],
)
def test_one_of_another_ceremony_place_or_time_is_refused(
    vault: Vault, ceremony: Ceremony, place: str, after: timedelta, reason: str
) -> None:
    sealed = seal_challenge(asked(), vault)
    with pytest.raises(ChallengeRefused, match=reason):
        open_challenge(sealed, vault, expected_ceremony=ceremony, expected_place=place, now=NOW + after)


@pytest.mark.parametrize("text", ["", "x", "{}", "AAAA.BBBB", "đ"])
def test_one_that_is_not_ours_is_refused(vault: Vault, text: str) -> None:
    with pytest.raises(ChallengeRefused, match="not ours"):
        open_challenge(text, vault, expected_ceremony=Ceremony.SIGN_IN, expected_place="here", now=NOW)


def test_nothing_of_it_can_be_read_or_changed(vault: Vault) -> None:
    sealed = seal_challenge(asked(), vault)
    assert asked().value.hex() not in sealed
    for at in range(0, len(sealed), 7):
        bent = sealed[:at] + ("A" if sealed[at] != "A" else "B") + sealed[at + 1 :]
        with pytest.raises(ChallengeRefused):
            open_challenge(bent, vault, expected_ceremony=Ceremony.SIGN_IN, expected_place="here", now=NOW)
