"""One demo for all tests of this folder, and a Chromium for each file.

Test processes that run side by side share the demo: the first starts it, the last one ends it.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.journeys.stack import Stack, start_forked_stack
from tests.journeys.visitor import FLAGS

SEED = "demo-seed"


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The demo with its relying parties on the provider's site."""
    folder = run_folder(tmp_path_factory)
    with (folder / "demo.users").open("w") as users:
        stack = _join(folder, users)
        yield stack
        with _alone(folder):
            if _is_last(users):
                (folder / "demo.json").unlink()
                stack.stop()


@pytest.fixture(scope="session")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the first demo of this run leaves its records for the others."""
    return run_folder(tmp_path_factory) / SEED


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """A Chromium for one file: its event loop must not meet those of asynchronous tests."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of all test processes of this run."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


def _join(folder: Path, users: IO[str]) -> Stack:
    known = folder / "demo.json"
    with _alone(folder):
        fcntl.flock(users, fcntl.LOCK_SH)
        if known.exists():
            kept = json.loads(known.read_text())
            return Stack(**{**kept, "state": Path(kept["state"])})
        stack = start_forked_stack(folder / f"demo-{os.getpid()}", folder / SEED, shared=True)
        known.write_text(json.dumps(asdict(stack), default=str))
        return stack


def _is_last(users: IO[str]) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
