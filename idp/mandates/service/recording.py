"""Giving and ending, the way every use case does it: the row, what hangs on it, and its event."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from idp.audit.events import EventType
from idp.audit.occasion import Occasion, person_ref
from idp.database import Refused
from idp.ids import PersonId
from idp.mandates.model import Mandate, MandateRefused, Principal, Rule
from idp.messages.model.notices import Act, Notice
from idp.sessions.service import tell_of_ended
from idp.transaction import Tx

ENDED_AT_ONCE = 100
"""Mandates ended in one transaction; more than these have their term cut, and the job ends them."""


def give(tx: Tx, given: Sequence[Mandate], *, actor: str, occasion: Occasion) -> None:
    """Store new mandates and record each."""
    tx.mandates.add(given)
    for one in given:
        tx.audit.add(
            occasion.event(
                EventType.MANDATE_GIVEN,
                actor=actor,
                person_id=one.delegate_id,
                mandate_id=one.mandate_id,
                principal=one.principal.ref,
                role=one.role.value,
                source=one.source.value,
                services=list(one.services),
                through=one.through_id,
                valid_to=None if one.valid_to is None else one.valid_to.isoformat(),
            )
        )


def tell_of_power(tx: Tx, by: PersonId, act: Act, *, occasion: Occasion) -> None:
    """Tell whoever gave power away that it was done in their name: if it was not them, they hear of it in time."""
    tx.outbox.notify(by, Notice.HIGH_RISK_ACT, occasion=occasion, act=act.value)


def end_mandate(
    tx: Tx, mandate: Mandate, reason: str, *, actor: str, occasion: Occasion, at: datetime | None = None
) -> bool:
    """End a mandate and what its delegate got by it; True if this call did it. `at`: when its term was over."""
    ended = tx.mandates.end(mandate.mandate_id, at or occasion.now, reason)
    if ended is None:
        return False
    grants = tx.grants.revoke_of_context(mandate.mandate_id, occasion.now, f"mandate: {reason}")
    tell_of_ended(tx, grants, occasion=occasion)
    tx.audit.add(
        occasion.event(
            EventType.MANDATE_ENDED,
            actor=actor,
            person_id=ended.delegate_id,
            mandate_id=ended.mandate_id,
            principal=ended.principal.ref,
            role=ended.role.value,
            reason=reason,
        )
    )
    return True


def end_cut(
    tx: Tx, cut: Iterable[Mandate], reason: str, *, actor: str, occasion: Occasion
) -> tuple[Mandate, ...]:
    """End the first of those whose term was cut, and return them; the job ends the rest within seconds.

    What was granted by any of them ends now, however many they are (bound A, DESIGN 5.5).
    """
    cut = tuple(cut)
    now = cut[:ENDED_AT_ONCE]
    rest = [one.mandate_id for one in cut[ENDED_AT_ONCE:]]
    tell_of_ended(
        tx,
        tx.grants.revoke_of_contexts(rest, occasion.now, f"mandate: {reason}"),
        occasion=occasion,
    )
    for one in now:
        end_mandate(tx, one, reason, actor=actor, occasion=occasion)
    return now


def refuse(
    tx: Tx, act: str, principal: Principal, rule: Rule, *, by: PersonId, occasion: Occasion
) -> Refused:
    """Record that somebody asked for what a rule forbids, and refuse it."""
    tx.audit.add(
        occasion.event(
            EventType.MANDATE_REFUSED,
            actor=person_ref(by),
            person_id=by,
            act=act,
            principal=principal.ref,
            rule=rule.value,
        )
    )
    return Refused(MandateRefused(rule))
