"""The services of a person that a request about their data may name: those their own page lists (PAGES §3.1.20)."""

from functools import partial

from idp.citizen.account import Holder
from idp.citizen.services.found import load
from idp.edge import Call
from idp.edge.page import language_of, relying_party
from idp.ui.data_rows import ServiceOption
from idp.ui.language import Language
from idp.ui.pages import name_in


async def services_of(call: Call, holder: Holder) -> tuple[ServiceOption, ...]:
    """Return the services of a person, by name: each in one language, with its agency where that is the same."""
    now, options = call.provider.clock.now(), []
    for found in await call.provider.database.read(partial(load, person_id=holder.person_id, now=now)):
        client = await call.provider.configuration.client(found.client_id)
        if client is None or not client.facts.redirect_uris:
            continue
        rp = relying_party(client.facts, client.facts.first_redirect_uri)
        name, language = name_in(rp, language_of(call))
        agency = client.facts.agency if language is Language.VI else ""
        options.append(ServiceOption(client_id=found.client_id, name=name, language=language, agency=agency))
    return tuple(sorted(options, key=lambda one: one.name))
