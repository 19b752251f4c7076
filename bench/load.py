"""Drives one server for a while: as fast as so many connections can, or at a rate, and counts what comes back.

At a rate, a flow is timed from the moment it should have begun: a server that stalls is not spared what it held up.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bench.wire import BrokenReply, Wire

Flow = Callable[[Wire, int], Awaitable[None]]
"""One unit of work over a connection; it is told which of the connections it has, and raises FlowFailed."""


class FlowFailed(Exception):
    """An answer that is not what the flow must get."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What one stretch of load came to."""

    flows: int
    errors: int
    seconds: float
    latencies: Sequence[float]
    """Sorted, in seconds, of the flows that succeeded."""
    first_error: str = ""

    @property
    def per_second(self) -> float:
        return self.flows / self.seconds if self.seconds else 0.0

    def percentile(self, of_hundred: float) -> float:
        """Return a latency in milliseconds."""
        if not self.latencies:
            return 0.0
        return self.latencies[min(int(len(self.latencies) * of_hundred / 100), len(self.latencies) - 1)] * 1e3


async def drive(flow: Flow, wires: Sequence[Wire], seconds: float) -> Measured:
    """Run the flow over every connection, one after the other, for so long."""
    began = time.perf_counter()
    until, latencies, errors = began + seconds, list[float](), list[str]()

    async def again_and_again(wire: Wire, slot: int) -> None:
        while (start := time.perf_counter()) < until and len(errors) < 100:
            await _one(flow, wire, slot, start, latencies, errors)

    await asyncio.gather(*(again_and_again(wire, slot) for slot, wire in enumerate(wires)))
    return _measured(latencies, errors, time.perf_counter() - began)


async def drive_at(flow: Flow, wires: Sequence[Wire], seconds: float, rate: float) -> Measured:
    """Begin a flow every 1/rate seconds on whichever connection is free."""
    began = time.perf_counter()
    latencies, errors, taken = list[float](), list[str](), 0
    planned = int(rate * seconds)

    async def work(wire: Wire, slot: int) -> None:
        nonlocal taken
        while taken < planned and len(errors) < 100:
            start = began + taken / rate
            taken += 1
            if (early := start - time.perf_counter()) > 0:
                await asyncio.sleep(early)
            await _one(flow, wire, slot, start, latencies, errors)

    await asyncio.gather(*(work(wire, slot) for slot, wire in enumerate(wires)))
    return _measured(latencies, errors, time.perf_counter() - began)


async def _one(
    flow: Flow, wire: Wire, slot: int, start: float, latencies: list[float], errors: list[str]
) -> None:
    try:
        await flow(wire, slot)
    except (FlowFailed, BrokenReply, TimeoutError) as error:
        errors.append(f"{type(error).__name__}: {error}")
    else:
        latencies.append(time.perf_counter() - start)


def _measured(latencies: list[float], errors: list[str], seconds: float) -> Measured:
    return Measured(len(latencies), len(errors), seconds, sorted(latencies), errors[0] if errors else "")
