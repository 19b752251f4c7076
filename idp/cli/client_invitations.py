"""`hpid clients`: initial access tokens for those who may register clients themselves, and an end to what they may."""

from datetime import timedelta
from functools import partial
from typing import Annotated

import typer

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.cli.context import AsJson, CommandFailed, occasion, operator, say, show, with_provider
from idp.clients.model import Invitation
from idp.database import Done, Refused
from idp.ids import NO_BUCKET, ClientId, HandleKind
from idp.protocol.scopes import SCOPES, parse_scope, scope_text
from idp.provider import Provider
from idp.settings import RegistrationMode
from idp.transaction import Tx

app = typer.Typer()


@app.command()
def invite(
    *,
    uses: Annotated[int, typer.Option(help="How many clients may be registered.", min=1, max=1000)] = 1,
    days: Annotated[int, typer.Option(help="How long it is good.", min=1, max=90)] = 7,
    scope: Annotated[str, typer.Option(help="Scopes such a client may ask for.")] = "openid profile",
    note: Annotated[str, typer.Option(help="For whom it is.")] = "",
    as_json: AsJson = False,
) -> None:
    """Make an initial access token, shown once: whoever holds it may register clients at /register (RFC 7591)."""
    scopes = frozenset(parse_scope(scope))
    if scopes - SCOPES.keys() or "openid" not in scopes:
        raise CommandFailed("--scope: openid and others of scopes_supported")

    async def work(provider: Provider) -> dict[str, object]:
        if provider.settings.registration_mode is RegistrationMode.OFF:
            raise CommandFailed("registration is off; set HPID_REGISTRATION=token")
        happening = occasion(provider)
        token = provider.clock.handle(HandleKind.INVITATION, NO_BUCKET)
        invitation = Invitation(
            invitation_id=provider.clock.random_bytes(6).hex(),  # never begins with a hyphen
            scopes=scopes,
            note=note,
            uses_left=uses,
            expires_at=happening.now + timedelta(days=days),
        )

        def add(tx: Tx) -> Done[None]:
            tx.invitations.add(invitation, token, happening.now)
            tx.audit.add(
                happening.event(
                    EventType.CLIENT_INVITED,
                    actor=operator(),
                    invitation_id=invitation.invitation_id,
                    scopes=sorted(scopes),
                    uses=uses,
                    expires_at=invitation.expires_at.isoformat(),
                )
            )
            return Done(None)

        (await provider.database.transact(add)).unwrap()
        return {**_line(invitation), "initial_access_token": token}

    show(with_provider(work), as_json=as_json, title="invitation")


@app.command()
def invitations(*, as_json: AsJson = False) -> None:
    """List initial access tokens, by their ids: those that are still good, and those that ended lately."""

    async def work(provider: Provider) -> list[dict[str, object]]:
        return [_line(one) for one in await provider.database.read(lambda tx: tx.invitations.all())]

    show(with_provider(work), as_json=as_json, title="invitations")


@app.command("end-invitation")
def end_invitation(invitation_id: str) -> None:
    """Take the uses that are left of an initial access token; clients registered by it stay."""

    async def work(provider: Provider) -> None:
        happening = occasion(provider)

        def end(tx: Tx) -> Done[None] | Refused:
            if not tx.invitations.end(invitation_id, happening.now):
                return Refused(CommandFailed(f"no invitation {invitation_id}, or it has ended"))
            tx.audit.add(
                happening.event(
                    EventType.CLIENT_INVITATION_ENDED, actor=operator(), invitation_id=invitation_id
                )
            )
            return Done(None)

        (await provider.database.transact(end)).unwrap()

    with_provider(work)
    say(f"invitation {invitation_id} has ended")


@app.command()
def freeze(client_id: str) -> None:
    """Let a client that registered itself change its registration no more: from now on operators alone do."""

    async def work(provider: Provider) -> None:
        end = partial(end_registration, client_id=ClientId(client_id), happening=occasion(provider))
        (await provider.database.transact(end)).unwrap()

    with_provider(work)
    say(f"{client_id} is frozen")


def end_registration(tx: Tx, client_id: ClientId, *, happening: Occasion) -> Done[None] | Refused:
    """Leave a registration to operators alone."""
    tx.clients.hold(client_id)  # a change under way ends before or is refused
    if not tx.registrations.end(client_id):
        return Refused(CommandFailed(f"no client {client_id} that can change its registration"))
    tx.audit.add(happening.event(EventType.CLIENT_FROZEN, actor=operator(), client_id=client_id))
    return Done(None)


def _line(invitation: Invitation) -> dict[str, object]:
    return {
        "invitation_id": invitation.invitation_id,
        "note": invitation.note,
        "scope": scope_text(invitation.scopes),
        "uses_left": invitation.uses_left,
        "expires_at": invitation.expires_at,
    }
