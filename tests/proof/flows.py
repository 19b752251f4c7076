"""Every flow of a citizen, its steps in any order: 20,000 steps, each held against the gates before every write.

Signing in by every way, one's own means, addresses, consent, mandates, data and its copy, closing, locking, recovering
and the day after it; forms of other pages, people and browsers, older ones, empty ones, too late. Two processes play half
each, with a seed of their own. Then holes are put in, one after the other, and each must be found. What breaks is told as
it was drawn, and by the fewest steps that less than a minute finds.
"""

import logging
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Collection, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager, redirect_stdout
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

from tests.flows.holes import HOLES, dug
from tests.flows.machine import draw
from tests.flows.player import WrongStep
from tests.flows.players import Players, shorten
from tests.proof._seed import seeds

STEPS = int(os.environ.get("FLOW_STEPS", "20000"))
PARTS = 2
_AT_ONCE, _NEXT = 100, 1000
"""Sequences that a seed gives, and how far the seed is that gives the next."""
_SHORTENING_SECONDS = 40
"""What is spent on showing a finding by fewer steps."""
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
    found: str = ""
    """The write that no gate stopped, in words; there the process ended."""


def main() -> int:
    """Prove it on files of its own."""
    return prove()


def prove(server: str = "", *, steps: int = STEPS, holes: Collection[str] = tuple(HOLES)) -> int:
    """Play so many steps on files, or on a PostgreSQL, and look for holes; return 1 if something broke or was missed."""
    began = time.monotonic()
    drawn_with = seeds(PARTS + len(holes))
    with ProcessPoolExecutor(PARTS, mp_context=get_context("spawn")) as pool:
        playing = [pool.submit(_play, server, -(-steps // PARTS), seed) for seed in islice(drawn_with, PARTS)]
        searching = {
            name: pool.submit(_find, server, name, seed) for name, seed in zip(holes, drawn_with, strict=True)
        }
        is_whole = _tell([one.result() for one in playing], time.monotonic() - began)
        missed = [name for name, search in searching.items() if not _tell_hole(name, *search.result())]
    print(f"holes missed: {missed or 'none'} of {len(holes)}; {time.monotonic() - began:.0f} s in all")
    return int(not is_whole or bool(missed))


def _tell(played: list[Played], seconds: float) -> bool:
    """Say what was played; tell whether it broke nothing, and came across all it should."""
    sequences, steps, requests = (
        sum(getattr(one, name) for one in played) for name in ("sequences", "steps", "requests")
    )
    print(f"{sequences} sequences, {steps} steps, {requests} requests in {seconds:.0f} s", flush=True)
    done = sum((one.done for one in played), Counter[str]())
    print(", ".join(f"{name} {count}" for name, count in sorted(done.items())), flush=True)
    broken = [one.found for one in played if one.found]
    lacking = [name for name in _HAPPENED_AT_LEAST if not done[name] and steps >= _ENOUGH]
    for found in broken:
        print(f"A gate did not hold. {found}", flush=True)
    if lacking:
        print(f"never happened: {lacking}", flush=True)
    return not (broken or lacking)


def _tell_hole(name: str, sequences: int, found: str) -> bool:
    says = f"found by sequence {sequences}: {found}" if found else f"not found by {sequences} sequences"
    print(f"{name}: {says}", flush=True)
    return bool(found)


def _play(server: str, steps: int, seed: int) -> Played:
    """Play in this process until so many steps were made, or one broke something."""
    found = ""
    with _players(server) as players:
        try:
            while players.steps < steps:
                for sequence in draw(_AT_ONCE, drawn_with=seed):
                    if players.steps < steps:
                        players.play(sequence)
                seed += _NEXT
        except WrongStep as broken:
            found = f"Sequence {players.sequences + 1} drawn with seed {seed}: {broken}"
            shorter = shorten(players, broken, seconds=_SHORTENING_SECONDS)
            found += f"\nThe shortest found in {_SHORTENING_SECONDS} s: {shorter}\nas {list(shorter.steps)}"
    return Played(
        sequences=players.sequences,
        steps=players.steps,
        requests=players.requests,
        done=players.done,
        found=found,
    )


def _find(server: str, name: str, seed: int) -> tuple[int, str]:
    """Return how many sequences that know nothing of a hole were played, and what the last of them found, if it did."""
    with _players(server) as players, dug(name):
        for number, sequence in enumerate(draw(_MOST_TO_FIND, drawn_with=seed), start=1):
            try:
                players.play(sequence)
            except WrongStep as found:
                return number, found.wrong
    return players.sequences, ""


@contextmanager
def _players(server: str) -> Iterator[Players]:
    """Play where commits cost no disk, and say nothing of requests: there are tens of thousands."""
    logging.disable(logging.CRITICAL)
    with (
        tempfile.TemporaryDirectory(dir=_FAST if _FAST.is_dir() else None) as folder,
        Path(os.devnull).open("w", encoding="utf-8") as nowhere,
        redirect_stdout(nowhere),
        closing(Players(Path(folder), server)) as players,
    ):
        yield players


if __name__ == "__main__":
    sys.exit(main())
