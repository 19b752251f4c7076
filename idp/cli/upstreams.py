"""`hpid upstreams`: the national system as operators see it, and the switch for when it is being worked on."""

from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Annotated

import typer

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.cli.context import AsJson, CommandFailed, occasion, operator, show, with_provider
from idp.cli.moments import read_time
from idp.database import Done, Refused
from idp.provider import Provider
from idp.transaction import Tx
from idp.upstreams.model import NATIONAL, Maintenance

app = typer.Typer(help="The national system, as upstream.", no_args_is_help=True)
_LONGEST = timedelta(days=14)


class Switch(StrEnum):
    """What an operator says."""

    ON = "on"
    OFF = "off"


@app.callback()
def _upstreams() -> None:
    """The national system, as upstream."""


@app.command()
def maintenance(
    switch: Annotated[Switch, typer.Argument(help="on: send nobody there; off: as before.")],
    *,
    until: Annotated[
        str,
        typer.Option(help="With `on`: when it ends by itself, with its zone, e.g. 2026-11-27T08:00+07:00."),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Say that the national system is being worked on: every node tells people, and sends nobody, within a second."""
    if (switch is Switch.ON) is not bool(until):
        raise CommandFailed("`on` needs --until, `off` takes none")
    with_provider(partial(_switch, until=read_time("--until", until) if until else None))
    show({"upstream": NATIONAL, "maintenance": switch.value, "until": until or None}, as_json=as_json)


async def _switch(provider: Provider, *, until: datetime | None) -> None:
    if provider.national is None:
        raise CommandFailed("no national system is configured (HPID_NATIONAL_ISSUER)")
    happening = occasion(provider)
    if until is not None and not happening.now < until <= happening.now + _LONGEST:
        raise CommandFailed(f"--until must be in the future, at most {_LONGEST.days} days from now")
    outcome = await provider.database.transact(partial(set_maintenance, until=until, occasion=happening))
    outcome.unwrap()


def set_maintenance(tx: Tx, *, until: datetime | None, occasion: Occasion) -> Done[None] | Refused:
    """Set the switch until a moment, or take it back."""
    tx.configuration.raise_version()
    if until is None:
        if not tx.maintenance.end(NATIONAL):
            return Refused(CommandFailed("no maintenance is set"))
        event = occasion.event(EventType.UPSTREAM_MAINTENANCE_ENDED, actor=operator(), upstream=NATIONAL)
    else:
        tx.maintenance.set(Maintenance(upstream=NATIONAL, since=occasion.now, until=until, set_by=operator()))
        event = occasion.event(
            EventType.UPSTREAM_MAINTENANCE_SET,
            actor=operator(),
            upstream=NATIONAL,
            until=until.isoformat(timespec="seconds"),
        )
    tx.audit.add(event)
    return Done(None)
