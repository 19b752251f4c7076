"""What the state folder must hold before a service starts: national accounts, keys, schema, demo records."""

import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence

from demo.run.checks import CannotStart
from demo.run.options import ROOT, Options
from demo.run.services import national_accounts_path, national_registers_path

_SMALLEST_CITY = "1000"  # only personas have national accounts, and every city has all of them
_DEMO_CITY = "demo"
"""The registers hold everybody whom the provider's seed knows."""
_PERSONAS = ROOT / "demo" / "personas.yaml"


def prepare_national_system(options: Options) -> None:
    """Write its files: the accounts at each start, the registers where missing or older than the personas."""
    accounts, registers = national_accounts_path(options), national_registers_path(options)
    accounts.parent.mkdir(parents=True, exist_ok=True)
    arguments = ["--size", _SMALLEST_CITY, "--accounts", str(accounts)]
    if not registers.exists() or registers.stat().st_mtime < _PERSONAS.stat().st_mtime:
        arguments = ["--size", _DEMO_CITY, "--accounts", str(accounts), "--registers", str(registers)]
    _call(options, (sys.executable, "-m", "demo.city", *arguments), environment=None)


def prepare_provider(options: Options, environment: Mapping[str, str]) -> None:
    """Make keys and schema where they are missing or old, and put the demo's clients and people in."""
    seed = "demo seed"
    if options.certification:
        seed = f"demo certification --suite {options.certification.suite}"
    command = (sys.executable, "-m", "demo.run.hpid_commands", "init", seed)
    _call(options, command, environment=environment)


def _call(options: Options, command: Sequence[str], *, environment: Mapping[str, str] | None) -> None:
    done = subprocess.run(
        command,
        env=environment,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    with (options.state / "log" / "prepare.log").open("a", encoding="utf-8") as log:
        log.write(f"$ {shlex.join(command)}\n{done.stdout}")
    if done.returncode:
        said = done.stdout.strip().splitlines() or [f"{shlex.join(command)} ended with {done.returncode}"]
        raise CannotStart(said[-1].removeprefix("hpid: "))
