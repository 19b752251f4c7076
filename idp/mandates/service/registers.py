"""What registers and courts say: it stands as a whole, and what they say no more ends.

Nobody dead or locked becomes a delegate; who is locked later keeps a mandate that can't be used.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from idp.audit.occasion import Occasion
from idp.ids import MandateId, OrganisationId, PersonId
from idp.mandates.model import (
    Mandate,
    MandateRefused,
    Powers,
    Principal,
    Role,
    Rule,
    Source,
    organisation,
    ward,
)
from idp.mandates.service.endings import end_one
from idp.mandates.service.recording import give
from idp.people.ages import of_age_at
from idp.people.model import Person, PersonStatus
from idp.transaction import Tx

_SAID_NO_MORE = "the register says so no more"


def replace_representatives(
    tx: Tx,
    organisation_id: OrganisationId,
    person_ids: Iterable[PersonId],
    *,
    actor: str,
    occasion: Occasion,
    since: datetime | None = None,
    since_of: Mapping[PersonId, datetime] | None = None,
) -> tuple[Mandate, ...]:
    """Let these people, and nobody else, be an organisation's legal representatives; return whose mandates stand.

    Of a household business it is the owner alone. `since`: from when, for those who are new; `since_of`: each by itself.
    """
    template = _template(organisation(organisation_id), Source.REGISTER, Role.REPRESENTATIVE, actor, occasion)
    template = replace(template, valid_from=since or occasion.now)
    return _replace(tx, template, person_ids, actor=actor, occasion=occasion, since_of=since_of or {})


def replace_parents(
    tx: Tx,
    child_id: PersonId,
    parent_ids: Iterable[PersonId],
    *,
    actor: str,
    occasion: Occasion,
    contested: bool = False,
) -> tuple[Mandate, ...]:
    """Let these parents, and nobody else, act for a child until its 18th birthday; return whose mandates stand.

    A conflict about custody that a desk has not settled goes on, and counts for whoever is new. Nobody acts for somebody
    of age, or whose age is not known.
    """
    child = tx.people.canonical(child_id)
    child_id = child_id if child is None else child.person_id
    until = None if child is None else of_age_at(child.profile.birthdate)
    is_minor = child is not None and child.status is not PersonStatus.DECEASED
    parents = tuple(parent_ids) if is_minor and until is not None and until > occasion.now else ()
    template = _template(ward(child_id), Source.PARENT, Role.PARENT, actor, occasion)
    template = replace(template, valid_to=until, contested=contested)
    return _replace(tx, template, parents, actor=actor, occasion=occasion)


def appoint_guardian(
    tx: Tx,
    ward_id: PersonId,
    guardian_id: PersonId,
    *,
    reference: str,
    valid_from: datetime | None = None,
    valid_to: datetime | None = None,
    actor: str,
    occasion: Occasion,
) -> Mandate:
    """Let a guardian act by a court's decision: for a child until its 18th birthday at most, else as the court says.

    Raises MandateRefused if ward or guardian is not there to be one, or the decision has no name.
    """
    child, guardian_id = tx.people.canonical(ward_id), tx.people.standing_id(guardian_id)
    ward_id = ward_id if child is None else child.person_id
    tx.mandates.lock_principal(ward(ward_id))
    if guardian_id == ward_id or not reference:
        raise MandateRefused(Rule.SELF if reference else Rule.TERM)
    if child is None or child.status is PersonStatus.DECEASED or not _may_be_delegate(tx, guardian_id):
        raise MandateRefused(Rule.DELEGATE)
    of_age = of_age_at(child.profile.birthdate)
    is_minor = of_age is not None and of_age > occasion.now
    until = min(valid_to or of_age, of_age) if is_minor and of_age is not None else valid_to
    begins = valid_from or occasion.now
    if until is not None and until <= max(begins, occasion.now):
        raise MandateRefused(Rule.TERM)
    template = _template(ward(ward_id), Source.COURT, Role.GUARDIAN, actor, occasion)
    held = tx.mandates.of_principal(template.principal_kind, template.principal_id)
    if any(one.delegate_id == guardian_id and not one.is_over(occasion.now) for one in held):
        raise MandateRefused(Rule.ALREADY)
    mandate = replace(
        template, delegate_id=guardian_id, reference=reference, valid_from=begins, valid_to=until
    )
    give(tx, (mandate,), actor=actor, occasion=occasion)
    return mandate


def _replace(
    tx: Tx,
    template: Mandate,
    person_ids: Iterable[PersonId],
    *,
    actor: str,
    occasion: Occasion,
    since_of: Mapping[PersonId, datetime] | None = None,
) -> tuple[Mandate, ...]:
    """Keep, end and add, so that the mandates of this source are those of these people."""
    tx.mandates.lock_principal(template.principal)
    standing = dict.fromkeys(map(tx.people.standing_id, person_ids))
    wanted = [one for one in standing if one != template.principal_id]
    held = [
        one
        for one in tx.mandates.of_principal(template.principal_kind, template.principal_id)
        if one.source is template.source and not one.is_over(occasion.now)
    ]
    kept: dict[PersonId, Mandate] = {}
    for one in held:
        if one.delegate_id in wanted and one.delegate_id not in kept and not _has_died(tx, one.delegate_id):
            kept[one.delegate_id] = one
        else:
            end_one(tx, one, _SAID_NO_MORE, actor=actor, occasion=occasion)
    contested = template.contested or any(one.contested for one in held)
    new = [
        replace(
            template,
            mandate_id=MandateId(occasion.clock.token(9)),
            delegate_id=person_id,
            valid_from=(since_of or {}).get(person_id, template.valid_from),
            contested=contested,
        )
        for person_id in wanted
        if person_id not in kept and _may_be_delegate(tx, person_id)
    ]
    give(tx, new, actor=actor, occasion=occasion)
    return (*kept.values(), *new)


def _template(principal: Principal, source: Source, role: Role, actor: str, occasion: Occasion) -> Mandate:
    """Return a full mandate of nobody yet."""
    return Mandate(
        mandate_id=MandateId(occasion.clock.token(9)),
        principal_kind=principal.kind,
        principal_id=principal.id,
        delegate_id=PersonId(""),
        source=source,
        role=role,
        powers=Powers.FULL,
        valid_from=occasion.now,
        appointed_by=actor,
        created_at=occasion.now,
    )


def _may_be_delegate(tx: Tx, person_id: PersonId) -> bool:
    person = tx.people.get(person_id)
    return person is not None and person.status is PersonStatus.ACTIVE


def _has_died(tx: Tx, person_id: PersonId) -> bool:
    person: Person | None = tx.people.get(person_id)
    return person is None or person.status is PersonStatus.DECEASED
