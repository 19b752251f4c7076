"""The service that a page which can't go on leads back to: whose interaction this browser holds, over or not.

Only the cookie says so, never the address; nothing is read for it, for whatever went wrong may be the database.
"""

from contextlib import suppress

from idp.edge.call import BadCall, Call
from idp.edge.cookie_names import cookie_name
from idp.edge.page import relying_party
from idp.interactions.cookie import held_interaction
from idp.ui.pages import RelyingParty


def service_left(call: Call) -> RelyingParty | None:
    """Return the service that asked for what is over; None where this browser knows of none."""
    interaction_id = ""
    with suppress(BadCall):
        interaction_id = dict(call.query()).get("i", "")
    provider = call.provider
    prefix = cookie_name(provider.settings, "i-")
    held = held_interaction(call.cookies(), interaction_id, prefix, provider.vault)
    client = None if held is None else provider.configuration.last_known(held.client_id)
    if client is None or not client.facts.enabled:
        return None
    return relying_party(client.facts, client.facts.first_redirect_uri)
