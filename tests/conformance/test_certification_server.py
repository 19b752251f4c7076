"""`scripts/run --profile certification`: https under a name of its own, its one person, what stops it from starting."""

import os
import socket
import ssl
import subprocess
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from tests.conformance.certified import NAME, Certified, Outside, through
from tests.conformance.throwaway_ca import Pair, ThrowawayCa
from tests.processes import ROOT
from tests.server import PATIENCE, free_ports

pytestmark = [pytest.mark.network, pytest.mark.timeout(300)]


async def test_discovery_answers_under_the_issuer_s_name(op: Outside) -> None:
    document = await op.metadata()

    assert document["issuer"] == op.issuer
    for name, value in document.items():
        if name.endswith(("_endpoint", "_uri")):
            assert value.startswith(f"{op.issuer}/"), name


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_tls_is_1_2_or_newer(server: Certified, version: ssl.TLSVersion) -> None:
    context = ssl.create_default_context(cafile=str(server.ca.certificate))
    context.minimum_version = context.maximum_version = version
    with (
        socket.create_connection(("127.0.0.1", server.port)) as plain,
        context.wrap_socket(plain, server_hostname=NAME) as wrapped,
    ):
        assert wrapped.version() == version.name.replace("_", ".")


def test_tls_1_1_is_refused(server: Certified) -> None:
    context = ssl.create_default_context(cafile=str(server.ca.certificate))
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with (
        socket.create_connection(("127.0.0.1", server.port)) as plain,
        pytest.raises((ssl.SSLError, ConnectionError)),
        context.wrap_socket(plain, server_hostname=NAME),
    ):
        pass


async def test_the_test_person_signs_in_with_a_password_and_has_every_claim(op: Outside) -> None:
    rp = op.relying_party(scope="openid profile email phone address")
    page = await through(op.browser(), rp.authorize_url())
    tokens = (await rp.redeem(op.http, page.answer["code"])).json()
    known = (await op.userinfo(tokens["access_token"])).json()
    supported = (await op.metadata())["claims_supported"]
    standard = {
        "name", "family_name", "middle_name", "given_name", "nickname", "preferred_username", "profile",
        "picture", "website", "gender", "birthdate", "zoneinfo", "locale", "updated_at", "email",
        "email_verified", "phone_number", "phone_number_verified", "address",
    }  # fmt: skip

    assert (standard & set(supported)) - known.keys() == set()
    assert isinstance(known["updated_at"], int)
    assert known["email_verified"] is True
    assert known["phone_number_verified"] is True
    assert isinstance(known["address"], dict)


async def test_cookies_are_bound_to_the_host_and_secure(op: Outside) -> None:
    browser = op.browser()
    await through(browser, op.relying_party().authorize_url())

    kept = [cookie for cookie in browser.client.cookies.jar if cookie.name == "__Host-hpid-session"]
    assert [cookie.secure for cookie in kept] == [True]


def _refused(tmp_path: Path, arguments: Sequence[str]) -> str:
    """Run scripts/run until it gives up; return the one line it says."""
    done = subprocess.run(
        (sys.executable, "-m", "demo.run", "--profile", "certification", *arguments),
        env={**os.environ, "HPID_DEMO_STATE": str(tmp_path / "state"), "COLUMNS": "1000"},
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    lines = done.stderr.splitlines()
    assert done.returncode != 0
    assert (done.stdout, len(lines)) == ("", 1), (done.stdout, done.stderr)
    return lines[0]


def _arguments(ca: Path, pair: Pair, port: int) -> list[str]:
    files = {"cert": str(pair.certificate), "key": str(pair.key), "ca": str(ca)}
    options = [word for name, value in files.items() for word in (f"--{name}", value)]
    return ["--issuer", f"https://{NAME}:{port}", *options]


def test_a_busy_port_is_one_line(server: Certified, tmp_path: Path) -> None:
    said = _refused(tmp_path, _arguments(server.ca.certificate, server.ca.issue(NAME), server.port))

    assert said == f"Port {server.port} (provider) is in use; choose another with --issuer"


@pytest.mark.parametrize(
    ("broken", "expected"),
    [
        ("certificate", "the certificate is not PEM"),
        ("key", "the key is not PEM"),
        ("other key", "the key is not the certificate's"),
        ("expired", "the certificate has expired"),
        ("ca", "no CA certificates in PEM"),
        ("missing", "can't be read: No such file or directory"),
    ],
)
def test_files_that_cannot_serve_are_one_line(tmp_path: Path, broken: str, expected: str) -> None:
    ca, (port,) = ThrowawayCa(tmp_path), free_ports(1)
    pair = ca.issue(NAME, lifetime=timedelta(days=-1 if broken == "expired" else 1))
    no_pem = tmp_path / "no.pem"
    no_pem.write_text("nothing of the kind")
    certificate = no_pem if broken == "certificate" else pair.certificate
    key = {"key": no_pem, "other key": ca.issue(NAME).key, "missing": tmp_path / "nowhere.pem"}.get(
        broken, pair.key
    )
    arguments = _arguments(no_pem if broken == "ca" else ca.certificate, Pair(certificate, key), port)

    assert expected in _refused(tmp_path, arguments)
