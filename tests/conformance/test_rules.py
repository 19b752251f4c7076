"""docs/reference/conformance.md names a test for each rule of the plans' first two groups, and the test is there."""

import re

import pytest

from tests.architecture.source_tree import ROOT, source_of

_ROW = re.compile(r"\| (\d+) \| .* \| .* \| (.*) \|")
_TEST = re.compile(r"`([^`]+)`")
ROWS = {
    int(match[1]): _TEST.findall(match[2])
    for match in map(_ROW.fullmatch, source_of("docs/reference/conformance.md").splitlines())
    if match
}
NOT_YET: frozenset[int] = frozenset()
"""Rules whose feature, or whose test over https, is not there yet."""


def test_every_rule_of_the_first_two_groups_has_a_test() -> None:
    assert {rule for rule in range(1, 31) if not ROWS.get(rule)} == NOT_YET


@pytest.mark.parametrize("rule", sorted(ROWS))
def test_the_tests_of_a_rule_are_there(rule: int) -> None:
    for test in ROWS[rule]:
        file, _, name = test.partition("::")
        assert (ROOT / file).exists()
        assert not name or f"def {name}(" in source_of(file)
