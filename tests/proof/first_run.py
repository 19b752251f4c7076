"""A fresh clone where only Python is installed: the demo is up within two minutes, then within twelve seconds.

Nothing is cached, the home folder is empty. Both runs end with status 0 when told to stop, and leave no process behind.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PORT_BASE = 27300
PORTS = tuple(PORT_BASE + offset for offset in (0, 1, 10, 11))
FIRST_SECONDS, SECOND_SECONDS = 120.0, 12.0


def _run(clone: Path, home: Path, *, limit: float) -> bool:
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "PIP_NO_CACHE_DIR": "1", "LANG": "C.UTF-8"}
    environment |= {
        name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_", "REQUESTS_"))
    }
    began = time.monotonic()
    runner = subprocess.Popen(
        (clone / "scripts" / "run", "--port-base", str(PORT_BASE)),
        cwd=home,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert runner.stdout is not None
    ready = any(line.startswith("Ready after") for line in runner.stdout)
    seconds = time.monotonic() - began
    runner.send_signal(signal.SIGTERM)
    status = runner.wait(30)
    listening = [port for port in PORTS if _answers(port)]
    print(
        f"ready: {ready}, after {seconds:.1f} s (bar {limit:.0f}), status {status}, still listening: {listening}"
    )
    return ready and seconds <= limit and status == 0 and not listening


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def main() -> int:
    """Run the demo twice in a clone."""
    with tempfile.TemporaryDirectory() as folder:
        clone, home = Path(folder) / "clone", Path(folder) / "home"
        home.mkdir()
        subprocess.run(("git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(clone)), check=True)
        first = _run(clone, home, limit=FIRST_SECONDS)
        second = _run(clone, home, limit=SECOND_SECONDS)
    return not (first and second)


if __name__ == "__main__":
    sys.exit(main())
