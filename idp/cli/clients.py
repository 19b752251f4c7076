"""`hpid clients`: register, list, show, export, disable, remove relying parties; their secrets: client_secrets.py."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.cli import client_accounts, client_invitations, client_secrets
from idp.cli.client_documents import Document, document_of, documents_of, facts_of, read_jwks
from idp.cli.context import AsJson, CommandFailed, occasion, operator, say, show, with_provider
from idp.clients.model import Client
from idp.clients.outside import Checked, ask_outside
from idp.clients.service import issue_secret, needs_secret, put_client, remove_client
from idp.database import Done, Refused
from idp.ids import ClientId
from idp.protocol.errors import ProtocolError
from idp.protocol.facts import ClientFacts, LocalLogin, Profile
from idp.protocol.registration import check_registration, check_signing
from idp.protocol.subject import sector_of
from idp.provider import Provider
from idp.transaction import Tx

app = typer.Typer(help="Relying parties.", no_args_is_help=True)
app.add_typer(client_secrets.app)
app.add_typer(client_invitations.app)
app.add_typer(client_accounts.app)

RedirectUris = Annotated[
    list[str] | None, typer.Option(help="Compared byte for byte; repeat for more. A machine has none.")
]
GrantTypes = Annotated[
    list[str] | None, typer.Option(help="Repeat for more; default: authorization_code and refresh_token.")
]


@app.command()
def add(
    client_id: Annotated[str, typer.Argument(help="Its client_id; may stand in the file instead.")] = "",
    *,
    file: Annotated[
        Path | None, typer.Option("--from", help="JSON file: client metadata (RFC 7591), or a list of such.")
    ] = None,
    members: Annotated[
        list[str] | None,
        typer.Option("--set", help="Any member of client metadata, NAME=VALUE; repeat for more."),
    ] = None,
    name: Annotated[str, typer.Option(help="What citizens see, in Vietnamese.")] = "",
    redirect_uri: RedirectUris = None,
    name_en: Annotated[str, typer.Option(help="The same in English.")] = "",
    agency: Annotated[str, typer.Option(help="Who answers for it.")] = "",
    profile: Annotated[Profile | None, typer.Option(help="Client profile; default: city.")] = None,
    scope: Annotated[str, typer.Option(help="Scopes, separated by spaces; default: openid profile.")] = "",
    auth_method: Annotated[
        str, typer.Option(help="Client authentication; default: client_secret_basic.")
    ] = "",
    grant_type: GrantTypes = None,
    jwks: Annotated[Path | None, typer.Option(help="File with its public keys, a JWK Set.")] = None,
    jwks_uri: Annotated[str, typer.Option(help="Where it shows its public keys instead.")] = "",
    sector: Annotated[str, typer.Option(help="Subject sector; for ever. Default: the client_id.")] = "",
    audience: Annotated[
        list[str] | None, typer.Option(help="Resource it may ask tokens for; repeat.")
    ] = None,
    post_logout_redirect_uri: Annotated[list[str] | None, typer.Option(help="Repeat for more.")] = None,
    backchannel_logout_uri: Annotated[str, typer.Option(help="Where logout tokens go.")] = "",
    local_login: Annotated[
        LocalLogin | None, typer.Option(help="City credentials: never, degraded, low; default: never.")
    ] = None,
    acr: Annotated[str, typer.Option(help="Least level when a request names none.")] = "",
    law: Annotated[str, typer.Option(help="Legal document named on the notice.")] = "",
    purpose: Annotated[str, typer.Option(help="What the data is for, in Vietnamese.")] = "",
    as_json: AsJson = False,
) -> None:
    """Register a client, or replace its registration; a confidential one gets a secret, shown once."""
    options: dict[str, object] = {
        "client_name": name,
        "client_name#en": name_en,
        "redirect_uris": redirect_uri,
        "post_logout_redirect_uris": post_logout_redirect_uri,
        "scope": scope,
        "token_endpoint_auth_method": auth_method,
        "grant_types": grant_type,
        "jwks": None if jwks is None else read_jwks(jwks),
        "jwks_uri": jwks_uri,
        "default_acr_values": [acr] if acr else None,
        "backchannel_logout_uri": backchannel_logout_uri,
        "hpid_agency": agency,
        "hpid_profile": profile,
        "hpid_sector": sector,
        "hpid_audiences": audience,
        "hpid_local_login": local_login,
        "hpid_law": law,
        "hpid_purpose": purpose,
    }
    documents = documents_of(client_id, file, members or (), options)
    results = with_provider(partial(_register, documents=documents))
    show(results[0] if len(results) == 1 else results, as_json=as_json, title="registered")


@app.command("list")
def list_clients(*, as_json: AsJson = False) -> None:
    """List all clients."""

    async def work(provider: Provider) -> list[dict[str, object]]:
        clients = await provider.database.read(lambda tx: tx.clients.all())
        return [
            {
                "client_id": client.facts.client_id,
                "name": client.facts.name,
                "profile": client.facts.profile.value,
                "enabled": client.facts.enabled,
                "updated_at": client.updated_at,
            }
            for client in clients
        ]

    show(with_provider(work), as_json=as_json, title="clients")


@app.command()
def export(client_id: Annotated[str, typer.Argument(help="Default: all of them.")] = "") -> None:
    """Print registrations as JSON that `add --from` takes; secrets are not in it."""

    async def work(provider: Provider) -> list[dict[str, object]]:
        clients = await provider.database.read(lambda tx: tx.clients.all())
        return [
            document_of(client) for client in clients if not client_id or client.facts.client_id == client_id
        ]

    documents = with_provider(work)
    if client_id and not documents:
        raise CommandFailed(f"no client {client_id}")
    show(documents[0] if client_id else documents, as_json=True)


@app.command("show")
def show_client(client_id: str, *, as_json: AsJson = False) -> None:
    """Show a registration; secrets are never shown again."""

    async def work(provider: Provider) -> dict[str, object]:
        client = await provider.database.read(lambda tx: tx.clients.get(ClientId(client_id)))
        if client is None:
            raise CommandFailed(f"no client {client_id}")
        shown = {field.name: _plain(getattr(client.facts, field.name)) for field in fields(ClientFacts)}
        return shown | {"secrets": [_secret_line(one.secret_id, one.expires_at) for one in client.secrets]}

    show(with_provider(work), as_json=as_json)


@app.command()
def disable(client_id: str) -> None:
    """Disable a client: felt on every node within a second."""
    _set_enabled(client_id, enabled=False)


@app.command()
def enable(client_id: str) -> None:
    """Enable a client again."""
    _set_enabled(client_id, enabled=True)


@app.command()
def remove(client_id: str) -> None:
    """Remove a client for good: it and all its tokens end within a second, and its client_id is never given again."""

    async def work(provider: Provider) -> None:
        happening = occasion(provider)

        def take_away(tx: Tx) -> Done[None] | Refused:
            if not remove_client(tx, ClientId(client_id), actor=operator(), occasion=happening):
                return Refused(CommandFailed(f"no client {client_id}"))
            return Done(None)

        (await provider.database.transact(take_away)).unwrap()

    with_provider(work)
    say(f"{client_id} is removed")


async def _register(provider: Provider, *, documents: Sequence[Document]) -> list[dict[str, object]]:
    happening = occasion(provider)
    try:
        checked = [await _check(provider, document) for document in documents]

        def register(tx: Tx) -> Done[list[dict[str, object]]] | Refused:
            return Done([_put(tx, one, provider, happening) for one in checked])  # all of a file or nothing

        return (await provider.database.transact(register)).unwrap()
    except ProtocolError as error:
        raise CommandFailed(str(error)) from error


async def _check(provider: Provider, document: Document) -> tuple[Client | None, Checked]:
    """Return what was registered and what is to be, once other servers have been asked what it says about them."""
    client_id = ClientId(str(document["client_id"]))
    old = await provider.database.read(lambda tx: tx.clients.get(client_id))
    facts = check_registration(facts_of(document, old), response_types=provider.response_types)
    if old is not None and sector_of(old.facts) != sector_of(facts):
        raise CommandFailed("hpid_sector, subject_type: can't change; subjects hang on them")
    names_sector = "hpid_sector" in document or old is not None or facts.sector_identifier_uri is None
    return old, await ask_outside(
        facts,
        provider.registration_fetcher,
        before=None if old is None else old.facts,
        names_sector=names_sector,
        by_operator=True,
    )


def _put(
    tx: Tx, checked: tuple[Client | None, Checked], provider: Provider, happening: Occasion
) -> dict[str, object]:
    old, facts = checked[0], checked[1].facts
    if tx.clients.hold(facts.client_id) != old:
        raise CommandFailed(f"{facts.client_id}: was changed meanwhile; run the command again")
    check_signing(facts, {record.alg for record in tx.signing_keys.all() if record.retired_at is None})
    put_client(
        tx,
        facts,
        actor=operator(),
        occasion=happening,
        logo=checked[1].logo,
        response_types=provider.response_types,
    )
    if old is not None:  # what is taken away here, the client does not ask for again by itself
        tx.registrations.narrow(facts.client_id, old.facts.scopes - facts.scopes)
    result: dict[str, object] = {"client_id": facts.client_id}
    if needs_secret(facts, old, happening.now):
        issued = issue_secret(tx, facts.client_id, vault=provider.vault, actor=operator(), occasion=happening)
        result |= {"client_secret": issued.text, "client_secret_expires_at": issued.expires_at}
    return result


def _set_enabled(client_id: str, *, enabled: bool) -> None:
    async def work(provider: Provider) -> None:
        happening = occasion(provider)

        def change(tx: Tx) -> Done[None] | Refused:
            return set_enabled(tx, client_id, enabled=enabled, happening=happening)

        (await provider.database.transact(change)).unwrap()

    with_provider(work)
    say(f"{client_id} is {'enabled' if enabled else 'disabled'}")


def set_enabled(tx: Tx, client_id: str, *, enabled: bool, happening: Occasion) -> Done[None] | Refused:
    """Disable a client or enable it again."""
    if not tx.clients.set_enabled(ClientId(client_id), enabled, happening.now):
        is_there = tx.clients.get(ClientId(client_id)) is not None
        already = f"{client_id} is {'enabled' if enabled else 'disabled'} already"
        return Refused(CommandFailed(already if is_there else f"no client {client_id}"))
    tx.configuration.raise_version()
    event = EventType.CLIENT_ENABLED if enabled else EventType.CLIENT_DISABLED
    tx.audit.add(happening.event(event, actor=operator(), client_id=client_id))
    return Done(None)


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def _secret_line(secret_id: str, expires_at: datetime | None) -> str:
    return (
        secret_id if expires_at is None else f"{secret_id} (until {expires_at.isoformat(timespec='seconds')})"
    )
