"""What the outbox holds for a person: sign-outs that services are told of, notices, mail and SMS."""

from sqlalchemy import select

from idp.ids import PersonId
from idp.outbox.model import OutboxMessage
from idp.outbox.store.table import message_of, outbox
from idp.transaction import Tx


def messages_of(tx: Tx, person_id: PersonId) -> tuple[OutboxMessage, ...]:
    """Return all of them, the latest first."""
    newest_first = outbox.c.created_at.desc(), outbox.c.message_id.desc()
    rows = tx.connection.execute(
        select(outbox).where(outbox.c.person_id == person_id).order_by(*newest_first)
    )
    return tuple(message_of(row, tx.outbox.vault) for row in rows.mappings())
