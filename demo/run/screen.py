"""What the operator sees: where the services are, with whom to sign in, and what went wrong."""

import sys

from rich.console import Console
from rich.table import Table

from demo.city.cast import the_cast
from demo.city.personas import Persona, load
from demo.run.children import Child
from demo.run.options import Options

_out = Console(soft_wrap=True)
_err = Console(stderr=True, soft_wrap=True, highlight=False)


def show(options: Options, *, seconds: float) -> None:
    """Print the addresses and, in the demo, the featured personas."""
    _out.print(_addresses(options))
    if not options.certification:
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
    _err.print(f"{child.name} ended by itself (exit status {child.exit_code}); its last words:", markup=False)
    sys.stderr.write(f"{child.last_lines()}\n")


def _addresses(options: Options) -> Table:
    table = Table(title="Hải Phòng ID", title_justify="left", show_header=False)
    table.add_row("Provider", options.issuer)
    if not options.certification:
        table.add_row("Public services portal", options.portal_url)
        table.add_row("Citizens' data store", options.data_store_url)
        table.add_row("National system (simulated)", options.national_issuer)
    table.add_row("Discovery", f"{options.issuer}/.well-known/openid-configuration")
    return table


def _personas() -> Table:
    names = {person.key: person.full_name for person in the_cast().people}
    table = Table(title="Sign in as (nobody is real)", title_justify="left")
    for heading in ("who", "name", "where", "number or user name", "password"):
        table.add_column(heading)
    for persona in load():
        if persona.featured:
            table.add_row(persona.purpose_en, names.get(persona.slug, ""), *_sign_in(persona))
    return table


def _sign_in(persona: Persona) -> tuple[str, str, str]:
    if persona.national:
        return "national system", persona.national.number, persona.national.password
    if persona.city:
        return "city", persona.city.username, f"{persona.city.password}  (TOTP {persona.city.totp_secret})"
    return "", "", ""
