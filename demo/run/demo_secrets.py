"""Secrets between the services of the demo: made once, kept in a file of mode 0600, passed by environment."""

import json
import os
import secrets
from pathlib import Path

from demo.run.checks import CannotStart

NAMES = ("PORTAL_CLIENT_SECRET", "DATASTORE_CLIENT_SECRET", "HPID_NATIONAL_CLIENT_SECRET")


def load_or_make(path: Path) -> dict[str, str]:
    """Return the demo's secrets by the name of their variable."""
    if not path.exists():
        made = {name: secrets.token_urlsafe(32) for name in NAMES}
        unfinished = path.with_suffix(".new")
        unfinished.unlink(missing_ok=True)
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(made, file, indent=2)
        unfinished.replace(path)
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return {name: str(kept[name]) for name in NAMES}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CannotStart(f"{path} is damaged; start again with --fresh") from error
