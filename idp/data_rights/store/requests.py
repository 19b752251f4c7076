"""Requests about one's own data: taken in, answered, extended and closed once each; what people wrote is sealed.

Each step is one statement that asks in its WHERE whether it may still be taken: of two who work one request, one does it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    ForeignKeyConstraint,
    Index,
    Row,
    String,
    Table,
    Text,
    Update,
    and_,
    bindparam,
    func,
    insert,
    or_,
    select,
    update,
)

from idp.data_rights.model import DataRequest, RequestState, Right
from idp.database import Sealed, UtcTime, metadata
from idp.database.erasing import delete_oldest, erase
from idp.database.of_person import of_person, person_given
from idp.ids import ClientId, PersonId, bucket_of
from keys.envelope import Vault

_WHAT = "data-request.what"
_WHY = "data-request.why"
_ANSWER = "data-request.answer"
_EXTENSION = "data-request.extension"
_OUTCOME = "data-request.outcome"

data_requests = Table(
    "data_requests",
    metadata,
    Column("request_id", Text, primary_key=True),
    Column("bucket", String(2), nullable=False),
    Column("person_id", Text, nullable=False),
    Column("asked_for", Text, nullable=False),
    Column("client_id", Text),
    Column("what", Sealed(_WHAT), nullable=False),
    Column("why", Sealed(_WHY), nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("answer_due_at", UtcTime, nullable=False),
    Column("complete_due_at", UtcTime, nullable=False),
    Column("close_at", UtcTime),
    Column("state", Text, nullable=False),
    Column("answered_at", UtcTime),
    Column("answered_by", Text, nullable=False),
    Column("answer", Sealed(_ANSWER)),
    Column("extended_at", UtcTime),
    Column("extended_by", Text, nullable=False),
    Column("extension", Sealed(_EXTENSION)),
    Column("closed_at", UtcTime),
    Column("closed_by", Text, nullable=False),
    Column("outcome", Sealed(_OUTCOME)),
    ForeignKeyConstraint(["bucket", "person_id"], ["people.bucket", "people.person_id"]),
    Index("ix_data_requests_closed_at", "closed_at", "complete_due_at"),
    Index("ix_data_requests_close_at", "close_at"),
    Index("ix_data_requests_person", "bucket", "person_id"),
)

_t = data_requests.c
_this = _t.request_id == bindparam("this_request")
_is_open = _t.closed_at.is_(None)
_ADD = insert(data_requests)
_GET = select(data_requests).where(_this)
_OPEN = (
    select(data_requests).where(_is_open).order_by(_t.complete_due_at, _t.request_id).limit(bindparam("most"))
)
_OF_PERSON = (
    select(data_requests)
    .where(*of_person(data_requests))
    .order_by(_t.received_at.desc(), _t.request_id)
    .limit(bindparam("most"))
)
_OVERDUE = (
    select(func.count())
    .select_from(data_requests)
    .where(
        _is_open,
        or_(
            _t.complete_due_at <= bindparam("now", type_=UtcTime),
            and_(_t.answered_at.is_(None), _t.answer_due_at <= bindparam("now", type_=UtcTime)),
        ),
    )
)
_TO_CLOSE = (
    select(data_requests)
    .where(_is_open, _t.close_at <= bindparam("now", type_=UtcTime))
    .order_by(_t.close_at, _t.request_id)
    .limit(bindparam("most"))
)


def _step(*conditions: ColumnElement[bool]) -> Update:
    return update(data_requests).where(_this, _is_open, *conditions).returning(*data_requests.columns)


_ANSWER_IT = _step(_t.answered_at.is_(None)).values(
    state=RequestState.ANSWERED.value,
    answered_at=bindparam("now"),
    answered_by=bindparam("by"),
    answer=bindparam("words"),
)
_EXTEND = _step(_t.extended_at.is_(None), _t.complete_due_at > bindparam("now", type_=UtcTime)).values(
    complete_due_at=bindparam("until"),
    extended_at=bindparam("now"),
    extended_by=bindparam("by"),
    extension=bindparam("words"),
)
_CLOSE = _step().values(
    state=bindparam("new_state"),
    closed_at=bindparam("now"),
    closed_by=bindparam("by"),
    outcome=bindparam("words"),
)
_WITHDRAW = _step(*of_person(data_requests)).values(
    state=RequestState.WITHDRAWN.value,
    closed_at=bindparam("now"),
    closed_by=bindparam("by"),
)
_PUT_OFF = _step().values(close_at=bindparam("until"))
_PUT_OFF_ALL = (
    update(data_requests)
    .where(*of_person(data_requests), _is_open, _t.close_at < bindparam("until", type_=UtcTime))
    .values(close_at=bindparam("until"))
)
_SILENCE = (
    update(data_requests)
    .where(*of_person(data_requests), _t.received_at >= bindparam("since", type_=UtcTime))
    .values(what=bindparam("no_what"), why=bindparam("no_why"), answer=None, extension=None, outcome=None)
)
_ERASE = delete_oldest((_t.request_id,), _t.closed_at, _t.closed_at.is_not(None))


@dataclass(frozen=True, slots=True)
class DataRequestStore:
    """The requests of one transaction."""

    connection: Connection
    vault: Vault

    def add(self, new: DataRequest) -> None:
        """Store a new request."""
        row = {
            "request_id": new.request_id,
            "bucket": bucket_of(new.person_id),
            "person_id": new.person_id,
            "asked_for": new.right.value,
            "client_id": new.client_id,
            "what": self._sealed(new.what, _WHAT),
            "why": self._sealed(new.why, _WHY),
            "received_at": new.received_at,
            "answer_due_at": new.answer_due_at,
            "complete_due_at": new.complete_due_at,
            "close_at": new.close_at,
            "state": new.state.value,
            "answered_at": None,
            "answered_by": "",
            "answer": None,
            "extended_at": None,
            "extended_by": "",
            "extension": None,
            "closed_at": None,
            "closed_by": "",
            "outcome": None,
        }
        self.connection.execute(_ADD, row)

    def get(self, request_id: str) -> DataRequest | None:
        """Return a request, one that is over too."""
        return self._one(self.connection.execute(_GET, {"this_request": request_id}).one_or_none())

    def open(self, most: int) -> tuple[DataRequest, ...]:
        """Return what is not over, what is due first first."""
        return self._all(self.connection.execute(_OPEN, {"most": most}).all())

    def of_person(self, person_id: PersonId, most: int) -> tuple[DataRequest, ...]:
        """Return a record's requests, the latest first."""
        given = {**person_given(person_id), "most": most}
        return self._all(self.connection.execute(_OF_PERSON, given).all())

    def overdue(self, now: datetime) -> int:
        """Return how many should have been answered or done by now."""
        return self.connection.execute(_OVERDUE, {"now": now}).scalar_one()

    def to_close(self, now: datetime, most: int) -> tuple[DataRequest, ...]:
        """Return those whose account closes now."""
        return self._all(self.connection.execute(_TO_CLOSE, {"now": now, "most": most}).all())

    def answer(self, request_id: str, words: str, *, by: str, now: datetime) -> DataRequest | None:
        """Answer a request, once; return it if this call did."""
        given = {"this_request": request_id, "words": self._sealed(words, _ANSWER), "by": by, "now": now}
        return self._one(self.connection.execute(_ANSWER_IT, given).one_or_none())

    def extend(
        self, request_id: str, words: str, *, until: datetime, by: str, now: datetime
    ) -> DataRequest | None:
        """Give a request more time, once and before its end; return it if this call did."""
        sealed = self._sealed(words, _EXTENSION)
        given = {"this_request": request_id, "words": sealed, "until": until, "by": by, "now": now}
        return self._one(self.connection.execute(_EXTEND, given).one_or_none())

    def close(
        self, request_id: str, state: RequestState, words: str, *, by: str, now: datetime
    ) -> DataRequest | None:
        """End a request, once; return it if this call did."""
        sealed = self._sealed(words, _OUTCOME) if words else None
        given = {"this_request": request_id, "new_state": state.value, "words": sealed, "by": by, "now": now}
        return self._one(self.connection.execute(_CLOSE, given).one_or_none())

    def withdraw(self, person_id: PersonId, request_id: str, *, by: str, now: datetime) -> DataRequest | None:
        """End a request of this record by its person's word; another's, and one that is over, is none."""
        given = {**person_given(person_id), "this_request": request_id, "by": by, "now": now}
        return self._one(self.connection.execute(_WITHDRAW, given).one_or_none())

    def put_off(self, request_id: str, until: datetime) -> None:
        """Let an account close later."""
        self.connection.execute(_PUT_OFF, {"this_request": request_id, "until": until})

    def put_off_closing(self, person_id: PersonId, until: datetime) -> None:
        """Let no request of a record close the account before a moment."""
        self.connection.execute(_PUT_OFF_ALL, {**person_given(person_id), "until": until})

    def silence(self, person_id: PersonId, since: datetime) -> None:
        """Erase what was written in a record's requests that came since, and what was answered."""
        nothing = {"no_what": self._sealed("", _WHAT), "no_why": self._sealed("", _WHY)}
        self.connection.execute(_SILENCE, {**person_given(person_id), **nothing, "since": since})

    def erase_closed(self, before: datetime, limit: int) -> int:
        """Erase requests that have been over for long; return how many."""
        return erase(self.connection, _ERASE, before, limit)

    def _sealed(self, text: str, purpose: str) -> bytes:
        return self.vault.seal_text(text, purpose=purpose)

    def _opened(self, sealed: bytes | None, purpose: str) -> str:
        return "" if sealed is None else self.vault.open_text(sealed, purpose=purpose)

    def _all(self, rows: Sequence[Row[Any]]) -> tuple[DataRequest, ...]:
        return tuple(one for row in rows if (one := self._one(row)) is not None)

    def _one(self, row: Row[Any] | None) -> DataRequest | None:
        if row is None:
            return None
        return DataRequest(
            request_id=row.request_id,
            person_id=PersonId(row.person_id),
            right=Right(row.asked_for),
            client_id=None if row.client_id is None else ClientId(row.client_id),
            what=self._opened(row.what, _WHAT),
            why=self._opened(row.why, _WHY),
            received_at=row.received_at,
            answer_due_at=row.answer_due_at,
            complete_due_at=row.complete_due_at,
            close_at=row.close_at,
            state=RequestState(row.state),
            answered_at=row.answered_at,
            answered_by=row.answered_by,
            answer=self._opened(row.answer, _ANSWER),
            extended_at=row.extended_at,
            extended_by=row.extended_by,
            extension=self._opened(row.extension, _EXTENSION),
            closed_at=row.closed_at,
            closed_by=row.closed_by,
            outcome=self._opened(row.outcome, _OUTCOME),
        )
