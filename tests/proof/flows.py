"""Every flow of a citizen, its steps in any order: 24,000 requests, each held against the gates before every write.

Sign-in by every way, one's own means, addresses, consent, mandates, signing out, "that was not me"; forms of other pages,
people and browsers, older ones, empty ones, too late. Two processes play half each, with a seed of their own. Then holes
are put in, one after the other, and each must be found.
"""

import logging
import os
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from tests.flows.holes import HOLES, dug
from tests.flows.machine import Players, flow
from tests.proof._seed import seeds

REQUESTS = int(os.environ.get("FLOW_REQUESTS", "24000"))
PARTS = 2
_AT_ONCE = 50
_HAPPENED_AT_LEAST = (
    *("consents insert", "consents update", "contacts insert", "contacts delete", "grants insert"),
    *("life_grounds insert", "mandate_invitations insert", "mandates insert", "mandates update"),
    *("passkeys insert", "passkeys update", "password_proofs insert", "passwords delete", "passwords update"),
    *(
        "people insert",
        "people update",
        "recovery_codes update",
        "sessions insert",
        "totp delete",
        "totp update",
    ),
)
"""What a run of so many requests that it proves anything has come across."""
_ENOUGH = 10_000
_MOST_TO_FIND = 100
"""Sequences in which a hole must be found."""


def main() -> int:
    """Prove it on databases of its own."""
    began = time.monotonic()
    with ProcessPoolExecutor(PARTS, mp_context=get_context("spawn")) as pool:
        playing = [pool.submit(_play, -(-REQUESTS // PARTS), seed) for seed in seeds(PARTS)]
        searching = {name: pool.submit(_find, name) for name in HOLES}
        played = [one.result() for one in playing]
        missed = [name for name, one in searching.items() if not one.result()]
    done = sum((one for _, one in played), Counter[str]())
    sequences, steps, requests = (sum(numbers) for numbers in zip(*(one for one, _ in played), strict=True))
    seconds = time.monotonic() - began
    print(f"{sequences} sequences, {steps} steps, {requests} requests in {seconds:.0f} s", flush=True)
    print(", ".join(f"{name} {count}" for name, count in sorted(done.items())))
    print(f"holes missed: {missed or 'none'}")
    lacking = [name for name in _HAPPENED_AT_LEAST if not done[name] and requests >= _ENOUGH]
    assert not lacking, lacking
    return bool(missed)


def _play(requests: int, seed: int) -> tuple[tuple[int, int, int], Counter[str]]:
    """Play in this process until so many requests were made; a write without its gates is an AssertionError."""
    _quietly()
    with tempfile.TemporaryDirectory() as folder:
        players = Players(Path(folder))
        while players.requests < requests:
            flow(players, sequences=_AT_ONCE, drawn_with=seed)
            seed += PARTS * 1000
        players.close()
    return (players.sequences, players.steps, players.requests), players.done


def _find(name: str) -> bool:
    """Tell whether a hole is found by sequences that know nothing of it."""
    _quietly()
    with tempfile.TemporaryDirectory() as folder:
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


def _quietly() -> None:
    """Say nothing of what is refused: thousands of requests are."""
    logging.disable(logging.CRITICAL)


if __name__ == "__main__":
    sys.exit(main())
