"""Keys in a device as operators meet them – docs/how-to/keep-keys-in-a-device.md, SECURITY R26."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.server import Installation, Node, free_ports, serving
from tests.softhsm import PIN, Token, new_token

pytestmark = [pytest.mark.network]


@pytest.fixture
def token(tmp_path: Path) -> Iterator[Token]:
    with new_token(tmp_path / "softhsm") as token:
        yield token


@pytest.fixture
def installed(tmp_path: Path, token: Token) -> Installation:
    """A provider whose keys lie in the database, and whose next ones will lie in the device."""
    own = {f"HPID_{name.upper()}": value for name, value in token.settings.items()}
    installation = Installation(
        folder=tmp_path / "state",
        port=free_ports(1)[0],
        settings={**own, **token.environment, "HPID_LIFE_KEY_PUBLISH": "0"},
    )
    installation.prepare()
    return installation


def test_the_next_key_is_made_in_the_device_and_a_wrong_pin_keeps_a_node_up_and_not_ready(
    installed: Installation, token: Token
) -> None:
    made = installed.hpid("keys", "rotate", "--json").json
    old, new = sorted(
        installed.hpid("keys", "list", "--json").json, key=lambda key: key["kid"] == made["kid"]
    )
    assert (old["held_in"], old["state"]) == ("database", "retired")
    assert new["held_in"].startswith("pkcs11:token=hpid;id=%")
    assert new["state"] == "active"

    token.write_pin("0000-wrong")
    refusal = installed.hpid("keys", "rotate", "--alg", "EdDSA").refusal
    assert refusal.startswith("the token refuses the PIN, which this process does not try again")
    assert installed.hpid("clients", "list", "--json").json == [], "what needs no key needs no PIN"

    node = Node(installed)
    node.start()
    try:
        while node.readiness() == 0:
            assert node.process.poll() is None, node.log.read_text()
        for _ in range(3):
            assert node.readiness() == 503
        assert httpx.get(f"{node.url}/health/live").status_code == 200
        assert new["kid"] in httpx.get(f"{node.url}/jwks").text
        refused = [line for line in node.complaints() if "refuses the PIN" in line["event"]]
        assert len(refused) == 1, "tried once"
        assert "0000-wrong" not in node.log.read_text()
        assert node.end() == 0
    finally:
        node.kill()

    token.write_pin(PIN)
    with serving(node):
        assert node.readiness() == 200


def test_a_half_named_device_is_refused(installed: Installation) -> None:
    words = installed.hpid("keys", "list", HPID_PKCS11_TOKEN="").refusal
    assert "HPID_PKCS11_MODULE, HPID_PKCS11_TOKEN and HPID_PKCS11_PIN_FILE go together" in words
