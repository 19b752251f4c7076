"""What people are told of by mail and SMS: a closed vocabulary (DESIGN 5.19; SECURITY NIST rows 30, 36). Pure.

A notice is a row of the outbox, written with the act it tells of (`tx.outbox.notify`). It holds no text: the worker
finds the person's verified addresses and writes the text when it sends. Facts are values of closed vocabularies and ids,
never a text that somebody typed: a name somebody chose for a key could be an order to its reader.
"""

from collections.abc import Mapping
from enum import StrEnum
from hashlib import sha256

from idp.audit.occasion import Occasion
from idp.days import day_of
from idp.ids import PersonId
from idp.outbox.model import NO_CLIENT, OutboxKind, OutboxMessage


class Notice(StrEnum):
    """What a person is told of."""

    NEW_DEVICE = "new_device"
    """Somebody signed in as them in a browser that no one had signed in as them with before."""
    UNUSUAL_SIGN_IN = "unusual_sign_in"
    """Somebody signed in as them from far away too soon, or did something of level high too soon after a new device."""
    NEW_SERVICE = "new_service"
    """Somebody came to a service as them for the first time, whether it got anything but that or not."""
    NEW_FACTOR = "new_factor"
    """A way to sign in was added, or replaced."""
    FACTOR_REMOVED = "factor_removed"
    """A way to sign in was taken away."""
    CONTACT_CHANGED = "contact_changed"
    """An e-mail address or phone number that reaches them was added, or removed; the old one is told too."""
    RECOVERY = "recovery"
    """Somebody got back into the account without the usual way to sign in."""
    HIGH_RISK_ACT = "high_risk_act"
    """Something was done that is hard to undo."""
    OFFICIAL_LOOKED = "official_looked"
    """An official looked at their record. At most once a day for each official."""
    QUESTION_ANSWERED = "question_answered"
    """An official answered why another looked at their record."""
    DATA_REQUEST = "data_request"
    """Something happened to a request about their data."""
    DATA_COPY = "data_copy"
    """A copy of all that is held of them was made."""
    ACCOUNT_CLOSED = "account_closed"
    """Their account was closed; told at addresses that are known no more by then."""
    OTHER_PARENT = "other_parent"
    """The other parent or guardian did something for a child. At most once a day for each service and kind of deed."""

    CROSS_DEVICE = "cross_device"
    """A sign-in on another device, confirmed on their phone, began, or was refused there: by them, by three wrong
    numbers, or because the two were not near each other."""


class Factor(StrEnum):
    """Ways to sign in, as notices name them."""

    PASSWORD = "password"  # noqa: S105 - a name, not a secret
    TOTP = "totp"
    PASSKEY = "passkey"
    RECOVERY_CODES = "recovery_codes"
    NATIONAL = "national"
    EMAIL_CODE = "email_code"
    """Codes sent to an e-mail address."""
    PHONE_CODE = "phone_code"
    """Codes sent by SMS."""
    DESK = "desk"
    """A one-stop desk, in person."""


class Act(StrEnum):
    """Acts that are hard to undo, as notices name them."""

    LOCKED = "locked"
    """The account was locked."""
    UNLOCKED = "unlocked"
    """The account may be used again."""
    RELEASED = "released"
    """An operator let password and code be tried again."""
    NUMBER_CHANGED = "number_changed"
    """The record has a new personal ID number."""
    POWER_GIVEN = "power_given"
    """They offered or gave power to act for an organisation, or named who uses it."""
    ADMINISTRATOR_ENDED = "administrator_ended"
    """They confirmed that an organisation's last administrator is one no more."""
    DESK_PROVED = "desk_proved"
    """A one-stop desk proved somebody as them and gave out a code, or waits for a second official."""
    DESK_NOT_PROVED = "desk_not_proved"
    """Somebody at a one-stop desk said they were them, and could not prove it."""


class Step(StrEnum):
    """What happened to a request about somebody's data, as notices name it."""

    RECEIVED = "received"
    """It was taken in."""
    CLOSING = "closing"
    """It asks to close the account, which happens of itself after some days unless they take it back."""
    ANSWERED = "answered"
    """They can read what will be done."""
    EXTENDED = "extended"
    """It takes longer."""
    COMPLETED = "completed"
    """It was done."""
    REFUSED = "refused"
    """It was refused; the reason stands on their page."""
    WITHDRAWN = "withdrawn"
    """They took it back."""
    CLOSING_TAKEN_BACK = "closing_taken_back"
    """The account is not closed: it was recovered after that was asked for."""


FACTS: Mapping[Notice, frozenset[str]] = {
    Notice.NEW_DEVICE: frozenset({"client_id", "browser"}),
    Notice.UNUSUAL_SIGN_IN: frozenset({"client_id", "browser"}),
    Notice.NEW_SERVICE: frozenset({"client_id"}),
    Notice.NEW_FACTOR: frozenset({"factor"}),
    Notice.FACTOR_REMOVED: frozenset({"factor"}),
    Notice.CONTACT_CHANGED: frozenset({"channel", "change", "old_address"}),
    Notice.RECOVERY: frozenset({"factor"}),
    Notice.HIGH_RISK_ACT: frozenset({"act", "case"}),
    Notice.OFFICIAL_LOOKED: frozenset({"actor"}),
    Notice.QUESTION_ANSWERED: frozenset(),
    Notice.DATA_REQUEST: frozenset({"step"}),
    Notice.DATA_COPY: frozenset(),
    Notice.ACCOUNT_CLOSED: frozenset({"channel", "old_address"}),
    Notice.OTHER_PARENT: frozenset({"deed", "client_id", "ward", "actor"}),
    Notice.CROSS_DEVICE: frozenset({"deed", "client_id", "browser"}),
}
"""Notice → facts it may carry. `browser` is "Chrome, Android"; `old_address` is told beside the verified ones;
`case` is the number of what a holder's own lock opened."""


DISPUTABLE = frozenset(
    {
        *(Notice.NEW_DEVICE, Notice.UNUSUAL_SIGN_IN, Notice.CROSS_DEVICE, Notice.NEW_SERVICE),
        *(Notice.NEW_FACTOR, Notice.FACTOR_REMOVED, Notice.CONTACT_CHANGED, Notice.RECOVERY),
        *(Notice.HIGH_RISK_ACT, Notice.DATA_COPY, Notice.DATA_REQUEST),
    }
)
"""What somebody else may have done in their name: the mail brings a link that locks the account, and nothing else."""


_OWN_STEPS = frozenset({Step.RECEIVED, Step.CLOSING, Step.WITHDRAWN})
"""Of a request about data: what its person does, or whoever passes for them."""


def is_disputable(facts: Mapping[str, str]) -> bool:
    """Tell whether the mail of a notice brings such a link; none is needed for a lock, or for what officials did."""
    is_theirs = facts.get("step", Step.RECEIVED) in _OWN_STEPS
    return facts.get("notice") in DISPUTABLE and facts.get("act") != Act.LOCKED and is_theirs


def notice_message(
    person_id: PersonId, notice: Notice, facts: Mapping[str, str], occasion: Occasion, *, once_a_day: bool
) -> OutboxMessage:
    """Return the outbox row of a notice; once a day the same facts have the same id, else each row has its own.

    ValueError: a fact that this notice does not carry.
    """
    if unknown := facts.keys() - FACTS[notice]:
        raise ValueError(f"{notice.value} carries no {', '.join(sorted(unknown))}")
    payload = {"notice": notice.value, **facts}
    return OutboxMessage(
        message_id=_daily_id(person_id, payload, occasion) if once_a_day else occasion.clock.token(),
        kind=OutboxKind.NOTICE,
        client_id=NO_CLIENT,
        logout_id=NO_CLIENT,
        person_id=person_id,
        payload=payload,
        created_at=occasion.now,
        next_attempt_at=occasion.now,
    )


def _daily_id(person_id: PersonId, payload: Mapping[str, str], occasion: Occasion) -> str:
    day = day_of(occasion.now).isoformat()
    named = "\n".join((day, person_id, *(f"{name}={payload[name]}" for name in sorted(payload))))
    return f"notice-{sha256(named.encode()).hexdigest()}"
