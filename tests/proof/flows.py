"""Every flow of a citizen, its steps in any order: 20,000 steps, each held against the gates before every write.

Signing in by every way, one's own means, addresses, consent, mandates, data and its copy, closing, locking, recovering
and the day after it; forms of other pages, people and browsers, older ones, empty ones, too late. Two processes play half
each, with a seed of their own. Then holes are put in, one after the other, and each must be found.
"""

import logging
import os
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

from tests.flows.holes import HOLES, dug
from tests.flows.machine import Players, flow
from tests.proof._seed import seeds

STEPS = int(os.environ.get("FLOW_STEPS", "20000"))
PARTS = 2
_AT_ONCE = 20
_HAPPENED_AT_LEAST = (
    *(
        "cases insert",
        "codes insert",
        "consents insert",
        "consents update",
        "contacts insert",
        "contacts delete",
    ),
    *("cross_device_sign_ins update", "data_copies insert", "data_requests insert", "data_requests update"),
    *(
        "desk_cases update",
        "devices delete",
        "devices update",
        "dispute_links delete",
        "external_links insert",
    ),
    *("grants insert", "life_grounds insert", "life_grounds update", "mandate_invitations insert"),
    *("mandates insert", "mandates update", "passkeys insert", "passkeys update", "password_proofs insert"),
    *("passwords delete", "passwords update", "people insert", "people update", "recovery_codes update"),
    *("recovery_holds insert", "sessions insert", "sessions update", "sign_in_codes insert", "totp delete"),
    "totp update",
)
"""What a run of so many steps that it proves anything has come across."""
_ENOUGH = 10_000
_MOST_TO_FIND = 100
"""Sequences in which a hole must be found."""
_FAST = Path("/dev/shm")  # noqa: S108 - a folder of our own in it
"""Where every commit of a thousand small databases costs no disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What one process played."""

    sequences: int
    steps: int
    requests: int
    done: Counter[str] = field(repr=False)


def main() -> int:
    """Prove it on databases of its own."""
    began = time.monotonic()
    with ProcessPoolExecutor(PARTS, mp_context=get_context("spawn")) as pool:
        playing = [pool.submit(_play, -(-STEPS // PARTS), seed) for seed in seeds(PARTS)]
        searching = {name: pool.submit(_find, name) for name in HOLES}
        played = [one.result() for one in playing]
        _tell(played, time.monotonic() - began)
        missed = [name for name, one in searching.items() if not one.result()]
    print(f"holes missed: {missed or 'none'}; {time.monotonic() - began:.0f} s in all")
    done = sum((one.done for one in played), Counter[str]())
    lacking = [name for name in _HAPPENED_AT_LEAST if not done[name] and STEPS >= _ENOUGH]
    assert not lacking, lacking
    return bool(missed)


def _tell(played: list[Played], seconds: float) -> None:
    sequences, steps, requests = (
        sum(getattr(one, name) for one in played) for name in ("sequences", "steps", "requests")
    )
    print(f"{sequences} sequences, {steps} steps, {requests} requests in {seconds:.0f} s", flush=True)
    done = sum((one.done for one in played), Counter[str]())
    print(", ".join(f"{name} {count}" for name, count in sorted(done.items())), flush=True)


def _play(steps: int, seed: int) -> Played:
    """Play in this process until so many steps were made; a write without its gates is an AssertionError."""
    _quietly()
    with tempfile.TemporaryDirectory(dir=_folder()) as folder:
        players = Players(Path(folder))
        while players.steps < steps:
            flow(players, sequences=_AT_ONCE, drawn_with=seed)
            seed += PARTS * 1000
        players.close()
    return Played(
        sequences=players.sequences, steps=players.steps, requests=players.requests, done=players.done
    )


def _find(name: str) -> bool:
    """Tell whether a hole is found by sequences that know nothing of it."""
    _quietly()
    with tempfile.TemporaryDirectory(dir=_folder()) as folder:
        players = Players(Path(folder))
        (seed,) = seeds()
        try:
            with dug(name):
                flow(players, sequences=_MOST_TO_FIND, drawn_with=seed, shrinks=False)
        except AssertionError as found:
            is_it = True
            print(f"{name}: found after {players.sequences} sequences: {str(found)[:200]}", flush=True)
        else:
            is_it = False
        players.close()
    return is_it


def _folder() -> Path | None:
    return _FAST if _FAST.is_dir() else None


def _quietly() -> None:
    """Say nothing of what is refused: thousands of requests are."""
    logging.disable(logging.CRITICAL)


if __name__ == "__main__":
    sys.exit(main())
