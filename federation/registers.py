"""The registers of the national side: what they answer, taken apart. Pure.

An answer that is not what it should be is refused as a whole, so that nothing in it is passed over; a single event that
is not one still has its id, and waits for a steward.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from federation.fetch import origin_of

SCOPE = "registers"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ASSERTION_LIVES = timedelta(seconds=60)
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]{1,8192}=*")  # RFC 6750 §2.1
_LONGEST_ID = 128
_LONGEST_CURSOR = 512
_MOST_EVENTS = 200
_STATUSES = ("living", "dead", "locked")
_LONGEST_LIFE = 3600
MALFORMED = "malformed"
"""Type of an event that has an id and is otherwise none."""


class RegistersFailed(Exception):
    """The registers did not answer, or not what they should; the text is for our log and repeats nothing of it."""


class UnknownCursor(RegistersFailed):
    """The feed does not know the cursor it gave us: its registers were made anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterMetadata:
    """Where the registers are, from the discovery document."""

    token_endpoint: str
    registers_endpoint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """What opens the registers, and until when it is good."""

    value: str = field(repr=False)
    good_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterEvent:
    """One event of the feed; its facts are not checked yet."""

    event_id: str
    type: str
    entered_at: datetime
    personal_id: str = field(default="", repr=False)
    tax_code: str = field(default="", repr=False)
    facts: Mapping[str, object] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPage:
    """Events in the order of their entry, and where to read on."""

    events: tuple[RegisterEvent, ...]
    next: str


def read_metadata(document: Mapping[str, object], *, issuer: str) -> RegisterMetadata:
    """Return where the registers are: at the issuer's own origin and nowhere else (Discovery §4.3)."""
    if document.get("issuer") != issuer:
        raise RegistersFailed("metadata names another issuer")
    return RegisterMetadata(
        token_endpoint=_address(document, "token_endpoint", issuer),
        registers_endpoint=_address(document, "vn_registers_endpoint", issuer),
    )


def assertion_claims(*, client_id: str, issuer: str, jti: str, now: datetime) -> dict[str, object]:
    """Return the claims by which we prove ourselves there (RFC 7523 §3); the issuer alone is the audience."""
    return {
        "iss": client_id,
        "sub": client_id,
        "aud": issuer,
        "jti": jti,
        "iat": int(now.timestamp()),
        "exp": int((now + _ASSERTION_LIVES).timestamp()),
    }


def token_form(*, client_id: str, assertion: str) -> dict[str, str]:
    """Return the token request (RFC 6749 §4.4.2, RFC 7523 §2.2)."""
    return {
        "grant_type": "client_credentials",
        "scope": SCOPE,
        "client_id": client_id,
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": assertion,
    }


def read_token(answer: Mapping[str, object], *, now: datetime) -> AccessToken:
    """Return the token, good until a little before it ends."""
    value, kind, life = (answer.get(name) for name in ("access_token", "token_type", "expires_in"))
    if not isinstance(value, str) or not _TOKEN.fullmatch(value):
        raise RegistersFailed("token answer: access_token")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise RegistersFailed("token answer: token_type")
    if isinstance(life, bool) or not isinstance(life, int) or not 0 < life <= _LONGEST_LIFE:
        raise RegistersFailed("token answer: expires_in")
    return AccessToken(value=value, good_until=now + timedelta(seconds=life * 0.9))


def read_events(answer: Mapping[str, object]) -> EventPage:
    """Return a page of events."""
    events, following = answer.get("events"), answer.get("next")
    if not isinstance(events, list) or len(events) > _MOST_EVENTS:
        raise RegistersFailed("events is not a list of 200 at most")
    if not isinstance(following, str) or len(following) > _LONGEST_CURSOR:
        raise RegistersFailed("next is not a short text")
    return EventPage(events=tuple(_event(one) for one in events), next=following)


def read_person(answer: Mapping[str, object], *, asked: str) -> Mapping[str, object]:
    """Return what is said of one person: of the one asked for, by a number of now or before."""
    former = answer.get("former_ids")
    numbers = [answer.get("personal_id"), *(former if isinstance(former, list) else ())]
    if asked not in numbers:
        raise RegistersFailed("the record is another person's")
    if answer.get("status") not in _STATUSES:
        raise RegistersFailed("status is none of the register's words")
    return answer


def _event(value: object) -> RegisterEvent:
    event_id = value.get("id") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(event_id, str) or not 0 < len(event_id) <= _LONGEST_ID:
        raise RegistersFailed("an event has no id")
    subject, facts, kind = value.get("subject"), value.get("facts"), value.get("type")
    entered_at = _moment(value.get("entered_at"))
    numbers = {
        name: number
        for name in ("personal_id", "tax_code")
        if isinstance(subject, dict)
        and isinstance(number := subject.get(name), str)
        and len(number) <= _LONGEST_ID
    }
    is_one = (
        isinstance(kind, str) and len(kind) <= _LONGEST_ID and isinstance(facts, dict) and len(numbers) == 1
    )
    return RegisterEvent(
        event_id=event_id,
        type=str(kind) if is_one and entered_at is not None else MALFORMED,
        entered_at=entered_at or datetime.fromtimestamp(0, UTC),
        personal_id=numbers.get("personal_id", ""),
        tax_code=numbers.get("tax_code", ""),
        facts=facts if isinstance(facts, dict) else {},
    )


def _moment(value: object) -> datetime | None:
    """Return a moment of RFC 3339; None if it is none."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        return None if moment is None or moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):  # at either end of the calendar its offset leads out of it
        return None


def _address(document: Mapping[str, object], name: str, issuer: str) -> str:
    value = document.get(name)
    try:
        is_theirs = isinstance(value, str) and origin_of(value) == origin_of(issuer)
    except ValueError:
        is_theirs = False
    if not isinstance(value, str) or not is_theirs:
        raise RegistersFailed(f"metadata: {name} is missing or of another origin")
    return value.removesuffix("/")
