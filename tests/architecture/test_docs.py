"""The documentation tells the truth where a program can tell: generated pages, paths, decisions, news."""

import re

import pytest

from docs import generate
from docs.generators.texts import texts_under_fields
from idp.audit.events import EventType
from idp.settings import Lifetimes, Settings
from tests.architecture.doc_rules import dangling, documents, misshapen
from tests.architecture.source_tree import ROOT, python_files, source_of

DECISIONS = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs" / "adr").glob("*.md"))
FRAGMENT = re.compile(r"(\+[a-z0-9-]+|\d+)\.(security|added|changed|fixed|removed)\.md")
VOCABULARIES = [Settings, Lifetimes, EventType]


def test_generated_pages_are_fresh() -> None:
    assert generate.stale() == []


@pytest.mark.parametrize("vocabulary", VOCABULARIES)
def test_every_word_of_a_closed_vocabulary_is_explained(vocabulary: type) -> None:
    assert [name for name, text in texts_under_fields(vocabulary).items() if not text] == []


def test_an_unexplained_word_is_noticed() -> None:
    assert texts_under_fields(_Sample) == {"explained": "What it is.", "bare": ""}


class _Sample:
    explained: int = 1
    """What it is."""
    bare: int = 2


def test_every_audit_event_is_recorded_somewhere() -> None:
    source = "".join(source_of(path) for path in python_files("idp") if path != "idp/audit/events.py")

    assert [event.name for event in EventType if not re.search(rf"EventType\.{event.name}\b", source)] == []


@pytest.mark.parametrize("path", documents())
def test_what_a_page_names_exists(path: str) -> None:
    assert dangling(path, source_of(path)) == []


def test_a_dangling_path_is_noticed() -> None:
    text = "`idp/settings.py` `idp/nowhere.py` [a](specs.md) [b](nowhere.md) `tests/conftest.py::test_none`"
    text += "\n```\n`idp/block.py`\n```\n"

    assert dangling("docs/README.md", text) == [
        "idp/nowhere.py",
        "tests/conftest.py::test_none",
        "nowhere.md",
    ]


@pytest.mark.parametrize("path", DECISIONS)
def test_a_decision_says_first_what_was_decided(path: str) -> None:
    assert misshapen(source_of(path)) == []


def test_a_decision_that_begins_with_its_context_is_noticed() -> None:
    assert misshapen("# 0001 – Layout\n\n## Context\n\n## Decision\n\n## Consequences\n")
    assert misshapen("# Layout\n\n## Decision\n\n## Context\n\n## Consequences\n")


def test_decisions_are_numbered_without_gaps() -> None:
    assert [path.split("/")[-1][:4] for path in DECISIONS] == [
        f"{number:04}" for number in range(1, len(DECISIONS) + 1)
    ]


def test_a_news_fragment_is_named_by_kind_and_is_a_sentence() -> None:
    fragments = [
        path for path in (ROOT / "changelog.d").iterdir() if path.name not in {"README.md", ".gitkeep"}
    ]

    assert [path.name for path in fragments if not FRAGMENT.fullmatch(path.name)] == []
    assert [path.name for path in fragments if not path.read_text().rstrip().endswith(".")] == []
