"""What time does to mandates: whose term is over ends, with all its delegate got by it, within seconds."""

from functools import partial

from idp import metrics
from idp.audit.occasion import Occasion
from idp.database import Database, Done
from idp.mandates.service.endings import end_one
from idp.mandates.service.firm_endings import end_appointment
from idp.mandates.service.recording import ENDED_AT_ONCE
from idp.transaction import Tx

BATCH = ENDED_AT_ONCE
_TERM_OVER = "term over"
_ACTOR = "system"


async def end_over(database: Database[Tx], occasion: Occasion) -> int:
    """End one batch of mandates and of firms' appointments whose term is over; return how many."""
    if not await database.read(partial(_is_any_due, occasion=occasion)):
        return 0
    ended = (await database.transact(partial(_end, occasion=occasion))).unwrap()
    metrics.MANDATES_OVER.add(number=ended)
    return ended


def _is_any_due(tx: Tx, *, occasion: Occasion) -> bool:
    return bool(tx.mandates.due(occasion.now, 1) or tx.mandate_firms.due(occasion.now, 1))


def _end(tx: Tx, *, occasion: Occasion) -> Done[int]:
    """End firms' appointments first: what hangs on them goes with them."""
    ended = 0
    for appointment in tx.mandate_firms.due(occasion.now, BATCH):
        reason = appointment.end_reason or _TERM_OVER
        ended += end_appointment(
            tx, appointment, reason, actor=_ACTOR, occasion=occasion, at=appointment.valid_to
        )
    for mandate in tx.mandates.due(occasion.now, BATCH):
        reason = mandate.end_reason or _TERM_OVER
        ended += end_one(tx, mandate, reason, actor=_ACTOR, occasion=occasion, at=mandate.valid_to)
    return Done(ended)
