"""Writes what was measured: one Markdown page with pictures, one JSON, in bench/report/, which is not committed."""

import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.bars import Bar, Lines
from bench.measure import CONNECTIONS
from bench.plot import picture
from bench.scenarios import SCENARIOS

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "bench" / "report"
_TITLES = {scenario.name: scenario.title for scenario in SCENARIOS}


def write(
    lines: Lines,
    found: Mapping[str, Mapping[str, float]],
    bars: Sequence[Bar],
    more: Mapping[str, Any],
    how: str,
) -> None:
    """Write `latest.md`, its pictures and `latest.json`."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, entries in lines.items():
        (FOLDER / f"{name}.svg").write_text(picture(f"{name} {_TITLES[name]}", entries), encoding="utf-8")
    content = {
        **found,
        "bars": [
            {"name": bar.name, "found": round(bar.found, 4), "bar": bar.bar, "met": bar.is_met}
            for bar in bars
        ],
        "more": more,
        "commit": _commit(),
        "machine": _machine(),
        "how": how,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    (FOLDER / "latest.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    (FOLDER / "latest.md").write_text(_page(lines, bars, content), encoding="utf-8")


def _page(lines: Lines, bars: Sequence[Bar], content: Mapping[str, Any]) -> str:
    machine = ", ".join(f"{name} {value}" for name, value in content["machine"].items())
    about = (
        f"Commit `{content['commit']}`, {content['at']}; {machine}. {content['how']} {CONNECTIONS} connections; the"
        " server has a core of its own, load and database share the rest. CPU is that of the server's processes, its"
        " worker included and the database's own not. Ratios hold from machine to machine, figures do not.\n"
    )
    parts = [
        "# What a request costs\n",
        about,
        "## Bars\n",
        "| what | found | bar | |",
        "|---|---:|---:|---|",
        *(_row(bar) for bar in bars),
        "",
    ]
    for name, entries in lines.items():
        parts += [
            f"## {name}: {_TITLES[name]}\n",
            "| who | CPU, ms (least – most) | per second (least – most) | p50, ms | p99, ms | errors | MiB |",
            "|---|---:|---:|---:|---:|---:|---:|",
            *(
                f"| {who} | {line.cpu_ms:.3f} ({line.cpu_range[0]:.3f} – {line.cpu_range[1]:.3f})"
                f" | {line.per_s:.0f} ({line.per_s_range[0]:.0f} – {line.per_s_range[1]:.0f})"
                f" | {line.p50_ms:.1f} | {line.p99_ms:.1f} | {line.errors} | {line.memory_mib:.0f} |"
                for who, line in entries.items()
            ),
            f"\n![CPU of one flow]({name}.svg)\n",
        ]
    return "\n".join(parts) + "\n"


def _row(bar: Bar) -> str:
    sign, verdict = ("≥" if bar.is_least else "≤"), ("met" if bar.is_met else "**open**")
    return f"| {bar.name} | {bar.found:.2f} | {sign} {bar.bar:g} | {verdict} |"


def _commit() -> str:
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or "unknown"


def _machine() -> dict[str, str]:
    models = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    return {
        "CPU": models[0] if models else platform.machine(),
        "cores": str(len(os.sched_getaffinity(0)) if not models else len(models)),
        "kernel": platform.release().partition("-")[0],
        "Python": f"{platform.python_version()}, {Path(sys.executable).resolve()}",
    }
