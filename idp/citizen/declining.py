"""A no is the answer: it ends the interaction, so that nothing of it goes on in another tab or by the back button.

Once it has ended with a yes, sent at the same moment say, a no is no second answer to the service (SECURITY R16). Once
it has ended with a no, the same no goes back to the service again: who presses the button twice gets there.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from idp.citizen.interaction import Opened
from idp.database import Done, Refused
from idp.edge import Call
from idp.limits.model import Counted, Limit, address_key
from idp.limits.service import Counter
from idp.protocol.errors import LoginRequired, ProtocolError, Refusal, ToPage, refusing
from idp.transaction import Tx


async def decline(
    call: Call, opened: Opened, error: ProtocolError, record: Callable[[Tx], None] | None = None
) -> Refusal:
    """End the interaction, `record` the no, and return what tells the service of it, to be raised."""
    provider, now = call.provider, call.provider.clock.now()
    counter = (Limit.DECLINED, address_key(call.peer))
    provider.limits.check(counter, now=now)
    until = now + provider.settings.life.interaction
    end = partial(_end, opened=opened, record=record, counter=counter, until=until, now=now)
    with refusing(ToPage(case="two-tabs", status=409)):
        provider.limits.learn(counter, (await provider.database.transact(end)).unwrap())
    return Refusal(error, opened.to_client)


def _end(
    tx: Tx,
    *,
    opened: Opened,
    record: Callable[[Tx], None] | None,
    counter: Counter,
    until: datetime,
    now: datetime,
) -> Done[Counted] | Refused:
    if not tx.interactions.decline(opened.interaction_id, now, until):
        if not tx.interactions.was_declined(opened.interaction_id):
            return Refused(LoginRequired("this interaction was finished already"))
        return Done(tx.limits.count(*counter, now))
    if opened.stored_as is not None:
        tx.pushed_requests.spend(opened.stored_as, now)
    if record is not None:
        record(tx)
    return Done(tx.limits.count(*counter, now))
