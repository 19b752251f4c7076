"""`hpid clients`: register, show, disable relying parties; their secrets: client_secrets.py."""

from dataclasses import fields, replace
from datetime import datetime
from enum import Enum
from functools import partial
from typing import Annotated

import typer

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.cli import client_secrets
from idp.cli.context import AsJson, CommandFailed, occasion, operator, say, show, with_provider
from idp.clients.service import issue_secret, put_client
from idp.database import Done, Refused
from idp.ids import ClientId
from idp.protocol.assurance import Acr, parse_acr
from idp.protocol.facts import ClientFacts, LocalLogin, Profile
from idp.protocol.profiles import PROFILES
from idp.protocol.registration import InvalidClientMetadata
from idp.protocol.scopes import parse_scope
from idp.provider import Provider
from idp.transaction import Tx

app = typer.Typer(help="Relying parties.", no_args_is_help=True)
app.add_typer(client_secrets.app)


@app.command()
def add(
    client_id: str,
    *,
    name: Annotated[str, typer.Option(help="What citizens see, in Vietnamese.")],
    redirect_uri: Annotated[list[str], typer.Option(help="Compared byte for byte; repeat for more.")],
    name_en: Annotated[str, typer.Option(help="The same in English.")] = "",
    agency: Annotated[str, typer.Option(help="Who answers for it.")] = "",
    profile: Annotated[Profile, typer.Option(help="Client profile.")] = Profile.CITY,
    scope: Annotated[str, typer.Option(help="Scopes, separated by spaces.")] = "openid profile",
    auth_method: Annotated[
        str, typer.Option(help="client_secret_basic, client_secret_post, private_key_jwt or none.")
    ] = ("client_secret_basic"),
    sector: Annotated[str, typer.Option(help="Subject sector; for ever. Default: the client_id.")] = "",
    audience: Annotated[
        list[str] | None, typer.Option(help="Resource it may ask tokens for; repeat.")
    ] = None,
    post_logout_redirect_uri: Annotated[list[str] | None, typer.Option(help="Repeat for more.")] = None,
    backchannel_logout_uri: Annotated[str | None, typer.Option(help="Where logout tokens go.")] = None,
    local_login: Annotated[LocalLogin, typer.Option(help="City credentials: never, degraded, low.")] = (
        LocalLogin.NEVER
    ),
    acr: Annotated[str, typer.Option(help="Least level when a request names none.")] = "",
    law: Annotated[str, typer.Option(help="Legal document named on the notice.")] = "",
    purpose: Annotated[str, typer.Option(help="What the data is for, in Vietnamese.")] = "",
    as_json: AsJson = False,
) -> None:
    """Register a client, or replace its registration; a confidential one gets a secret, shown once."""
    facts = ClientFacts(
        client_id=ClientId(client_id),
        name=name,
        name_en=name_en,
        agency=agency,
        profile=profile,
        enabled=True,
        sector=sector or client_id,
        redirect_uris=tuple(redirect_uri),
        post_logout_redirect_uris=tuple(post_logout_redirect_uri or ()),
        token_endpoint_auth_method=auth_method,
        scopes=frozenset(parse_scope(scope)),
        audiences=tuple(audience or ()),
        id_token_signed_response_alg=PROFILES[profile].default_signing_alg,
        default_acr=_level(acr),
        local_login=local_login,
        backchannel_logout_uri=backchannel_logout_uri,
        law=law,
        purpose=purpose,
    )

    show(with_provider(partial(_register, facts=facts)), as_json=as_json, title="registered")


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


async def _register(provider: Provider, *, facts: ClientFacts) -> dict[str, object]:
    happening = occasion(provider)

    def register(tx: Tx) -> Done[dict[str, object]] | Refused:
        old = tx.clients.get(facts.client_id)
        if old is not None and old.facts.sector != facts.sector:
            return Refused(CommandFailed("sector: can't change; subjects hang on it"))
        enabled = old is None or old.facts.enabled  # who was disabled stays so until enabled in so many words
        try:
            put_client(tx, replace(facts, enabled=enabled), actor=operator(), occasion=happening)
        except InvalidClientMetadata as error:
            return Refused(CommandFailed(str(error)))
        result: dict[str, object] = {"client_id": facts.client_id}
        if facts.has_secret and (old is None or not old.secrets):
            issued = issue_secret(
                tx, facts.client_id, vault=provider.vault, actor=operator(), occasion=happening
            )
            result |= {"client_secret": issued.text, "client_secret_expires_at": issued.expires_at}
        return Done(result)

    return (await provider.database.transact(register)).unwrap()


def _set_enabled(client_id: str, *, enabled: bool) -> None:
    async def work(provider: Provider) -> None:
        happening = occasion(provider)

        def change(tx: Tx) -> Done[None] | Refused:
            return _change(tx, client_id, enabled=enabled, happening=happening)

        (await provider.database.transact(change)).unwrap()

    with_provider(work)
    say(f"{client_id} is {'enabled' if enabled else 'disabled'}")


def _change(tx: Tx, client_id: str, *, enabled: bool, happening: Occasion) -> Done[None] | Refused:
    if not tx.clients.set_enabled(ClientId(client_id), enabled, happening.now):
        return Refused(CommandFailed(f"no client {client_id}, or it is so already"))
    tx.configuration.raise_version()
    event = EventType.CLIENT_ENABLED if enabled else EventType.CLIENT_DISABLED
    tx.audit.add(happening.event(event, actor=operator(), client_id=client_id))
    return Done(None)


def _level(name: str) -> Acr | None:
    if not name:
        return None
    level = parse_acr(name)
    if level is None:
        raise CommandFailed("--acr must be LoA1, LoA2, LoA3 or one of our acr values")
    return level


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
