"""Taking over what is said of an agency; one that is no more ends with the grants given for it."""

from dataclasses import replace
from datetime import datetime

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.organisations.agency_entry import AgencyEntry
from idp.organisations.entry import RefusedEntry, Said
from idp.organisations.model import Agency, parent_of
from idp.organisations.service.register import Outcome
from idp.sessions.service import tell_of_ended
from idp.transaction import Tx

_DESCRIBED = ("name", "kind", "ward_code")


def register_agency(tx: Tx, entry: AgencyEntry, said: Said, *, actor: str, occasion: Occasion) -> Outcome:
    """Add, change or end an agency, or raise RefusedEntry before anything is written."""
    parent_code = parent_of(entry.code)
    parent = None if parent_code is None else tx.agencies.get(parent_code)
    if parent_code is not None and parent is None:
        raise RefusedEntry(f"code: there is no agency {parent_code}, to which it would belong")
    if parent is not None and parent.ended_at is not None and not entry.ended:
        raise RefusedEntry(f"code: the agency {parent_code}, to which it belongs, has ended")
    tx.agencies.lock(entry.code)
    kept = tx.agencies.get(entry.code)
    if kept is not None and said.at < kept.source_at:
        return Outcome.STALE
    new = _agency(entry, said, kept, occasion.now)
    fields = [name for name in _DESCRIBED if kept is not None and getattr(kept, name) != getattr(new, name)]
    has_ended = new.ended_at is not None and (kept is None or kept.ended_at is None)
    is_back = kept is not None and kept.ended_at is not None and new.ended_at is None
    is_same = kept is not None and not fields and not has_ended and not is_back
    if is_same and kept is not None:
        new = replace(new, updated_at=kept.updated_at)
    if not tx.agencies.put(new):
        return Outcome.STALE
    if is_same:
        return Outcome.UNCHANGED
    if kept is None:
        tx.audit.add(
            occasion.event(
                EventType.AGENCY_REGISTERED,
                actor=actor,
                code=new.code,
                kind=new.kind.value,
                source=new.source,
            )
        )
    elif fields or is_back:
        told = sorted([*fields, *(["ended"] if is_back else [])])
        tx.audit.add(
            occasion.event(
                EventType.AGENCY_UPDATED, actor=actor, code=new.code, fields=told, source=new.source
            )
        )
    if has_ended:
        ended = tx.grants.revoke_of_principal(new.code, occasion.now, "agency ended")
        tell_of_ended(tx, ended, occasion=occasion)
        tx.audit.add(
            occasion.event(
                EventType.AGENCY_ENDED, actor=actor, code=new.code, source=new.source, grants=len(ended)
            )
        )
    return Outcome.ADDED if kept is None else Outcome.UPDATED


def _agency(entry: AgencyEntry, said: Said, kept: Agency | None, now: datetime) -> Agency:
    since = kept.ended_at if kept is not None and kept.ended_at is not None else now
    return Agency(
        code=entry.code,
        name=entry.name,
        kind=entry.kind,
        ward_code=entry.ward_code,
        source=said.source,
        source_at=said.at,
        updated_at=now,
        ended_at=since if entry.ended else None,
    )
