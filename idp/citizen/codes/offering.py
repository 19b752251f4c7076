"""Where a code that is sent to an address is offered, and whose account it opens: level low alone (adr/0052)."""

from datetime import datetime

from idp.citizen.interaction import Opened
from idp.credentials.sign_in_code import may_open
from idp.edge import Call
from idp.ids import PersonId
from idp.messages.model import Channel
from idp.people.contacts import Contact, same_address
from idp.protocol.offered_ways import offers_sent_codes
from idp.transaction import Tx


def code_channels(call: Call, opened: Opened) -> tuple[Channel, ...]:
    """Return how a code could be sent for this interaction; nothing where it could not do."""
    return channels(call) if offers_sent_codes(opened.request, opened.client) else ()


def channels(call: Call) -> tuple[Channel, ...]:
    """Return how codes may be sent in this deployment."""
    provider = call.provider
    allowed = {one.value for one in provider.settings.sign_in_codes}
    return tuple(one for one in Channel if one in provider.senders and one.value in allowed)


def opening(tx: Tx, record: PersonId, channel: Channel, address: str, now: datetime) -> tuple[Contact, ...]:
    """Return the contacts by which codes to this address open a record now; none: they open nothing (any more)."""
    return tuple(
        one
        for one in tx.contacts.of_person(record)
        if one.channel is channel
        and same_address(channel, one.address, address)
        and may_open(one.signs_in_since, now)
    )
