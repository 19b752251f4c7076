"""`/status`: how the national system is, and which services take which ways to sign in now (PAGES §3.1.10).

For anybody, and the same for all: no session is read, no cookie set, and it may be kept for half a minute. Made of what
this node holds of the configuration; it says of a service what its registration and the settings say, no more.
"""

from collections.abc import Iterable

from idp.citizen.codes.offering import channels
from idp.citizen.cross_device.offering import is_on
from idp.citizen.passkeys.asking import has_passkeys
from idp.edge import Answer, Call
from idp.edge.page import language_of, relying_party, shared_page
from idp.name_fold import fold
from idp.protocol.facts import ClientFacts
from idp.protocol.open_ways import Way, ways_into
from idp.ui.pages import name_in
from idp.ui.rows import OpenBy

_SECONDS = 30
MOST_NAMED = 200
"""Services that are named; a city has fewer, a place where anybody may register may have more than anybody reads."""


async def show(call: Call) -> Answer:
    """Show how things are."""
    provider = call.provider
    now = provider.clock.now()
    services = await provider.configuration.services()
    ui_locales = dict(call.query()).get("ui_locales")
    language = language_of(call, ui_locales)
    named = sorted(
        ((fold(name_in(relying_party(one, ""), language)[0]), one.client_id, one) for one in services),
        key=lambda one: one[:2],
    )
    return shared_page(
        call,
        "status.html",
        ui_locales=ui_locales,
        seconds=_SECONDS,
        has_national=provider.national is not None,
        outage=provider.outage(now),
        now=now,
        groups=_groups(call, (one for _, _, one in named[:MOST_NAMED])),
        more=max(len(named) - MOST_NAMED, 0),
    )


def _groups(call: Call, services: Iterable[ClientFacts]) -> tuple[OpenBy, ...]:
    """Return the services by the ways that lead into them; those with no way, or a signed-in phone alone, last."""
    working, stands_in = _working(call), call.provider.takes_degraded(call.provider.clock.now())
    found: dict[tuple[Way, ...], list[ClientFacts]] = {}
    for one in services:
        found.setdefault(ways_into(one, working=working, upstream_down=stands_in), []).append(one)
    order = sorted(found, key=lambda ways: (not ways, ways == (Way.PHONE,), -len(found[ways])))
    return tuple(
        OpenBy(ways=tuple(ways), services=tuple(relying_party(one, "") for one in found[ways]))
        for ways in order
    )


def _working(call: Call) -> frozenset[Way]:
    """Return the ways that this deployment has, and that are not down."""
    provider = call.provider
    is_there = {
        Way.NATIONAL: provider.national is not None and not provider.is_national_down(provider.clock.now()),
        Way.PASSKEY: has_passkeys(call),
        Way.PASSWORD: True,
        Way.CODE: bool(channels(call)),
        Way.PHONE: is_on(call),
    }
    return frozenset(way for way in Way if is_there[way])
