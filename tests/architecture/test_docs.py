"""The documentation tells the truth where a program can tell: generated pages, paths, decisions, news."""

import re

import pytest

from docs import generate
from docs.generators import errors
from docs.generators.personas import featured
from docs.generators.texts import texts_under_fields
from idp.audit.events import EventType
from idp.metrics import Kind, SignInMethod, SignInOutcome
from idp.protocol.client_metadata import MEMBERS
from idp.risk_settings import RiskSettings
from idp.settings import Lifetimes, Settings
from tests.architecture.citations import CITED, anchors, cited, citing_files, lost_files, unresolved
from tests.architecture.doc_rules import broken_tables, dangling, documents, misshapen, unknown_names
from tests.architecture.source_tree import OURS, ROOT, python_files, source_of

DECISIONS = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs" / "adr").glob("*.md"))
FRAGMENT = re.compile(r"(\+[a-z0-9-]+|\d+)\.(security|added|changed|fixed|removed)\.md")
TRIED = re.compile(r"def test_((?:[a-h][0-9]{2}_)+)")
OF_THE_SCRIPTS = ("HPID_PYTHON", "HPID_VENV")
VOCABULARIES = [Settings, Lifetimes, RiskSettings, EventType, Kind, SignInMethod, SignInOutcome]


def test_every_error_description_has_its_fix_and_every_fix_its_description() -> None:
    assert errors.without_fix() == []


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


def test_what_a_page_names_exists() -> None:
    found = {path: dangling(path, source_of(path)) for path in documents()}

    assert {path: names for path, names in found.items() if names} == {}


def test_a_dangling_path_is_noticed() -> None:
    text = "`idp/settings.py` `idp/nowhere.py` [a](specs.md) [b](nowhere.md) `tests/conftest.py::test_none`"
    text += "\n```\n`idp/block.py`\n```\n"

    assert dangling("docs/README.md", text) == [
        "idp/nowhere.py",
        "tests/conftest.py::test_none",
        "nowhere.md",
    ]


def test_every_setting_and_metric_that_a_page_names_is_there() -> None:
    reference = source_of("docs/reference/settings.md") + source_of("docs/reference/metrics.md")
    known = {*re.findall(r"`(HPID_\w+|hpid_\w+)`", reference), *MEMBERS, *OF_THE_SCRIPTS}
    found = {path: unknown_names(source_of(path), known=known) for path in documents()}

    assert {path: names for path, names in found.items() if names} == {}


def test_a_name_that_is_none_of_ours_is_noticed() -> None:
    text = (
        '`HPID_PORT=1` `HPID_PROT` `HPID_LIFE_…_KEPT` `hpid_messages` `hpid_messages_total{channel="email"}`'
    )

    assert unknown_names(text, known={"HPID_PORT", "hpid_messages_total"}) == ["HPID_PROT", "hpid_messages"]


def test_every_row_of_a_table_is_shown_as_one() -> None:
    assert {path: rows for path in documents() if (rows := broken_tables(source_of(path)))} == {}


def test_rows_that_an_empty_line_cuts_off_are_noticed() -> None:
    whole = "| a | b |\n|---|---|\n| 1 | 2 |\n"

    assert broken_tables(f"{whole}\ntext\n\n{whole}```\n| in code |\n```\n") == []
    assert broken_tables(f"{whole}\n| 3 | 4 |\n| 5 | 6 |\n") == ["| 3 | 4 |"]


def test_every_citation_in_the_source_leads_somewhere() -> None:
    assert [wrong for path in citing_files() for wrong in unresolved(path, source_of(path))] == []


def test_every_file_that_a_comment_names_is_there() -> None:
    files = python_files(*OURS, "tests")
    assert [lost for path in files for lost in lost_files(path, source_of(path))] == []


def test_a_file_that_is_lost_is_noticed() -> None:
    source = '"""As in nowhere.py and clock.py."""\nX = "nothing.py"  # idp/clock.py, idp/nowhere.py\n'
    assert lost_files("idp/a.py", source) == ["idp/a.py: idp/nowhere.py", "idp/a.py: nowhere.py"]


@pytest.mark.parametrize(
    ("comment", "found"),
    [
        ("DESIGN 5.6", [("DESIGN", "5.6")]),
        ("DESIGN 5.4 and 5.6; SECURITY B09)", [("DESIGN", "5.4"), ("DESIGN", "5.6"), ("SECURITY", "B09")]),
        ("PAGES §3.1.1–3.1.3, §4.1", [("PAGES", item) for item in ("3.1.1", "3.1.2", "3.1.3", "4.1")]),
        ("SECURITY B01–B03, R16, RFC 6749", [("SECURITY", item) for item in ("B01", "B02", "B03", "R16")]),
        ("PROTOCOL rules 26–27 and 43", [("PROTOCOL", item) for item in ("26", "27", "43")]),
        ("DOMAIN journeys 4.1.2, 4.1.3", [("DOMAIN", "4.1.2"), ("DOMAIN", "4.1.3")]),
        ("SP 800-63B-4 §3.1.1.2, RFC 9106", [("SP 800-63B-4", "3.1.1.2")]),
        ("PAGES.md §2; a test", [("PAGES", "2")]),
        ("RFC 6749 §5.2, SECURITY I9, ASVS 16.5", [("SECURITY", "I9")]),
        ("battery rows R11, R27", [("SECURITY", "R11"), ("SECURITY", "R27")]),
        ("# E03: never raised", [("SECURITY", "E03")]),
        ("(DESIGN 5.12, E02)", [("DESIGN", "5.12"), ("SECURITY", "E02")]),
        ("the agency H24, RFC 7636 §4.6, DOMAIN mapping", []),
    ],
)
def test_a_citation_is_read_as_it_is_written(comment: str, found: list[tuple[str, str]]) -> None:
    assert list(cited(comment)) == found


def test_a_citation_that_leads_nowhere_is_noticed() -> None:
    nowhere = "99"

    assert unresolved("a.py", f"# DESIGN 5.6, 5.{nowhere}") == [f"a.py: DESIGN 5.{nowhere}"]
    assert unresolved("a.py", f"# SECURITY A01, A{nowhere}") == [f"a.py: SECURITY A{nowhere}"]


def test_a_page_has_anchors_for_headings_points_and_rows() -> None:
    page = (
        "# Title\n## 5. Decisions\n1. one\n12. twelve\n### 5.2 More\n| A01 | x |\n## Not numbered\n1. none\n"
    )

    assert anchors(page) == {"5", "5.1", "5.12", "5.2", "A01", "1"}


@pytest.mark.parametrize("page", sorted(set(CITED.values())))
def test_a_page_that_is_cited_stands_in_the_index(page: str) -> None:
    assert f"({page.removeprefix('docs/')})" in source_of("docs/README.md")


def test_every_attack_that_is_tried_has_a_row() -> None:
    names = "".join(source_of(path) for path in python_files("tests/attacks"))
    tried = {row.upper() for found in TRIED.findall(names) for row in found.strip("_").split("_")}

    assert tried
    assert sorted(tried - anchors(source_of(CITED["SECURITY"]))) == []


def test_the_front_page_shows_the_featured_personas_and_is_short() -> None:
    front = source_of("README.md")

    assert featured() in front
    assert len(front.splitlines()) <= 120


@pytest.mark.parametrize("path", DECISIONS)
def test_a_decision_says_first_what_was_decided(path: str) -> None:
    assert misshapen(source_of(path)) == []


def test_a_decision_that_begins_with_its_context_is_noticed() -> None:
    assert misshapen("# 0001 – Layout\n\n## Context\n\n## Decision\n\n## Consequences\n")
    assert misshapen("# Layout\n\n## Decision\n\n## Context\n\n## Consequences\n")


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = [int(path.split("/")[-1][:4]) for path in DECISIONS]
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_news_fragment_is_named_by_kind_and_is_a_sentence() -> None:
    fragments = [
        path for path in (ROOT / "changelog.d").iterdir() if path.name not in {"README.md", ".gitkeep"}
    ]

    assert [path.name for path in fragments if not FRAGMENT.fullmatch(path.name)] == []
    assert [path.name for path in fragments if not path.read_text().rstrip().endswith(".")] == []
