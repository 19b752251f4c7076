"""Levels of assurance – OpenID Connect Core §2, DOMAIN 3.4, DESIGN 5.3: never raised, unknown is low."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.protocol.assurance import (
    ACR_VALUES_SUPPORTED,
    Acr,
    is_passkey,
    local_acr,
    national_acr,
    parse_acr,
    passkey_amr,
    strongest,
    weakest,
)

LOW, SUBSTANTIAL, HIGH = Acr.LOW, Acr.SUBSTANTIAL, Acr.HIGH


def test_the_order_is_low_substantial_high() -> None:
    assert sorted(Acr, key=lambda acr: acr.rank) == [LOW, SUBSTANTIAL, HIGH]


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("urn:haiphong:acr:low", LOW),
        ("urn:haiphong:acr:substantial", SUBSTANTIAL),
        ("urn:haiphong:acr:high", HIGH),
        ("LoA1", LOW),
        ("LoA2", SUBSTANTIAL),
        ("LoA3", HIGH),
        ("loa3", None),
        ("LoA4", None),
        ("LOA3", None),
        ("high", None),
        ("HIGH", None),
        ("urn:haiphong:acr:HIGH", None),
        ("urn:haiphong:acr:high ", None),
        ("", None),
        ("3", None),
    ],
)
def test_our_names_and_the_national_aliases_are_known_exactly(name: str, level: Acr | None) -> None:
    assert parse_acr(name) is level


def test_whatever_discovery_promises_is_understood() -> None:  # PROTOCOL rule 8
    assert all(parse_acr(name) is not None for name in ACR_VALUES_SUPPORTED)
    assert {parse_acr(name) for name in ACR_VALUES_SUPPORTED} == set(Acr)


@pytest.mark.parametrize(
    ("levels", "least", "most"),
    [
        ([], LOW, LOW),
        ([HIGH], HIGH, HIGH),
        ([HIGH, LOW, SUBSTANTIAL], LOW, HIGH),
        ([SUBSTANTIAL, SUBSTANTIAL], SUBSTANTIAL, SUBSTANTIAL),
    ],
)
def test_weakest_and_strongest_of_nothing_are_low(levels: list[Acr], least: Acr, most: Acr) -> None:
    assert (weakest(levels), strongest(levels)) == (least, most)


@pytest.mark.parametrize(
    ("loa", "account_level", "level"),
    [
        ("LoA1", 2, LOW),
        ("LoA2", 2, SUBSTANTIAL),
        ("LoA3", 2, HIGH),
        ("LoA1", 1, LOW),
        ("LoA2", 1, LOW),
        ("LoA3", 1, LOW),
        ("LoA3", 0, LOW),
        ("LoA3", 3, LOW),
        ("LoA3", None, LOW),
        (None, 2, LOW),
        ("", 2, LOW),
        ("LoA9", 2, LOW),
        ("loa3", 2, LOW),
        ("urn:haiphong:acr:high", 2, LOW),
    ],
)
def test_the_national_answer_counts_for_no_more_than_its_weaker_half(
    loa: str | None, account_level: int | None, level: Acr
) -> None:  # DOMAIN 3.4: level 02 account needed above low
    assert national_acr(loa, account_level) is level


@pytest.mark.parametrize(
    ("amr", "account_level", "level"),
    [
        (("pwd", "otp"), 2, SUBSTANTIAL),
        (("otp", "pwd"), 2, SUBSTANTIAL),
        (("pwd", "otp"), 1, LOW),
        (("pwd", "otp"), 0, LOW),
        (("pwd",), 2, LOW),
        (("otp",), 2, LOW),
        (("sms",), 2, LOW),
        (("pwd", "sms"), 2, LOW),
        (("pwd", "email"), 2, LOW),
        (("sms", "email", "otp"), 2, LOW),
        (("pwd", "pwd"), 2, LOW),
        (("mfa",), 2, LOW),
        ((), 2, LOW),
    ],
)
def test_city_credentials_reach_substantial_with_two_factors_and_a_known_person(
    amr: tuple[str, ...], account_level: int, level: Acr
) -> None:  # SP 800-63B-4 AAL2
    assert local_acr(amr, account_level) is level


@given(st.none() | st.text() | st.sampled_from(ACR_VALUES_SUPPORTED), st.none() | st.integers())
def test_no_answer_is_a_fault_and_none_raises_the_level(loa: str | None, account_level: int | None) -> None:
    level = national_acr(loa, account_level)
    stated = parse_acr(loa or "")
    assert level.rank <= (stated.rank if stated else LOW.rank)


@given(st.lists(st.text() | st.sampled_from(["pwd", "otp", "hwk", "user"])), st.integers())
def test_city_credentials_are_never_high(amr: list[str], account_level: int) -> None:
    assert local_acr(amr, account_level) in {LOW, SUBSTANTIAL}


@pytest.mark.parametrize("is_synced", [True, False])
def test_a_passkey_is_two_factors_where_its_user_was_verified_and_never_high(
    *, is_synced: bool
) -> None:  # SP 800-63B-4 §3.1.7
    verified = passkey_amr(is_verified=True, is_synced=is_synced)
    alone = passkey_amr(is_verified=False, is_synced=is_synced)
    assert [local_acr(verified, level) for level in (1, 2)] == [LOW, SUBSTANTIAL]
    assert [local_acr(alone, level) for level in (1, 2)] == [LOW, LOW]
    assert "hwk" not in verified + alone, "nobody vouches for the hardware"
    assert is_passkey(alone)
    assert not is_passkey(("pwd", "otp"))
