"""`/account/devices`: saying that a sign-in was one's own, and forgetting a browser (PAGES §3.1.13, §3.1.15).

Found among the person's own alone, so another's is nobody's. That it was them counts from another browser than the one in
question: whoever is there would say so.
"""

from functools import partial

from idp.audit.events import EventType
from idp.audit.occasion import Occasion, person_ref
from idp.citizen.account import Holder, holder_of
from idp.citizen.interaction import posted
from idp.database import Done
from idp.edge import Answer, BadCall, Call
from idp.edge.account import HOME
from idp.transaction import Tx

SESSIONS = f"{HOME}/sessions"
_WAS_ME, _FORGET = "was-me", "forget"
_BACK = {_WAS_ME: HOME, _FORGET: SESSIONS}


async def change(call: Call) -> Answer:
    """Do what the form says with one of the person's own browsers."""
    holder = await holder_of(call, back=SESSIONS)
    if isinstance(holder, Answer):
        return holder
    form = posted(call)
    what, device_id = form.get("do", ""), form.get("device", "")
    if what not in _BACK or not device_id:
        raise BadCall(400, "the form is incomplete")
    work = partial(_change, holder=holder, what=what, device_id=device_id, occasion=call.occasion())
    (await holder.transact(work)).unwrap()
    return Answer.redirect(_BACK[what])


def _change(tx: Tx, *, holder: Holder, what: str, device_id: str, occasion: Occasion) -> Done[None]:
    if what == _FORGET:
        event, is_done = EventType.DEVICE_FORGOTTEN, tx.devices.forget(holder.person_id, device_id)
    elif device_id == holder.session.device_id:
        return Done(None)
    else:
        event = EventType.DEVICE_ACKNOWLEDGED
        is_done = tx.devices.acknowledge(holder.person_id, device_id, occasion.now)
    if is_done:
        tx.audit.add(
            occasion.event(event, actor=person_ref(holder.person_id), person_id=holder.person_id, devices=1)
        )
    return Done(None)
