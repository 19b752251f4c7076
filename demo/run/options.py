"""What `scripts/run` can be told, and where everything then stands: ports, addresses and the state folder."""

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]
DEFAULT_PORT_BASE = 8000
CERTIFICATION = "certification"
SMS_SECRET = "sms-secret"  # noqa: S105 - the name of a file
_SUITE = "https://suite.test:8443"
_MOCK, _INBOX, _SMTP, _PORTAL, _DATA_STORE, _EGOV, _SMART = 1, 2, 3, 10, 11, 12, 13
_HIGHEST = _SMART


@dataclass(frozen=True, slots=True, kw_only=True)
class Certification:
    """The server for the OpenID conformance suite: https under a name of its own."""

    issuer: str
    certificate: Path
    key: Path
    ca: Path
    suite: str
    """Where the suite runs: the redirect addresses of the static clients are there."""
    loopback_hosts: tuple[str, ...]
    """Names that may lead to this machine; none given: any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """One demo: its ports follow from the base, its state lies in one folder."""

    port_base: int
    host: str
    rp_host: str
    fresh: bool
    certification: Certification | None
    folder: Path | None
    """The state folder where HPID_DEMO_STATE names one."""

    @property
    def issuer(self) -> str:
        return self.certification.issuer if self.certification else f"http://localhost:{self.port_base}"

    @property
    def national_port(self) -> int:
        return self.port_base + _MOCK

    @property
    def national_issuer(self) -> str:
        return f"http://localhost:{self.national_port}"

    @property
    def inbox_port(self) -> int:
        return self.port_base + _INBOX

    @property
    def inbox_url(self) -> str:
        return f"http://localhost:{self.inbox_port}"

    @property
    def smtp_port(self) -> int:
        """Where the inbox takes mail."""
        return self.port_base + _SMTP

    @property
    def sms_secret_path(self) -> Path:
        """File with the secret that proves the provider at the inbox."""
        return self.state / SMS_SECRET

    @property
    def portal_port(self) -> int:
        return self.port_base + _PORTAL

    @property
    def portal_url(self) -> str:
        return f"http://{self.rp_host}:{self.portal_port}"

    @property
    def data_store_port(self) -> int:
        return self.port_base + _DATA_STORE

    @property
    def data_store_url(self) -> str:
        return f"http://{self.rp_host}:{self.data_store_port}"

    @property
    def egov_port(self) -> int:
        return self.port_base + _EGOV

    @property
    def egov_url(self) -> str:
        return f"http://{self.rp_host}:{self.egov_port}"

    @property
    def smart_port(self) -> int:
        return self.port_base + _SMART

    @property
    def smart_url(self) -> str:
        """Where the native-style app stands: its redirect address is a loopback one whatever the others do."""
        return f"http://127.0.0.1:{self.smart_port}"

    @property
    def state(self) -> Path:
        """`var` for the usual ports, `var/N` for others, so that two demos never share a database."""
        if self.folder is not None:
            return self.folder
        var = ROOT / "var"
        if self.certification:
            return var / CERTIFICATION / str(self.port_base)
        return var if self.port_base == DEFAULT_PORT_BASE else var / str(self.port_base)


def parse(arguments: Sequence[str]) -> Options:
    """Read the command line; a contradiction ends the program with one line that says so."""
    parser = _parser()
    given = parser.parse_args(arguments)
    certification = _certification(parser, given)
    port_base: int = given.port_base or DEFAULT_PORT_BASE
    if certification:
        port_base = given.port_base or _port_of(parser, "--issuer", certification.issuer)
    elif not 1 <= port_base <= 65535 - _HIGHEST:
        parser.error(f"--port-base must lie between 1 and {65535 - _HIGHEST}")
    folder = os.environ.get("HPID_DEMO_STATE")
    if folder and given.fresh:  # it may hold more than a demo's state
        parser.error("--fresh empties var only; empty the folder in HPID_DEMO_STATE yourself")
    return Options(
        port_base=port_base,
        host=given.host,
        rp_host=given.rp_host,
        fresh=given.fresh,
        certification=certification,
        folder=Path(folder).resolve() if folder else None,
    )


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, without the usage before it."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n")


def _certification(parser: argparse.ArgumentParser, given: argparse.Namespace) -> Certification | None:
    own = ("issuer", "cert", "key", "ca")
    if given.profile != CERTIFICATION:
        if any(getattr(given, name) is not None for name in (*own, "suite", "loopback_host")):
            parser.error(
                "--issuer, --cert, --key, --ca, --suite and --loopback-host go with --profile certification"
            )
        return None
    missing = [f"--{name}" for name in own if getattr(given, name) is None]
    if missing:
        parser.error(f"--profile certification also needs {', '.join(missing)}")
    suite = given.suite or _SUITE
    _port_of(parser, "--suite", suite)
    return Certification(
        issuer=given.issuer,
        certificate=given.cert,
        key=given.key,
        ca=given.ca,
        suite=suite,
        loopback_hosts=tuple(given.loopback_host or ("*",)),
    )


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="scripts/run", description="Run the Hải Phòng ID demo on this machine.")
    parser.add_argument(
        "--port-base",
        type=int,
        metavar="N",
        help=f"provider N (8000), national system N+{_MOCK}, inbox N+{_INBOX} and N+{_SMTP} (mail), portal N+{_PORTAL},"
        f" data store N+{_DATA_STORE}, Egov N+{_EGOV}, Smart N+{_SMART}",
    )
    parser.add_argument(
        "--fresh", action="store_true", help="forget everything an earlier run of this demo kept"
    )
    parser.add_argument(
        "--host", default="127.0.0.1", help="address the provider listens on (default: 127.0.0.1)"
    )
    parser.add_argument(
        "--rp-host",
        default="localhost",
        choices=("localhost", "127.0.0.1"),
        help="name of the relying parties; 127.0.0.1 puts them on another site than the provider",
    )
    parser.add_argument("--profile", default="development", choices=("development", CERTIFICATION))
    parser.add_argument("--issuer", metavar="URL", help="https://NAME:PORT, with --profile certification")
    for name, meaning in (
        ("cert", "certificate chain"),
        ("key", "its private key"),
        ("ca", "CA of the relying parties"),
    ):
        parser.add_argument(f"--{name}", type=_readable_file, metavar="FILE", help=f"{meaning}, PEM")
    parser.add_argument("--suite", metavar="URL", help=f"where the conformance suite runs ({_SUITE})")
    parser.add_argument(
        "--loopback-host",
        action="append",
        metavar="NAME",
        help="relying party's name that may lead to this machine; repeat; none: any name",
    )
    return parser


def _readable_file(text: str) -> Path:
    path = Path(text).resolve()
    try:
        path.read_bytes()
    except OSError as error:
        raise argparse.ArgumentTypeError(f"{text} can't be read: {error.strerror}") from error
    return path


def _port_of(parser: argparse.ArgumentParser, option: str, url: str) -> int:
    """Return the port of an address that is https, a name and a port, with nothing after them."""
    parts = urlsplit(url)
    try:
        port = parts.port or 443
    except ValueError:
        parser.error(f"{option} must be https://NAME:PORT")
    if parts.scheme != "https" or not parts.hostname or parts.path or parts.query or parts.fragment:
        parser.error(f"{option} must be https://NAME:PORT")
    return port
