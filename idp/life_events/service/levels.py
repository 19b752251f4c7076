"""The level of somebody's national account: what a higher one gave ends when it falls, whoever says so (adr/0035)."""

from idp.audit.occasion import Occasion
from idp.ids import PersonId
from idp.life_events.ends import ENDS, Happening
from idp.life_events.service.ending import Ended, carry_out
from idp.transaction import Tx

_LEVEL_02 = 2


def settle_level(
    tx: Tx, person_id: PersonId, *, was: int, level: int, actor: str, occasion: Occasion
) -> Ended:
    """End what level 02 gave if the level fell below it; the person's row is locked by then."""
    if level >= min(_LEVEL_02, was):
        return Ended()
    ends = ENDS[Happening.LEVEL_LOWERED]
    return carry_out(tx, ends, person_id, "account level lowered", actor=actor, occasion=occasion, ial=level)
