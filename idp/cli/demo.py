"""`hpid demo seed`: the demo city and its two relying parties; refused in production, safe to repeat.

Personas' passwords are public, so a deployment that serves real people must never load them.
"""

import os
from functools import partial

import typer

from idp.audit.occasion import Occasion
from idp.cli.certification import certification
from idp.cli.context import CommandFailed, occasion, operator, say, with_provider
from idp.cli.demo_clients import demo_clients
from idp.clients.service import issue_secret, put_client
from idp.database import Done
from idp.provider import Provider
from idp.settings import DeploymentProfile, Settings
from idp.transaction import Tx

app = typer.Typer(help="The demo city.", no_args_is_help=True)
_EDITION = 2
"""Raised when the demo gets more than a state that was seeded before has."""
_STAMP = "demo-seeded"
"""Written when everything is in, so that a run killed half way is completed by the next."""


@app.callback()
def _demo() -> None:
    """The demo city."""


app.command("certification")(certification)


@app.command()
def seed() -> None:
    """Put the demo city in, people, organisations and agencies once, and its clients as the environment says now."""
    if Settings().profile is not DeploymentProfile.DEVELOPMENT:
        raise CommandFailed("the demo's passwords are public; it is loaded in development alone")
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


async def _seed(provider: Provider) -> tuple[int, int, int, int] | None:
    """Return how many people, organisations, agencies, officials were added, None if the city was in already."""
    happening = occasion(provider)
    (await provider.database.transact(partial(_put_clients, provider=provider, happening=happening))).unwrap()
    stamp = provider.settings.state / _STAMP
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


def _put_clients(tx: Tx, *, provider: Provider, happening: Occasion) -> Done[None]:
    for client in demo_clients(os.environ):
        known = tx.clients.get(client.facts.client_id)
        if known is None or known.facts != client.facts:
            put_client(tx, client.facts, actor=operator(), occasion=happening)
        if not client.facts.has_secret:
            continue
        digest = provider.vault.digest(client.secret)
        if known is None or all(secret.digest != digest for secret in known.secrets):
            issue_secret(
                tx,
                client.facts.client_id,
                vault=provider.vault,
                actor=operator(),
                occasion=happening,
                secret=client.secret,
                old_ones_until=happening.now,
            )
    return Done(None)
