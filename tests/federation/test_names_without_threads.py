"""A machine that lends no thread for a name: the look-up fails, and those after it find one again (SECURITY I10)."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_AT_ONCE = 2
_ASK = f"""
import asyncio, json, resource
from pathlib import Path
from federation.names import SystemNames

UNLIMITED = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)

async def ask(names, name):
    try:
        async with asyncio.timeout(5):
            return list(await names.resolve(name, 443))
    except (OSError, RuntimeError) as error:
        return type(error).__name__

async def main():
    names = SystemNames({_AT_ONCE})
    size = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmSize:"))
    room = (int(size.split()[1]) + 1024) * 1024  # a thread's stack takes eight times as much
    resource.setrlimit(resource.RLIMIT_AS, (room, resource.RLIM_INFINITY))
    refused = [await ask(names, f"127.0.0.{{n}}") for n in range(1, {_AT_ONCE} + 2)]
    resource.setrlimit(resource.RLIMIT_AS, UNLIMITED)
    print(json.dumps([refused, await ask(names, "127.0.0.9")]))
    names.close()

asyncio.run(main())
"""


def test_a_name_that_no_thread_could_ask_for_takes_no_place_from_the_next() -> None:
    asked = subprocess.run(
        [sys.executable, "-c", _ASK], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert asked.returncode == 0, asked.stderr
    refused, found = json.loads(asked.stdout)
    assert refused == ["OSError"] * (_AT_ONCE + 1)
    assert found == ["127.0.0.9"]
