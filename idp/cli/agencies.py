"""`hpid agencies`: show one with what is below it, take in the tree."""

from functools import partial
from typing import Annotated

import typer

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.cli.context import AsJson, CommandFailed, operator, show, with_provider
from idp.cli.register_import import AsOf, File, Kind, Report, Source, Taken, import_file
from idp.organisations.agency_code import InvalidAgencyCode, parse_agency_code
from idp.organisations.agency_entry import AgencyEntry, parse_agency_entry
from idp.organisations.entry import Said
from idp.organisations.model import Agency
from idp.organisations.service import register_agency
from idp.provider import Provider
from idp.transaction import Tx

app = typer.Typer(help="The tree of agencies.", no_args_is_help=True)


@app.command("show")
def show_agency(
    code: Annotated[str, typer.Argument(help="H24.08, or in the older order 000.00.08.H24.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Show an agency and those right below it."""
    try:
        normal = parse_agency_code(code)
    except InvalidAgencyCode as error:
        raise CommandFailed(str(error)) from error

    async def work(provider: Provider) -> list[dict[str, object]]:
        return await provider.database.read(partial(_shown, code=normal))

    show(with_provider(work), as_json=as_json, title=normal)


@app.command("import")
def import_agencies(
    file: File, *, as_of: AsOf, source: Source = "agencies", report: Report = None, as_json: AsJson = False
) -> None:
    """Take in agencies: those above before those below; one that is said to have ended ends with what it was used for."""
    kind = Kind(parse=parse_agency_entry, register=_register_line, event=EventType.AGENCIES_IMPORTED)
    import_file(kind, file, source=source, as_of=as_of, report=report, as_json=as_json)


def _shown(tx: Tx, *, code: str) -> list[dict[str, object]]:
    agency = tx.agencies.get(code)
    if agency is None:
        raise CommandFailed(f"no agency {code}")
    return [_row(one) for one in (agency, *tx.agencies.below(code))]


def _register_line(tx: Tx, entry: AgencyEntry, said: Said, happening: Occasion) -> Taken:
    return Taken(outcome=register_agency(tx, entry, said, actor=operator(), occasion=happening))


def _row(agency: Agency) -> dict[str, object]:
    return {
        "code": agency.code,
        "name": agency.name,
        "kind": agency.kind.value,
        "ward": agency.ward_code or None,
        "source": agency.source,
        "source_at": agency.source_at,
        "ended_at": agency.ended_at,
    }
