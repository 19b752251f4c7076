"""Taking over what is said of an agency; one that is no more ends with the grants given for it."""

from dataclasses import replace
from datetime import datetime
from functools import partial

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
    _check_place(tx, entry)
    tx.agencies.lock(entry.code)
    kept = tx.agencies.get(entry.code)
    if kept is not None and said.at < kept.source_at:
        return Outcome.STALE
    new = _agency(entry, said, kept, occasion.now)
    changed = () if kept is None else _changed(kept, new)
    has_ended = new.ended_at is not None and (kept is None or kept.ended_at is None)
    is_same = kept is not None and not changed and not has_ended
    if not tx.agencies.put(replace(new, updated_at=kept.updated_at) if kept is not None and is_same else new):
        return Outcome.STALE
    if is_same:
        return Outcome.UNCHANGED
    record = partial(_record, tx, new, actor=actor, occasion=occasion)
    if kept is None:
        record(EventType.AGENCY_REGISTERED, kind=new.kind.value)
    elif changed:
        record(EventType.AGENCY_UPDATED, fields=list(changed))
    if has_ended:
        ended = tx.grants.revoke_of_principal(new.code, occasion.now, "agency ended")
        tell_of_ended(tx, ended, occasion=occasion)
        record(EventType.AGENCY_ENDED, grants=len(ended))
    return Outcome.ADDED if kept is None else Outcome.UPDATED


def _check_place(tx: Tx, entry: AgencyEntry) -> None:
    """Refuse what has no place in the tree: what it belongs to is there, and goes on for as long as it does."""
    parent_code = parent_of(entry.code)
    if parent_code is None:
        return
    parent = tx.agencies.get(parent_code)
    if parent is None:
        raise RefusedEntry(f"code: there is no agency {parent_code}, to which it would belong")
    if parent.ended_at is not None and not entry.ended:
        raise RefusedEntry(f"code: the agency {parent_code}, to which it belongs, has ended")


def _changed(kept: Agency, new: Agency) -> tuple[str, ...]:
    """Return what is said otherwise; `ended`: that it ended was taken back."""
    fields = [name for name in _DESCRIBED if getattr(kept, name) != getattr(new, name)]
    is_back = kept.ended_at is not None and new.ended_at is None
    return tuple(sorted([*fields, *(["ended"] if is_back else [])]))


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


def _record(
    tx: Tx, agency: Agency, event: EventType, *, actor: str, occasion: Occasion, **more: object
) -> None:
    about = {"code": agency.code, "source": agency.source}
    tx.audit.add(occasion.event(event, actor=actor, person_id=None, **about, **more))
