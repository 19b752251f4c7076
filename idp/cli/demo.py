"""`hpid demo seed`: the demo city and its two relying parties; refused in production, safe to repeat.

Personas' passwords are public, so a deployment that serves real people must never load them.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

import typer

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.cli.certification import certification
from idp.cli.context import CommandFailed, occasion, operator, say, with_provider
from idp.cli.demo_clients import demo_clients
from idp.clients.service import issue_secret, put_client
from idp.credentials.model import PasswordCredential, TotpCredential
from idp.database import Done
from idp.ids import PersonId
from idp.people.model import IdentifierScheme, Person
from idp.provider import Provider
from idp.settings import DeploymentProfile, Settings
from idp.transaction import Tx

if TYPE_CHECKING:
    from demo.city import City
    from idp.cli.demo_people import FoundBy

app = typer.Typer(help="The demo city.", no_args_is_help=True)
_BATCH = 250
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
        say(f"demo: {added[0]} people, {added[1]} organisations and {added[2]} agencies added")


async def _seed(provider: Provider) -> tuple[int, int, int] | None:
    """Return how many people, organisations and agencies were added, None if the city was in already."""
    happening = occasion(provider)
    (await provider.database.transact(partial(_put_clients, provider=provider, happening=happening))).unwrap()
    stamp = provider.settings.state / _STAMP
    kept = stamp.read_text().split() if stamp.exists() else []
    held = await provider.database.read(_counts)
    if len(kept) == len(held) and all(there >= int(was) for there, was in zip(held, kept, strict=True)):
        return None
    from demo.city import generate
    from idp.cli.demo_organisations import seed_organisations

    city = generate("demo")
    organisations, agencies = await seed_organisations(provider, city, happening)
    people = await _seed_people(provider, city, happening)
    stamp.write_text(" ".join(map(str, await provider.database.read(_counts))))
    return people, organisations, agencies


def _counts(tx: Tx) -> tuple[int, int, int]:
    return tx.people.count(), tx.organisations.count(), tx.agencies.count()


async def _seed_people(provider: Provider, city: "City", happening: Occasion) -> int:
    """Add whom the city knows and the personas' credentials; whoever is there already is left as they are."""
    from demo.city import personas
    from idp.cli.demo_people import also_found_by, as_person, has_record

    known = [person for person in city.people if has_record(person)]
    people = {person.key: as_person(person, happening.now) for person in known}
    more = {people[person.key].person_id: also_found_by(person) for person in known}
    added = 0
    for batch in _batches(list(people.values())):
        added += (await provider.database.transact(partial(_add_people, batch=batch, more=more))).unwrap()
    for persona in personas.load():
        if persona.city is None or persona.slug not in people:
            continue
        person_id = people[persona.slug].person_id
        password_hash = await provider.hashing.hash(persona.city.password)
        credentials = (
            PasswordCredential(person_id=person_id, password_hash=password_hash, changed_at=happening.now),
            TotpCredential(person_id=person_id, secret=persona.city.totp_secret, last_step=0, confirmed=True),
        )
        add = partial(
            _add_credentials,
            username=persona.city.username,
            credentials=credentials,
            happening=happening,
        )
        (await provider.database.transact(add)).unwrap()
    return added


def _put_clients(tx: Tx, *, provider: Provider, happening: Occasion) -> Done[None]:
    for client in demo_clients(os.environ):
        known = tx.clients.get(client.facts.client_id)
        if known is None or known.facts != client.facts:
            put_client(tx, client.facts, actor=operator(), occasion=happening)
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


def _add_people(
    tx: Tx, *, batch: Sequence[Person], more: Mapping[PersonId, tuple["FoundBy", ...]]
) -> Done[int]:
    missing = [person for person in batch if tx.people.get(person.person_id) is None]
    tx.people.add_many(missing)
    for person in missing:
        for one in more[person.person_id]:
            tx.people.add_identifier(
                person.person_id,
                one.scheme,
                one.value,
                now=one.valid_to or person.created_at,
                valid_to=one.valid_to,
                cause=one.cause,
            )
    return Done(len(missing))


def _add_credentials(
    tx: Tx, *, username: str, credentials: tuple[PasswordCredential, TotpCredential], happening: Occasion
) -> Done[None]:
    password, totp = credentials
    if tx.passwords.get(password.person_id) is None:
        tx.people.add_identifier(password.person_id, IdentifierScheme.USERNAME, username, now=happening.now)
        tx.passwords.put(password)
        tx.totp.put(totp)
        tx.audit.add(
            happening.event(
                EventType.CREDENTIAL_SET,
                actor=operator(),
                person_id=password.person_id,
                kind="password and totp",
            )
        )
    return Done(None)


def _batches(people: Sequence[Person]) -> Iterator[tuple[Person, ...]]:
    rest = iter(people)
    while batch := tuple(islice(rest, _BATCH)):
        yield batch
