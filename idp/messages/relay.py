"""The worker's part: a notice becomes a message for each address of its person, and messages go out channel by channel.

The text is written when it is sent. Of one kind an address gets at most so many a day, so that nobody can be flooded
and no kind drowns another. A message comes again with growing pauses, and is a dead letter after a day, or once
its code is over. What is settled keeps neither address nor text. No log line names a person or an address.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from urllib.parse import urlsplit

from idp import metrics
from idp.clients.model import Client
from idp.clock import Clock
from idp.database import Database, Done
from idp.database.patient import settle
from idp.days import day_of
from idp.ids import ClientId, HandleKind, PersonId, bucket_of
from idp.log import fields
from idp.messages.model import KINDS, Address, Channel, Message, NotSent, Sender
from idp.messages.model.notices import Notice, is_disputable
from idp.messages.texts import Service, Site, Text, code_text, notice_text, sign_in_code_text
from idp.outbox.model import NO_CLIENT, Attempt, DeliveryState, OutboxKind, OutboxMessage, next_attempt_at
from idp.people.model import Person, PersonStatus
from idp.transaction import Tx

ADDRESSED = 10
"""Notices of one transaction."""
SENT = 20
"""Messages of one claim, all sent at once."""
MOST_A_DAY: Mapping[Channel, int] = {Channel.EMAIL: 5, Channel.PHONE: 3}
"""Channel → messages of one kind of notice to one address in a day of Việt Nam."""
_LEASE = timedelta(minutes=3)
"""Longer than any sender takes over a message."""
_log = logging.getLogger("hpid.messages")


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What it takes to reach people."""

    database: Database[Tx]
    senders: Mapping[Channel, Sender]
    find_client: Callable[[ClientId], Awaitable[Client | None]]
    site: Site
    clock: Clock
    give_up_after: timedelta
    dispute_link: timedelta
    """How long the link works by which a mail's reader locks their account."""

    async def address(self) -> int:
        """Make messages of the notices that wait; return how many notices."""
        work = partial(_address, now=self.clock.now(), post=self)
        counted = (await self.database.transact(work)).unwrap()
        for notice, outcome in counted:
            metrics.NOTICES.add(notice, outcome)
        return len(counted)

    async def send(self, channel: Channel) -> int:
        """Send what is due by a channel; return how many messages were tried."""
        sender, kind, now = self.senders[channel], KINDS[channel], self.clock.now()
        claim = partial(_claim, kind=kind, now=now)
        messages = (await self.database.transact(claim)).unwrap()
        attempts = await asyncio.gather(
            *(self._send(one, channel, sender) for one in messages), return_exceptions=True
        )
        results = [
            (message, attempt, self._again(message, attempt))
            for message, attempt in zip(messages, attempts, strict=True)
            if not isinstance(attempt, BaseException)
        ]
        if results:
            await settle(self.database, partial(_settle, results=results, now=self.clock.now()))
        for message, attempt, again in results:
            _tell(channel, message, attempt, again)
        for fault in attempts:
            if isinstance(fault, BaseException):  # its lease runs out, and it comes again
                raise fault
        return len(messages)

    async def _send(self, message: OutboxMessage, channel: Channel, sender: Sender) -> Attempt:
        to = message.payload.get("to")
        if to is None:
            return Attempt(error="its content can't be read", is_final=True)
        try:
            text = await self._text(message, channel)
            if text is None:
                return Attempt(error="its code is over", is_final=True)
            await sender.send(
                Message(
                    message_id=message.message_id,
                    to=to,
                    subject=text.subject,
                    at=self.clock.now(),
                    text=text.body,
                )
            )
        except NotSent as error:
            return Attempt(error=str(error), is_final=error.is_final)
        except KeyError:
            return Attempt(error="its words are of another release")
        return Attempt(is_sent=True)

    async def _text(self, message: OutboxMessage, channel: Channel) -> Text | None:
        """Return the text; None: it brings a code that is over, or is for a service that is gone."""
        payload, now = message.payload, self.clock.now()
        language = payload.get("language", "")
        if "code" in payload:
            until = datetime.fromisoformat(payload["until"])
            if until <= now:
                return None
            if payload.get("purpose") != "sign-in":
                return code_text(payload["code"], until=until, now=now, channel=channel, language=language)
            asking = await self._service(payload.get("client_id"), language)
            if asking is None:
                return None
            return sign_in_code_text(
                payload["code"],
                until=until,
                now=now,
                channel=channel,
                language=language,
                site=self.site,
                service=asking,
            )
        return notice_text(
            payload,
            at=datetime.fromisoformat(payload["at"]),
            channel=channel,
            language=language,
            site=self.site,
            service=await self._service(payload.get("client_id"), language),
            is_last_today=payload.get("last") == "yes",
            link=payload.get("link", ""),
        )

    async def _service(self, client_id: str | None, language: str) -> Service | None:
        client = await self.find_client(ClientId(client_id)) if client_id else None
        if client is None or not client.facts.redirect_uris:
            return None
        facts = client.facts
        name = facts.name_en if language == "en" and facts.name_en else facts.name
        return Service(name=name, host=urlsplit(facts.redirect_uris[0]).netloc)

    def _again(self, message: OutboxMessage, attempt: Attempt) -> datetime | None:
        return next_attempt_at(message, attempt, self.clock.now(), give_up_after=self.give_up_after)


def _address(tx: Tx, *, now: datetime, post: Post) -> Done[list[tuple[str, str]]]:
    """Make the messages of some notices; return kind and outcome of each."""
    counted = []
    for notice in tx.outbox.claim_kind(OutboxKind.NOTICE, now, most=ADDRESSED, lease=_LEASE):
        outcome = _address_one(tx, notice, now=now, post=post)
        if outcome == "addressed":
            tx.outbox.settle(notice.message_id, Attempt(is_sent=True), now=now, next_at=None)
        else:
            tx.outbox.settle_unsupported(notice.message_id)
        kind = notice.payload.get("notice", "")
        counted.append((kind if kind in {*Notice} else metrics.OTHER, outcome))
    return Done(counted)


def _address_one(tx: Tx, notice: OutboxMessage, *, now: datetime, post: Post) -> str:
    if notice.person_id is None or not notice.payload:
        return "unreachable"
    person = tx.people.canonical(PersonId(notice.person_id))
    if person is None or person.status is PersonStatus.DECEASED:
        return "unreachable"
    proved = [
        Address(channel=one.channel, to=one.address, language=one.language)
        for record in tx.people.records_of(person.person_id)
        for one in tx.contacts.of_person(record)
    ]
    addresses = [one for one in _addresses(person, proved, notice) if one.channel in post.senders]
    if not addresses:
        return "unreachable"
    made = [_fill_slot(tx, notice, address, now=now, post=post) for address in addresses]
    return "addressed" if any(made) else "bounded"


def _addresses(person: Person, proved: list[Address], notice: OutboxMessage) -> list[Address]:
    """Return where a notice goes: every verified address, and the old one of a change."""
    profile = person.profile
    found = {one.to: one for one in proved}
    language = _language(person, proved)
    if profile.phone and profile.phone_verified:
        found.setdefault(profile.phone, Address(channel=Channel.PHONE, to=profile.phone, language=language))
    if profile.email and profile.email_verified:
        found.setdefault(profile.email, Address(channel=Channel.EMAIL, to=profile.email, language=language))
    old = notice.payload.get("old_address")
    if old:
        channel = Channel(notice.payload["channel"])
        found.setdefault(old, Address(channel=channel, to=old))
    return list(found.values())


def _language(person: Person, proved: list[Address]) -> str:
    """Return what to write in where an address says nothing: what they read when they confirmed another of theirs.

    Somebody with a foreigner's number may read no Vietnamese at all, and these texts are of what they must not miss.
    """
    read = [one.language for one in proved if one.language]
    return read[-1] if read else "en" if person.profile.foreigner_id else ""


def _fill_slot(tx: Tx, notice: OutboxMessage, address: Address, *, now: datetime, post: Post) -> bool:
    """Store the message in the first free slot of the day; False: there is none."""
    most = MOST_A_DAY[address.channel]
    facts = {
        name: value for name, value in notice.payload.items() if name not in {"old_address", "ward", "actor"}
    }
    payload = {
        **facts,
        "to": address.to,
        "language": address.language,
        "at": notice.created_at.isoformat(),
    }
    link = _new_link(notice, address, post.clock)
    if link:
        payload["link"] = link
    for slot in range(1, most + 1):
        message = OutboxMessage(
            message_id=_slot_id(notice, address, slot),
            kind=KINDS[address.channel],
            client_id=NO_CLIENT,
            logout_id=NO_CLIENT,
            person_id=notice.person_id,
            payload={**payload, "last": "yes"} if slot == most else payload,
            created_at=now,
            next_attempt_at=now,
            state=DeliveryState.WAITING,
        )
        if tx.outbox.add_new(message):
            if link:
                disputed = {**facts, "at": notice.created_at.isoformat()}
                owner = PersonId(str(notice.person_id))
                tx.dispute_links.add(link, owner, disputed, expires_at=now + post.dispute_link)
            return True
    return False


def _new_link(notice: OutboxMessage, address: Address, clock: Clock) -> str:
    """Return a link by which the reader of this mail locks the account; empty: its kind brings none, an SMS neither."""
    if address.channel is not Channel.EMAIL or not is_disputable(notice.payload):
        return ""
    return clock.handle(HandleKind.DISPUTE, bucket_of(PersonId(str(notice.person_id))))


def _slot_id(notice: OutboxMessage, address: Address, slot: int) -> str:
    day = day_of(notice.created_at).isoformat()
    kind = notice.payload.get("notice", "")
    named = "\n".join((day, str(notice.person_id), kind, address.channel.value, address.to, str(slot)))
    return f"m-{sha256(named.encode()).hexdigest()[:32]}"


def _claim(tx: Tx, *, kind: OutboxKind, now: datetime) -> Done[tuple[OutboxMessage, ...]]:
    return Done(tx.outbox.claim_kind(kind, now, most=SENT, lease=_LEASE))


def _settle(
    tx: Tx, *, results: list[tuple[OutboxMessage, Attempt, datetime | None]], now: datetime
) -> Done[None]:
    tx.outbox.settle_all(
        ((message.message_id, attempt, again) for message, attempt, again in results), now=now
    )
    tx.outbox.wipe(
        [
            message.message_id
            for message, attempt, again in results
            if attempt.is_acknowledged or again is None
        ]
    )
    return Done(None)


def _tell(channel: Channel, message: OutboxMessage, attempt: Attempt, again: datetime | None) -> None:
    if attempt.is_acknowledged:
        metrics.MESSAGES.add(channel.value, "sent")
        return
    is_over = again is None
    metrics.MESSAGES.add(channel.value, "given-up" if is_over else "failed")
    _log.log(
        logging.WARNING if is_over else logging.INFO,
        "given up" if is_over else "not sent",
        extra=fields(message=message.message_id, channel=channel.value, reason=attempt.reason),
    )
