"""Every setting, typed and explained in place; refuses an unsafe production (DESIGN 5.17).

Read from the environment (`HPID_…`), to which `hpid` adds `hpid.env` of the state folder (`idp/env_file.py`).
`docs/reference/settings.md` is generated from the texts below.
"""

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from idp.lifetimes import Lifetimes
from idp.risk_settings import RiskSettings
from idp.setting_values import (
    THIS_MACHINE,
    DeploymentProfile,
    LogLevel,
    MailTls,
    Network,
    RegistrationMode,
    SentCode,
    UnsafeSettings,
    is_certain_of_its_database,
    networks_of,
    no_addresses,
    plain_address,
    unsent_codes,
)

__all__ = ["DeploymentProfile", "Lifetimes", "MailTls", "RegistrationMode", "Settings", "UnsafeSettings"]

_MAIL_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,190}", re.ASCII)


class Settings(BaseSettings):
    """The provider's settings. Anything unknown in the environment with our prefix is left alone: it may be somebody
    else's. What looks misspelt is told at the start (`idp/env_file.py`).
    """

    model_config = SettingsConfigDict(env_prefix="HPID_", extra="ignore", env_nested_delimiter="__")

    issuer: str = "http://localhost:8000"
    """The issuer identifier: scheme, host and port exactly as relying parties see them; no path, no trailing slash."""
    profile: DeploymentProfile = DeploymentProfile.DEVELOPMENT
    """development, certification or production."""
    host: str = "127.0.0.1"
    """Address to listen on, no name."""
    port: int = Field(default=8000, ge=1, le=65535)
    """Port to listen on."""
    certificate: Path | None = None
    """TLS certificate chain (PEM) to serve https directly; unset: https ends at a proxy in front."""
    certificate_key: Path | None = None
    """Private key of the certificate (PEM, not encrypted)."""
    state: Path = Path("var")
    """Folder of the embedded database and of key files."""
    database_url: str | None = None
    """URL of the database; unset: SQLite in the state folder. `postgresql://…` is the whole switch to PostgreSQL; several
    hosts, `postgresql://user:password@h1:5432,h2:5432/hpid`: whichever takes writes. In production the URL of a server
    that is not on this machine must say `sslmode=verify-full` or `verify-ca`: else the driver takes whatever answers."""
    database_pool: int = Field(default=8, ge=1, le=100)
    """Connections per process on PostgreSQL."""
    database_prepared: bool = True
    """Prepared statements on PostgreSQL; off behind a pooler that can't carry them (PgBouncer before 1.21)."""
    master_key: Path | None = None
    """File of the master key; unset: `keys/master.json` in the state folder (development only)."""
    pkcs11_module: Path | None = None
    """Shared library of a PKCS #11 device in which new signing keys are made; unset: they lie in the database, sealed."""
    pkcs11_token: str = ""
    """Label of the token in that device."""
    pkcs11_pin_file: Path | None = None
    """File with the token's PIN, readable by the provider's user alone. A PIN that was refused once is not tried again
    before the next start."""
    pkcs11_time_limit: float = Field(default=2.0, ge=0.1, le=60.0)
    """Seconds a signature of the device may take; after that the answer is 503."""
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ()
    """Addresses whose X-Forwarded-For is believed; comma separated."""
    loopback_origins: Annotated[tuple[str, ...], NoDecode] = ()
    """Origins on this machine that the provider may call in development, e.g. http://localhost:8001; comma separated."""
    loopback_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    """Names of relying parties that may lead to this machine, by https; `*` for all. Only in certification."""
    test_hooks: bool = False
    """Let anybody rotate the signing keys by POST /test-hooks/rotate-keys. Only in certification."""
    registration: RegistrationMode | None = None
    """Who may register clients at /register: off; token, who holds an initial access token; open, anybody (certification
    alone). Unset: open in certification, off elsewhere."""
    ca_bundle: Path | None = None
    """Extra CA certificates for calls to relying parties and upstreams."""
    national_issuer: str | None = None
    """Issuer of the national identity system; unset: national sign-in is off."""
    national_client_id: str = "haiphong-id"
    """Our client_id there."""
    national_client_secret: SecretStr = SecretStr("")
    """Our secret there."""
    national_patience: float = Field(default=2.5, ge=0.1, le=60.0)
    """Seconds a person waits at a page of ours for its answer, however many calls that takes; then they are told."""
    national_name: str = "VNeID"
    """What citizens call it."""
    national_name_en: str = "VNeID"
    """The same in English."""
    national_connections: int = Field(default=50, ge=3, le=1000)
    """Connections of a process to it at once. Two are kept, for looking whether it is there and for the registers; who
    finds all others taken waits in the waiting room. A fifth of `HPID_MOST_REQUESTS` is the most that people use."""
    national_waiting: int = Field(default=5000, ge=10, le=100_000)
    """People who may wait for it in the waiting room of a process; who comes then is asked to try again in a minute."""
    national_time_limit: float = Field(default=8.0, ge=0.5, le=60.0)
    """Seconds one call to it may take; then it counts as not answering. With more than 8 an outage may be told later than
    a minute after it began."""
    national_probe: float = Field(default=10.0, ge=1.0, le=15.0)
    """Seconds from one look whether it is there to the next: every process looks, so that an outage is told, and its end,
    though nobody signs in."""
    registers_every: float = Field(default=5.0, ge=0, le=3600)
    """Seconds between two readings of the national registers' feed (deaths, locks, dissolutions, corrections) at the
    national issuer, where our signing key proves us; 0: it is not read."""
    registers_patience: float = Field(default=1.0, ge=0.1, le=10.0)
    """Seconds a national sign-in waits for the population register, where that is read of whoever signs in; then they go
    on, and it is read afterwards."""
    degraded_sign_in: bool = False
    """While the national system is down, let city credentials stand in for it at services that accept that, for people it
    has vouched for before. Off: nobody; the law may ask for the national account (Decree 69/2024, Art. 40(4))."""
    qr_sign_in: bool | None = None
    """Let people sign in by confirming it on a phone that is signed in. Unset: off in production, until its risk was
    weighed (RFC 10027, docs/explanation/signing-in-by-phone.md); on elsewhere. It compares addresses, so behind a proxy
    it takes HPID_TRUSTED_PROXIES."""
    qr_networks: Annotated[tuple[Network, ...], NoDecode] = ()
    """Networks that count as one place for that, e.g. 203.0.113.0/24,2001:db8::/32: the city's own, and what its carriers
    use there. Unset, the strictest: phone and other device must be in one network, /24 of IPv4 or /48 of IPv6."""
    test_environment: bool = True
    """Show the strip that says no data is real. Must be off in production."""
    embed_worker: bool | None = None
    """Run the worker inside `serve`; unset: yes on SQLite, no on PostgreSQL."""
    most_requests: int = Field(default=256, ge=16, le=10_000)
    """Requests a process works on at once. Beyond half of it new sign-ins are told to come again, beyond three quarters
    people who are in, and services with their tokens last; administration has a sixteenth of its own, HR systems a
    sixty-fourth."""
    drain: float | None = Field(default=None, ge=0, le=60)
    """Told to stop, a process is not ready and closes connections with each answer for this long before it stops taking
    new ones, seconds; unset: 5 in production, else 0."""
    metrics_port: int | None = Field(default=None, ge=1, le=65535)
    """Port on which this process tells Prometheus what it counts, each process its own; unset: nowhere."""
    metrics_host: str = "127.0.0.1"
    """Address of that port: it asks for no password, so only the monitoring may reach it."""
    otel_endpoint: str | None = None
    """Where an OpenTelemetry collector takes traces (OTLP over HTTP), e.g. http://127.0.0.1:4318; needs the extra `otel`.
    Unset: no traces."""
    otel_share: float = Field(default=1.0, ge=0, le=1)
    """Share of the requests that are traced, where a proxy has not decided."""
    mail_host: str | None = None
    """Mail server that takes notices and codes to people (SMTP submission); unset: no mail is sent."""
    mail_port: int = Field(default=465, ge=1, le=65535)
    """Its port."""
    mail_tls: MailTls = MailTls.IMPLICIT
    """implicit (port 465) or starttls (port 587); none only where that server is on this machine, and not in
    production. Its certificate must name it, by `HPID_CA_BUNDLE` or an authority of the system."""
    mail_from: str = ""
    """Address that mail comes from; needed with a mail server."""
    mail_username: str = ""
    """User name there; unset: it asks for none."""
    mail_password_file: Path | None = None
    """File with the password there, readable by the provider's user alone."""
    mail_time_limit: float = Field(default=10.0, ge=0.5, le=60.0)
    """Seconds each exchange with the mail server may take."""
    sms_url: str | None = None
    """Address of the SMS gateway, https: takes `{"id", "from", "to", "text"}` as JSON by POST. Unset: no SMS is sent."""
    sms_secret_file: Path | None = None
    """File with the bearer secret that proves us there, readable by the provider's user alone; needed with a gateway."""
    sms_from: str = "HaiPhongID"
    """Name or number that SMS come from."""
    sign_in_codes: Annotated[frozenset[SentCode], NoDecode] = frozenset()
    """Where a code may be sent to sign somebody in: `phone`, `email`, comma separated; at services that ask for level low
    alone, for people who allowed it. Empty: nowhere. A code by SMS is a restricted authenticator of SP 800-63B-4, one by
    mail is none at all: leave `email` out where level low is to mean AAL1."""
    hotline: str = ""
    """Phone number by which the city locks accounts, told in notices; unset: none is told."""
    holidays: Annotated[tuple[date, ...], NoDecode] = ()
    """Days on which offices don't work, beside week-ends and holidays of fixed days, as announced for each year; comma
    separated, e.g. 2027-02-05,2027-02-08. They stop the clock of written requests."""
    log_level: LogLevel = "INFO"
    """What is logged: this and what is graver."""
    life: Lifetimes = Field(default_factory=Lifetimes)
    """Lifetimes."""
    risk: RiskSettings = Field(default_factory=RiskSettings)
    """What makes a sign-in stand out."""

    @model_validator(mode="before")
    @classmethod
    def _split_lists(cls, values: dict[str, object]) -> dict[str, object]:
        for name in ("trusted_proxies", "loopback_origins", "loopback_hosts", "holidays", "sign_in_codes"):
            text = values.get(name)
            if isinstance(text, str):
                values[name] = tuple(part.strip() for part in text.split(",") if part.strip())
        return values

    @field_validator("trusted_proxies")
    @classmethod
    def _write_as_sockets_do(cls, addresses: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(plain_address(address) or address for address in addresses)

    @field_validator("qr_networks", mode="before")
    @classmethod
    def _read_networks(cls, value: object) -> object:
        return networks_of(value) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _refuse_unsafe(self) -> Self:
        parts = urlsplit(self.issuer)
        if (
            parts.scheme not in {"http", "https"}
            or not parts.hostname
            or parts.path
            or parts.query
            or parts.fragment
        ):
            raise UnsafeSettings("HPID_ISSUER must be scheme://host[:port] with nothing after it")
        loopback = parts.hostname in THIS_MACHINE
        if parts.scheme == "http" and (not loopback or self.profile is not DeploymentProfile.DEVELOPMENT):
            raise UnsafeSettings("HPID_ISSUER must be https except on loopback in development")
        self._refuse_unsafe_listening(is_https=parts.scheme == "https")
        if self.loopback_hosts and not self.is_certification:
            raise UnsafeSettings("HPID_LOOPBACK_HOSTS must be empty except in certification")
        if self.test_hooks and not self.is_certification:
            raise UnsafeSettings("HPID_TEST_HOOKS must be false except in certification")
        if self.registration is RegistrationMode.OPEN and not self.is_certification:
            raise UnsafeSettings("HPID_REGISTRATION may be open in certification alone")
        if self.profile is DeploymentProfile.PRODUCTION:
            self._refuse_unsafe_production()
        if self.is_certification:
            self._refuse_unsafe_certification()
        return self

    @model_validator(mode="after")
    def _refuse_what_is_no_address(self) -> Self:
        if wrong := no_addresses(self.trusted_proxies):
            raise UnsafeSettings(f"HPID_TRUSTED_PROXIES takes addresses one by one; {wrong} is none")
        if no_addresses((self.host,)):  # a name may lead to several, and the server takes one
            raise UnsafeSettings("HPID_HOST must be an address: 127.0.0.1, ::1, or 0.0.0.0 and :: for all")
        return self

    @model_validator(mode="after")
    def _refuse_half_a_device(self) -> Self:
        if len({self.pkcs11_module is None, not self.pkcs11_token, self.pkcs11_pin_file is None}) > 1:
            raise UnsafeSettings("HPID_PKCS11_MODULE, HPID_PKCS11_TOKEN and HPID_PKCS11_PIN_FILE go together")
        return self

    @model_validator(mode="after")
    def _refuse_half_a_sender(self) -> Self:
        if self.mail_host is not None:
            if _MAIL_ADDRESS.fullmatch(self.mail_from) is None:
                raise UnsafeSettings("HPID_MAIL_FROM must be an address, with HPID_MAIL_HOST")
            if (not self.mail_username) is not (self.mail_password_file is None):
                raise UnsafeSettings("HPID_MAIL_USERNAME and HPID_MAIL_PASSWORD_FILE go together")
            is_open = self.mail_tls is MailTls.NONE
            if is_open and (
                self.mail_host not in THIS_MACHINE or self.profile is DeploymentProfile.PRODUCTION
            ):
                raise UnsafeSettings("HPID_MAIL_TLS may be none on this machine alone, and not in production")
        if (self.sms_url is None) is not (self.sms_secret_file is None):
            raise UnsafeSettings("HPID_SMS_URL and HPID_SMS_SECRET_FILE go together")
        if unsent := unsent_codes(self.sign_in_codes, mail_host=self.mail_host, sms_url=self.sms_url):
            raise UnsafeSettings(f"HPID_SIGN_IN_CODES names {unsent}, but nothing sends it")
        return self

    def _refuse_unsafe_listening(self, *, is_https: bool) -> None:
        if (self.certificate is None) is not (self.certificate_key is None):
            raise UnsafeSettings("HPID_CERTIFICATE and HPID_CERTIFICATE_KEY go together")
        if self.certificate is not None and not is_https:
            raise UnsafeSettings("HPID_CERTIFICATE serves https, but HPID_ISSUER is http")
        if self.metrics_port == self.port:
            raise UnsafeSettings("HPID_METRICS_PORT must be another port than HPID_PORT")

    def _refuse_unsafe_production(self) -> None:
        if self.master_key is None:
            raise UnsafeSettings(
                "HPID_MASTER_KEY must name a key file in production; none is ever generated there"
            )
        if self.test_environment:
            raise UnsafeSettings("HPID_TEST_ENVIRONMENT must be false in production")
        if self.loopback_origins:
            raise UnsafeSettings("HPID_LOOPBACK_ORIGINS must be empty in production")
        if self.qr_sign_in and self.certificate is None and not self.trusted_proxies:
            raise UnsafeSettings(
                "HPID_QR_SIGN_IN compares addresses: HPID_TRUSTED_PROXIES must name the proxy, or all are near"
            )
        self.life.refuse_unsafe_production()
        if not is_certain_of_its_database(self.database_url or ""):
            raise UnsafeSettings(
                "HPID_DATABASE_URL must say sslmode=verify-full in production, except on this machine"
            )
        if self.otel_endpoint is not None:
            collector = urlsplit(self.otel_endpoint)
            if collector.scheme != "https" and collector.hostname not in THIS_MACHINE:
                raise UnsafeSettings("HPID_OTEL_ENDPOINT must be https in production, except on this machine")

    def _refuse_unsafe_certification(self) -> None:
        """Passwords there are public and registration is open: nothing real may be within reach."""
        if not self.test_environment:
            raise UnsafeSettings("HPID_TEST_ENVIRONMENT must be true in certification: it is for tests alone")
        if self.national_issuer is not None:
            raise UnsafeSettings(
                "HPID_NATIONAL_ISSUER must be unset in certification: its people are invented"
            )

    @property
    def is_certification(self) -> bool:
        """Tell whether this installation is for the conformance suite, with all that goes with it."""
        return self.profile is DeploymentProfile.CERTIFICATION

    @property
    def registration_mode(self) -> RegistrationMode:
        """Return who may register clients."""
        if self.registration is not None:
            return self.registration
        return RegistrationMode.OPEN if self.is_certification else RegistrationMode.OFF

    @property
    def is_https(self) -> bool:
        """Tell whether the public side is https, and so whether cookies are `__Host-` and Secure."""
        return self.issuer.startswith("https://")

    @property
    def effective_database_url(self) -> str:
        """Return the database to use."""
        return self.database_url or f"sqlite:///{self.state.resolve() / 'hpid.sqlite3'}"

    @property
    def is_sqlite(self) -> bool:
        """Tell whether the embedded engine is in use."""
        return self.effective_database_url.startswith("sqlite")

    @property
    def master_key_path(self) -> Path:
        """Return where the master key lies."""
        return self.master_key or self.state / "keys" / "master.json"

    @property
    def effective_drain(self) -> float:
        """Return the seconds a process goes on serving after it was told to stop."""
        if self.drain is not None:
            return self.drain
        return 5.0 if self.profile is DeploymentProfile.PRODUCTION else 0.0

    @property
    def runs_worker(self) -> bool:
        """Tell whether `serve` runs the worker too."""
        return self.is_sqlite if self.embed_worker is None else self.embed_worker
