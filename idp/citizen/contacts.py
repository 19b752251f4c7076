"""`/account/contacts`: e-mail addresses and phone numbers at which a person is reached, each proved by a code to it.

What changes anything is a POST in a session signed in within ten minutes (ASVS 7.5.1); a mail or SMS holds a code and no
link, so that whatever follows links proves nothing (SECURITY E08). Whether somebody else has an address is never told.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from idp.audit.occasion import Occasion
from idp.citizen.account import Holder, account_page, holder_of, query
from idp.citizen.codes.closing import ending_what_closes
from idp.citizen.codes.pages import too_many, too_soon
from idp.citizen.interaction import posted
from idp.citizen.slowed import slowed
from idp.credentials.reservation import Slowed
from idp.credentials.sign_in_code import YOUNGEST
from idp.credentials.typed_code import read_digits
from idp.database import Done
from idp.edge import Answer, Call
from idp.edge.over_limit import record_over_limit
from idp.edge.page import language_of
from idp.ids import PersonId
from idp.limits.model import OverLimit
from idp.messages.model import Channel
from idp.messages.model.codes import CODE_DIGITS
from idp.people.contacts import Contact, PendingCode, counter_of, read_address
from idp.people.model import PersonProfile
from idp.people.service import ContactOutcome, ContactResult, NewContact, all_contacts, ask, confirm, remove
from idp.transaction import Tx
from idp.ui.errors import ErrorSummary, one_error
from idp.ui.formatting import Masked, mask_email, mask_phone
from keys.envelope import Vault

HERE = "/account/contacts"
_DONE = {
    "added": "contact_added",
    "removed": "contact_removed",
    "full": "contact_full",
    "opens": "contact_opens",
    "opens-no-more": "contact_opens_no_more",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One address as the page shows it."""

    contact_id: str
    channel: Channel
    shown: Masked
    signs_in_since: datetime | None = None
    """When codes to it began to open the account, or will."""


async def show(call: Call) -> Answer:
    """List what there is."""
    holder = await holder_of(call)
    if isinstance(holder, Answer):
        return holder
    return await _list(call, holder)


async def send(call: Call) -> Answer:
    """Send a code to an address, or to the one that waits once more."""
    holder = await holder_of(call, fresh=True)
    if isinstance(holder, Answer):
        return holder
    form = posted(call)
    channel = _channel(form.get("channel", ""))
    if channel is None or channel not in call.provider.senders:
        return Answer.redirect(HERE)
    wanted = await _wanted(call, holder, channel, form)
    if isinstance(wanted, ErrorSummary):
        return await _list(call, holder, typed={channel.value: form.get(channel.value, "")}, errors=wanted)
    work = partial(
        ask, person_id=holder.person_id, wanted=wanted, vault=call.provider.vault, occasion=call.occasion()
    )
    is_again = form.get("again") == "yes"
    pending = await _pending(call, holder.person_id, channel) if is_again else None
    try:
        result = (await holder.transact(work)).unwrap()
    except OverLimit as error:
        return await _many(call, holder, error, pending, typed={channel.value: form.get(channel.value, "")})
    if result.outcome is ContactOutcome.FULL:
        return Answer.redirect(f"{HERE}?d=full")
    from_when = None if pending is None else pending.next_from(call.provider.clock.now())
    if pending is not None and from_when is not None and result.outcome is ContactOutcome.SOON:
        return _code_page(call, holder, pending, errors=too_soon(from_when))
    return Answer.redirect(f"{HERE}/code?c={channel.value}{'&d=again' if is_again else ''}")


async def show_code(call: Call) -> Answer:
    """Show the form for the code that was sent."""
    holder = await holder_of(call, fresh=True)
    if isinstance(holder, Answer):
        return holder
    channel = _channel(query(call, "c"))
    pending = None if channel is None else await _pending(call, holder.person_id, channel)
    if pending is None:
        return Answer.redirect(HERE)
    return _code_page(call, holder, pending, notice="code_again" if query(call, "d") == "again" else None)


async def check_code(call: Call) -> Answer:
    """Take the code."""
    holder = await holder_of(call, fresh=True)
    if isinstance(holder, Answer):
        return holder
    form = posted(call)
    channel = _channel(form.get("channel", ""))
    pending = None if channel is None else await _pending(call, holder.person_id, channel)
    if channel is None or pending is None:
        return await _list(call, holder, errors=one_error("contact_code_over"))
    code = read_digits(form.get("otp", ""), CODE_DIGITS)
    if code is None:
        return _code_page(call, holder, pending, errors=one_error("otp_incomplete", at="otp"))
    occasion = call.occasion()
    work = partial(
        _check, holder=holder, channel=channel, code=code, vault=call.provider.vault, occasion=occasion
    )
    result = (await holder.transact(work)).unwrap()
    if isinstance(result, Slowed):
        return _code_page(call, holder, pending, errors=slowed(result, occasion.now))
    match result.outcome:
        case ContactOutcome.WRONG:
            errors = one_error("otp_wrong", at="otp", n=result.tries_left)
            return _code_page(call, holder, pending, errors=errors)
        case ContactOutcome.OVER:
            return await _list(call, holder, errors=one_error("contact_code_over"))
        case ContactOutcome.FULL:
            return Answer.redirect(f"{HERE}?d=full")
        case _:
            return Answer.redirect(f"{HERE}?d=added")


async def show_removal(call: Call) -> Answer:
    """Ask whether an address is to go."""
    holder = await holder_of(call, fresh=True)
    if isinstance(holder, Answer):
        return holder
    row = next((one for one in await _rows(call, holder) if one.contact_id == query(call, "k")), None)
    if row is None:
        return Answer.redirect(HERE)
    return account_page(call, holder, "contact_remove.html", row=row, path=HERE)


async def take_away(call: Call) -> Answer:
    """Remove an address."""
    holder = await holder_of(call, fresh=True)
    if isinstance(holder, Answer):
        return holder
    form, occasion, person_id = posted(call), call.occasion(), holder.person_id
    take = partial(remove, person_id=person_id, contact_id=form.get("contact", ""), occasion=occasion)
    work = partial(ending_what_closes, person_id=person_id, change=take, occasion=occasion)
    done = (await holder.transact(work)).unwrap()
    return Answer.redirect(f"{HERE}?d=removed" if done else HERE)


async def _wanted(
    call: Call, holder: Holder, channel: Channel, form: dict[str, str]
) -> NewContact | ErrorSummary:
    """Return what the form asks for: a new address, or the one that waits, of which nothing is typed."""
    language = language_of(call).value
    if form.get("again") == "yes":
        pending = await _pending(call, holder.person_id, channel)
        if pending is None:
            return one_error("contact_code_over")
        return NewContact(
            channel=channel, address=pending.address, replaces=pending.replaces, language=language
        )
    address = read_address(channel, form.get(channel.value, ""))
    if address is None:
        return one_error(f"contact_{channel.value}_form", at=channel.value)
    return NewContact(channel=channel, address=address, replaces=form.get("replaces", ""), language=language)


async def _many(
    call: Call, holder: Holder, error: OverLimit, pending: PendingCode | None, *, typed: dict[str, str]
) -> Answer:
    """Say from when another may be sent, on the page it was asked for on: what came before is still good."""
    record_over_limit(call, error)
    errors = too_many(call, error)
    if pending is None:
        answer = await _list(call, holder, status=429, typed=typed, errors=errors)
    else:
        answer = _code_page(call, holder, pending, status=429, errors=errors)
    return answer.with_headers(("retry-after", str(error.retry_after)))


async def _list(
    call: Call,
    holder: Holder,
    *,
    status: int = 200,
    typed: dict[str, str] | None = None,
    errors: ErrorSummary | None = None,
) -> Answer:
    rows = await _rows(call, holder)
    changing = next((one for one in rows if one.contact_id == query(call, "k")), None)
    return account_page(
        call,
        holder,
        "contacts.html",
        status=status,
        notice=_DONE.get(query(call, "d")),
        path=HERE,
        rows=rows,
        changing=changing,
        waiting=await _waiting(call, holder.person_id),
        national=_national(holder.person.profile, await _contacts(call, holder.person_id)),
        channels=[one for one in Channel if one in call.provider.senders],
        opening=[one.value for one in call.provider.settings.sign_in_codes],
        time=call.provider.clock.now(),
        typed=typed or {},
        errors=errors,
    )


def _code_page(
    call: Call,
    holder: Holder,
    pending: PendingCode,
    *,
    status: int = 200,
    notice: str | None = None,
    errors: ErrorSummary | None = None,
) -> Answer:
    return account_page(
        call,
        holder,
        "contact_code.html",
        status=status,
        notice=notice,
        again_from=pending.next_from(call.provider.clock.now()),
        channel=pending.channel,
        shown=_masked(pending.channel, pending.address),
        path=f"{HERE}/code?c={pending.channel.value}",
        errors=errors,
    )


def _check(
    tx: Tx, *, holder: Holder, channel: Channel, code: str, vault: Vault, occasion: Occasion
) -> Done[ContactResult | Slowed]:
    """Count the try on the person's own counter of such codes, look at the code, and forget it if it was right."""
    account = counter_of(holder.person_id)
    attempt = tx.attempts.reserve(account, occasion.now)
    if isinstance(attempt, Slowed):
        return Done(attempt)
    take = partial(
        confirm, person_id=holder.person_id, channel=channel, code=code, vault=vault, occasion=occasion
    )
    result = ending_what_closes(tx, holder.person_id, take, occasion=occasion).value
    if result.outcome is ContactOutcome.ADDED:
        tx.attempts.settle(account)
    return Done(result)


async def _pending(call: Call, person_id: PersonId, channel: Channel) -> PendingCode | None:
    now = call.provider.clock.now()
    return await call.provider.database.read(lambda tx: tx.contacts.pending(person_id, channel, now))


async def _waiting(call: Call, person_id: PersonId) -> dict[str, Masked]:
    """Return where codes are on their way to, by channel: whoever lost the page for one finds it again."""
    found = [await _pending(call, person_id, channel) for channel in Channel]
    return {one.channel.value: _masked(one.channel, one.address) for one in found if one is not None}


async def _contacts(call: Call, person_id: PersonId) -> tuple[Contact, ...]:
    return await call.provider.database.read(partial(all_contacts, person_id=person_id))


def row_of(contact: Contact) -> Row:
    """Return a contact as pages show it."""
    since = contact.signs_in_since
    return Row(
        contact_id=contact.contact_id,
        channel=contact.channel,
        shown=_masked(contact.channel, contact.address),
        signs_in_since=None if since is None else since + YOUNGEST,
    )


async def _rows(call: Call, holder: Holder) -> list[Row]:
    return [row_of(one) for one in await _contacts(call, holder.person_id)]


def _national(profile: PersonProfile, contacts: tuple[Contact, ...]) -> Masked | None:
    """Return the number that the national system vouches for, where it is none of those proved here."""
    if not profile.phone_verified or any(one.address == profile.phone for one in contacts):
        return None
    return mask_phone(profile.phone)


def _masked(channel: Channel, address: str) -> Masked:
    return mask_email(address) if channel is Channel.EMAIL else mask_phone(address)


def _channel(text: str) -> Channel | None:
    return Channel(text) if text in {*Channel} else None
