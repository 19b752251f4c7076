"""Whether a certificate and its key can serve https for a name – RFC 5280 §4.1.2.5 (validity), RFC 9525 (names).

What a TLS library finds wrong it says at the first connection, to a stranger; this says it to the operator, before.
"""

from datetime import datetime
from ipaddress import ip_address

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

_CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)
_LEAST_RSA_BITS = 2048


class UnusableCertificate(Exception):
    """This certificate or key can't serve https; the text says why, for the operator."""


def check_certificate(chain_pem: bytes, key_pem: bytes, *, host: str | None, now: datetime) -> None:
    """Refuse a chain that does not parse, whose key is another, whose time it is not, or that is not the host's."""
    try:
        leaf = x509.load_pem_x509_certificates(chain_pem)[0]
    except ValueError:
        raise UnusableCertificate("the certificate is not PEM") from None
    try:
        key = load_pem_private_key(key_pem, password=None)
    except TypeError:
        raise UnusableCertificate("the key is encrypted; it must lie open, readable by us alone") from None
    except (ValueError, UnsupportedAlgorithm):
        raise UnusableCertificate("the key is not PEM") from None
    public = key.public_key()
    is_strong = (
        (isinstance(public, ec.EllipticCurvePublicKey) and isinstance(public.curve, _CURVES))
        or (isinstance(public, rsa.RSAPublicKey) and public.key_size >= _LEAST_RSA_BITS)
        or isinstance(public, ed25519.Ed25519PublicKey)
    )
    if not is_strong:
        raise UnusableCertificate(f"the key must be RSA of {_LEAST_RSA_BITS} bits or more, P-256 or Ed25519")
    if _spki(leaf.public_key()) != _spki(public):
        raise UnusableCertificate("the key is not the certificate's")
    if now < leaf.not_valid_before_utc:
        raise UnusableCertificate(f"the certificate is not valid before {leaf.not_valid_before_utc:%Y-%m-%d}")
    if now > leaf.not_valid_after_utc:
        raise UnusableCertificate(f"the certificate has expired on {leaf.not_valid_after_utc:%Y-%m-%d}")
    if host is not None and not _names(leaf, host):
        raise UnusableCertificate(f"the certificate does not name {host}")


def expires_at(chain_pem: bytes) -> datetime:
    """Return when the certificate expires (RFC 5280 §4.1.2.5)."""
    return x509.load_pem_x509_certificates(chain_pem)[0].not_valid_after_utc


def _spki(key: object) -> bytes:
    public_bytes = getattr(key, "public_bytes", None)
    if public_bytes is None:
        raise UnusableCertificate("the certificate's key is of no known kind")
    return bytes(public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def _names(leaf: x509.Certificate, host: str) -> bool:
    """Tell whether the host is among the certificate's names; a wildcard stands for one label (RFC 9525 §6.3)."""
    try:
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return False
    try:
        return ip_address(host) in names.get_values_for_type(x509.IPAddress)
    except ValueError:
        wildcard = f"*.{host.partition('.')[2]}"
        return any(name.lower() in {host, wildcard} for name in names.get_values_for_type(x509.DNSName))
