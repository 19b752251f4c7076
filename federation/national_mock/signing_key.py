"""The RSA key that signs ID tokens – RFC 7517, RFC 7518 §3.3.

Made on first start, readable by this service's user alone, kept for good: a change of keys is one
of the faults. Its ``kid`` is the RFC 7638 thumbprint.
"""

import json
import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from joserfc.jwk import KeySet, KeySetSerialization, RSAKey

_FILE = "national-signing-key.json"


def load_or_make(keys_dir: Path) -> RSAKey:
    """The key of this directory; made there when there is none."""
    path = keys_dir / _FILE
    if not path.exists():
        keys_dir.mkdir(parents=True, exist_ok=True)
        _write_once(path, json.dumps(make().as_dict(private=True)))
    return _imported(path.read_text(encoding="ascii"))


@lru_cache(maxsize=4)
def _imported(text: str) -> RSAKey:
    """Importing checks the primes, which takes a while: once for each key."""
    return RSAKey.import_key(json.loads(text))


def make(kid: str | None = None) -> RSAKey:
    """A new key, with its thumbprint as ``kid`` unless one is given."""
    key = RSAKey.generate_key(2048, parameters={"use": "sig", "alg": "RS256"})
    return RSAKey.import_key(key.as_dict(private=True) | {"kid": kid or key.thumbprint()})


def public_jwks(keys: Sequence[RSAKey]) -> KeySetSerialization:
    """What ``/oauth2/jwks`` publishes."""
    return KeySet(list(keys)).as_dict(private=False)


def _write_once(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
