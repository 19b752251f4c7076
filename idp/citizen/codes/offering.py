"""Where a code that is sent to an address is offered: level low alone, by the channels a setting names (adr/0052)."""

from idp.citizen.interaction import Opened
from idp.edge import Call
from idp.messages.model import Channel
from idp.protocol.next_step import offers_sent_codes


def code_channels(call: Call, opened: Opened) -> tuple[Channel, ...]:
    """Return how a code could be sent for this interaction; nothing where it could not do."""
    provider = call.provider
    if not offers_sent_codes(opened.request, opened.client):
        return ()
    allowed = {one.value for one in provider.settings.sign_in_codes}
    return tuple(one for one in Channel if one in provider.senders and one.value in allowed)
