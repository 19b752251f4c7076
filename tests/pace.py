"""In which order the files of a full run begin: who waits runs beside who computes, and the longest come first.

Workers take file after file. Were all that wait for processes, locks and clocks taken at once, the machine would stand
still meanwhile; were a long file taken last, one worker would end minutes after the others.
"""

from collections.abc import Iterator, Mapping, Sequence

import pytest

_SECONDS: Mapping[str, float] = {
    "empty_database_url": 2.0,
    "target_url": 2.0,
    "database_url": 0.15,
    "oracle": 0.1,
    "world": 0.08,
}
"""Fixture → about how long a test takes that asks for it: the first ones run every migration."""
_BROWSER, _NETWORK, _OTHERS = 4.0, 0.7, 0.005
_PATIENT = 30.0
"""A file, of which one test asks for more patience than all others have."""


def paced(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """Return the same tests, those of each file together and in the order they had."""
    files: dict[str, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.nodeid.partition("::")[0], []).append(item)
    waiting = [tests for tests in files.values() if _waits(tests[0])]
    busy = [tests for tests in files.values() if not _waits(tests[0])]
    begun = sorted([*_begun(waiting), *_begun(busy)], key=lambda one: one[0])
    return [item for _, tests in begun for item in tests]


def _waits(item: pytest.Item) -> bool:
    return bool(item.get_closest_marker("network")) and not item.get_closest_marker("browser")


def _begun(files: list[list[pytest.Item]]) -> Iterator[tuple[float, list[pytest.Item]]]:
    """Yield each file with what share of these has begun before it, the longest first."""
    seconds = {id(tests): max(sum(map(_seconds, tests)), _at_least(tests)) for tests in files}
    whole, before = sum(seconds.values()), 0.0
    for tests in sorted(files, key=lambda tests: -seconds[id(tests)]):
        yield before / whole, tests
        before += seconds[id(tests)]


def _at_least(tests: list[pytest.Item]) -> float:
    return _PATIENT if any(item.get_closest_marker("timeout") for item in tests) else 0.0


def _seconds(item: pytest.Item) -> float:
    if item.get_closest_marker("browser"):
        return _BROWSER
    if item.get_closest_marker("network"):
        return _NETWORK
    fixtures: Sequence[str] = getattr(item, "fixturenames", ())
    return max((_SECONDS[name] for name in fixtures if name in _SECONDS), default=_OTHERS)
