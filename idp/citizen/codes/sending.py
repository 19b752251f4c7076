"""`/sign-in/code`: a code is sent to an address that somebody typed (PAGES 3.1.4; SECURITY E08, E11, E16).

The same answer, and the same reads and writes, whether the address is anybody's, may open their account, or neither: the
worker sends what is to be sent, later. The code itself is in the message alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from idp.audit.events import EventType
from idp.audit.occasion import Occasion, person_ref
from idp.citizen.codes.offering import code_channels, opening
from idp.citizen.codes.pages import HERE, address_page, code_page, too_many, too_soon
from idp.citizen.interaction import Opened, open_here, posted
from idp.credentials.sign_in_code import CODE_LASTS, SignInCode, code_material
from idp.database import Done, Refused
from idp.edge import Answer, Call
from idp.edge.device import keep_tick
from idp.edge.over_limit import record_over_limit
from idp.edge.page import language_of
from idp.ids import NOBODY, PersonId
from idp.limits.model import Limit, OverLimit, address_key
from idp.messages.model import Channel
from idp.messages.model.codes import code_message, new_code
from idp.outbox.model import DeliveryState, OutboxMessage
from idp.people.contacts import SCHEMES, read_address, same_address
from idp.people.identifiers import normal_form
from idp.people.model import PersonStatus
from idp.transaction import Tx
from idp.ui.errors import one_error
from keys.envelope import Vault

_LONGEST = 254


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """What somebody asks for: not known to be anybody's."""

    interaction_id: str
    client_id: str
    channel: Channel
    address: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """Whose the address is, and what a code to it may open."""

    owner: PersonId
    """The record, if the address opens it; else nobody's."""
    account: str
    """What tries are counted under."""
    address: str
    """As it was proved: another spelling may be another's mailbox (RFC 5321 §2.4)."""
    language: str


async def show(call: Call) -> Answer:
    """Ask for the address."""
    opened = await open_here(call)
    channels = code_channels(call, opened)
    if not channels:
        return opened.to_sign_in
    return address_page(call, opened, channels)


async def send(call: Call) -> Answer:
    """Send a code to the address, or to the one that the latest code went to once more."""
    opened = await open_here(call)
    form, channels = posted(call), code_channels(call, opened)
    if not channels:
        return opened.to_sign_in
    here, is_again = opened.interaction_id, form.get("again") == "yes"
    latest = await call.provider.database.read(lambda tx: tx.sign_in_codes.latest(here))
    if is_again and latest is None:
        return address_page(call, opened, channels, errors=one_error("sign_in_code_gone"))
    asked = (latest.channel, latest.address) if is_again and latest else _typed(form, channels)
    if asked is None:
        typed, errors = form.get("address", "")[:_LONGEST], one_error(_form_error(channels), at="address")
        return address_page(call, opened, channels, typed=typed, errors=errors)
    channel, address = asked
    wanted = _Wanted(
        interaction_id=here,
        client_id=opened.client.client_id,
        channel=channel,
        address=address,
        language=language_of(call).value,
    )
    work = partial(_send, wanted=wanted, vault=call.provider.vault, occasion=call.occasion())
    try:
        from_when = (await call.provider.database.transact(work)).unwrap()
    except OverLimit as error:
        return _many(call, opened, error, latest if is_again else None, typed=address)
    if is_again and latest is not None and from_when is not None:
        return code_page(call, opened, latest, errors=too_soon(from_when))
    tick = () if is_again else keep_tick(call, here)
    return Answer.redirect(f"{HERE}/enter?i={here}{'&d=again' if is_again else ''}", *tick)


def _typed(form: Mapping[str, str], channels: tuple[Channel, ...]) -> tuple[Channel, str] | None:
    """Return the address that was typed, with its channel; None: it is none, or not of a channel that is offered."""
    typed = form.get("address", "")
    channel = Channel.EMAIL if "@" in typed else Channel.PHONE
    if len(typed) > _LONGEST or channel not in channels:
        return None
    address = read_address(channel, typed)
    return None if address is None else (channel, address)


def _form_error(channels: tuple[Channel, ...]) -> str:
    return f"sign_in_address_{channels[0].value}" if len(channels) == 1 else "sign_in_address_either"


def _many(call: Call, opened: Opened, error: OverLimit, latest: SignInCode | None, *, typed: str) -> Answer:
    """Say from when another may be sent, on the page it was asked for on: what came before is still good."""
    record_over_limit(call, error, client_id=opened.client.client_id)
    errors = too_many(call, error)
    if latest is None:
        answer = address_page(
            call, opened, code_channels(call, opened), status=429, typed=typed, errors=errors
        )
    else:
        answer = code_page(call, opened, latest, status=429, errors=errors)
    return answer.with_headers(("retry-after", str(error.retry_after)))


def _send(tx: Tx, *, wanted: _Wanted, vault: Vault, occasion: Occasion) -> Done[datetime | None] | Refused:
    """Count, look, store, write the message: whatever the address is. OverLimit tells of address and network alone.

    Where a code went there just now nothing is done: from when another may be sent is returned.
    """
    latest = tx.sign_in_codes.latest(wanted.interaction_id)
    if latest is not None and _is_to(latest, wanted) and (from_when := latest.next_from(occasion.now)):
        return Done(from_when)
    spelled = normal_form(SCHEMES[wanted.channel], wanted.address)
    for limit, whose in (
        (Limit.SIGN_IN_CODES_OF_ADDRESS, spelled),
        (Limit.SIGN_IN_CODES_OF_NETWORK, address_key(occasion.peer)),
    ):
        if over := tx.limits.count(limit, whose, occasion.now).over(limit, occasion.now):
            return Refused(over)
    found = _find(tx, wanted, spelled, occasion)
    of_account = tx.limits.count(Limit.SIGN_IN_CODES, found.account, occasion.now).count
    is_sent = found.owner != NOBODY and of_account <= Limit.SIGN_IN_CODES.value.most  # nobody is told which
    code, until = new_code(occasion.clock.random_bytes(8)), occasion.now + CODE_LASTS
    tx.sign_in_codes.put(_stored(wanted, found, code, vault, until))
    message = code_message(
        found.owner,
        wanted.channel,
        to=found.address,
        language=found.language,
        code=code,
        until=until,
        occasion=occasion,
        purpose="sign-in",
        client_id=wanted.client_id,
    )
    tx.outbox.add((message if is_sent else _rehearsed(message),))
    tx.audit.add(
        occasion.event(
            EventType.SIGN_IN_CODE_SENT,
            actor=person_ref(found.owner),
            person_id=found.owner,
            client_id=wanted.client_id,
            channel=wanted.channel.value,
        ),
        rehearse=not is_sent,
    )
    return Done(None)


def _stored(wanted: _Wanted, found: _Found, code: str, vault: Vault, until: datetime) -> SignInCode:
    return SignInCode(
        interaction_id=wanted.interaction_id,
        person_id=found.owner,
        account=found.account,
        channel=wanted.channel,
        address=wanted.address,
        digest=vault.digest(code_material(wanted.interaction_id, wanted.channel, wanted.address, code)),
        tries=0,
        expires_at=until,
    )


def _is_to(code: SignInCode, wanted: _Wanted) -> bool:
    return code.channel is wanted.channel and same_address(code.channel, code.address, wanted.address)


def _find(tx: Tx, wanted: _Wanted, spelled: str, occasion: Occasion) -> _Found:
    """Look whose the address is; for nobody's the same is read. One that several people have opens nothing (adr/0046)."""
    holder = tx.people.find_named(SCHEMES[wanted.channel], wanted.address)
    record = NOBODY if holder is None else holder.record_id
    allowed = opening(tx, record, wanted.channel, wanted.address, occasion.now)
    if record == NOBODY:
        tx.contacts.rehearse(wanted.address)
    is_active = holder is not None and holder.status is PersonStatus.ACTIVE
    return _Found(
        owner=record if allowed and is_active else NOBODY,
        account=tx.attempts.nobody(spelled) if holder is None else holder.person_id,
        address=allowed[0].address if allowed else wanted.address,
        language=allowed[0].language if allowed else wanted.language,
    )


def _rehearsed(message: OutboxMessage) -> OutboxMessage:
    """Return a row of the same size that holds no address and no code, and that nobody sends."""
    blank = {name: "-" * len(value) for name, value in message.payload.items()}
    return replace(message, person_id=None, payload=blank, state=DeliveryState.UNSUPPORTED)
