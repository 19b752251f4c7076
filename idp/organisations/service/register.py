"""Taking over what a register says of an organisation: new, changed, the same, or of earlier than what is kept.

The row is locked before it is compared, so that of two files read at once the later one stands.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.organisations.entry import RefusedEntry, RegisterEntry, Said
from idp.organisations.identifiers import IdentifierTaken
from idp.organisations.model import Organisation, OrganisationScheme, OrganisationStatus
from idp.organisations.service.renumbering import renumber, under_former_number
from idp.organisations.service.representatives import take_representatives
from idp.organisations.service.status import change_status
from idp.transaction import Tx

_DESCRIBED = (
    *("kind", "name", "short_name", "foreign_name", "legal_form", "founded", "address"),
    *("commune_code", "parent_id"),
)
"""What an entry says beside number and status."""
_AS_SAID = "as its register says"


class Outcome(StrEnum):
    """What became of an entry."""

    ADDED = "added"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    STALE = "stale"
    """It is of earlier than what is kept, and changed nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """An organisation as it is kept now."""

    outcome: Outcome
    organisation: Organisation
    unknown_representatives: int = 0
    """How many of those its register names the provider does not know."""


def register(tx: Tx, entry: RegisterEntry, said: Said, *, actor: str, occasion: Occasion) -> Registered:
    """Add or change an organisation as its register says, or raise RefusedEntry before anything is written."""
    done = _put(tx, _organisation(tx, entry, said, occasion), actor=actor, occasion=occasion)
    this = done.organisation
    is_said = entry.representatives is not None and done.outcome is not Outcome.STALE
    if not is_said or this.status is OrganisationStatus.DISSOLVED:
        return done
    numbers = entry.representatives or ()
    unknown = take_representatives(tx, this.organisation_id, numbers, actor=actor, occasion=occasion)
    return replace(done, unknown_representatives=unknown)


def _put(tx: Tx, new: Organisation, *, actor: str, occasion: Occasion) -> Registered:
    kept = tx.organisations.find(new.scheme, new.identifier)
    if kept is None and (former := under_former_number(tx, new, occasion=occasion)) is not None:
        done = _change(tx, former, new, actor=actor, occasion=occasion)
        if done.outcome is Outcome.STALE:
            return done
        renumber(tx, former, new, actor=actor, occasion=occasion)
        now = tx.organisations.get(former.organisation_id) or done.organisation
        return Registered(outcome=Outcome.UPDATED, organisation=now)
    if kept is None:
        try:
            tx.organisations.add(new)
        except IdentifierTaken:  # by another transaction, just now
            kept = tx.organisations.find(new.scheme, new.identifier)
            if kept is None:
                raise
        else:
            _record_new(tx, new, actor=actor, occasion=occasion)
            return Registered(outcome=Outcome.ADDED, organisation=new)
    return _change(tx, kept, new, actor=actor, occasion=occasion)


def _change(tx: Tx, found: Organisation, new: Organisation, *, actor: str, occasion: Occasion) -> Registered:
    tx.organisations.lock(found.organisation_id)
    kept = tx.organisations.get(found.organisation_id) or found
    if new.source_at < kept.source_at:
        return Registered(outcome=Outcome.STALE, organisation=kept)
    fields = [name for name in _DESCRIBED if getattr(kept, name) != getattr(new, name)]
    described = {name: getattr(new, name) for name in fields}
    changed = replace(kept, **described, source=new.source, source_at=new.source_at)
    if fields:
        changed = replace(changed, updated_at=occasion.now)
    if changed != kept:
        tx.organisations.update(changed)
    if fields:
        tx.audit.add(
            occasion.event(
                EventType.ORGANISATION_UPDATED,
                actor=actor,
                organisation_id=kept.organisation_id,
                fields=sorted(fields),
                source=new.source,
            )
        )
    has_status = change_status(
        tx,
        kept.organisation_id,
        new.status,
        _AS_SAID,
        said=Said(source=new.source, at=new.source_at),
        actor=actor,
        occasion=occasion,
    )
    outcome = Outcome.UPDATED if fields or has_status else Outcome.UNCHANGED
    return Registered(outcome=outcome, organisation=tx.organisations.get(kept.organisation_id) or changed)


def _organisation(tx: Tx, entry: RegisterEntry, said: Said, occasion: Occasion) -> Organisation:
    parent = None
    if entry.parent_identifier is not None:
        parent = tx.organisations.find(OrganisationScheme.TAX_CODE, entry.parent_identifier)
        if parent is None:
            raise RefusedEntry("identifier: the enterprise of this unit is not registered")
    return Organisation(
        organisation_id=occasion.clock.organisation_id(),
        kind=entry.kind,
        scheme=entry.scheme,
        identifier=entry.identifier,
        name=entry.name,
        short_name=entry.short_name,
        foreign_name=entry.foreign_name,
        legal_form=entry.legal_form,
        status=entry.status,
        founded=entry.founded,
        address=entry.address,
        commune_code=entry.commune_code,
        parent_id=None if parent is None else parent.organisation_id,
        source=said.source,
        source_at=said.at,
        created_at=occasion.now,
        updated_at=occasion.now,
    )


def _record_new(tx: Tx, new: Organisation, *, actor: str, occasion: Occasion) -> None:
    tx.audit.add(
        occasion.event(
            EventType.ORGANISATION_REGISTERED,
            actor=actor,
            organisation_id=new.organisation_id,
            kind=new.kind.value,
            scheme=new.scheme.value,
            source=new.source,
        )
    )
