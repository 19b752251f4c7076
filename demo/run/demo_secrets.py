"""Secrets between the services of the demo: made once, kept in a file of mode 0600, passed by environment."""

import json
import os
import secrets
from contextlib import suppress
from pathlib import Path

from demo.run.checks import CannotStart
from demo.run.options import SMS_SECRET

NAMES = ("PORTAL_CLIENT_SECRET", "DATASTORE_CLIENT_SECRET", "HPID_NATIONAL_CLIENT_SECRET")
KEYS = ("EGOV_CLIENT_KEY",)
"""Private keys as JWK texts; the provider is given the public half."""


def load_or_make(path: Path) -> dict[str, str]:
    """Return the demo's secrets by the name of their variable; that of the inbox is a file beside this one."""
    _make_sms_secret(path.with_name(SMS_SECRET))
    if not path.exists():
        _write(path, {name: secrets.token_urlsafe(32) for name in NAMES} | _keys())
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        held = {name: str(kept[name]) for name in NAMES}
        if not all(name in kept for name in KEYS):  # made by an older release
            kept = _keys() | kept
            _write(path, kept)
        return held | {name: str(kept[name]) for name in KEYS}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CannotStart(f"{path} is damaged; start again with --fresh") from error


def _make_sms_secret(path: Path) -> None:
    with suppress(FileExistsError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(32))


def _keys() -> dict[str, str]:
    from joserfc.jwk import ECKey  # what it imports takes longer than all else here, and is needed once

    made = {name: ECKey.generate_key("P-256", {"kid": secrets.token_hex(8), "use": "sig"}) for name in KEYS}
    return {name: json.dumps(key.as_dict(private=True)) for name, key in made.items()}


def _write(path: Path, held: dict[str, str]) -> None:
    unfinished = path.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(held, file, indent=2)
    unfinished.replace(path)
