"""The rules an image of ours keeps, read from its Containerfile; no engine is needed."""

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_SECRET = re.compile(r"(?i)(password|passwd|secret|token|master)[a-z_]*\s*=|BEGIN [A-Z ]*PRIVATE KEY")
_FLOATING = re.compile(r":(latest|stable|edge)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One instruction with its whole text."""

    name: str
    text: str

    @property
    def words(self) -> list[str]:
        return [word for word in shlex.split(self.text) if not word.startswith("--")]

    def option(self, name: str) -> str | None:
        found = [word.partition("=")[2] for word in self.text.split() if word.startswith(f"--{name}=")]
        return found[0] if found else None


def steps(source: str) -> list[Step]:
    """Return the instructions; comments are gone, continued lines joined."""
    lines = [line for line in source.splitlines() if not line.lstrip().startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    return [
        Step(name=name.upper(), text=" ".join(text.split()))
        for name, _, text in (line.strip().partition(" ") for line in joined.splitlines())
        if name
    ]


def complaints(source: str, root: Path) -> list[str]:
    """Return what breaks a rule, in the words of the rule."""
    found = steps(source)
    stages = _stages(found)
    last = stages[-1]
    return [
        *(complaint for step in found for complaint in _of_step(step, root)),
        *_of_bases(found),
        *_of_installs(found),
        *_of_last(last),
    ]


def _stages(found: Sequence[Step]) -> list[list[Step]]:
    stages: list[list[Step]] = []
    for step in found:
        if step.name == "FROM":
            stages.append([])
        if stages:
            stages[-1].append(step)
    return stages or [[]]


def _of_step(step: Step, root: Path) -> Iterator[str]:
    if step.name == "ADD":
        yield "ADD fetches and unpacks what nobody checked: COPY"
    if step.name == "COPY" and step.option("from") is None:
        yield from (
            f"{source} is not there"
            for source in step.words[:-1]
            if not (root / source).exists() or ".." in source or source in {".", "*"}
        )
    if step.name in {"ENV", "ARG"} and _SECRET.search(step.text):
        yield "a secret has no place in an image"
    if step.name == "RUN" and re.search(
        r"https?://|\bcurl\b|\bwget\b|--(extra-)?index-url|--trusted-host", step.text
    ):
        yield "nothing is fetched but what the lock pins"
    if step.name in {"ENV", "RUN"} and re.search(r"PIP_(EXTRA_)?INDEX_URL", step.text):
        yield "where packages come from is the machine's business"


def _of_bases(found: Sequence[Step]) -> Iterator[str]:
    named: set[str] = set()
    for step in found:
        if step.name != "FROM":
            continue
        image, *rest = step.words
        if image not in named:
            if ":" not in image or _FLOATING.search(image):
                yield f"{image} has no tag of its own"
            if "/" in image and re.match(r"[^/]*[.:][^/]*/", image):
                yield f"{image} names a host: which one is the machine's business"
        if [word.upper() for word in rest[:1]] == ["AS"]:
            named.add(rest[1])


def _of_installs(found: Sequence[Step]) -> Iterator[str]:
    for step in found:
        for command in re.split(r"&&|;", step.text) if step.name == "RUN" else ():
            if "pip install" not in command:
                continue
            pinned = "--require-hashes" in command and "-r requirements" in command
            ours = "--no-index" in command and "--no-deps" in command
            if not pinned and not ours:
                yield "pip installs what the lock pins, with hashes, and us without a network"


def _of_last(last: Sequence[Step]) -> Iterator[str]:
    users = [step.text for step in last if step.name == "USER"]
    if not users or re.match(r"(root|0)(:|$)", users[-1]) or not re.match(r"\d+(:\d+)?$", users[-1]):
        yield "the last USER is a number, and not root's"
    after = last[[step.name for step in last].index("USER") + 1 :] if users else ()
    if any(step.name in {"RUN", "COPY"} for step in after):
        yield "what runs owns no file of the image: RUN and COPY stand before USER"
    names = {step.name for step in last}
    yield from (
        f"there is no {name}" for name in ("HEALTHCHECK", "ENTRYPOINT", "STOPSIGNAL") if name not in names
    )
    if not any(step.name == "COPY" and step.option("from") for step in last):
        yield "what builds stays in another stage"
    yield from (
        f"{step.name} takes a list: a shell in between keeps signals for itself"
        for step in last
        if step.name in {"ENTRYPOINT", "CMD"} and not step.text.startswith("[")
    )
