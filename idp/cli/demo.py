"""`hpid demo seed`, `load`: the demo city, small or large, and its two relying parties; safe to repeat.

Personas' passwords are public, so a deployment that serves real people must never load them.
"""

from functools import partial
from typing import Annotated

import typer

from idp.cli.certification import certification
from idp.cli.context import CommandFailed, occasion, say, with_provider
from idp.cli.demo_registering import put_clients
from idp.provider import Provider
from idp.settings import DeploymentProfile, Settings
from idp.transaction import Tx

app = typer.Typer(help="The demo city.", no_args_is_help=True)
_EDITION = 2
"""Raised when the demo gets more than a state that was seeded before has."""
SEEDED, LOADED = "demo-seeded", "demo-city"
"""Files in the state folder: the small city is in, written when everything is, so that a run killed half way is completed
by the next; and which large city the database was given, written before."""


@app.callback()
def _demo() -> None:
    """The demo city."""


app.command("certification")(certification)


@app.command()
def seed() -> None:
    """Put the demo city in, people, organisations and agencies once, and its clients as the environment says now."""
    if (_development().state / LOADED).exists():
        raise CommandFailed("a large city is in, or begun; `hpid demo load` completes it")
    added = with_provider(_seed)
    if added is None:
        say("demo: people were there already")
    else:
        told = ("people", "organisations", "agencies", "officials")
        say(
            "demo: "
            + ", ".join(f"{number} {what}" for number, what in zip(added, told, strict=True))
            + " added"
        )


@app.command()
def load(
    *,
    size: Annotated[
        str, typer.Option(help="load (500,000 people), full (4,662,000), or a number of people.")
    ] = "load",
    seed: Annotated[int, typer.Option(help="Another seed, other people.")] = 31,
) -> None:
    """Put a large city into a database of its own; killed at any moment, the same command goes on where it was."""
    settings = _development()
    if (settings.state / SEEDED).exists():
        raise CommandFailed("the small demo city is in already; a large one needs a database of its own")
    from idp.cli.demo_load import load_city

    say(load_city(settings, size, seed, settings.state / LOADED))


def _development() -> Settings:
    settings = Settings()
    if settings.profile is not DeploymentProfile.DEVELOPMENT:
        raise CommandFailed("the demo's passwords are public; it is loaded in development alone")
    return settings


async def _seed(provider: Provider) -> tuple[int, int, int, int] | None:
    """Return how many people, organisations, agencies, officials were added, None if the city was in already."""
    happening = occasion(provider)
    (await provider.database.transact(partial(put_clients, provider=provider, happening=happening))).unwrap()
    stamp = provider.settings.state / SEEDED
    kept = stamp.read_text().split() if stamp.exists() else []
    held = (_EDITION, *await provider.database.read(_counts))
    if len(kept) == len(held) and all(there >= int(was) for there, was in zip(held, kept, strict=True)):
        return None
    from idp.cli.demo_seeding import seed_city

    added = await seed_city(provider, happening)
    held = (_EDITION, *await provider.database.read(_counts))
    stamp.write_text(" ".join(map(str, held)))
    return added


def _counts(tx: Tx) -> tuple[int, int, int, int]:
    return tx.people.count(), tx.organisations.count(), tx.agencies.count(), tx.officials.count()
