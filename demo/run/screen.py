"""What the operator sees: where the services are, with whom to sign in, and what went wrong."""

import sys

from rich.console import Console
from rich.table import Table

from demo.city.cast import the_cast
from demo.city.personas import load
from demo.run.children import Child
from demo.run.options import Options

_out = Console(soft_wrap=True)
_err = Console(stderr=True, soft_wrap=True, highlight=False)


def show(options: Options, *, seconds: float) -> None:
    """Print the addresses and, in the demo, the featured personas."""
    _out.print(_addresses(options))
    if options.certification:
        _out.print("Who signs in there, the static clients and the plans: tests/conformance/README.md")
    else:
        _out.print(_personas())
    _out.print(f"Ready after {seconds:.1f} s. Logs: {options.state / 'log'}. Ctrl-C stops everything.")


def say(sentence: str) -> None:
    """Print one line."""
    _out.print(sentence)


def refuse(sentence: str) -> None:
    """Print why nothing starts, as one line on standard error."""
    _err.print(sentence, markup=False)


def show_end(child: Child) -> None:
    """Print which service ended by itself, and the last it said."""
    code = child.exit_code or 0
    how = f"was killed by signal {-code}" if code < 0 else f"ended by itself with status {code}"
    _err.print(f"{child.name} {how}; its last words:", markup=False)
    sys.stderr.write(f"{child.last_lines()}\n")


def _addresses(options: Options) -> Table:
    table = Table(title="Hải Phòng ID", title_justify="left", show_header=False)
    table.add_column()
    table.add_column(no_wrap=True)
    table.add_row("Provider", options.issuer)
    if not options.certification:
        table.add_row("Public services portal", options.portal_url)
        table.add_row("Citizens' data store", options.data_store_url)
        table.add_row("Egov, for officials", options.egov_url)
        table.add_row("Smart Hải Phòng, as on a phone", options.smart_url)
        table.add_row("National system (simulated)", options.national_issuer)
        table.add_row("Inbox: mail and SMS to people", options.inbox_url)
    return table


def _personas() -> Table:
    names = {person.key: person.full_name for person in the_cast().people}
    table = Table(title="Sign in as (nobody is real)", title_justify="left")
    table.add_column("who", overflow="fold")
    table.add_column("number or user name", overflow="fold")
    table.add_column("password", no_wrap=True)
    for persona in load():
        if persona.featured:
            who = names.get(persona.slug, persona.slug)
            if persona.national:
                sign_in = persona.national
                table.add_row(f"{who}: {persona.purpose_en}", sign_in.number, sign_in.password)
            if persona.city:
                table.add_row(f"{who}, at Egov", persona.city.username, persona.city.password)
                table.add_row("", "secret for the codes", persona.city.totp_secret)
    return table
