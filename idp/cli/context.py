"""What commands share: the open database, who is acting, and two ways to say the result."""

import asyncio
import json
import os
import pwd
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from idp.app import make_provider
from idp.audit.occasion import Occasion
from idp.database import Done, Refused
from idp.provider import Provider
from idp.settings import Settings
from idp.transaction import Tx
from migrations.run import current, head, knows, stranger

T = TypeVar("T")
RefusalT = TypeVar("RefusalT", bound=Exception)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
NAMES_AN_ID = {"ignore_unknown_options": True}
"""Settings of a command that takes an id: one in 64 begins with a hyphen, and is no option."""
_ANY_WIDTH = 100_000
_LOGIN = Path("/proc/self/loginuid")
_NOBODY_LOGGED_IN = 2**32 - 1
_output = Console(soft_wrap=True)
_errors = Console(stderr=True, soft_wrap=True)


class CommandFailed(Exception):
    """The command can't do what was asked; the text says why and what would help."""


def show_error(text: str) -> None:
    """Print one line on standard error."""
    _errors.print(_letters(f"hpid: {text}"), style="red")


def warn(text: str) -> None:
    """Print one line on standard error that is no failure."""
    _errors.print(_letters(f"hpid: {text}"), style="yellow")


def operator() -> str:
    """Return how the record names whoever runs this command: the account that logged in, whatever it became since.

    What takes two pairs of hands tells them apart by it, so nothing counts that the caller can set, as LOGNAME.
    """
    uid = _logged_in()
    uid = os.getuid() if uid is None else uid
    try:
        return f"operator:{pwd.getpwuid(uid).pw_name}"
    except KeyError:
        return f"operator:{uid}"


def _logged_in() -> int | None:
    """Return who logged in to this machine, by the kernel's word: `sudo` changes nothing; None in a container."""
    try:
        uid = int(_LOGIN.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
    return None if uid == _NOBODY_LOGGED_IN else uid


def occasion(provider: Provider) -> Occasion:
    """Return this moment, for what the command writes."""
    return Occasion(clock=provider.clock, now=provider.clock.now(), txn="cli")


def carry_out(
    change: Callable[[Tx, Occasion], Done[T] | Refused],
    refusal: type[RefusalT],
    why: Callable[[RefusalT], str] = str,
) -> T:
    """Do it in one transaction of this moment, and return what was done; a rule that forbids it is said in one line."""

    async def work(provider: Provider) -> T:
        happening = occasion(provider)
        with forbidden_by(refusal, why):
            return (await provider.database.transact(lambda tx: change(tx, happening))).unwrap()

    return with_provider(work)


@contextmanager
def forbidden_by(refusal: type[RefusalT], why: Callable[[RefusalT], str] = str) -> Iterator[None]:
    """Say in one line which rule forbids what is done here."""
    try:
        yield
    except refusal as error:
        raise CommandFailed(why(error)) from error


def with_provider(work: Callable[[Provider], Awaitable[T]]) -> T:
    """Run the work on an open provider whose schema is current."""
    return asyncio.run(_with_provider(work))


async def _with_provider(work: Callable[[Provider], Awaitable[T]]) -> T:
    async with opened(Settings()) as provider:
        return await work(provider)


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Provider]:
    """Open the provider without serving; refuses a database that was never initialised or is of another version.

    Refuses a master key too under which the stored signing keys do not open: what it sealed, no node could read.
    """
    await asyncio.to_thread(check_schema, settings)
    provider = make_provider(settings)
    await provider.database.open()
    try:
        await provider.configuration.refresh()
        yield provider
    finally:
        await provider.aclose()


def check_schema(settings: Settings) -> None:
    """Refuse to work on a schema this version does not know."""
    check_revision(current(settings.effective_database_url))


def check_revision(found: str | None) -> None:
    """Refuse a schema of another version."""
    if found is None:
        raise CommandFailed("the database has no schema yet; run `hpid init`")
    if not knows(found):
        raise CommandFailed(stranger(found))
    if found != head():
        raise CommandFailed(
            f"the database is at revision {found}, this version needs {head()}; run `hpid migrate`"
        )


def show(
    content: Mapping[str, object] | Sequence[Mapping[str, object]], *, as_json: bool, title: str = ""
) -> None:
    """Print a record or a list of records; moments are handed in as they are, and written alike everywhere."""
    if as_json:
        _put(_letters(json.dumps(content, ensure_ascii=False, default=plain, indent=2)))
        return
    records = [content] if isinstance(content, Mapping) else content
    if not records:
        _put("nothing found")
        return
    rows = [{name: _letters(_text(value)) for name, value in record.items()} for record in records]
    table = _sheet(rows[0], title) if isinstance(content, Mapping) else _list(rows, title)
    if _output.measure(table, options=_output.options.update(max_width=_ANY_WIDTH)).maximum <= _output.width:
        _put(table)
    else:
        _print_lines(rows, title)


def plain(value: object) -> str:
    """Return what JSON has no form for as text; moments in whole seconds (RFC 3339)."""
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else str(value)


def _sheet(row: Mapping[str, Text], title: str) -> Table:
    """Return one record, a line for each of its members."""
    table = Table(title=title or None, show_header=False)
    table.add_column(style="bold")
    table.add_column()
    for name, value in row.items():
        table.add_row(name, value)
    return table


def _list(rows: Sequence[Mapping[str, Text]], title: str) -> Table:
    """Return a line for each record."""
    table = Table(title=title or None)
    for name in rows[0]:
        table.add_column(name)
    for row in rows:
        table.add_row(*row.values())
    return table


def _print_lines(rows: Sequence[Mapping[str, Text]], title: str) -> None:
    """Print what is wider than the terminal: an id that was broken into pieces can't be copied or searched for."""
    if title:
        _put(_letters(title), style="italic")
    for number, row in enumerate(rows):
        if number:
            _put("")
        widest = max(map(len, row))
        for name, value in row.items():
            _put(Text(f"{name:<{widest}}  ", style="bold") + value)


def say(text: str) -> None:
    """Print one line."""
    _put(_letters(text))


def _put(content: Text | Table | str, *, style: str | None = None) -> None:
    """Write to standard output; raises CommandFailed if that takes nothing, a full disk for example.

    It comes last, so the work is done by then: whoever is not told so would do it twice.
    """
    try:
        _output.print(content, style=style)
    except BrokenPipeError:  # `hpid … | head` has seen enough
        raise
    except OSError as error:
        _throw_output_away()
        raise CommandFailed(f"what was asked is done, but can't be shown: {error.strerror}") from error


def _throw_output_away() -> None:
    """Let what is still in the buffer go nowhere: the interpreter would try again at its end, and complain at length."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _text(value: object) -> str:
    """Return a value as a person reads it; of many counts those that are not 0."""
    if value is None:
        return "-"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {one}" for name, one in value.items() if one != 0) or "-"
    if isinstance(value, set | frozenset):
        value = sorted(map(str, value))
    if isinstance(value, list | tuple):
        words = [plain(one) for one in value]
        return ("; " if any(" " in word for word in words) else " ").join(words)
    return plain(value)


def _letters(text: str) -> Text:
    """Return a text whose every letter stands for itself, whoever wrote it: no markup, nothing a terminal obeys.

    What can't be printed is escaped as JSON does it, so that JSON stays what it was.
    """
    return Text("".join(one if one.isprintable() or one == "\n" else _escaped(one) for one in text))


def _escaped(letter: str) -> str:
    units = letter.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))  # RFC 8259 §7
