"""Measures: everybody in turn, round after round, so that what the machine does otherwise strikes all alike."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from bench.contest import Contestant
from bench.flows import machine_token
from bench.load import Measured, drive, drive_at
from bench.password_login import password_login
from bench.scenarios import SCENARIOS, Scenario, limit
from bench.wire import Wire

CONNECTIONS = 32
_BESIDE = 8
"""Connections for what is asked beside a load."""
_TOKENS_BESIDE = 20.0
"""A second."""
_WARM_UP = 0.4
_REST = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What one contestant came to in one scenario: medians of its rounds, with the least and the most."""

    cpu_ms: float
    """Milliseconds of CPU of the server's processes for one flow."""
    cpu_range: tuple[float, float]
    per_s: float
    per_s_range: tuple[float, float]
    p50_ms: float
    p99_ms: float
    errors: int
    memory_mib: float
    first_error: str = ""


@dataclass(slots=True)
class _Rounds:
    cpu_ms: list[float] = field(default_factory=list)
    measured: list[Measured] = field(default_factory=list)

    def line(self, memory_mib: float) -> Line:
        rates = [one.per_second for one in self.measured]
        return Line(
            cpu_ms=median(self.cpu_ms),
            cpu_range=(min(self.cpu_ms), max(self.cpu_ms)),
            per_s=median(rates),
            per_s_range=(min(rates), max(rates)),
            p50_ms=median(one.percentile(50) for one in self.measured),
            p99_ms=median(one.percentile(99) for one in self.measured),
            errors=sum(one.errors for one in self.measured),
            memory_mib=memory_mib,
            first_error=next((one.first_error for one in self.measured if one.errors), ""),
        )


def entrants(scenario: Scenario, contestants: Mapping[str, Contestant]) -> Sequence[tuple[str, str]]:
    """Return who takes part in a scenario: a contestant and, of a limit, its path."""
    providers = [(name, "") for name, one in contestants.items() if one.target is not None]
    if scenario.name == "P1":
        return [
            *providers,
            ("limit_sqlite", "/durable"),
            ("limit_postgresql", "/durable"),
            ("limit_sqlite", "/bare"),
        ]
    if scenario.name.startswith("P7"):
        return [("ours_sqlite", ""), ("peer", ""), ("limit_sqlite", "/static")]
    if scenario.name in {"P5_jwt", "P6"}:  # the peer can't be asked about a JWT, and has no passwords
        return [entry for entry in providers if entry[0].startswith("ours") and entry[0] != "ours_two_nodes"]
    return [entry for entry in providers if entry[0] != "ours_two_nodes"]


async def measure(
    contestants: Mapping[str, Contestant], *, rounds: int, seconds: float, only: Sequence[str] = ()
) -> dict[str, dict[str, Line]]:
    """Return for each scenario what each entrant came to; a limit is named with its path."""
    found: dict[str, dict[str, Line]] = {}
    for scenario in SCENARIOS:
        if only and scenario.name not in only:
            continue
        entries = entrants(scenario, contestants)
        results: dict[tuple[str, str], _Rounds] = {entry: _Rounds() for entry in entries}
        for number in range(rounds):
            for entry in (*entries[number % len(entries) :], *entries[: number % len(entries)]):
                await _stretch(scenario, contestants[entry[0]], entry[1], seconds, results[entry])
                await asyncio.sleep(_REST)
        found[scenario.name] = {
            name + path: result.line(contestants[name].server.memory_mib())
            for (name, path), result in results.items()
        }
        _tell(scenario, found[scenario.name])
    return found


async def _stretch(
    scenario: Scenario, contestant: Contestant, path: str, seconds: float, results: _Rounds
) -> None:
    server, target = contestant.server, contestant.target
    wires = await wires_to(contestant)
    try:
        flow = limit(path, server.port) if target is None else await scenario.make(target, wires, seconds)
        await drive(flow, wires, seconds * _WARM_UP)
        if target is not None:
            flow = await scenario.make(target, wires, seconds)
        before = server.cpu()
        measured = await drive(flow, wires, seconds)
        results.cpu_ms.append((server.cpu() - before) * 1e3 / max(measured.flows, 1))
        results.measured.append(measured)
    finally:
        for wire in wires:
            wire.close()


async def at_seventy_percent(
    contestant: Contestant, scenario: Scenario, per_s: float, seconds: float
) -> Measured:
    """Return how long flows take at 70 % of what the contestant can do."""
    assert contestant.target is not None
    wires = await wires_to(contestant)
    try:
        flow = await scenario.make(contestant.target, wires, seconds)
        return await drive_at(flow, wires, seconds, 0.7 * per_s)
    finally:
        for wire in wires:
            wire.close()


async def tokens_beside_logins(contestant: Contestant, seconds: float) -> tuple[Measured, Measured]:
    """Return password sign-ins, as many as there can be, and machines' tokens at an even pace beside them."""
    assert contestant.target is not None
    wires = await wires_to(contestant)
    try:
        logins = password_login(contestant.target)
        await drive(logins, wires[_BESIDE:], seconds * _WARM_UP)
        beside = drive_at(machine_token(contestant.target), wires[:_BESIDE], seconds, _TOKENS_BESIDE)
        return await asyncio.gather(drive(logins, wires[_BESIDE:], seconds), beside)
    finally:
        for wire in wires:
            wire.close()


async def wires_to(contestant: Contestant) -> list[Wire]:
    """Connect to the server, to each of its nodes alike."""
    ports = [contestant.server.port, *contestant.server.more_ports]
    return [await Wire.to(ports[number % len(ports)]) for number in range(CONNECTIONS)]


def _tell(scenario: Scenario, lines: Mapping[str, Line]) -> None:
    for name, line in lines.items():
        errors = f"  {line.errors} errors: {line.first_error}" if line.errors else ""
        print(
            f"{scenario.name:13} {name:26} {line.cpu_ms:7.3f} ms CPU {line.per_s:7.0f}/s"
            f"  p50 {line.p50_ms:6.1f}  p99 {line.p99_ms:6.1f} ms{errors}",
            flush=True,
        )
