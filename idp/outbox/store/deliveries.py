"""What became of messages: the ledger of sign-outs, for the person, the operator and the client itself."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Integer, Select, String, bindparam, func, select, tuple_

from idp.database.erasing import delete_oldest, erase
from idp.ids import ClientId, PersonId
from idp.outbox.model import NO_CLIENT, SETTLED, Backlog, DeliveryState, OutboxMessage
from idp.outbox.store.table import message_of, outbox
from keys.envelope import Vault

_most = bindparam("most", type_=Integer)
_newest_first = (outbox.c.created_at.desc(), outbox.c.message_id.desc())

_OF_LOGOUTS = (
    select(outbox)
    .where(outbox.c.logout_id.in_(bindparam("of_logouts", type_=String, expanding=True)))
    .order_by(outbox.c.created_at, outbox.c.message_id)
    .limit(_most)
)
_SIGN_OUTS_OF_PERSON = (
    select(outbox)
    .where(outbox.c.person_id == bindparam("of_person"), outbox.c.client_id != NO_CLIENT)
    .order_by(*_newest_first)
    .limit(_most)
)
_OF_CLIENT = (
    select(outbox).where(outbox.c.client_id == bindparam("of_client")).order_by(*_newest_first).limit(_most)
)
_is_wanted = outbox.c.state.in_(bindparam("states", type_=String, expanding=True))
_mark = outbox.alias("mark")
_BEFORE = _OF_CLIENT.where(
    tuple_(outbox.c.created_at, outbox.c.message_id)
    < select(_mark.c.created_at, _mark.c.message_id)
    .where(_mark.c.message_id == bindparam("before"), _mark.c.client_id == bindparam("of_client"))
    .scalar_subquery()
)
_DEAD = (
    select(outbox)
    .where(outbox.c.state == DeliveryState.DEAD.value)
    .order_by(outbox.c.next_attempt_at.desc(), outbox.c.message_id)
    .limit(_most)
)
_of_state = outbox.c.state == bindparam("of_state")
_COUNT = select(func.count()).select_from(
    select(outbox.c.message_id).where(_of_state).limit(_most).subquery("some")
)
_DUE_FIRST = select(func.min(outbox.c.next_attempt_at)).where(outbox.c.state == DeliveryState.WAITING.value)
_ERASE = delete_oldest(
    (outbox.c.message_id,),
    outbox.c.next_attempt_at,
    outbox.c.state.in_([state.value for state in SETTLED]),
)


@dataclass(frozen=True, slots=True)
class DeliveryStore:
    """The ledger as one transaction sees it; every answer is bounded."""

    connection: Connection
    vault: Vault

    def of_logouts(self, logout_ids: Collection[str], limit: int) -> tuple[OutboxMessage, ...]:
        """Return what became of these sign-outs, the oldest first."""
        if not logout_ids:
            return ()
        return self._messages(_OF_LOGOUTS, of_logouts=list(logout_ids), most=limit)

    def sign_outs_of_person(self, person_id: PersonId, limit: int) -> tuple[OutboxMessage, ...]:
        """Return the latest that told services of a person's sign-outs."""
        return self._messages(_SIGN_OUTS_OF_PERSON, of_person=person_id, most=limit)

    def of_client(
        self, client_id: ClientId, limit: int, *, before: str | None = None, states: Collection[str] = ()
    ) -> tuple[OutboxMessage, ...]:
        """Return the latest of a client, or those before one of its messages; of certain states, if any are named."""
        statement = _OF_CLIENT if before is None else _BEFORE
        given: dict[str, object] = {"of_client": client_id, "most": limit}
        if before is not None:
            given["before"] = before
        if states:
            return self._messages(statement.where(_is_wanted), **given, states=list(states))
        return self._messages(statement, **given)

    def dead(self, limit: int) -> tuple[OutboxMessage, ...]:
        """Return dead letters, the latest first."""
        return self._messages(_DEAD, most=limit)

    def backlog(self, most: int) -> Backlog:
        """Return how much waits and how much was given up, each counted up to so many."""
        waiting, dead = (
            self.connection.execute(_COUNT, {"of_state": state.value, "most": most}).scalar_one()
            for state in (DeliveryState.WAITING, DeliveryState.DEAD)
        )
        return Backlog(
            waiting=waiting, dead=dead, due_first=self.connection.execute(_DUE_FIRST).scalar_one_or_none()
        )

    def erase_settled(self, before: datetime, limit: int) -> int:
        """Delete what was settled by then; return how many."""
        return erase(self.connection, _ERASE, before, limit)

    def _messages(self, statement: Select[object], **given: object) -> tuple[OutboxMessage, ...]:
        rows = self.connection.execute(statement, given).mappings()
        return tuple(message_of(row, self.vault) for row in rows)
