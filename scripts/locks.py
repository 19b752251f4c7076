"""The lock files: what `pyproject.toml` asks for, pinned with hashes for every platform and Python from 3.11.

`python scripts/locks.py` writes them with uv: what serves, that with the extra `otel`, that with what tests need. The
first line of each is the digest of what was asked, which
tests/architecture/test_dependencies.py compares. No lock holds an address: where packages come from is the
machine's business. Those of the witnesses (tests/interop) and the bench, which npm writes, are rid of them here too.
"""

import hashlib
import json
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GROUPS = {
    "requirements.lock": ("build",),
    "requirements-otel.lock": ("build", "otel"),
    "requirements-dev.lock": ("build", "otel", "dev"),
}
_HEADER = "# asked: "


def asked(pyproject: str, groups: tuple[str, ...]) -> str:
    """Return the digest of everything in `pyproject` that decides one lock file."""
    table = tomllib.loads(pyproject)
    wanted = {
        "python": table["project"]["requires-python"],
        "dependencies": sorted(table["project"]["dependencies"]),
        "groups": {name: sorted(table["dependency-groups"][name]) for name in groups},
    }
    return hashlib.sha256(json.dumps(wanted, sort_keys=True).encode()).hexdigest()


def recorded(lock: str) -> str:
    """Return the digest that a lock file was made for, empty when it names none."""
    first = lock.partition("\n")[0]
    return first.removeprefix(_HEADER) if first.startswith(_HEADER) else ""


def _compile(name: str, groups: tuple[str, ...]) -> None:
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    if uv is None:
        sys.exit("uv is needed to make the lock files")
    command = [
        uv,
        "pip",
        "compile",
        "--universal",
        "--generate-hashes",
        "--no-emit-index-url",
        "--no-header",
        "--quiet",
    ]
    command += ["--python-version", "3.11", "pyproject.toml", "-o", name]
    for group in groups:
        command += ["--group", group]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    path = ROOT / name
    body = path.read_text().removeprefix(_HEADER + recorded(path.read_text()) + "\n")
    path.write_text(_HEADER + asked((ROOT / "pyproject.toml").read_text(), groups) + "\n" + body)


def strip_addresses(lock: str) -> str:
    """Return npm's lock without addresses: where packages come from is the machine's business."""
    content = json.loads(lock)
    for package in content["packages"].values():
        package.pop("funding", None)
        package.pop("resolved", None)
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for folder in ("tests/interop", "bench/peers"):
        of_npm = ROOT / folder / "package-lock.json"
        of_npm.write_text(strip_addresses(of_npm.read_text()))
    for lock_name, lock_groups in GROUPS.items():
        _compile(lock_name, lock_groups)
