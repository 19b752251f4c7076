"""`hpid demo certification`: what the conformance suite needs beside a running server; refused in any other profile.

Also the other way round: a database made for certification serves no other profile, and certification no database
with people who are not invented (DESIGN 5.17).
"""

from functools import partial
from typing import Annotated
from urllib.parse import urlsplit

import typer

from idp.audit.occasion import Occasion
from idp.cli.certification_clients import SUITE, static_clients
from idp.cli.certification_person import PASSWORD, PERSON_ID, USERNAME, certification_person
from idp.cli.context import CommandFailed, occasion, operator, say, with_provider
from idp.clients.service import issue_secret, put_client
from idp.credentials.model import PasswordCredential
from idp.database import Done
from idp.people.model import IdentifierScheme
from idp.provider import Provider
from idp.settings import DeploymentProfile, Settings
from idp.transaction import Tx


def certification(
    *, suite: Annotated[str, typer.Option(help="Where the suite runs: https://NAME:PORT.")] = SUITE
) -> None:
    """Put the test person and the static clients of tests/conformance in; clients as the suite's address says now."""
    if not Settings().is_certification:
        raise CommandFailed("the test person's password is public; HPID_PROFILE must be certification")
    parts = urlsplit(suite)
    if parts.scheme != "https" or not parts.hostname or parts.path or parts.query or parts.fragment:
        raise CommandFailed("--suite must be https://NAME:PORT")
    count = with_provider(partial(_seed, suite=suite))
    say(f"certification: sign in as {USERNAME}; {count} static clients for {suite}")


def check_profile_of_state(tx: Tx, profile: DeploymentProfile) -> None:
    """Refuse a database of the other kind: its people are invented and its passwords public, or they are neither."""
    if profile is DeploymentProfile.CERTIFICATION:
        if tx.people.has_real():
            raise CommandFailed("this database holds real people; certification serves invented ones alone")
    elif tx.people.get(PERSON_ID) is not None:
        raise CommandFailed("this database was made for certification; its passwords are public")


async def _seed(provider: Provider, *, suite: str) -> int:
    happening = occasion(provider)
    check = partial(check_profile_of_state, profile=provider.settings.profile)
    await provider.database.read(check)
    credential = PasswordCredential(
        person_id=PERSON_ID,
        password_hash=await provider.hashing.hash(PASSWORD),
        changed_at=happening.now,
    )
    put = partial(_put, provider=provider, credential=credential, suite=suite, happening=happening)
    return (await provider.database.transact(put)).unwrap()


def _put(
    tx: Tx, *, provider: Provider, credential: PasswordCredential, suite: str, happening: Occasion
) -> Done[int]:
    if tx.people.get(PERSON_ID) is None:
        tx.people.add(certification_person(happening.now))
        tx.people.add_identifier(PERSON_ID, IdentifierScheme.USERNAME, USERNAME, now=happening.now)
        tx.passwords.put(credential)
    clients = static_clients(suite)
    for client in clients:
        known = tx.clients.get(client.facts.client_id)
        if known is None or known.facts != client.facts:
            put_client(
                tx,
                client.facts,
                actor=operator(),
                occasion=happening,
                response_types=provider.response_types,
            )
        if known is None or not known.secrets:
            issue_secret(
                tx,
                client.facts.client_id,
                vault=provider.vault,
                actor=operator(),
                occasion=happening,
                secret=client.secret,
            )
    return Done(len(clients))
