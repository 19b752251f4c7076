"""What was made while two records were one: a steward sees it before a split, and says whose each is.

Links and mandates alone can be told apart that way. Consents, sessions and grants stay with the record that stood, and
end where they must; an employment record follows its number.
"""

from dataclasses import replace
from datetime import datetime

from idp.ids import MandateId, PersonId
from idp.merges.model import Made, MadeKind, Merge
from idp.transaction import Tx


def made_meanwhile(tx: Tx, merge: Merge) -> tuple[Made, ...]:
    """Return what was made since the merge with either record and goes on, in the order it was made."""
    since = merge.merged_at
    if since is None:
        return ()
    both: tuple[PersonId, ...] = (merge.winner_id, merge.loser_id)
    links = [
        Made(
            kind=MadeKind.LINK,
            name="",
            record_id=record_id,
            made_at=link.linked_at,
            issuer=link.issuer,
            subject=link.subject,
        )
        for record_id in both
        for link in tx.upstreams.of_record(record_id)
        if link.linked_at >= since
    ]
    named = [
        replace(one, name=f"link:{number}") for number, one in enumerate(sorted(links, key=_order), start=1)
    ]
    mandates = {
        one.mandate_id: Made(
            kind=MadeKind.MANDATE,
            name=one.mandate_id,
            record_id=record_id,
            made_at=one.created_at,
            mandate_id=one.mandate_id,
        )
        for record_id in both
        for one in tx.mandates.written_since(record_id, since)
    }
    return (*named, *sorted(mandates.values(), key=_order))


def give(tx: Tx, one: Made, to: PersonId) -> None:
    """Write it to the record it was said to be of."""
    if one.record_id == to:
        return
    match one.kind:
        case MadeKind.LINK:
            tx.upstreams.move(one.issuer, one.subject, to)
        case MadeKind.MANDATE:
            tx.mandates.move(MandateId(one.mandate_id), one.record_id, to)


def _order(one: Made) -> tuple[datetime, str]:
    return one.made_at, f"{one.issuer} {one.subject} {one.mandate_id}"
