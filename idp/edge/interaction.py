"""Interactions between browser and endpoint: opened from the cookie a request brings, held by a cookie an answer sets.

A request too large for a cookie lies in a row, and the cookie says which (DESIGN 5.12).
"""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from idp.database import Done
from idp.edge.answer import Cookie
from idp.edge.call import Call
from idp.edge.cookie_names import cookie_name
from idp.grants.model import StoredRequest
from idp.ids import NO_BUCKET, HandleKind
from idp.interactions.cookie import (
    LONGEST_COOKIE,
    OpenInteraction,
    held_interaction,
    seal_answered,
    seal_declined,
    seal_interaction,
    surplus,
)
from idp.limits.model import Counted, Limit, address_key
from idp.limits.service import Counter
from idp.protocol.context import Answered
from idp.protocol.errors import InvalidRequest
from idp.transaction import Tx

_CLOSED = "this interaction is not open in this browser"
_PRESSED_AGAIN = timedelta(seconds=10)
"""How long after a no the same button, pressed again before the service has answered, says the same."""
_NAMED_AFTER = timedelta(hours=12)
"""How long after it is over the cookie still says which service a page left open led to; it opens nothing any more."""


async def opened_here(call: Call, *, or_declined: bool = False) -> OpenInteraction:
    """Return the interaction named in the URL; InvalidRequest unless this browser holds it and it is not over.

    One that a no has just ended is over to everybody but to the same no.
    """
    provider, now = call.provider, call.provider.clock.now()
    interaction_id = dict(call.query()).get("i", "")
    prefix = cookie_name(provider.settings, "i-")
    held = held_interaction(call.cookies(), interaction_id, prefix, provider.vault)
    if held is None or held.is_over(now, provider.settings.life.interaction):
        raise InvalidRequest(_CLOSED)
    if held.declined and not or_declined:
        raise InvalidRequest(_CLOSED)
    if provider.configuration.is_of_before(held.started_at):  # it may have issued its code
        raise InvalidRequest(_CLOSED)
    asked = held.asked
    if asked is None and held.stored_as is not None:
        asked = await provider.database.read(partial(_find, handle=held.stored_as, now=now))
    if asked is None:
        raise InvalidRequest(_CLOSED)
    return held.open(asked)


async def hold(call: Call, opened: OpenInteraction) -> list[Cookie]:
    """Return the cookies by which this browser holds a new interaction, the oldest others being dropped."""
    provider = call.provider
    prefix = cookie_name(provider.settings, "i-")
    sealed = seal_interaction(opened, provider.vault)
    if len(sealed) > LONGEST_COOKIE:
        stored = opened if opened.stored_as is not None else await _store(call, opened)
        sealed = seal_interaction(stored, provider.vault, by_reference=True)
    dropped = surplus(call.cookies(), prefix, provider.vault)
    held = Cookie(name=prefix + opened.interaction_id, value=sealed, max_age=_kept(call))
    return [*(Cookie(name=name, value="", max_age=0) for name in dropped), held]


def let_go(call: Call, interaction_id: str) -> Cookie:
    """Return the cookie by which this browser holds an interaction no more."""
    name = cookie_name(call.provider.settings, "i-") + interaction_id
    return Cookie(name=name, value="", max_age=0)


def let_go_declined(call: Call, interaction_id: str) -> Cookie:
    """Return the cookie by which this browser holds an interaction that a no has ended: a moment, for the same no."""
    gone = let_go(call, interaction_id)
    if not _is_held(call, interaction_id):
        return gone
    value = seal_declined(call.cookies()[gone.name], call.provider.vault)
    return Cookie(name=gone.name, value=value, max_age=int(_PRESSED_AGAIN.total_seconds()))


def hold_answer(call: Call, interaction_id: str, answered: Answered) -> Cookie:
    """Return the cookie by which this browser holds an open interaction with what was answered in it."""
    name = cookie_name(call.provider.settings, "i-") + interaction_id
    value = seal_answered(call.cookies()[name], call.provider.vault, answered)
    return Cookie(name=name, value=value, max_age=_kept(call))


def _is_held(call: Call, interaction_id: str) -> bool:
    prefix = cookie_name(call.provider.settings, "i-")
    return held_interaction(call.cookies(), interaction_id, prefix, call.provider.vault) is not None


def _kept(call: Call) -> int:
    """Return for how many seconds a browser keeps an interaction."""
    return int((call.provider.settings.life.interaction + _NAMED_AFTER).total_seconds())


async def _store(call: Call, opened: OpenInteraction) -> OpenInteraction:
    """Keep the request in a row; so many from one address, since nobody has proved anything yet."""
    provider, now = call.provider, call.provider.clock.now()
    counter = (Limit.LARGE_REQUESTS, address_key(call.peer))
    provider.limits.check(counter, now=now)
    stored = replace(opened, stored_as=provider.clock.handle(HandleKind.PUSHED_REQUEST, NO_BUCKET))
    until = opened.started_at + provider.settings.life.interaction
    keep = partial(_keep, interaction=stored, counter=counter, until=until, now=now)
    provider.limits.learn(counter, (await provider.database.transact(keep)).unwrap())
    return stored


def _keep(
    tx: Tx, *, interaction: OpenInteraction, counter: Counter, until: datetime, now: datetime
) -> Done[Counted]:
    tx.pushed_requests.add(
        interaction.stored_as or "",
        interaction.client_id,
        interaction.asked,
        expires_at=until,
        loaded_at=now,
    )
    return Done(tx.limits.count(*counter, now))


def _find(tx: Tx, *, handle: str, now: datetime) -> StoredRequest | None:
    return tx.pushed_requests.find(handle, now)
