"""`hpid organisations`: show, find, add, set the status, take in a register. Numbers that are people's are masked."""

from datetime import datetime
from functools import partial
from typing import Annotated

import typer

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.cli.context import AsJson, CommandFailed, occasion, operator, say, show, with_provider
from idp.cli.reasons import check_reason
from idp.cli.register_import import AsOf, File, Kind, Report, Source, Taken, import_file
from idp.database import Done, Refused
from idp.ids import OrganisationId
from idp.organisations.entry import RefusedEntry, RegisterEntry, Said, parse_entry
from idp.organisations.identifiers import InvalidIdentifier, normal_identifier
from idp.organisations.model import Organisation, OrganisationKind, OrganisationScheme, OrganisationStatus
from idp.organisations.name_key import name_key
from idp.organisations.service import (
    Registered,
    change_status,
    is_representative_vacant,
    register,
    representatives_of,
)
from idp.provider import Provider
from idp.transaction import Tx
from idp.ui.formatting import mask_id_number

app = typer.Typer(help="Organisations of the registers.", no_args_is_help=True)
_MOST = 50
_BY_HAND = "operator"


@app.command()
def find(
    *,
    number: Annotated[str, typer.Option(help="Tax code, personal ID number or other code.")] = "",
    name: Annotated[
        str, typer.Option(help="Beginning of the name's first own word, with or without accents.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Find organisations by number, or by the beginning of their name without `Công ty TNHH` and the like."""
    if bool(number) + bool(name) != 1:
        raise CommandFailed("give one of --number, --name")

    async def work(provider: Provider) -> list[dict[str, object]]:
        found = await provider.database.read(partial(_search, number=number, name=name))
        return [_row(organisation) for organisation in found]

    show(with_provider(work), as_json=as_json, title="organisations")


@app.command("show")
def show_organisation(organisation_id: str, *, as_json: AsJson = False) -> None:
    """Show what is kept of an organisation."""

    async def work(provider: Provider) -> dict[str, object]:
        shown = partial(_shown, organisation_id=OrganisationId(organisation_id), now=provider.clock.now())
        return await provider.database.read(shown)

    show(with_provider(work), as_json=as_json)


@app.command()
def add(
    kind: OrganisationKind,
    identifier: Annotated[
        str, typer.Argument(help="Tax code, personal ID number of the owner, or other code.")
    ],
    name: Annotated[str, typer.Argument(help="As its register writes it.")],
    *,
    scheme: Annotated[
        OrganisationScheme | None, typer.Option(help="Of the number; default: of tax or household, by kind.")
    ] = None,
    short_name: str = "",
    foreign_name: str = "",
    legal_form: Annotated[str, typer.Option(help="e.g. llc, joint-stock.")] = "",
    founded: Annotated[str, typer.Option(help="A day: 2011-05-03.")] = "",
    address: str = "",
    commune: Annotated[str, typer.Option(help="Code of its commune.")] = "",
    status: OrganisationStatus = OrganisationStatus.ACTIVE,
    as_json: AsJson = False,
) -> None:
    """Add an organisation by hand, or change what is kept of it; its register's next word counts over this one."""
    is_household = kind is OrganisationKind.HOUSEHOLD_BUSINESS
    implied = OrganisationScheme.PERSONAL_ID if is_household else OrganisationScheme.TAX_CODE
    members = {
        "kind": kind.value,
        "scheme": (scheme or implied).value,
        "identifier": identifier,
        "name": name,
        "short_name": short_name,
        "foreign_name": foreign_name,
        "legal_form": legal_form,
        "founded": founded,
        "address": address,
        "commune_code": commune,
        "status": status.value,
    }
    try:
        entry = parse_entry(members)
        done = with_provider(partial(_add, entry=entry))
    except RefusedEntry as error:
        raise CommandFailed(str(error)) from error
    show({"outcome": done.outcome.value, **_row(done.organisation)}, as_json=as_json)


@app.command("set-status")
def set_status(
    organisation_id: str,
    status: OrganisationStatus,
    *,
    reason: Annotated[str, typer.Option(help="Why: decision, letter or case number.", callback=check_reason)],
) -> None:
    """Set what an organisation is now; grants given for it end at once, and with `dissolved` all powers to act for it."""

    async def work(provider: Provider) -> None:
        happening = occasion(provider)

        def change(tx: Tx) -> Done[None] | Refused:
            this = OrganisationId(organisation_id)
            if not change_status(tx, this, status, reason, actor=operator(), occasion=happening):
                return Refused(CommandFailed(f"no organisation {organisation_id}, or it is so already"))
            return Done(None)

        (await provider.database.transact(change)).unwrap()

    with_provider(work)
    say(f"{organisation_id} is {status.value}")


@app.command("import")
def import_register(
    file: File, *, as_of: AsOf, source: Source = "register", report: Report = None, as_json: AsJson = False
) -> None:
    """Take in a register's file: enterprises before their units; a line of earlier than what is kept changes nothing."""
    kind = Kind(
        parse=parse_entry,
        register=_register_line,
        event=EventType.ORGANISATIONS_IMPORTED,
        names_people=True,
    )
    import_file(kind, file, source=source, as_of=as_of, report=report, as_json=as_json)


def _search(tx: Tx, *, number: str, name: str) -> tuple[Organisation, ...]:
    if name:
        return tx.organisations.search_by_name(name_key(name), _MOST)
    found = (_by_number(tx, scheme, number) for scheme in OrganisationScheme)
    return tuple(one for one in found if one is not None)


def _by_number(tx: Tx, scheme: OrganisationScheme, number: str) -> Organisation | None:
    try:
        return tx.organisations.find(scheme, normal_identifier(scheme, number))
    except InvalidIdentifier:
        return None


def _shown(tx: Tx, *, organisation_id: OrganisationId, now: datetime) -> dict[str, object]:
    one = tx.organisations.get(organisation_id)
    if one is None:
        raise CommandFailed(f"no organisation {organisation_id}")
    return _row(one) | {
        "short_name": one.short_name or None,
        "foreign_name": one.foreign_name or None,
        "legal_form": one.legal_form or None,
        "status_reason": one.status_reason or None,
        "founded": one.founded,
        "address": one.address or None,
        "parent_id": one.parent_id,
        "representatives": list(representatives_of(tx, organisation_id, now=now)),
        "representative_vacant": is_representative_vacant(tx, organisation_id, now=now),
        "units": [unit.organisation_id for unit in tx.organisations.units_of(organisation_id, _MOST)],
        "source": one.source,
        "source_at": one.source_at,
        "updated_at": one.updated_at,
    }


async def _add(provider: Provider, *, entry: RegisterEntry) -> Registered:
    happening = occasion(provider)

    def put(tx: Tx) -> Done[Registered]:
        said = Said(source=_BY_HAND, at=happening.now)
        return Done(register(tx, entry, said, actor=operator(), occasion=happening))

    return (await provider.database.transact(put)).unwrap()


def _register_line(tx: Tx, entry: RegisterEntry, said: Said, happening: Occasion) -> Taken:
    done = register(tx, entry, said, actor=operator(), occasion=happening)
    return Taken(outcome=done.outcome, unknown_representatives=done.unknown_representatives)


def _row(organisation: Organisation) -> dict[str, object]:
    number = organisation.identifier
    return {
        "organisation_id": organisation.organisation_id,
        "kind": organisation.kind.value,
        "scheme": organisation.scheme.value,
        "number": mask_id_number(number).shown if organisation.identifier_is_personal else number,
        "name": organisation.name,
        "status": organisation.status.value,
        "commune": organisation.commune_code or None,
    }
