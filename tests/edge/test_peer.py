"""Who is calling – SECURITY E12: X-Forwarded-For counts from a trusted peer only, read from the right."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from idp.edge.peer import peer_address, peer_prefix
from idp.settings import DeploymentProfile, Settings

PROXIES = ("10.0.0.1", "10.0.0.2", "2001:db8::10")
FORGED = "198.51.100.66"
HEADERS = (
    "x-forwarded-for",
    "forwarded",
    "x-real-ip",
    "cf-connecting-ip",
    "true-client-ip",
    "x-client-ip",
    "x-forwarded",
    "client-ip",
)


@pytest.mark.parametrize("name", HEADERS)
@pytest.mark.parametrize("value", [FORGED, "127.0.0.1", "10.0.0.1", f"for={FORGED}"])
@pytest.mark.parametrize("trusted", [(), PROXIES], ids=["no proxy", "proxies"])
def test_no_header_of_a_stranger_changes_who_they_are(
    name: str, value: str, trusted: tuple[str, ...]
) -> None:
    assert peer_address("192.0.2.9", {name: value}, trusted) == "192.0.2.9"


@pytest.mark.parametrize("name", HEADERS[1:])
def test_a_proxy_speaks_through_one_header_only(name: str) -> None:
    assert peer_address("10.0.0.1", {name: FORGED}, PROXIES) == "10.0.0.1"


@pytest.mark.parametrize(
    ("forwarded", "peer"),
    [
        ("192.0.2.9", "192.0.2.9"),
        (f"{FORGED}, 192.0.2.9", "192.0.2.9"),
        (f"{FORGED},{FORGED} ,  192.0.2.9", "192.0.2.9"),
        ("192.0.2.9, 10.0.0.2", "192.0.2.9"),
        (f"{FORGED}, 192.0.2.9, 10.0.0.2, 10.0.0.1", "192.0.2.9"),
        ("192.0.2.9, 2001:db8:0:0::10", "192.0.2.9"),
        ("192.0.2.9, ::ffff:10.0.0.2", "192.0.2.9"),
        ("2001:DB8::9", "2001:db8::9"),
        ("::ffff:192.0.2.9", "192.0.2.9"),
        ("", "10.0.0.1"),
        (",", "10.0.0.1"),
        ("10.0.0.2", "10.0.0.1"),
        ("unknown", "10.0.0.1"),
        (f"{FORGED}, unknown", "10.0.0.1"),
        (f"{FORGED}, _hidden", "10.0.0.1"),
        (f"{FORGED}, 192.0.2.9:4711", "10.0.0.1"),
        (f"{FORGED}, 192.0.2.256", "10.0.0.1"),
        (f"{FORGED}, 192.0.2.09", "10.0.0.1"),
        (f"{FORGED}, 3221226761", "10.0.0.1"),
        (f"{FORGED}, ١.1.1.1", "10.0.0.1"),
    ],
)
def test_the_right_most_address_that_is_no_proxy_counts(forwarded: str, peer: str) -> None:
    assert peer_address("10.0.0.1", {"x-forwarded-for": forwarded}, PROXIES) == peer


def test_an_ipv4_address_on_a_dual_stack_socket_is_the_same_peer() -> None:
    assert peer_address("::ffff:192.0.2.9", {}, ()) == "192.0.2.9"
    assert peer_address("::ffff:10.0.0.1", {"x-forwarded-for": "192.0.2.9"}, PROXIES) == "192.0.2.9"


@pytest.mark.parametrize("socket_peer", ["", "testclient", "/run/hpid.sock"])
def test_a_peer_without_an_address_is_taken_as_it_is(socket_peer: str) -> None:
    assert peer_address(socket_peer, {"x-forwarded-for": FORGED}, PROXIES) == socket_peer


@pytest.mark.parametrize(
    ("peer", "prefix"),
    [
        ("192.0.2.9", "192.0.2.0/24"),
        ("::ffff:192.0.2.9", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:0db8:0001::/48"),
        ("2001:db8::1", "2001:0db8:0000::/48"),
        ("fe80::1%eth0", "fe80:0000:0000::/48"),
        ("::1", "0000:0000:0000::/48"),
        ("", "unknown"),
        ("testclient", "unknown"),
        ("192.0.2", "unknown"),
    ],
)
def test_a_log_keeps_the_network_only(peer: str, prefix: str) -> None:
    assert peer_prefix(peer) == prefix


@given(st.ip_addresses(), st.ip_addresses())
def test_every_address_has_a_network(one: object, other: object) -> None:
    for address in (one, other):
        assert peer_prefix(str(address)) not in {"unknown", str(address)}


@given(st.text(st.characters(max_codepoint=255)))
def test_no_header_is_a_fault(forwarded: str) -> None:
    assert peer_address("10.0.0.1", {"x-forwarded-for": forwarded}, PROXIES)


@pytest.mark.parametrize("text", ["10.0.0.0/8", "127.0.0.1/32", "proxy.example", "::1%lo0x/64", "127.1"])
def test_a_trusted_proxy_that_is_no_address_stops_the_start(
    text: str,
) -> None:  # it would match nobody, silently
    with pytest.raises(ValidationError, match="HPID_TRUSTED_PROXIES"):
        Settings(trusted_proxies=("192.0.2.7", text))
    assert Settings(trusted_proxies=("192.0.2.7", "::1")).trusted_proxies == ("192.0.2.7", "::1")


@pytest.mark.parametrize("text", ["2001:DB8::10", "2001:db8:0:0::10", "::ffff:10.0.0.1", "::FFFF:a00:1"])
def test_a_trusted_proxy_is_the_same_however_it_is_written(text: str) -> None:
    """Else it is believed by nobody, and whoever comes through it counts as one caller, near to everybody else."""
    trusted = Settings(trusted_proxies=(text,)).trusted_proxies
    socket_peer = "2001:db8::10" if "10.0" not in text and "a00" not in text else "10.0.0.1"
    assert peer_address(socket_peer, {"x-forwarded-for": "192.0.2.9"}, trusted) == "192.0.2.9"


_PRODUCTION: dict[str, Any] = {
    "profile": DeploymentProfile.PRODUCTION,
    "issuer": "https://id.example.vn",
    "master_key": Path("/etc/hpid/master.json"),
    "database_url": "sqlite:////var/lib/hpid/hpid.sqlite3",
    "test_environment": False,
    "qr_sign_in": True,
}


def test_where_nobody_s_address_is_known_no_phone_confirms_that_it_is_near() -> None:
    """RFC 10027: behind a proxy that is not believed all have its address, and every device is near every other."""
    with pytest.raises(ValidationError, match="HPID_QR_SIGN_IN"):
        Settings(**_PRODUCTION)
    assert Settings(**_PRODUCTION, trusted_proxies=("127.0.0.1",)).qr_sign_in
    own: dict[str, Any] = {
        "certificate": Path("/etc/hpid/chain.pem"),
        "certificate_key": Path("/etc/hpid/key.pem"),
    }
    assert Settings(**_PRODUCTION, **own).qr_sign_in
    assert not Settings(**_PRODUCTION | {"qr_sign_in": None}).qr_sign_in
