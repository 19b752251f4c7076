"""The senders that the settings name: mail, SMS, either or none."""

from collections.abc import Mapping
from pathlib import Path

from federation.fetch import Fetcher
from idp.messages.model import Channel, Sender
from idp.messages.sms import GatewaySender
from idp.messages.smtp import SmtpSender
from idp.settings import Settings, UnsafeSettings
from keys.private_file import UnreadableFile, read_private_file

_MOST_BYTES = 4096


def senders_of(settings: Settings, fetcher: Fetcher) -> Mapping[Channel, Sender]:
    """Return what sends by each channel; a channel without a sender is not in it. UnsafeSettings: a file is no secret."""
    senders: dict[Channel, Sender] = {}
    if settings.mail_host is not None:
        password = settings.mail_password_file
        senders[Channel.EMAIL] = SmtpSender(
            host=settings.mail_host,
            port=settings.mail_port,
            tls=settings.mail_tls,
            sender=settings.mail_from,
            username=settings.mail_username,
            password="" if password is None else _secret(password, "HPID_MAIL_PASSWORD_FILE"),
            time_limit=settings.mail_time_limit,
            ca_bundle=settings.ca_bundle,
        )
    if settings.sms_url is not None and settings.sms_secret_file is not None:
        senders[Channel.PHONE] = GatewaySender(
            url=settings.sms_url,
            secret=_secret(settings.sms_secret_file, "HPID_SMS_SECRET_FILE"),
            sender=settings.sms_from,
            fetcher=fetcher,
        )
    return senders


def _secret(path: Path, setting: str) -> str:
    try:
        file = read_private_file(path, most=_MOST_BYTES)
    except UnreadableFile as error:
        raise UnsafeSettings(f"{setting}: {path}: {error}") from None
    if file.exposed is not None:
        raise UnsafeSettings(f"{setting}: {path}: {file.exposed}")
    try:
        secret = file.content.decode("ascii").strip()
    except UnicodeDecodeError:
        secret = ""
    if not secret.isprintable() or not secret or " " in secret:
        raise UnsafeSettings(f"{setting}: {path}: it must hold one line of ASCII without spaces")
    return secret
