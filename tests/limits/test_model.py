"""Whose counter a caller's address is."""

import pytest

from idp.limits.model import Limit, address_key


@pytest.mark.parametrize(
    ("peer", "key"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("", "unknown"),
        ("unix:", "unknown"),
    ],
)
def test_an_ipv6_line_has_one_counter_whatever_address_it_draws(peer: str, key: str) -> None:  # SECURITY E12
    assert address_key(peer) == key


def test_every_limit_says_what_it_counts_and_is_wide_enough_for_a_shared_address() -> None:
    names = [limit.value.name for limit in Limit]
    assert len(set(names)) == len(names)
    assert all(limit.value.counts and limit.value.of for limit in Limit)
    shared = [limit.value.most for limit in Limit if limit.value.of in {"address", "client and address"}]
    assert shared
    assert min(shared) >= 300
