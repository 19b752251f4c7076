"""`/sign-in/qr`: the device that asks shows a code and a number, and goes on once the phone has answered (PAGES 3.1.9).

The answer counts in the browser that shows the code, since the interaction is that browser's own (DESIGN 5.12), and
once. The page works by its button; its script presses it.
"""

from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from markupsafe import Markup

from idp import metrics
from idp.audit.events import EventType
from idp.citizen.cross_device.offering import may_use_phone
from idp.citizen.interaction import Opened, open_here, posted, session_cookie
from idp.citizen.local_session import signed_in
from idp.citizen.qr import picture
from idp.cross_device.model import LIFE, Asked, Standing
from idp.cross_device.service import begin, settle
from idp.database import Refused
from idp.edge import Answer, Call
from idp.edge.answer import NO_STORE
from idp.edge.device import arrival_of, public_minutes
from idp.edge.page import page
from idp.limits.model import Limit, address_key
from idp.metrics import SignInMethod, SignInOutcome
from idp.protocol.cross_device import proof_needed
from idp.ui.errors import ErrorSummary, one_error

_OPEN = frozenset({Standing.WAITING, Standing.CONFIRMED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What the page shows."""

    picture: Markup = field(repr=False)
    typed: str = field(repr=False)
    number: str = field(repr=False)
    until: datetime
    seconds: int
    """Left until then."""


async def show(call: Call) -> Answer:
    """Show the code that waits, or how the last one ended."""
    opened = await open_here(call)
    if not may_use_phone(call, opened):
        return opened.to_sign_in
    asked = await _asked(call, opened)
    return _page(call, opened, asked, told=asked is not None)


async def start(call: Call) -> Answer:
    """Make a code, in the place of the one before."""
    opened = await open_here(call)
    posted(call)
    if not may_use_phone(call, opened):
        return opened.to_sign_in
    provider, occasion, counter = call.provider, call.occasion(), (Limit.QR_CODES, address_key(call.peer))
    provider.limits.check(counter, now=occasion.now)
    until = occasion.now + LIFE
    asked = Asked(
        interaction_id=opened.interaction_id,
        code="",
        number="",
        client_id=opened.client.client_id,
        device=occasion.device,
        network=occasion.network,
        needed=proof_needed(opened.request, opened.client, until=until),
        asked_at=occasion.now,
        expires_at=until,
    )
    work = partial(begin, asked=asked, counter=counter, occasion=occasion)
    provider.limits.learn(counter, (await provider.database.transact(work)).unwrap())
    return Answer.redirect(f"/sign-in/qr?i={opened.interaction_id}")


async def state(call: Call) -> Answer:
    """Tell the page's script whether it is time to press the button: 200; nothing has happened: 204."""
    opened = await open_here(call)
    asked = await _asked(call, opened)
    waits = asked is not None and asked.standing is Standing.WAITING
    return Answer(status=204 if waits else 200, headers=NO_STORE)


async def go_on(call: Call) -> Answer:
    """Begin the session, if the phone has confirmed."""
    opened = await open_here(call)
    posted(call)
    if not may_use_phone(call, opened):
        return opened.to_sign_in
    work = partial(
        settle,
        interaction_id=opened.interaction_id,
        client=opened.client,
        cookie=session_cookie(call, opened),
        arrival=arrival_of(call, opened.interaction_id, opened.client.client_id),
        life=call.provider.settings.life,
        occasion=call.occasion(),
    )
    outcome = await call.provider.database.transact(work)
    if isinstance(outcome, Refused):
        _count(SignInOutcome.REFUSED)
    begun = outcome.unwrap()
    if isinstance(begun, Standing):
        return await _not_yet(call, opened, begun)
    _count(SignInOutcome.SIGNED_IN)
    return signed_in(call, opened, begun)


async def _not_yet(call: Call, opened: Opened, standing: Standing) -> Answer:
    if standing not in _OPEN:
        _count(SignInOutcome.REFUSED)
        call.count_refusal(EventType.SIGN_IN_REFUSED.value, client_id=opened.client.client_id)
    asked = await _asked(call, opened)
    return _page(call, opened, asked, told=True, pressed=True)


async def _asked(call: Call, opened: Opened) -> Asked | None:
    find = opened.interaction_id
    asked = await call.provider.database.read(lambda tx: tx.cross_device.of_interaction(find))
    return None if asked is None else asked.as_of(call.provider.clock.now())


def _page(call: Call, opened: Opened, asked: Asked | None, *, told: bool, pressed: bool = False) -> Answer:
    standing = Standing.EXPIRED if asked is None else asked.standing
    is_open = standing in _OPEN
    return page(
        call,
        "qr.html",
        form_action=opened.form_action,
        asks_us=is_open,
        path=f"/sign-in/qr?i={opened.interaction_id}",
        rp=opened.relying_party,
        i=opened.interaction_id,
        code=_code(call, asked) if asked is not None and is_open else None,
        pressed=pressed,
        public_minutes=public_minutes(call),
        errors=None if is_open or not told else _ended(standing),
    )


def _code(call: Call, asked: Asked) -> Code:
    return Code(
        picture=picture(f"{call.provider.settings.issuer}/q/{asked.code}"),
        typed=asked.code,
        number=asked.number,
        until=asked.expires_at,
        seconds=max(0, int((asked.expires_at - call.provider.clock.now()).total_seconds())),
    )


def _ended(standing: Standing) -> ErrorSummary:
    return one_error(f"qr_{standing.value.replace('-', '_')}")


def _count(outcome: SignInOutcome) -> None:
    metrics.SIGN_INS.add(SignInMethod.QR_CODE, outcome)
