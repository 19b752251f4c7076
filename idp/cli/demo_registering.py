"""The demo's two relying parties put in, as the environment says now."""

import os

from idp.audit.occasion import Occasion
from idp.cli.context import operator
from idp.cli.demo_clients import demo_clients
from idp.clients.service import issue_secret, put_client
from idp.database import Done
from idp.provider import Provider
from idp.transaction import Tx


def put_clients(tx: Tx, *, provider: Provider, happening: Occasion) -> Done[None]:
    """Register those whose secret the environment holds, or what changed of them."""
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
