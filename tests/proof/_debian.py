"""Programs of Debian that an item needs: found, or installed where this is root's machine to change."""

import os
import shutil
import subprocess
from pathlib import Path

_SYSTEM = "/usr/local/sbin:/usr/sbin:/sbin"


def program(name: str, *, package: str) -> str:
    """Return the path of a program; as root on Debian its package is installed first."""
    path = os.pathsep.join((os.environ.get("PATH", ""), _SYSTEM))
    if found := shutil.which(name, path=path):
        return found
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        raise SystemExit(f"{name} is needed: install it (Debian: apt-get install {package})")
    print(f"installing {package} ...", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (("update", "-qq"), ("install", "-y", "-qq", "--no-install-recommends", package)):
        subprocess.run((apt, *words), check=True, env=environment, stdout=subprocess.DEVNULL)
    found = shutil.which(name, path=path)
    if found is None:
        raise SystemExit(f"{package} was installed, and there is no {name}")
    return found


def postgresql() -> Path:
    """Return the folder of the programs of Debian's PostgreSQL, which knows TLS; the one tests bring along doesn't."""
    program("psql", package="postgresql")
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    if not found:
        raise SystemExit("a PostgreSQL server is needed: install it (Debian: apt-get install postgresql)")
    return found[-1].parent
