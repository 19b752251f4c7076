"""The files of deploy/ given to the programs they are for: Prometheus, nginx, HAProxy, systemd, PostgreSQL."""

import asyncio
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import asyncpg

from tests.processes import ROOT
from tests.proof._debian import program
from tests.proof._postgresql import own_postgresql

DEPLOY = ROOT / "deploy"
_MOST_EXPOSED = 2.0
"""What systemd-analyze may rate a unit at: 10 is as without any restriction."""
_IS_WRONG_FOR_A_TEST = frozenset({"ssl", "listen_addresses"})
"""Settings that need a certificate or another start; the rest is tried on a running server."""
_NO_TLS_HERE = "hostssl record cannot match because SSL is not supported by this build"
"""What the tests' own server says of rules that are right."""


def _run(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (words, done.stdout, done.stderr)
    return done.stdout + done.stderr


def _certificate(folder: Path) -> None:
    key, chain = folder / "key.pem", folder / "chain.pem"
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "7")
    _run(
        "openssl",
        "req",
        "-x509",
        *curve,
        "-keyout",
        str(key),
        "-out",
        str(chain),
        "-subj",
        "/CN=id.example.vn",
    )
    (folder / "site.pem").write_text(chain.read_text() + key.read_text())


def check_alerts(folder: Path) -> None:
    """Have Prometheus read the alerts, and try what each of some does (tests/deploy/alerts.test.yml)."""
    promtool = program("promtool", package="prometheus")
    shutil.copy(DEPLOY / "prometheus" / "alerts.yml", folder)
    shutil.copy(ROOT / "tests" / "deploy" / "alerts.test.yml", folder)
    _run(promtool, "check", "rules", str(folder / "alerts.yml"))
    _run(promtool, "test", "rules", str(folder / "alerts.test.yml"))


def check_nginx(folder: Path) -> None:
    """Have nginx read its configuration, whole."""
    nginx = program("nginx", package="nginx-light")
    site = (DEPLOY / "nginx" / "hpid.conf").read_text(encoding="utf-8")
    site = site.replace("/etc/hpid/tls", str(folder)).replace("/var/log/nginx", str(folder))
    (folder / "hpid.conf").write_text(site, encoding="utf-8")
    whole = folder / "nginx.conf"
    whole.write_text(f"pid {folder}/nginx.pid;\nevents {{}}\nhttp {{ include {folder}/hpid.conf; }}\n")
    said = _run(nginx, "-t", "-c", str(whole))
    assert "[warn]" not in said, said


def check_haproxy(folder: Path) -> None:
    """Have HAProxy read its configuration; a warning counts as wrong."""
    haproxy = program("haproxy", package="haproxy")
    config = folder / "haproxy.cfg"
    text = (DEPLOY / "haproxy" / "haproxy.cfg").read_text(encoding="utf-8")
    config.write_text(text.replace("/etc/hpid/tls", str(folder)), encoding="utf-8")
    _run(haproxy, "-c", "-dW", "-f", str(config))


def check_units(folder: Path) -> None:
    """Have systemd read the units, and say how much they may do."""
    analyze = program("systemd-analyze", package="systemd")
    command = folder / "hpid"
    command.write_text("#!/bin/sh\n")
    command.chmod(0o755)
    for source in sorted((DEPLOY / "systemd").iterdir()):
        unit = folder / source.name.replace("@", "@8001")
        unit.write_text(source.read_text(encoding="utf-8").replace("/opt/hpid/bin/hpid", str(command)))
        said = _run(analyze, "verify", "--man=no", str(unit))
        assert unit.name not in said, said
        rated = _run(analyze, "security", "--offline=true", "--no-pager", str(unit))
        (exposure,) = re.findall(r"Overall exposure level for \S+: ([\d.]+)", rated)
        assert float(exposure) <= _MOST_EXPOSED, rated
        print(f"  {source.name}: exposure {exposure}")


def check_postgresql(_folder: Path) -> None:
    """Have a server take each setting and each rule, and the roles do what they may and nothing else."""
    with own_postgresql() as (url, _programs):
        asyncio.run(_check_server(url))


async def _check_server(url: str) -> None:
    admin = await asyncpg.connect(url)
    try:
        text = (DEPLOY / "postgresql" / "hpid.conf").read_text(encoding="utf-8")
        found = re.findall(r"^(\w+) = (\S+)", text, re.MULTILINE)
        assert len(found) > 20
        for name, value in found:
            if name not in _IS_WRONG_FOR_A_TEST:
                await admin.execute(f"ALTER SYSTEM SET {name} = {value}")
        folder = Path(await admin.fetchval("SHOW data_directory"))
        shutil.copyfile(DEPLOY / "postgresql" / "pg_hba.conf", folder / "pg_hba.conf")
        rules = await admin.fetch("SELECT type, error FROM pg_hba_file_rules")
        assert len(rules) == 4, rules
        wrong = {rule["error"] for rule in rules if rule["error"]} - {_NO_TLS_HERE}
        assert wrong == set(), wrong
    finally:
        await admin.close()


CHECKS: tuple[Callable[[Path], None], ...] = (
    check_alerts,
    check_nginx,
    check_haproxy,
    check_units,
    check_postgresql,
)


def main() -> int:
    """Run every check; what a program refuses is an AssertionError with its words."""
    for check in CHECKS:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            _certificate(folder)
            check(folder)
        print(f"{check.__name__}: taken", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
