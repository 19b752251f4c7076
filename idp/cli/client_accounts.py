"""`hpid clients link-accounts`: the accounts a relying party had before, linked to people by ID number.

A batch of lines is a transaction, so whatever the size of the file a few lines are held at a time; killed half way, the
same command is run again and says `already` of what was done. Passwords are not imported.
"""

import csv
from collections import Counter
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.cli.context import AsJson, CommandFailed, occasion, operator, show, with_provider
from idp.cli.register_files import Line, read_lines
from idp.cli.report_files import report_file
from idp.database import Done
from idp.ids import ClientId
from idp.people.service.link_accounts import LinkOutcome, LinkResult, OldAccount, link_account
from idp.protocol.facts import ClientFacts
from idp.provider import Provider
from idp.transaction import Tx

if TYPE_CHECKING:
    from _csv import Writer

app = typer.Typer()
_BATCH = 50
_COLUMNS = ("sub", "id_number")


@app.command("link-accounts")
def link_accounts(
    client_id: str,
    file: Annotated[Path, typer.Argument(help="NAME.csv with the header sub,id_number, or NAME.jsonl.")],
    *,
    report: Annotated[
        Path,
        typer.Option(
            help="CSV file for every line: its number, what became of it, why. No numbers of people."
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Make the ids of old accounts the subjects this client is told, where the ID number names exactly one person.

    Nothing that was chosen before is replaced, and nobody is found by name. Safe to repeat.
    """
    counts = with_provider(partial(_link_file, client_id=ClientId(client_id), file=file, report=report))
    show({outcome.value: counts[outcome] for outcome in LinkOutcome}, as_json=as_json, title=file.name)


async def _link_file(
    provider: Provider, *, client_id: ClientId, file: Path, report: Path
) -> Counter[LinkOutcome]:
    client = await provider.database.read(lambda tx: tx.clients.get(client_id))
    if client is None:
        raise CommandFailed(f"no client {client_id}")
    if client.facts.subject_type == "public":
        raise CommandFailed(f"{client_id} has its subjects in common with every public client")
    counts: Counter[LinkOutcome] = Counter()
    with report_file(report, source=file) as out:
        rows: Writer = csv.writer(out, lineterminator="\n")
        rows.writerow(("line", "outcome", "reason"))
        lines = read_lines(file)
        while batch := list(islice(lines, _BATCH)):
            link = partial(_link, client=client.facts, batch=batch, happening=occasion(provider))
            results = (await provider.database.transact(link)).unwrap()
            for line, result in zip(batch, results, strict=True):
                counts[result.outcome] += 1
                rows.writerow((line.number, result.outcome.value, result.reason))
    (await provider.database.transact(partial(_record, client.facts, counts, occasion(provider)))).unwrap()
    return counts


def _link(tx: Tx, *, client: ClientFacts, batch: list[Line], happening: Occasion) -> Done[list[LinkResult]]:
    results = []
    for line in batch:
        account = _account(line)
        results.append(
            account
            if isinstance(account, LinkResult)
            else link_account(tx, client, account, occasion=happening, actor=operator())
        )
    return Done(results)


def _account(line: Line) -> OldAccount | LinkResult:
    if line.members is None:
        return LinkResult(outcome=LinkOutcome.REFUSED, reason=line.refusal)
    sub, id_number = (line.members.get(name) for name in _COLUMNS)
    if line.members.keys() != set(_COLUMNS) or not isinstance(sub, str) or not isinstance(id_number, str):
        return LinkResult(
            outcome=LinkOutcome.REFUSED, reason="a line has a sub and an id_number, and no more"
        )
    return OldAccount(sub=sub, id_number=id_number)


def _record(client: ClientFacts, counts: Counter[LinkOutcome], happening: Occasion, tx: Tx) -> Done[None]:
    told = {outcome.value: counts[outcome] for outcome in LinkOutcome}
    event = EventType.CLIENT_ACCOUNTS_LINKED
    tx.audit.add(happening.event(event, actor=operator(), client_id=client.client_id, counts=told))
    return Done(None)
