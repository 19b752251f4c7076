"""Events about organisations: their status and who represents them, by the use cases that files of registers use too."""

from collections.abc import Callable, Mapping

from idp.audit.events import EventType
from idp.days import start_of
from idp.life_events import facts
from idp.life_events.model import Contradiction, LifeEventType, Outcome
from idp.life_events.service.word import Word
from idp.mandates.service import replace_representatives
from idp.organisations.entry import Said
from idp.organisations.model import Organisation, OrganisationStatus
from idp.organisations.service import change_status, is_representative_vacant, person_of, representatives_of

Applied = Outcome | Contradiction


def status(word: Word, organisation: Organisation) -> Applied:
    """An organisation is suspended, dissolved, active again."""
    new = facts.status(word.event.facts)
    if not word.is_last("status") or word.event.entered_at < organisation.source_at:
        return Outcome.STALE
    changed = change_status(
        word.tx,
        organisation.organisation_id,
        new,
        word.reason,
        actor=word.actor,
        occasion=word.occasion,
        said=Said(source=organisation.source, at=word.event.entered_at),
    )
    return Outcome.APPLIED if changed else Outcome.UNCHANGED


def representatives(word: Word, organisation: Organisation) -> Applied:
    """Other people represent it; whom nobody here knows gets nothing until the register speaks again."""
    said = facts.representatives(word.event.facts)
    if not word.is_last("representatives"):
        return Outcome.STALE
    if organisation.status is OrganisationStatus.DISSOLVED:
        return Outcome.UNCHANGED
    tx, now = word.tx, word.occasion.now
    organisation_id = organisation.organisation_id
    known = {one: found for one in said if (found := person_of(tx, one.personal_id)) is not None}
    since = {
        found: start_of(one.since)
        for one, found in known.items()
        if one.since is not None and start_of(one.since) > now
    }
    before = representatives_of(tx, organisation_id, now=now)
    replace_representatives(
        tx, organisation_id, known.values(), actor=word.actor, occasion=word.occasion, since_of=since
    )
    if before and is_representative_vacant(tx, organisation_id, now=now):
        tx.audit.add(
            word.occasion.event(
                EventType.ORGANISATION_VACANT,
                actor=word.actor,
                organisation_id=organisation_id,
                reason=word.reason,
            )
        )
    same = before == representatives_of(tx, organisation_id, now=now) and not since
    return Outcome.UNCHANGED if same else Outcome.APPLIED


OF_ORGANISATIONS: Mapping[str, Callable[[Word, Organisation], Applied]] = {
    LifeEventType.STATUS: status,
    LifeEventType.REPRESENTATIVES: representatives,
}
