"""Every `hpid …` that a runbook, a guide or the front page names is one that the command line takes."""

import re
import shlex
from collections.abc import Iterator, Sequence

import pytest
import typer
from typer.core import TyperArgument, TyperGroup, TyperOption

from idp.cli import app
from tests.architecture.source_tree import ROOT, source_of

_PAGES = ("docs/runbooks/*.md", "docs/how-to/*.md", "deploy/*.md", "README.md")
PAGES = sorted(path.relative_to(ROOT).as_posix() for pattern in _PAGES for path in ROOT.glob(pattern))
_BLOCK = re.compile(r"^ *```\w*\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`]+)`")
_COMMAND = re.compile(
    r"""(?:^|[;{(|&]\s*)\s*(?:\w+=(?:"[^"]*"|\S+)\s+|sudo\s+)*(?:[^\s="]*/)?hpid ((?:[a-z]|--).*)"""
)
_ANYTHING = "DOTS"
_REST = re.compile(r"\s(?:[|>&;]|2>)|\\$")


def commands(text: str) -> Iterator[str]:
    """Yield the words after each `hpid` in code, up to where a shell takes over."""
    blocks = [line for block in _BLOCK.findall(text) for line in block.replace("\\\n", " ").splitlines()]
    spans = [" ".join(span.replace("\\|", "|").split()) for span in _SPAN.findall(_BLOCK.sub("", text))]
    for code in [*blocks, *spans]:
        if code.lstrip().startswith("#"):
            continue
        if found := _COMMAND.search(code):
            yield _REST.split(found[1])[0].strip()


def wrong(command: str) -> str | None:
    """Return what the command line would not take, or None."""
    words = shlex.split(command.replace("…", _ANYTHING), comments=True)
    node: object = typer.main.get_command(app)
    while isinstance(node, TyperGroup):
        if not words:
            return "which one?"
        if words[0].startswith("-"):
            return _wrong_words(node.params, words)
        name = words.pop(0)
        if name not in node.commands:
            return f"there is no {name}"
        node = node.commands[name]
    return _wrong_words(getattr(node, "params", []), words) if words else None  # else it is only named


def _wrong_words(parameters: Sequence[object], words: list[str]) -> str | None:
    options = [one for one in parameters if isinstance(one, TyperOption)]
    by_name = {name: one for one in options for name in (*one.opts, *one.secondary_opts)}
    given: set[str | None] = set()
    values: list[str] = []
    while words:
        word = words.pop(0)
        name, sign, _ = word.partition("=")
        if not word.startswith("-"):
            values.append(word)
        elif name not in by_name:
            return f"there is no {name}"
        else:
            option = by_name[name]
            given.add(option.name)
            if not option.is_flag and not sign and (not words or words.pop(0).startswith("--")):
                return f"{name} needs a value"
    if _ANYTHING in values:
        return None
    arguments = [one for one in parameters if isinstance(one, TyperArgument)]
    if len(values) > len(arguments) and all(one.nargs != -1 for one in arguments):
        return "too many words"
    missing = [one.name for one in options if one.required and one.name not in given]
    return f"{missing[0]} is required" if missing else None


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_a_page_is_taken(page: str) -> None:
    assert {command: refusal for command in commands(source_of(page)) if (refusal := wrong(command))} == {}


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("`hpid keys list`", ["keys list"]),
        ("`/opt/hpid/bin/hpid keys list \\| head`", ["keys list"]),
        ('```sh\nA=b C="d e" hpid worker >> log 2>&1 &\n```', ["worker"]),
        ("```\nnode1() { HPID_PORT=1 hpid serve >> log & }\n```", ["serve"]),
        ("```sh\ncreatedb hpid --owner x\n```", []),
        ("`HPID_STATE=/etc/hpid hpid\nserve`", ["serve"]),
        ("`hpid: something`", []),
    ],
)
def test_a_command_is_found_where_a_shell_would_run_it(code: str, found: list[str]) -> None:
    assert list(commands(code + "\n")) == found


def test_the_pages_name_commands() -> None:
    assert sum(len(list(commands(source_of(page)))) for page in PAGES) > 150


@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        ("keys list", None),
        ("keys lists", "there is no lists"),
        ("keys", "which one?"),
        ("keys rotate --algo ES256", "there is no --algo"),
        ("keys rotate --alg", "--alg needs a value"),
        ("people lock", None),
        ("keys list  # which sign", None),
        ("people lock PERSON_ID", "reason is required"),
        ("people lock PERSON_ID AGAIN --reason x", "too many words"),
        ("people find --username …", "reason is required"),
        ("people find … --reason desk", None),
    ],
)
def test_a_command_that_is_not_there_is_noticed(command: str, refusal: str | None) -> None:
    assert wrong(command) == refusal
