"""A flame graph of ours under one scenario, by py-spy, which looks from outside and slows nothing down."""

import asyncio
import shutil
import subprocess
import sys
from pathlib import Path

from bench import processes
from bench.contest import Contestant
from bench.load import drive
from bench.measure import CONNECTIONS, wires_to
from bench.ours import start_ours
from bench.report import FOLDER
from bench.scenarios import SCENARIOS
from tests.server import free_ports

_SECONDS = 10


def flame_graph(folder: Path, name: str) -> int:
    """Write bench/report/NAME-flame.svg of one node on SQLite; return 1 if py-spy may not look."""
    spy = shutil.which("py-spy", path=str(Path(sys.executable).parent))
    assert spy is not None, "py-spy is in requirements-dev.lock"
    on, _ = processes.cores()
    server, target = start_ours("ours", folder, free_ports(1), None, CONNECTIONS, on=on)
    FOLDER.mkdir(parents=True, exist_ok=True)
    picture = FOLDER / f"{name}-flame.svg"

    async def load() -> None:
        scenario = next(one for one in SCENARIOS if one.name == name)
        wires = await wires_to(Contestant(server=server, target=target))
        await drive(await scenario.make(target, wires, _SECONDS), wires, _SECONDS + 1)

    try:
        words = [spy, "record", "--rate", "250", "--duration", str(_SECONDS), "--output", str(picture)]
        watching = subprocess.Popen([*words, "--pid", str(server.processes[0].pid)])
        asyncio.run(load())
        status = watching.wait()
    finally:
        server.end()
    print(picture if status == 0 else "py-spy could not look; it needs the right to trace (root)")
    return 0 if status == 0 else 1
