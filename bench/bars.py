"""The bars, each with what was measured (performance.md): pure, from the lines of the contest to ratios."""

from collections.abc import Mapping
from dataclasses import dataclass

from bench.measure import Line

Lines = Mapping[str, Mapping[str, Line]]
ENGINES = ("sqlite", "postgresql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One thing to hold: what it is, what was found, and how it must compare."""

    name: str
    found: float
    bar: float
    is_least: bool = False
    """Whether the bar is the least, not the most, that is allowed."""

    @property
    def is_met(self) -> bool:
        return self.found >= self.bar if self.is_least else self.found <= self.bar


def results(lines: Lines) -> dict[str, dict[str, float]]:
    """Return for each scenario and engine ours beside the others; the bare name is the worse of both engines."""
    found: dict[str, dict[str, float]] = {}
    for scenario, entries in lines.items():
        if scenario.startswith("P7"):
            found[scenario] = _beside(entries, "ours_sqlite", "limit_sqlite/static")
            continue
        of_engines = {
            engine: _beside(entries, f"ours_{engine}", f"limit_{engine}/durable") for engine in ENGINES
        }
        found |= {f"{scenario}_{engine}": result for engine, result in of_engines.items()}
        found[scenario] = max(of_engines.values(), key=lambda result: result["ours_cpu_ms"])
    return found


def _beside(entries: Mapping[str, Line], ours: str, limit: str) -> dict[str, float]:
    own = entries[ours]
    found = {
        "ours_cpu_ms": own.cpu_ms,
        "ours_per_s": own.per_s,
        "ours_p50_ms": own.p50_ms,
        "ours_p99_ms": own.p99_ms,
        "ours_memory_mib": own.memory_mib,
        "errors": float(sum(line.errors for line in entries.values())),
    }
    for name in ("peer", "peer_postgresql"):
        if name in entries:
            found |= {
                f"{name}_cpu_ms": entries[name].cpu_ms,
                f"{name}_per_s": entries[name].per_s,
                f"{name}_p99_ms": entries[name].p99_ms,
                f"ratio_{name}_cpu": own.cpu_ms / entries[name].cpu_ms,
                f"ratio_{name}_per_s": own.per_s / max(entries[name].per_s, 0.1),
            }
    if limit in entries:
        found |= {
            "limit_cpu_ms": entries[limit].cpu_ms,
            "limit_per_s": entries[limit].per_s,
            "ratio_limit_cpu": entries[limit].cpu_ms / own.cpu_ms,
        }
    return {name: round(value, 4) for name, value in found.items()}


def bars_of(lines: Lines, found: Mapping[str, Mapping[str, float]]) -> list[Bar]:
    """Return what the contest's lines are held to."""
    bars: list[Bar] = []
    if "P1" in lines:
        for engine in ENGINES:
            own = found[f"P1_{engine}"]
            bars += [
                Bar(name=f"P1 {engine}: CPU ÷ peer in memory", found=own["ratio_peer_cpu"], bar=0.65),
                Bar(
                    name=f"P1 {engine}: rate ÷ peer in memory",
                    found=own["ratio_peer_per_s"],
                    bar=1.3,
                    is_least=True,
                ),
                Bar(
                    name=f"P1 {engine}: CPU of the durable limit ÷ ours",
                    found=own["ratio_limit_cpu"],
                    bar=0.7,
                    is_least=True,
                ),
            ]
        if "ours_two_nodes" in lines["P1"]:
            one, two = lines["P1"]["ours_postgresql"], lines["P1"]["ours_two_nodes"]
            bars.append(
                Bar(
                    name="two nodes: CPU of one ÷ of two",
                    found=one.cpu_ms / two.cpu_ms,
                    bar=0.9,
                    is_least=True,
                )
            )
    for scenario in ("P2", "P3", "P4"):
        if scenario in lines:
            on_sqlite, on_postgresql = (found[f"{scenario}_{engine}"] for engine in ENGINES)
            bars += [
                Bar(
                    name=f"{scenario} sqlite: CPU ÷ peer in memory",
                    found=on_sqlite["ratio_peer_cpu"],
                    bar=1.0,
                ),
                Bar(
                    name=f"{scenario} postgresql: CPU ÷ peer on it",
                    found=on_postgresql["ratio_peer_postgresql_cpu"],
                    bar=0.7,
                ),
            ]
    bars += [
        Bar(
            name=f"{scenario}: CPU of a static answer ÷ ours",
            found=found[scenario]["ratio_limit_cpu"],
            bar=0.7,
            is_least=True,
        )
        for scenario in lines
        if scenario.startswith("P7")
    ]
    return bars
