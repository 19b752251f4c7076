"""Whether two devices are near, by the networks of their addresses – RFC 10027 (proximity); adr/0047."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.audit.occasion import network_of
from idp.cross_device.near import Place, place_of
from idp.setting_values import networks_of

CITY = networks_of("203.0.113.0/24, 198.51.0.0/16,2001:db8::/32")


@pytest.mark.parametrize(
    ("one", "other", "place"),
    [
        ("203.0.113.7", "203.0.113.200", Place.SAME_NETWORK),
        ("203.0.113.7", "::ffff:203.0.113.9", Place.SAME_NETWORK),
        ("2001:db8:1:2::1", "2001:db8:1:ffff::1", Place.SAME_NETWORK),
        ("203.0.113.7", "198.51.100.7", Place.CITY),
        ("203.0.113.7", "2001:db8:5::1", Place.CITY),
        ("203.0.113.7", "203.0.114.7", Place.FAR),
        ("203.0.113.7", "198.52.0.1", Place.FAR),
        ("2001:db8:1::1", "2001:db9:1::1", Place.FAR),
        ("", "203.0.113.7", Place.FAR),
        ("", "", Place.FAR),
        ("not an address", "not an address", Place.FAR),
    ],
)
def test_where_the_other_device_is(one: str, other: str, place: Place) -> None:
    assert place_of(network_of(one), network_of(other), city=CITY) is place
    assert place_of(network_of(other), network_of(one), city=CITY) is place


@given(st.ip_addresses(), st.ip_addresses())
def test_without_a_list_near_is_one_network_alone(one: object, other: object) -> None:
    first, second = network_of(str(one)), network_of(str(other))
    place = place_of(first, second, city=())
    assert place is (Place.SAME_NETWORK if first == second else Place.FAR)


@pytest.mark.parametrize(
    "text", ["203.0.113.7", "203.0.113.0/25", "2001:db8::/49", "203.0.113.1/24", "x", "10/8"]
)
def test_a_network_smaller_than_what_is_kept_of_an_address_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        networks_of(text)
