"""`hpid serve` with a certificate of its own, in any profile, and behind a proxy that ends TLS (how-to/operate.md)."""

import ssl
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conformance.throwaway_ca import Pair, ThrowawayCa
from tests.server import PATIENCE, Installation, Node, free_ports, serving

pytestmark = [pytest.mark.network, pytest.mark.timeout(300)]
NAME = "id.test"


@pytest.fixture
def ca(tmp_path: Path) -> ThrowawayCa:
    folder = tmp_path / "ca"
    folder.mkdir()
    return ThrowawayCa(folder)


def _installed(tmp_path: Path, **settings: str) -> Installation:
    port = free_ports(1)[0]
    made = Installation(
        folder=tmp_path / "state",
        port=port,
        settings={"HPID_ISSUER": f"https://{NAME}:{port}", **settings},
    )
    made.prepare()
    return made


def _files(pair: Pair) -> dict[str, str]:
    return {"HPID_CERTIFICATE": str(pair.certificate), "HPID_CERTIFICATE_KEY": str(pair.key)}


@pytest.fixture
def behind(tmp_path: Path) -> Iterator[Node]:
    """A node on plain http whose issuer is https: TLS ends before it."""
    node = Node(_installed(tmp_path, HPID_TRUSTED_PROXIES="127.0.0.1"))
    with serving(node):
        yield node


def _get(node: Node, ca: ThrowawayCa, path: str) -> httpx.Response:
    """Ask over https, by the certificate's name, as soon as somebody answers."""
    deadline = time.monotonic() + PATIENCE
    trusted = ssl.create_default_context(cafile=str(ca.certificate))
    with httpx.Client(verify=trusted, trust_env=False) as client:
        while True:
            try:
                return client.get(f"https://127.0.0.1:{node.port}{path}", extensions={"sni_hostname": NAME})
            except httpx.ConnectError:
                assert node.process.poll() is None, node.log.read_text()
                assert time.monotonic() < deadline, "never ready"
                time.sleep(0.1)


def _line_of(node: Node, path: str) -> dict[str, Any]:
    """Return the log's line for a request, which is written after its answer."""
    deadline = time.monotonic() + PATIENCE
    while not (found := [line for line in node.lines() if line.get("path") == path]):
        assert time.monotonic() < deadline, "never logged"
        time.sleep(0.05)
    return found[0]


def test_https_ends_here_with_a_certificate_in_the_settings(tmp_path: Path, ca: ThrowawayCa) -> None:
    made = _installed(
        tmp_path,
        HPID_PROFILE="production",
        HPID_TEST_ENVIRONMENT="false",
        HPID_MASTER_KEY=str(tmp_path / "state" / "keys" / "master.json"),
        **_files(ca.issue(NAME)),
    )
    node = Node(made)
    try:
        node.start()
        document = _get(node, ca, "/.well-known/openid-configuration").json()
    finally:
        node.kill()

    assert document["issuer"] == made.settings["HPID_ISSUER"]


def test_a_private_key_that_others_may_read_is_refused_in_production_and_said_elsewhere(
    tmp_path: Path, ca: ThrowawayCa
) -> None:  # SECURITY R27
    pair = ca.issue("other.test")  # what comes after it is refused too: nothing has to start
    production = {
        "HPID_PROFILE": "production",
        "HPID_TEST_ENVIRONMENT": "false",
        "HPID_MASTER_KEY": str(tmp_path / "state" / "keys" / "master.json"),
    }
    made = _installed(tmp_path, **_files(pair))
    said = f"{pair.key}: others may read or change it; its mode must be 0600"
    for mode in (0o640, 0o604):
        pair.key.chmod(mode)
        assert made.hpid("serve", **production).refusal == said
        warned, refused = made.hpid("serve").err.splitlines()
        assert warned == f"hpid: {said}; production refuses it"
        assert refused.endswith(f"the certificate does not name {NAME}")
    pair.key.chmod(0o400)
    assert made.hpid("serve", **production).refusal.endswith(f"the certificate does not name {NAME}")


def test_behind_a_proxy_cookies_are_as_outside_and_the_address_is_the_one_it_vouches_for(
    behind: Node,
) -> None:
    forwarded = {"x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https"}

    with httpx.Client(base_url=behind.url, trust_env=False, headers=forwarded) as client:
        answer = client.get("/")

    cookies = [value.split(";")[0].split("=")[0] for value in answer.headers.get_list("set-cookie")]
    assert cookies
    assert all(name.startswith("__Host-hpid-") for name in cookies)
    assert "strict-transport-security" in answer.headers
    assert _line_of(behind, "/")["peer"] == "203.0.113.0/24"


@pytest.mark.parametrize(
    ("names", "days", "said"),
    [
        (("other.test",), 1, f"the certificate does not name {NAME}"),
        ((NAME,), -1, "the certificate has expired on"),
    ],
)
def test_a_certificate_that_no_relying_party_would_take_is_one_line(
    tmp_path: Path, ca: ThrowawayCa, names: tuple[str, ...], days: int, said: str
) -> None:
    pair = ca.issue(*names, lifetime=timedelta(days=days))

    assert said in _installed(tmp_path, **_files(pair)).hpid("serve").refusal


def test_a_certificate_or_ca_that_is_not_there_is_one_line(tmp_path: Path, ca: ThrowawayCa) -> None:
    pair = ca.issue(NAME)
    nowhere = tmp_path / "nowhere.pem"
    made = _installed(tmp_path)

    refused = made.hpid("serve", **{**_files(pair), "HPID_CERTIFICATE": str(nowhere)}).refusal
    assert refused == f"{nowhere}: can't be read: No such file or directory"
    refused = made.hpid("serve", HPID_CA_BUNDLE=str(nowhere)).refusal
    assert refused == f"HPID_CA_BUNDLE: {nowhere}: can't be read: No such file or directory"
