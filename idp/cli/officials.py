"""`hpid officials`: show, list, take in a file of HR. Names are shown to operators, the personal ID number never."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from idp.cli.context import AsJson, CommandFailed, say, show, with_provider
from idp.cli.official_import import Report, let_leave, take_in
from idp.officials.model import Official, Post
from idp.organisations.agency_code import InvalidAgencyCode, parse_agency_code
from idp.provider import Provider
from idp.transaction import Tx

app = typer.Typer(help="Officials: employment records and posts.", no_args_is_help=True)
_MOST = 1_000
AgencyCode = Annotated[str, typer.Option(help="Code of an agency, e.g. H24.08; those below it come along.")]


@app.command("import")
def import_officials(
    file: Annotated[Path, typer.Argument(help="CSV or JSON Lines, a post a line; see the guide for HR.")],
    *,
    agency: AgencyCode = "",
    full: Annotated[
        bool, typer.Option("--full", help="The file is everybody of --agency: who is not in it has left.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Also if more than one in twenty would leave.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would happen, and keep nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Take in a file of officials: joiners, movers, what was put right; the same file again changes nothing."""
    root = _code(agency) if agency else ""
    if full and not root:
        raise CommandFailed("--full needs --agency: whose file it is")

    async def work(provider: Provider) -> Report:
        report = await take_in(provider, file, agency=root, dry_run=dry_run)
        if full:
            await let_leave(provider, report, agency=root, dry_run=dry_run, is_sure=yes)
        return report

    report = with_provider(work)
    counts = {outcome.value: count for outcome, count in sorted(report.counts.items())}
    if as_json:
        show({"dry_run": dry_run, "counts": counts, "lines": report.rows}, as_json=True)
    else:
        if report.rows:
            show(report.rows, as_json=False, title="officials")
        told = ", ".join(f"{count} {outcome}" for outcome, count in counts.items()) or "nothing in the file"
        say(f"{told}{'; nothing was kept' if dry_run else ''}")
    if refused := counts.get("refused"):
        raise CommandFailed(f"{refused} of the file {'was' if refused == 1 else 'were'} refused")


@app.command("show")
def show_official(employee_number: str, *, as_json: AsJson = False) -> None:
    """Show an employment record with all its posts, and whether its person was found."""

    async def work(provider: Provider) -> dict[str, object]:
        official = await provider.database.read(partial(_find, employee_number=employee_number))
        if official is None:
            raise CommandFailed(f"no official {employee_number}")
        return {
            **_row(official),
            "official_id": official.official_id,
            "email": official.profile.email or None,
            "person_id": official.person_id,
            "waits_for_person": bool(official.awaited_id),
            "posts": [_post(post) for post in official.posts],
            "version": official.version,
            "updated_at": official.updated_at,
        }

    show(with_provider(work), as_json=as_json, title=employee_number)


@app.command("list")
def list_officials(
    *,
    agency: AgencyCode,
    after: Annotated[str, typer.Option(help="Go on after this employee number.")] = "",
    as_json: AsJson = False,
) -> None:
    """List up to a thousand officials of an agency and those below it, in the order of employee numbers."""
    root = _code(agency)

    async def work(provider: Provider) -> list[dict[str, object]]:
        found = await provider.database.read(lambda tx: tx.officials.page(root, after=after, limit=_MOST))
        return [_row(official) for official in found]

    show(with_provider(work), as_json=as_json, title=root)


def _find(tx: Tx, *, employee_number: str) -> Official | None:
    return tx.officials.find_by_number(employee_number)


def _row(official: Official) -> dict[str, object]:
    return {
        "employee_number": official.employee_number,
        "name": official.profile.full_name or None,
        "employer": official.agency_code,
        "status": official.status.value,
        "linked": official.person_id is not None,
        "agencies": sorted({post.agency_code for post in official.posts if post.closed_at is None}),
    }


def _post(post: Post) -> str:
    commune = f" ({post.commune_code})" if post.commune_code else ""
    until = f"–{post.valid_to}" if post.valid_to else "–"
    return f"{post.agency_code}{commune} {post.position} [{' '.join(post.roles)}] {post.valid_from}{until}"


def _code(text: str) -> str:
    try:
        return parse_agency_code(text)
    except InvalidAgencyCode as error:
        raise CommandFailed(str(error)) from None
