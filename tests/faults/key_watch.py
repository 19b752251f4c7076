"""Looks at the signing keys as a relying party would, at one moment after another, and holds them to I6 (SECURITY R11).

Every token that was signed and may still come back verifies with the keys that are published, read by a library that is
not ours; what signs was published for long enough; and what is stored is one of the states there are, with its events.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from idp.app import make_provider
from idp.audit.events import AuditEvent, EventType
from idp.clock import Clock
from idp.database import Done
from idp.ids import PersonId
from idp.provider import Provider
from idp.settings import Lifetimes, Settings
from idp.transaction import Tx
from keys.rotation import KeyRecord, KeyState, signing_key, state
from keys.signer import SigningUnavailable
from tests.driver import kid_of
from tests.server import Installation

LIFE = Lifetimes()
_ALG = "ES256"
_SLOW_CLOCKS = timedelta(minutes=5)
_EVENTS = (EventType.KEY_ANNOUNCED, EventType.KEY_ERASED, EventType.KEY_REVOKED)


@dataclass(kw_only=True)
class Watch:
    """What relying parties have seen of one installation so far."""

    installation: Installation
    person_id: PersonId
    tokens: dict[str, datetime] = field(default_factory=dict)
    """Each token with the moment until which it may come back, as a hint at the latest."""
    first_seen: dict[str, datetime] = field(default_factory=dict)
    looks: int = 0

    async def look(self, minutes: float) -> list[str]:
        """Sign a token so many minutes from now, and return what is wrong."""
        self.looks += 1
        moment = datetime.now(UTC) + timedelta(minutes=minutes)
        async with _opened(self.installation, moment) as provider:
            published = provider.keyring.public_jwks()
            for key in published["keys"]:
                self.first_seen.setdefault(key["kid"], moment)
            try:
                token = await provider.keyring.sign({"iss": "us"}, typ="JWT", alg=_ALG)
            except SigningUnavailable as error:
                return [f"R11: {error}"]
            self.tokens[token] = moment + LIFE.session_low
            records = await provider.database.read(lambda tx: tx.signing_keys.all())
            events = (await provider.database.transact(_events)).unwrap()
            person = await provider.database.read(lambda tx: tx.people.get(self.person_id))
        keys = KeySet.import_key_set(published)  # type: ignore[arg-type]  # a wider dict type
        return [
            *(["the person is gone"] if person is None else []),
            *self._tokens(keys, records, moment),
            *self._signed_too_early(kid_of(token), records, moment),
            *_undefined(records, moment),
            *_unrecorded(records, events, moment),
        ]

    def _tokens(self, keys: KeySet, records: Sequence[KeyRecord], moment: datetime) -> list[str]:
        revoked = {record.kid for record in records if state(record, moment) is KeyState.REVOKED}
        alive = [token for token, until in self.tokens.items() if until > moment]
        wrong = [token for token in alive if _verifies(token, keys) is (kid_of(token) in revoked)]
        return [f"I6: {len(wrong)} tokens of {len(alive)}"] if wrong else []

    def _signed_too_early(self, kid: str, records: Sequence[KeyRecord], moment: datetime) -> list[str]:
        (record,) = [record for record in records if record.kid == kid]
        is_first = record == records[0]
        at_once = {one.retired_at for one in records if state(one, moment) is KeyState.REVOKED}
        is_known = moment - self.first_seen[kid] >= LIFE.key_publish
        if is_first or is_known or record.active_from + _SLOW_CLOCKS in at_once:
            return []
        return [f"I6: {kid} signs and was not published for long"]


def _undefined(records: Sequence[KeyRecord], moment: datetime) -> list[str]:
    """Return what no sequence of whole steps leads to."""
    signs = signing_key(records, _ALG, moment)
    coming = [record for record in records if state(record, moment) is KeyState.ANNOUNCED]
    if signs is None or len(coming) > 1:
        return [f"R11: signs: {signs is not None}, announced: {len(coming)}"]
    if [record.active_from for record in coming] != [signs.retired_at] * len(coming):
        return ["R11: an announced key takes over at another moment than the old one retires"]
    if not coming and signs.retired_at is not None:
        return ["R11: a key retires and none follows"]
    if any((record.erased_at is None) is (record.sealed_private == b"") for record in records):
        return ["R11: a record is half erased"]
    return []


def _unrecorded(records: Sequence[KeyRecord], events: Sequence[AuditEvent], moment: datetime) -> list[str]:
    """Return where keys and the record differ."""
    told = {one: [event.payload["kid"] for event in events if event.type is one] for one in _EVENTS}
    successors = {event.payload["successor"] for event in events if event.type is EventType.KEY_REVOKED}
    stored = {
        one: [record.kid for record in records if state(record, moment) is one]
        for one in (KeyState.ERASED, KeyState.REVOKED)
    }
    made = {record.kid for record in records[1:]}
    problems = []
    if not set(told[EventType.KEY_ANNOUNCED]) <= made <= {*told[EventType.KEY_ANNOUNCED], *successors}:
        problems.append("I5: keys are not those of the record")
    for state_, event_type in (
        (KeyState.ERASED, EventType.KEY_ERASED),
        (KeyState.REVOKED, EventType.KEY_REVOKED),
    ):
        if sorted(stored[state_]) != sorted(map(str, told[event_type])):
            problems.append(f"I5: {event_type.value} does not fit")
    return problems


def _events(tx: Tx) -> Done[list[AuditEvent]]:
    while tx.audit.number(500):
        pass
    return Done([record.event for one in _EVENTS for record in tx.audit.read(-1, 1000, event_type=one)])


@asynccontextmanager
async def _opened(installation: Installation, moment: datetime) -> AsyncIterator[Provider]:
    settings = Settings(
        issuer=installation.issuer,
        state=installation.folder,
        database_url=installation.database,
        embed_worker=False,
    )
    provider = make_provider(settings, Clock(lambda: moment))
    await provider.database.open()
    try:
        await provider.configuration.refresh()
        yield provider
    finally:
        await provider.aclose()


def _verifies(token: str, keys: KeySet) -> bool:
    try:
        jwt.decode(token, keys, algorithms=[_ALG])
    except (JoseError, ValueError):
        return False
    return True
