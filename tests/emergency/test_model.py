"""Address ranges of an emergency, in the whole networks that are kept."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.audit.occasion import network_of
from idp.edge.peer import peer_prefix
from idp.emergency.model import Target, address_range
from idp.ids import PersonId


@pytest.mark.parametrize(
    ("asked", "meant", "is_wider"),
    [
        ("203.0.113.0/24", "203.0.113.0/24", False),
        ("203.0.112.0/20", "203.0.112.0/20", False),
        ("203.0.113.7", "203.0.113.0/24", True),
        ("203.0.113.128/25", "203.0.113.0/24", True),
        ("2001:db8:1::/48", "2001:db8:1::/48", False),
        ("2001:db8::/32", "2001:db8::/32", False),
        ("2001:db8:1:2::3", "2001:db8:1::/48", True),
        ("::ffff:203.0.113.7", "203.0.113.0/24", True),
        ("::ffff:203.0.112.0/116", "203.0.112.0/20", False),
    ],
)
def test_a_range_is_widened_to_whole_networks_and_says_so(asked: str, meant: str, is_wider: bool) -> None:
    found = address_range(asked)
    assert (found.text, found.is_wider) == (meant, is_wider)


@pytest.mark.parametrize("text", ["", "203.0.113", "203.0.113.0/33", "everywhere", "203.0.113.0-203.0.113.9"])
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"IPv4|permitted"):
        address_range(text)


@given(st.ip_addresses(), st.integers(0, 128))
def test_an_address_lies_in_exactly_the_ranges_that_hold_its_network(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address, length: int
) -> None:
    length = min(length, address.max_prefixlen)
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return  # kept as the IPv4 address that it is
    lowest, highest = address_range(f"{address}/{length}").networks
    mine = network_of(str(address))
    assert mine is not None
    assert lowest <= mine <= highest
    other = network_of(str(type(address)(int(address) ^ 1 << (address.max_prefixlen - 1))))
    assert other is not None
    assert (lowest <= other <= highest) is (length == 0)


@given(st.ip_addresses())
def test_no_more_of_an_address_is_kept_than_a_log_shows(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    network = network_of(str(address))
    assert network is not None
    shown = ipaddress.ip_network(peer_prefix(str(address)))
    assert network[0] == shown.version
    assert shown.network_address.packed.startswith(network[1:])
    assert len(network[1:]) * 8 == shown.prefixlen


@pytest.mark.parametrize("peer", ["", "unix", "203.0.113", "testclient"])
def test_whoever_has_no_address_has_no_network(peer: str) -> None:
    assert network_of(peer) is None


def test_a_person_s_rows_are_looked_for_where_they_lie() -> None:
    person_id = PersonId("5b0c6f0e-6f2a-4d0e-9a53-0d6a1c2b7e41")
    assert Target(person_id=person_id).bucket == "5b"
    assert Target().bucket is None
