"""`/sign-in/national`: the hand-off to the national system (PAGES 3.1.2).

Shown the first time on a device; later the choice on the sign-in page leads there at once. Nobody types national
credentials anywhere but there, and the service's name is never sent upstream.
"""

import logging
from datetime import datetime
from functools import partial

from federation.upstream import Upstream, UpstreamError
from idp import metrics
from idp.audit.occasion import Occasion
from idp.citizen.interaction import Opened, decided, open_here, posted
from idp.database import Done
from idp.edge import Answer, Call
from idp.edge.device import has_device, keep_tick, public_minutes
from idp.edge.page import language_of, page
from idp.edge.waiting import dropped, held_ticket, new_ticket, to_the_waiting_room
from idp.ids import NO_BUCKET, HandleKind
from idp.interactions.model import UpstreamJourney
from idp.limits.model import Counted, Limit, address_key
from idp.limits.service import Counter
from idp.log import fields
from idp.metrics import SignInMethod, SignInOutcome
from idp.protocol.assurance import Acr
from idp.protocol.facts import Realm
from idp.protocol.next_step import SignIn
from idp.transaction import Tx
from idp.ui.headers import form_action_source

_log = logging.getLogger("hpid.upstream")
_LOA = {Acr.LOW: "LoA1", Acr.SUBSTANTIAL: "LoA2", Acr.HIGH: "LoA3"}


async def show(call: Call) -> Answer:
    """Name the host the person is about to see."""
    opened = await open_here(call)
    upstream = call.provider.national
    if upstream is None or opened.realm is Realm.OFFICIAL:
        return opened.to_sign_in
    if has_device(call) and ("public", "yes") not in call.query():
        return await depart(call, opened, upstream)
    return page(
        call,
        "national.html",
        form_action=(form_action_source(upstream.issuer), *opened.form_action),
        rp=opened.relying_party,
        i=opened.interaction_id,
        upstream_host=upstream.host,
        public_minutes=public_minutes(call),
    )


async def go(call: Call) -> Answer:
    """Send the person there."""
    opened = await open_here(call)
    posted(call)
    upstream = call.provider.national
    if upstream is None or opened.realm is Realm.OFFICIAL:
        return opened.to_sign_in
    answer = await depart(call, opened, upstream)
    return answer.with_cookies(*keep_tick(call, opened.interaction_id))


async def depart(call: Call, opened: Opened, upstream: Upstream) -> Answer:
    """Write down what must come back with the person, then send them off; or let them wait until it is their turn."""
    provider, now = call.provider, call.provider.clock.now()
    held = held_ticket(call, opened.interaction_id)
    if held is None or held.answer:  # who has been there and goes again is no further than who has not
        held = new_ticket(call, opened.interaction_id)
    if provider.is_national_down(now):
        return opened.to_sign_in
    if not provider.waiting_room.go(held.ticket, now):
        return to_the_waiting_room(call, held)
    step = (await decided(call, opened)).step
    if not isinstance(step, SignIn):
        return opened.to_resume
    occasion, counter = call.occasion(), (Limit.UPSTREAM, address_key(call.peer))
    if not provider.national_circuit.may_go(occasion.now):
        return opened.to_sign_in
    provider.limits.check(counter, now=occasion.now)
    journey = _journey(opened, step, occasion, call)
    try:
        location = await upstream.begin(
            state=journey.state,
            nonce=journey.nonce,
            code_verifier=journey.code_verifier,
            loa=journey.requested_loa,
            ui_locales=language_of(call).value,
            now=occasion.now,
        )
    except UpstreamError as error:
        _log.info("upstream refused", extra=fields(txn=call.txn, reason=error.reason))
        provider.national_circuit.failed(occasion.now)
        metrics.SIGN_INS.add(SignInMethod.NATIONAL, SignInOutcome.FAILED)
        return Answer.redirect(f"/sign-in?i={opened.interaction_id}&m=upstream-failed&txn={call.txn}")
    begin = partial(_begin, journey=journey, counter=counter, now=occasion.now)
    provider.limits.learn(counter, (await provider.database.transact(begin)).unwrap())
    return Answer.redirect(location, *dropped(call, opened.interaction_id))


def _journey(opened: Opened, step: SignIn, occasion: Occasion, call: Call) -> UpstreamJourney:
    clock = call.provider.clock
    return UpstreamJourney(
        interaction_id=opened.interaction_id,
        state=clock.handle(HandleKind.UPSTREAM_STATE, NO_BUCKET),
        nonce=clock.token(24),
        code_verifier=clock.token(48),
        requested_loa=_LOA[step.acr],
        expires_at=occasion.now + call.provider.settings.life.interaction,
    )


def _begin(tx: Tx, *, journey: UpstreamJourney, counter: Counter, now: datetime) -> Done[Counted]:
    tx.interactions.begin_upstream(journey)
    return Done(tx.limits.count(*counter, now))
