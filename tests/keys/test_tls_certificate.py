"""A certificate that can't serve https is refused with the reason – RFC 5280 §4.1.2.5, RFC 9525 §6.3."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from keys.tls_certificate import UnusableCertificate, check_certificate
from tests.conformance.throwaway_ca import ThrowawayCa


@pytest.fixture
def ca(tmp_path: Path) -> ThrowawayCa:
    return ThrowawayCa(tmp_path)


def _check(chain: bytes, key: bytes, *, host: str | None = None, days: int = 0) -> None:
    check_certificate(chain, key, host=host, now=datetime.now(UTC) + timedelta(days=days))


@pytest.mark.parametrize(
    ("names", "host"),
    [
        (("op.test",), "op.test"),
        (("Op.Test",), "op.test"),
        (("a.test", "op.test"), "op.test"),
        (("*.hpid.test",), "id.hpid.test"),
        (("127.0.0.1",), "127.0.0.1"),
        (("::1",), "::1"),
        (("op.test",), None),
    ],
)
def test_a_chain_that_names_the_host_passes(
    ca: ThrowawayCa, names: tuple[str, ...], host: str | None
) -> None:
    pair = ca.issue(*names)

    _check(pair.certificate.read_bytes() + ca.certificate.read_bytes(), pair.key.read_bytes(), host=host)


@pytest.mark.parametrize(
    ("names", "host"),
    [
        (("op.test",), "other.test"),
        (("*.hpid.test",), "hpid.test"),
        (("*.hpid.test",), "a.id.hpid.test"),
        (("op.test",), "127.0.0.1"),
        (("127.0.0.1",), "op.test"),
    ],
)
def test_another_host_is_refused(ca: ThrowawayCa, names: tuple[str, ...], host: str) -> None:
    pair = ca.issue(*names)

    with pytest.raises(UnusableCertificate, match=f"does not name {host}"):
        _check(pair.certificate.read_bytes(), pair.key.read_bytes(), host=host)


def test_a_certificate_whose_time_it_is_not_is_refused(ca: ThrowawayCa) -> None:
    pair = ca.issue("op.test")
    chain, key = pair.certificate.read_bytes(), pair.key.read_bytes()

    with pytest.raises(UnusableCertificate, match="has expired on"):
        _check(chain, key, days=2)
    with pytest.raises(UnusableCertificate, match="is not valid before"):
        _check(chain, key, days=-3)


def test_the_key_must_be_the_certificate_s(ca: ThrowawayCa) -> None:
    with pytest.raises(UnusableCertificate, match="the key is not the certificate's"):
        _check(ca.issue("op.test").certificate.read_bytes(), ca.issue("op.test").key.read_bytes())


def test_an_encrypted_key_is_refused(ca: ThrowawayCa) -> None:
    pair = ca.issue("op.test")
    key = load_pem_private_key(pair.key.read_bytes(), None)
    sealed = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x"))

    with pytest.raises(UnusableCertificate, match="encrypted"):
        _check(pair.certificate.read_bytes(), sealed)


@pytest.mark.parametrize(
    "weak",
    [
        rsa.generate_private_key(65537, 1024),  # noqa: S505 - weak on purpose
        ec.generate_private_key(ec.SECP256K1()),
    ],
    ids=["rsa", "ec"],
)
def test_a_key_that_no_browser_takes_is_refused(
    ca: ThrowawayCa, weak: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
) -> None:
    pem = weak.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    with pytest.raises(UnusableCertificate, match="the key must be RSA of 2048 bits"):
        _check(ca.issue("op.test").certificate.read_bytes(), pem)


@pytest.mark.parametrize(
    "text", [b"", b"nothing", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_what_is_no_pem_is_refused(ca: ThrowawayCa, text: bytes) -> None:
    pair = ca.issue("op.test")

    with pytest.raises(UnusableCertificate, match="the certificate is not PEM"):
        _check(text, pair.key.read_bytes())
    with pytest.raises(UnusableCertificate, match="the key is not PEM"):
        _check(pair.certificate.read_bytes(), text)
