"""Registering clients and issuing their secrets: state, configuration version and record in one transaction."""

from datetime import datetime

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.clients.model import ClientSecret
from idp.ids import NO_BUCKET, ClientId, HandleKind
from idp.protocol.facts import ClientFacts
from idp.protocol.registration import check_registration
from idp.transaction import Tx
from keys.envelope import Vault


def put_client(tx: Tx, facts: ClientFacts, *, actor: str, occasion: Occasion) -> None:
    """Register or replace; raises InvalidClientMetadata naming the field. Felt on every node within a second."""
    tx.clients.put(check_registration(facts), occasion.now)
    tx.configuration.raise_version()
    tx.audit.add(occasion.event(EventType.CLIENT_REGISTERED, actor=actor, client_id=facts.client_id))


def issue_secret(
    tx: Tx,
    client_id: ClientId,
    *,
    vault: Vault,
    actor: str,
    occasion: Occasion,
    secret: str | None = None,
    old_ones_until: datetime | None = None,
) -> str:
    """Store a fresh secret's digest and return the secret, which is never seen again; old ones may overlap."""
    text = secret or occasion.clock.handle(HandleKind.CLIENT_SECRET, NO_BUCKET)
    secret_id = occasion.clock.token(6)
    tx.clients.add_secret(
        client_id,
        ClientSecret(
            secret_id=secret_id, digest=vault.digest(text), created_at=occasion.now, expires_at=None
        ),
    )
    if old_ones_until is not None:
        tx.clients.expire_secrets(client_id, old_ones_until, secret_id)
    tx.configuration.raise_version()
    tx.audit.add(
        occasion.event(EventType.CLIENT_SECRET_ISSUED, actor=actor, client_id=client_id, secret_id=secret_id)
    )
    return text
