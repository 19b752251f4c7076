"""Whom calls trust: a certificate of the name, from an authority we know – RFC 9110 §4.3.4, RFC 9525."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from federation.fetch import FetchFailed, FetchFailure
from tests.conformance.throwaway_ca import SIGNS_CERTIFICATES
from tests.federation.fetch_peers import Names, failure, fetching, serving


def certificate_files(folder: Path, name: str) -> tuple[Path, Path]:
    """Return a self-signed certificate of that name and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    names: list[x509.GeneralName] = [x509.DNSName(name)]
    if name[0].isdigit():
        names = [x509.IPAddress(ip_address(name))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(SIGNS_CERTIFICATES, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "key.pem").touch(mode=0o600)
    (folder / "key.pem").write_bytes(pem)
    return folder / "certificate.pem", folder / "key.pem"


@pytest.mark.network
@pytest.mark.parametrize("called", ["rp.localhost", "other.localhost"])
@pytest.mark.parametrize("trusted", [True, False])
async def test_tls_is_checked_against_the_name_and_not_the_address(
    tmp_path: Path, called: str, *, trusted: bool
) -> None:
    certificate, key = certificate_files(tmp_path, "rp.localhost")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    asked_for: list[str | None] = []
    context.sni_callback = lambda _socket, name, _context: asked_for.append(name)
    async with serving(tls=context) as peer:
        origin = f"https://{called}:{peer.port}"
        bundle = certificate if trusted else None
        async with fetching(origin, resolve=Names(["127.0.0.1"]), ca_bundle=bundle) as fetcher:
            if trusted and called == "rp.localhost":
                assert (await fetcher.get(f"{origin}/keys")).status == 200
            else:
                with pytest.raises(FetchFailed) as failed:
                    await fetcher.get(f"{origin}/keys")
                assert failed.value.reason is FetchFailure.UNREACHABLE
                assert "CERTIFICATE_VERIFY_FAILED" in failed.value.detail
                assert peer.requests == []
        assert asked_for == [called]


@pytest.mark.network
async def test_a_certificate_of_the_address_does_not_stand_for_the_name(tmp_path: Path) -> None:
    certificate, key = certificate_files(tmp_path, "127.0.0.1")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    async with serving(tls=context) as peer:
        origin = f"https://rp.localhost:{peer.port}"
        async with fetching(origin, resolve=Names(["127.0.0.1"]), ca_bundle=certificate) as fetcher:
            assert await failure(fetcher.get(origin)) is FetchFailure.UNREACHABLE
        assert peer.requests == []
