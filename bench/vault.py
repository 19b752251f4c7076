"""A vault that lasts as long as a measurement: what is sealed in it is read by nobody else."""

import secrets

from keys.envelope import Vault
from keys.master import KEY_BYTES, MasterKey


def throwaway_vault() -> Vault:
    """Return a vault under a key that is kept nowhere."""
    return Vault(MasterKey(current=1, versions={1: secrets.token_bytes(KEY_BYTES)}))
