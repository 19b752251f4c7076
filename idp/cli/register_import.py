"""Taking in a file of a register, a batch of lines a transaction; killed half way, it is run again from the start."""

import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Annotated, Generic, TypeVar

import typer

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.cli.context import CommandFailed, occasion, operator, say, show, with_provider
from idp.cli.moments import parse_time
from idp.cli.register_files import Line, read_lines
from idp.cli.report_files import report_file
from idp.database import Done
from idp.days import VIETNAM_TIME
from idp.organisations.entry import RefusedEntry, Said
from idp.organisations.service import Counts, Outcome, record_import
from idp.provider import Provider
from idp.transaction import Tx

T = TypeVar("T")

File = Annotated[
    Path, typer.Argument(help="What it holds, line by line: NAME.csv with a header, or NAME.jsonl.")
]
AsOf = Annotated[
    str,
    typer.Option(
        help="As of when the register says so: 2026-11-01 (the day's beginning in Việt Nam) or 2026-11-01T08:00+07:00."
    ),
]
Source = Annotated[str, typer.Option(help="Which register says so.")]
Report = Annotated[
    Path | None, typer.Option(help="File for every refused line, as JSON Lines: its number and the reason.")
]

_BATCH = 50
_MOST_SHOWN = 100
_SOURCE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of an entry."""

    outcome: Outcome
    unknown_representatives: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Generic[T]):
    """What a file is of: how a line becomes an entry, what is done with one, and the event at the end."""

    parse: Callable[[dict[str, object]], T]
    register: Callable[[Tx, T, Said, Occasion], Taken]
    event: EventType
    names_people: bool = False
    """Its lines name representatives, of whom the provider may know none."""


@dataclass(slots=True)
class _Tally:
    """What a file has come to so far, and the first of the lines that were refused."""

    counts: Counter[str] = field(default_factory=Counter)
    refused: list[dict[str, object]] = field(default_factory=list)

    def take(self, taken: Taken) -> None:
        self.counts[taken.outcome] += 1
        self.counts["unknown_representatives"] += taken.unknown_representatives

    def refuse(self, row: dict[str, object]) -> None:
        self.counts["refused"] += 1
        if len(self.refused) < _MOST_SHOWN:
            self.refused.append(row)

    def counted(self) -> Counts:
        return Counts(**{one.name: self.counts[one.name] for one in fields(Counts)})


def import_file(
    kind: Kind[T], file: Path, *, source: str, as_of: str, report: Path | None, as_json: bool
) -> None:
    """Read a file to its end and say what it came to; fails if a line was refused, once the others are taken."""
    tally = with_provider(partial(_import, kind=kind, file=file, source=source, as_of=as_of, report=report))
    counts = asdict(tally.counted())
    if not kind.names_people:
        del counts["unknown_representatives"]
    if as_json:
        show({**counts, "refused_lines": tally.refused}, as_json=True)
    else:
        show(counts, as_json=False, title=file.name)
        if tally.refused:
            show(tally.refused, as_json=False, title="refused lines")
    refused = tally.counts["refused"]
    if hidden := refused - len(tally.refused):
        say(f"and {hidden} refused lines more" + ("" if report is None else f", all of them in {report}"))
    if refused:
        lines = "1 line is" if refused == 1 else f"{refused} lines are"
        raise CommandFailed(f"{lines} refused; all others are taken")


async def _import(
    provider: Provider, *, kind: Kind[T], file: Path, source: str, as_of: str, report: Path | None
) -> _Tally:
    said = _said(source, as_of, provider.clock.now())
    tally = _Tally()
    with nullcontext() if report is None else report_file(report, source=file) as out:
        async for line, became in _each(provider, kind, file, said):
            if isinstance(became, Taken):
                tally.take(became)
                continue
            row: dict[str, object] = {"line": line.number, "reason": became}
            tally.refuse(row)
            if out is not None:
                out.write(json.dumps(row, ensure_ascii=False) + "\n")
    record = partial(
        _record, event=kind.event, said=said, counts=tally.counted(), happening=occasion(provider)
    )
    (await provider.database.transact(record)).unwrap()
    return tally


async def _each(
    provider: Provider, kind: Kind[T], file: Path, said: Said
) -> AsyncIterator[tuple[Line, Taken | str]]:
    """Give what became of each line: what was taken, or why it is refused."""
    lines = read_lines(file)
    while batch := list(islice(lines, _BATCH)):
        take = partial(_take, kind=kind, batch=batch, said=said, happening=occasion(provider))
        for one in zip(batch, (await provider.database.transact(take)).unwrap(), strict=True):
            yield one


def _take(
    tx: Tx, *, kind: Kind[T], batch: Sequence[Line], said: Said, happening: Occasion
) -> Done[list[Taken | str]]:
    return Done([_outcome(tx, kind, line, said, happening) for line in batch])


def _outcome(tx: Tx, kind: Kind[T], line: Line, said: Said, happening: Occasion) -> Taken | str:
    if line.members is None:
        return line.refusal
    try:
        return kind.register(tx, kind.parse(dict(line.members)), said, happening)
    except RefusedEntry as refusal:
        return str(refusal)


def _record(tx: Tx, *, event: EventType, said: Said, counts: Counts, happening: Occasion) -> Done[None]:
    record_import(tx, event, said, counts, actor=operator(), occasion=happening)
    return Done(None)


def _said(source: str, as_of: str, now: datetime) -> Said:
    if not _SOURCE.fullmatch(source):
        raise CommandFailed("--source: small letters, digits and hyphens")
    at = parse_time(as_of)
    if at is None:
        raise CommandFailed("--as-of: like 2026-11-01 or 2026-11-01T08:00+07:00")
    at = at if at.tzinfo is not None else at.replace(tzinfo=VIETNAM_TIME)
    if at > now:
        raise CommandFailed("--as-of: is still to come; what is said later would count as earlier")
    return Said(source=source, at=at)
