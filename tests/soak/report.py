"""What a soak says: a line a minute, a table at the end, and all of it as JSON."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.soak.verdict import MIB, Finding, Sample


def minute_line(sample: Sample, done: int, statuses: Mapping[str, int]) -> str:
    """Return what a minute looks like."""
    memory = ", ".join(f"{name} {one.rss / MIB:.1f} MiB" for name, one in sample.processes.items())
    broken = sum(number for status, number in statuses.items() if not status.startswith(("2", "3", "4")))
    return (
        f"minute {sample.second / 60:4.1f}: {sum(sample.rows.values())} rows in all, {memory}; "
        f"{done} journeys, {broken} answers 5xx or none"
    )


def table(findings: Sequence[Finding], unit: str, minutes: tuple[float, float]) -> str:
    """Return findings as a table."""
    early, late = (f"minute {minute:g}" for minute in minutes)
    lines = [f"{unit:24} {early:>12} {late:>12} {'at most':>10}"]
    lines += [
        f"{one.name:24} {one.early:12.1f} {one.late:12.1f} {one.bound:10.1f}{'  GROWS' if one.is_broken else ''}"
        for one in findings
    ]
    return "\n".join(lines)


def write(path: Path, content: Mapping[str, Any], samples: Sequence[Sample]) -> None:
    """Write the report."""
    path.parent.mkdir(parents=True, exist_ok=True)
    whole = {**content, "samples": [asdict(sample) for sample in samples]}
    path.write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")


def as_json(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """Return findings as the report has them."""
    return [{**asdict(one), "is_broken": one.is_broken} for one in findings]
