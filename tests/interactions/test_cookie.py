"""An authorization request sealed in its browser's cookie – DESIGN 5.12; SECURITY A08, E02."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.grants.model import StoredRequest
from idp.interactions.cookie import (
    LONGEST_COOKIE,
    OpenInteraction,
    held_interaction,
    seal_interaction,
    surplus,
)
from idp.protocol.errors import InvalidScope
from keys.envelope import Vault
from keys.master import MasterKey
from tests import make

VAULT = Vault(MasterKey(current=1, versions={1: bytes(range(32))}))
STRANGER = Vault(MasterKey(current=1, versions={1: bytes(32)}))
PREFIX = "__Host-hpid-i-"


def _interaction(
    *, values: dict[str, str] | None = None, hinted_sub: str | None = None, **changes: Any
) -> OpenInteraction:
    fields: dict[str, Any] = {"interaction_id": "abcDEF123456", "started_at": make.NOW, **changes}
    asked = StoredRequest(values=values or make.authorization_parameters(), hinted_sub=hinted_sub)
    return OpenInteraction(asked=asked, **fields)


def _held(*interactions: OpenInteraction) -> dict[str, str]:
    return {PREFIX + one.interaction_id: seal_interaction(one, VAULT) for one in interactions}


def _started(number: int) -> OpenInteraction:
    return _interaction(interaction_id=f"i{number}", started_at=make.NOW + timedelta(seconds=number))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"hinted_sub": "sub-of-portal"},
        {"values": make.authorization_parameters(state='ễ"\\\u2028🌳', nonce=None)},
        {"started_at": make.NOW + timedelta(microseconds=123456)},
        {"stored_as": "hp_par_00" + "x" * 43},
    ],
    ids=["plain", "hint", "text", "microseconds", "pushed"],
)
def test_what_was_sealed_comes_back_in_the_same_browser(changes: dict[str, Any]) -> None:
    interaction = _interaction(**changes)
    held = held_interaction(_held(interaction), interaction.interaction_id, PREFIX, VAULT)
    assert held is not None
    assert held.asked is not None
    assert held.open(held.asked) == interaction


@given(st.datetimes(min_value=make.NOW.replace(tzinfo=None)).map(lambda t: t.replace(tzinfo=make.NOW.tzinfo)))
def test_the_moment_it_began_comes_back_to_the_microsecond(started_at: Any) -> None:
    """A sign-in is fresh if it is not older than that moment: a moment off would ask twice or not at all."""
    if started_at.year < 2100:
        opened = held_interaction(_held(_interaction(started_at=started_at)), "abcDEF123456", PREFIX, VAULT)
        assert opened is not None
        assert opened.started_at == started_at


def test_an_id_without_its_cookie_opens_nothing() -> None:  # E02: another browser
    assert held_interaction({}, "abcDEF123456", PREFIX, VAULT) is None
    assert held_interaction(_held(_interaction()), "another", PREFIX, VAULT) is None


def test_a_cookie_moved_under_another_id_opens_nothing() -> None:
    sealed = seal_interaction(_interaction(), VAULT)
    assert held_interaction({f"{PREFIX}another": sealed}, "another", PREFIX, VAULT) is None


def test_every_changed_character_is_noticed() -> None:
    sealed = seal_interaction(_interaction(), VAULT)
    for place in range(0, len(sealed), 7):
        other = "A" if sealed[place] != "A" else "B"
        changed = sealed[:place] + other + sealed[place + 1 :]
        assert held_interaction({f"{PREFIX}abcDEF123456": changed}, "abcDEF123456", PREFIX, VAULT) is None


@pytest.mark.parametrize(
    "sealed",
    [
        "",
        "x",
        "ễ",
        "\x00",
        "AQ==",
        "{}",
        seal_interaction(_interaction(), STRANGER),
        VAULT.seal_compact('{"i":"abcDEF123456"}', purpose="session"),
        seal_interaction(_interaction(), VAULT)[:-1],
        seal_interaction(_interaction(), VAULT) + "=",
    ],
    ids=[
        "empty",
        "short",
        "not ascii",
        "NUL",
        "padded",
        "JSON",
        "other key",
        "other purpose",
        "cut",
        "padding",
    ],
)
def test_what_we_did_not_seal_for_this_opens_nothing(sealed: str) -> None:
    assert held_interaction({f"{PREFIX}abcDEF123456": sealed}, "abcDEF123456", PREFIX, VAULT) is None


def test_two_seals_of_one_request_differ_and_show_nothing_of_it() -> None:
    one, other = (seal_interaction(_interaction(), VAULT) for _ in range(2))
    assert one != other
    assert "portal" not in one


def test_an_ordinary_request_fits_its_cookie() -> None:  # DESIGN 5.12: ≤ 3 KiB as cookie text
    assert len(seal_interaction(_interaction(), VAULT)) < LONGEST_COOKIE / 2


def test_by_reference_the_cookie_says_in_which_row_the_request_lies_and_stays_small() -> None:  # DESIGN 5.12
    values = make.authorization_parameters(state="s" * 2048, nonce="n" * 1024)
    interaction = _interaction(values=values, hinted_sub="sub", stored_as="hp_par_00" + "x" * 43)
    assert len(seal_interaction(interaction, VAULT)) > LONGEST_COOKIE
    sealed = seal_interaction(interaction, VAULT, by_reference=True)
    assert len(sealed) < 400
    held = held_interaction({PREFIX + "abcDEF123456": sealed}, "abcDEF123456", PREFIX, VAULT)
    assert held is not None
    assert (held.asked, held.stored_as) == (None, interaction.stored_as)
    assert held.open(interaction.asked) == interaction


def test_it_is_over_after_its_lifetime() -> None:
    lifetime = timedelta(minutes=30)
    interaction = held_interaction(_held(_interaction()), "abcDEF123456", PREFIX, VAULT)
    assert interaction is not None
    assert not interaction.is_over(make.NOW + lifetime - make.SECOND, lifetime)
    assert interaction.is_over(make.NOW + lifetime, lifetime)


def test_the_request_is_checked_against_the_client_as_it_is_now() -> None:
    interaction = _interaction(hinted_sub="sub-of-portal")
    request = interaction.request(make.client(), iss=make.ISSUER)
    assert request == make.request(hinted_sub="sub-of-portal")
    assert request.started_at == make.NOW
    with pytest.raises(InvalidScope):
        interaction.request(make.client(scopes=frozenset({"openid"})), iss=make.ISSUER)


@pytest.mark.parametrize(
    ("held", "dropped"), [(0, []), (1, []), (3, []), (4, [0]), (5, [0, 1]), (8, [0, 1, 2, 3, 4])]
)
def test_one_more_makes_four_at_most_and_the_oldest_goes(
    held: int, dropped: list[int]
) -> None:  # DESIGN 5.12
    cookies = _held(*(_started(number) for number in reversed(range(held))))
    assert surplus(cookies, PREFIX, VAULT) == [f"{PREFIX}i{number}" for number in dropped]


def test_broken_ones_go_first_and_do_not_count() -> None:
    cookies = {
        **_held(*(_started(number) for number in range(3))),
        f"{PREFIX}broken": "x",
        f"{PREFIX}moved": seal_interaction(_started(9), VAULT),
        PREFIX: "",
    }
    assert surplus(cookies, PREFIX, VAULT) == [f"{PREFIX}broken", f"{PREFIX}moved", PREFIX]


def test_other_cookies_are_left_alone() -> None:
    cookies = {"__Host-hpid-session": "x", "hpid-i-abc": "x", "other": "x"}
    assert surplus(cookies, PREFIX, VAULT) == []


def test_the_request_is_not_printed() -> None:
    interaction = _interaction(stored_as="hp_par_00x")
    for shown in (
        repr(interaction),
        repr(held_interaction(_held(interaction), "abcDEF123456", PREFIX, VAULT)),
    ):
        assert "af0ifjsldkj" not in shown
        assert "hp_par" not in shown
