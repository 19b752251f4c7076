"""The file for what an import says of its lines: never the file it reads, and told where it can't be written."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from idp.cli.context import CommandFailed


@contextmanager
def report_file(path: Path, *, source: Path) -> Iterator[TextIO]:
    """Open a report anew for writing; raises CommandFailed.

    A disk that is full half-way stops the import: what it took stays taken, and it may be begun again.
    """
    try:
        if path.exists() and source.exists() and path.samefile(source):
            raise CommandFailed(f"{path}: is what is to be read; name another file for the report")
        with path.open("w", encoding="utf-8", newline="") as out:
            yield out
    except OSError as error:
        raise CommandFailed(
            f"{path}: {error.strerror}; begin the import again once it can be written"
        ) from error
