"""The services of a person that a request about their data may name: those their own page lists (PAGES §3.1.20)."""

from functools import partial

from idp.citizen.account import Holder
from idp.citizen.services.found import load
from idp.edge import Call
from idp.edge.page import language_of, relying_party
from idp.ui.data_rows import ServiceOption
from idp.ui.pages import shown_name


async def services_of(call: Call, holder: Holder) -> tuple[ServiceOption, ...]:
    """Return the services of a person, by name."""
    now, options = call.provider.clock.now(), []
    for found in await call.provider.database.read(partial(load, person_id=holder.person_id, now=now)):
        client = await call.provider.configuration.client(found.client_id)
        if client is None or not client.facts.redirect_uris:
            continue
        rp = relying_party(client.facts, client.facts.first_redirect_uri)
        name = str(shown_name(rp, language_of(call)))
        options.append(ServiceOption(client_id=found.client_id, name=name, agency=client.facts.agency))
    return tuple(sorted(options, key=lambda one: one.name))
