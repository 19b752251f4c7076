"""The certificate that `hpid serve` answers with, looked at before it starts: one line says what is wrong.

A private key that others may read is refused in production and warned of elsewhere: tools that make certificates for
one's own machine leave it readable, and nothing real is behind it there (SECURITY R27).
"""

from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from idp.cli.context import CommandFailed, warn
from idp.settings import DeploymentProfile, Settings
from keys.private_file import UnreadableFile, read_private_file
from keys.tls_certificate import UnusableCertificate, check_certificate, expires_at

_MOST_BYTES = 64 * 1024


def check_tls_files(settings: Settings, *, now: datetime) -> datetime | None:
    """Refuse a certificate that can't serve the issuer; return when it expires, None where a proxy ends TLS.

    Its names are looked at where relying parties see them: not behind proxies, and the conformance suite trusts any.
    """
    if settings.certificate is None or settings.certificate_key is None:
        return None
    is_seen = not settings.trusted_proxies and not settings.is_certification
    host = urlsplit(settings.issuer).hostname if is_seen else None
    chain, key = _read(settings.certificate), _read_key(settings, settings.certificate_key)
    try:
        check_certificate(chain, key, host=host, now=now)
    except UnusableCertificate as error:
        raise CommandFailed(f"{settings.certificate}, {settings.certificate_key}: {error}") from error
    return expires_at(chain)


def _read_key(settings: Settings, path: Path) -> bytes:
    try:
        file = read_private_file(path, most=_MOST_BYTES)
    except UnreadableFile as error:
        raise CommandFailed(f"{path}: {error}") from error
    if file.exposed is None:
        return file.content
    if settings.profile is DeploymentProfile.PRODUCTION:
        raise CommandFailed(f"{path}: {file.exposed}")
    warn(f"{path}: {file.exposed}; production refuses it")
    return file.content


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandFailed(f"{path}: can't be read: {error.strerror}") from error
