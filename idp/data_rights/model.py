"""Requests about one's own data, the copy of it, and what a request may be refused for. Pure (DOMAIN §1.8)."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from idp.ids import ClientId, PersonId


class Right(StrEnum):
    """What somebody asks for."""

    VIEW = "view"
    """To be shown data, beyond what the copy holds."""
    CORRECT = "correct"
    """To have data put right."""
    RESTRICT = "restrict"
    """That nothing is sent on consent any more, for as long as they say."""
    OBJECT = "object"
    """That a service stops what it does with their data, a public task's too; where none is named, this provider."""
    DELETE = "delete"
    """That a service deletes what it got; where none is named, that the account is closed."""


class RequestState(StrEnum):
    """How far a request has come."""

    RECEIVED = "received"
    ANSWERED = "answered"
    """The person was told what will be done, and when."""
    COMPLETED = "completed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    """By the person."""


class NotTaken(StrEnum):
    """Why a request is not taken, or an account not closed; the words are strings `error_data_<value>`."""

    TOO_MANY = "too_many"
    """Five are open, or one for the same."""
    NO_SERVICE = "no_service"
    """It is about a service, and names none that the person uses."""
    LAST_REPRESENTATIVE = "last_representative"
    """They alone represent an organisation: nobody could act for it any more."""
    LAST_PARENT = "last_parent"
    """They alone act for a child or a person under care."""
    HOLDS_POST = "holds_post"
    """They are an official of the city, or administer this provider: that ends first."""
    UNDER_AGE = "under_age"
    """Who is under 16 closes an account with a parent or guardian, at a desk (Law 91/2025/QH15)."""
    NOT_ACTIVE = "not_active"
    """The account is locked, or its holder dead."""


class RequestNotTaken(Exception):
    """A request was not taken."""

    def __init__(self, reason: NotTaken) -> None:
        super().__init__(reason.value)
        self.reason = reason


class RequestOver(Exception):
    """What was to be done with a request can't be done any more; the text says why, and nothing of the request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataRequest:
    """One request. Texts are people's own and are sealed at rest."""

    request_id: str
    person_id: PersonId
    right: Right
    client_id: ClientId | None = None
    """The service it is about."""
    what: str = field(default="", repr=False)
    why: str = field(default="", repr=False)
    received_at: datetime
    answer_due_at: datetime
    complete_due_at: datetime
    close_at: datetime | None = None
    """When the account closes of itself; of a request that names no service and asks to delete."""
    state: RequestState = RequestState.RECEIVED
    answered_at: datetime | None = None
    answered_by: str = ""
    answer: str = field(default="", repr=False)
    extended_at: datetime | None = None
    extended_by: str = ""
    extension: str = field(default="", repr=False)
    """Why it takes longer."""
    closed_at: datetime | None = None
    closed_by: str = ""
    outcome: str = field(default="", repr=False)
    """What was done, or why it was refused."""

    @property
    def closes_account(self) -> bool:
        """Tell whether it is about the account as a whole."""
        return self.right is Right.DELETE and self.client_id is None

    def is_overdue(self, now: datetime) -> bool:
        """Tell whether an answer or the end should have been there by now."""
        if self.closed_at is not None:
            return False
        return self.complete_due_at <= now or (self.answered_at is None and self.answer_due_at <= now)


class CopyState(StrEnum):
    """How far a copy has come."""

    WAITING = "waiting"
    READY = "ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A copy of what is held of a person, as its row says; the document itself is fetched apart."""

    person_id: PersonId
    copy_id: str
    asked_at: datetime
    made_at: datetime | None
    expires_at: datetime

    @property
    def state(self) -> CopyState:
        """Return how far it has come."""
        return CopyState.WAITING if self.made_at is None else CopyState.READY
