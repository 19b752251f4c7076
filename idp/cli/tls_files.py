"""The certificate that `hpid serve` answers with, looked at before it starts: one line says what is wrong."""

from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from idp.cli.context import CommandFailed
from idp.settings import Settings
from keys.tls_certificate import UnusableCertificate, check_certificate, expires_at


def check_tls_files(settings: Settings, *, now: datetime) -> datetime | None:
    """Refuse a certificate that can't serve the issuer; return when it expires, None where a proxy ends TLS.

    Its names are looked at where relying parties see them: not behind proxies, and the conformance suite trusts any.
    """
    if settings.certificate is None or settings.certificate_key is None:
        return None
    is_seen = not settings.trusted_proxies and not settings.is_certification
    host = urlsplit(settings.issuer).hostname if is_seen else None
    chain, key = _read(settings.certificate), _read(settings.certificate_key)
    try:
        check_certificate(chain, key, host=host, now=now)
    except UnusableCertificate as error:
        raise CommandFailed(f"{settings.certificate}, {settings.certificate_key}: {error}") from error
    return expires_at(chain)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandFailed(f"{path}: can't be read: {error.strerror}") from error
