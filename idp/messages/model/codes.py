"""Codes that are sent to an address: six digits, few tries, and when the next may be sent (PAGES §3.1.4; E11). Pure.

Messages take a moment. Who presses again meanwhile would end the code that is on its way, and use up what may be sent.
"""

from datetime import datetime, timedelta

from idp.audit.occasion import Occasion
from idp.ids import PersonId
from idp.messages.model import KINDS, Channel
from idp.outbox.model import NO_CLIENT, OutboxMessage

CODE_DIGITS = 6
MOST_CODE_TRIES = 5
NEXT_AFTER = timedelta(minutes=1)
"""How long after a code another one may be sent to the same address."""


def new_code(random: bytes) -> str:
    """Return six digits of eight random bytes."""
    return f"{int.from_bytes(random) % 10**CODE_DIGITS:0{CODE_DIGITS}}"


def next_from(expires_at: datetime, *, lasts: timedelta, now: datetime) -> datetime | None:
    """Return from when another code may follow one that is good for so long; None: now."""
    from_when = expires_at - lasts + NEXT_AFTER
    return from_when if now < from_when else None


def code_message(
    person_id: PersonId,
    channel: Channel,
    *,
    to: str,
    language: str,
    code: str,
    until: datetime,
    occasion: Occasion,
    **more: str,
) -> OutboxMessage:
    """Return the outbox row that takes a code to an address; `more`: what else its text is made from."""
    sent = {"to": to, "language": language, "code": code, "until": until.isoformat()}
    return OutboxMessage(
        message_id=occasion.clock.token(),
        kind=KINDS[channel],
        client_id=NO_CLIENT,
        logout_id=NO_CLIENT,
        person_id=person_id,
        payload={**sent, **more},
        created_at=occasion.now,
        next_attempt_at=occasion.now,
    )
