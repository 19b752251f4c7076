"""A node that a launcher of the tests starts: `hpid serve` with something of ours in its process."""

import subprocess
import sys

from tests.server import Installation, Node


class Launched(Node):
    """A node started by a module of the tests with its own words before those of `hpid`."""

    def __init__(self, module: str, words: tuple[str, ...], installation: Installation, port: int) -> None:
        super().__init__(installation, port)
        self._launcher = (sys.executable, "-m", module, *words)

    def start(self, **changes: str) -> None:
        """Start it; what it prints is added to its log."""
        environment = self.installation.environment(HPID_PORT=str(self.port), **changes)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                (*self._launcher, "serve"),
                env=environment,
                cwd=self.installation.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
