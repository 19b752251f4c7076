"""How the server's threads share a core (adr/0053)."""

import os
from contextlib import suppress


def schedule_in_batches() -> None:
    """Let no thread that starts from here on be interrupted because another of this process has something to do.

    Where the system refuses, or knows no such policy (sched(7), SCHED_BATCH), everything runs as it would anyway.
    """
    if hasattr(os, "sched_setscheduler"):
        with suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
