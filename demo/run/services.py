"""The services of the demo: how each is started, with which settings, and where it answers.

In order of starting: the provider is last, so that the others start while its state is prepared.
"""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from demo.run.health import Address
from demo.run.options import Options

PROVIDER = "provider"
NATIONAL = "national-system"
INBOX = "inbox"
PORTAL = "portal"
DATA_STORE = "data-store"
EGOV = "egov"
SMART = "smart"

_LOOPBACK = "127.0.0.1"
HPID = Path(sys.executable).parent / "hpid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One process of the demo."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    ready: Address
    more_ports: tuple[int, ...] = ()
    """Beside that at which it says that it is ready."""

    @property
    def ports(self) -> tuple[int, ...]:
        """Return all that it listens on."""
        return (self.ready.port, *self.more_ports)


def services(options: Options, secrets: Mapping[str, str]) -> list[Service]:
    """Return the services in order of starting; for certification, the provider alone."""
    if options.certification:
        return [_provider(options, secrets)]
    return [
        _portal(options, secrets),
        _data_store(options, secrets),
        _egov(options, secrets),
        _smart(options, secrets),
        _inbox(options),
        _national(options, secrets),
        _provider(options, secrets),
    ]


def national_accounts_path(options: Options) -> Path:
    """Return where the mocked national system reads its accounts."""
    return options.state / "national" / "accounts.json"


def national_registers_path(options: Options) -> Path:
    """Return where it reads its registers."""
    return options.state / "national" / "registers.json"


def _national(options: Options, secrets: Mapping[str, str]) -> Service:
    folder = options.state / "national"
    return _service(
        options,
        NATIONAL,
        options.national_port,
        command=(sys.executable, "-m", "federation.national_mock"),
        path="/health",
        environment={
            "NATIONAL_PORT": str(options.national_port),
            "NATIONAL_ISSUER": options.national_issuer,
            "NATIONAL_DATABASE": str(folder / "national.db"),
            "NATIONAL_KEYS_DIR": str(folder / "keys"),
            "NATIONAL_ACCOUNTS_PATH": str(national_accounts_path(options)),
            "NATIONAL_REGISTERS_PATH": str(national_registers_path(options)),
            "NATIONAL_CLIENTS": json.dumps(_national_clients(options, secrets)),
            "NATIONAL_SHOW_PERSONAS": "true",
            "NATIONAL_FAULTS": "true",
        },
    )


def _national_clients(options: Options, secrets: Mapping[str, str]) -> list[dict[str, object]]:
    return [
        {
            "client_id": "haiphong-id",
            "client_secret": secrets.get("HPID_NATIONAL_CLIENT_SECRET", ""),
            "redirect_uris": [f"{options.issuer}/upstream/national/callback"],
            "backchannel_logout_uri": f"{options.issuer}/upstream/national/backchannel_logout",
            "frontchannel_logout_uri": f"{options.issuer}/upstream/national/frontchannel_logout",
            "jwks_uri": f"{options.issuer}/jwks",
            "name": "Hải Phòng ID",
        }
    ]


def _inbox(options: Options) -> Service:
    return _service(
        options,
        INBOX,
        options.inbox_port,
        command=(sys.executable, "-m", "demo.inbox"),
        path="/health",
        environment={
            "INBOX_PORT": str(options.inbox_port),
            "INBOX_SMTP_PORT": str(options.smtp_port),
            "INBOX_SECRET_FILE": str(options.sms_secret_path),
            "INBOX_PROVIDER": options.issuer,
        },
        more_ports=(options.smtp_port,),
    )


def _provider(options: Options, secrets: Mapping[str, str]) -> Service:
    own = {key: value for key, value in secrets.items() if key.startswith("HPID_")}
    return _service(
        options,
        PROVIDER,
        options.port_base,
        command=(str(HPID), "serve"),
        path="/health/ready",
        environment=provider_environment(options) | own,
        host=options.host,
    )


def provider_environment(options: Options) -> dict[str, str]:
    """Return the settings of the provider, secrets left out."""
    environment = {
        "HPID_ISSUER": options.issuer,
        "HPID_HOST": options.host,
        "HPID_PORT": str(options.port_base),
        "HPID_STATE": str(options.state),
    }
    if options.certification:
        return environment | {
            "HPID_PROFILE": "certification",
            "HPID_CERTIFICATE": str(options.certification.certificate),
            "HPID_CERTIFICATE_KEY": str(options.certification.key),
            "HPID_CA_BUNDLE": str(options.certification.ca),
            "HPID_LOOPBACK_HOSTS": ",".join(options.certification.loopback_hosts),
            "HPID_TEST_HOOKS": "true",
        }
    return environment | {
        "HPID_PROFILE": "development",
        "HPID_NATIONAL_ISSUER": options.national_issuer,
        "HPID_REGISTERS_EVERY": "1",
        "HPID_DEGRADED_SIGN_IN": "true",
        "HPID_NATIONAL_NAME": "Định danh quốc gia (mô phỏng)",
        "HPID_NATIONAL_NAME_EN": "National e-ID (simulated)",
        "HPID_LOOPBACK_ORIGINS": _origins(options),
        "HPID_MAIL_HOST": _LOOPBACK,
        "HPID_MAIL_PORT": str(options.smtp_port),
        "HPID_MAIL_TLS": "none",
        "HPID_MAIL_FROM": "khong-tra-loi@haiphong-id.example",
        "HPID_SMS_URL": f"{options.inbox_url}/sms",
        "HPID_SMS_SECRET_FILE": str(options.sms_secret_path),
    }


def _origins(options: Options) -> str:
    """Return what the provider may call on this machine: the demo's own, and what a developer's environment adds."""
    own = (
        options.national_issuer,
        options.inbox_url,
        options.portal_url,
        options.data_store_url,
        options.egov_url,
    )
    added = filter(None, os.environ.get("HPID_LOOPBACK_ORIGINS", "").split(","))
    return ",".join((*own, *(origin.strip() for origin in added)))


def seed_environment(options: Options, secrets: Mapping[str, str]) -> dict[str, str]:
    """Return the provider's settings and what `hpid demo seed` also needs: addresses and secrets."""
    addresses = {
        "PORTAL_BASE_URL": options.portal_url,
        "DATASTORE_BASE_URL": options.data_store_url,
        "EGOV_BASE_URL": options.egov_url,
        "SMART_BASE_URL": options.smart_url,
    }
    return {**os.environ, **provider_environment(options), **addresses, **secrets}


def _portal(options: Options, secrets: Mapping[str, str]) -> Service:
    return _relying_party(options, secrets, PORTAL, "PORTAL", options.portal_url, module="demo.apps.portal")


def _data_store(options: Options, secrets: Mapping[str, str]) -> Service:
    url = options.data_store_url
    return _relying_party(options, secrets, DATA_STORE, "DATASTORE", url, module="demo.apps.data_store")


def _egov(options: Options, secrets: Mapping[str, str]) -> Service:
    return _relying_party(options, secrets, EGOV, "EGOV", options.egov_url, module="demo.apps.egov")


def _smart(options: Options, secrets: Mapping[str, str]) -> Service:
    return _relying_party(options, secrets, SMART, "SMART", options.smart_url, module="demo.apps.smart")


def _relying_party(
    options: Options, secrets: Mapping[str, str], name: str, prefix: str, url: str, *, module: str
) -> Service:
    port = int(url.rpartition(":")[2])
    environment = {
        f"{prefix}_ISSUER": options.issuer,
        f"{prefix}_BASE_URL": url,
        f"{prefix}_PORT": str(port),
        f"{prefix}_STATE": str(options.state / name),
        "PORTAL_DATA_STORE_URL": options.data_store_url,
        f"{prefix}_PORTAL_URL": options.portal_url,
    }
    own = {key: value for key, value in secrets.items() if key.startswith(f"{prefix}_")}
    command = (sys.executable, "-m", module)
    return _service(options, name, port, command=command, path="/health", environment=environment | own)


def _service(
    options: Options,
    name: str,
    port: int,
    *,
    command: tuple[str, ...],
    path: str,
    environment: Mapping[str, str],
    host: str = _LOOPBACK,
    more_ports: tuple[int, ...] = (),
) -> Service:
    return Service(
        name=name,
        command=command,
        environment={**os.environ, "PYTHONUNBUFFERED": "1", **environment},
        ready=Address(host=host, port=port, path=path, https=options.certification is not None),
        more_ports=more_ports,
    )
