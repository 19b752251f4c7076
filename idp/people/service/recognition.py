"""Who came back from upstream: found by (issuer, subject), linked by a proved ID number, or new (SECURITY E04).

Never by name, birth date, e-mail or phone. A number that belongs to somebody already, without a level-02 proof, is a
conflict for a desk, not a link.
"""

from dataclasses import dataclass, field, fields, replace
from typing import Literal

from federation.upstream import ExternalIdentity
from idp.audit.events import AuditEvent, EventType
from idp.audit.occasion import Occasion, person_ref
from idp.conflicts.model import Doubt
from idp.conflicts.service import leave_to_steward
from idp.database import Done
from idp.ids import PersonId
from idp.life_events.model import Ground
from idp.people.model import (
    Attribute,
    Holder,
    IdentifierScheme,
    NumberCause,
    Origin,
    Person,
    PersonProfile,
    PersonStatus,
    Source,
)
from idp.people.provenance import Merged, Statements, merge
from idp.people.service.doubts import (
    contradicted,
    number_of_another,
    number_of_merged,
    refused_account,
    second_account,
)
from idp.people.service.stated import statements_of
from idp.transaction import Tx
from idp.upstreams.model import ExternalLink

_LEVEL_02 = 2
_ORIGINS = "origins"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """The person behind an upstream account. `is_first` on the sign-in that made or linked the record."""

    person: Person
    is_first: bool
    before: Person = field(repr=False)
    """As the record was until this sign-in said what it says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotRecognised:
    """Why this sign-in opens no session; the words are the page's."""

    case: Literal["locked", "not-linked"]
    reason_key: str | None = None
    """Why it is locked, where the person may be told."""


def recognise(tx: Tx, identity: ExternalIdentity, *, occasion: Occasion) -> Done[Recognised | NotRecognised]:
    """Find, link or make the record of whoever signed in upstream; of merged records, the one that stands is theirs."""
    _hold(tx, identity)
    link = tx.upstreams.find(identity.issuer, identity.subject)
    holder = _by_number(tx, identity) if link is None else None
    if holder is not None and not identity.account_level == holder.record_level == _LEVEL_02:
        reason = "the number is this record's, the proof below level 02"
        tx.audit.add(_refusal(occasion, holder.person, reason))
        leave_to_steward(tx, refused_account(holder, identity), occasion)
        return Done(NotRecognised(case="not-linked"))
    person = _whose(tx, identity, link, holder, occasion)
    if person is None:
        return Done(NotRecognised(case="not-linked"))
    if person.status is not PersonStatus.ACTIVE:
        tx.audit.add(_refusal(occasion, person, person.status.value))
        return Done(NotRecognised(case="locked", reason_key=_told_reason(tx, person)))
    news = _news(tx, person, identity, occasion)
    second = () if holder is None else second_account(tx, holder, identity)
    for doubt in (*second, *news.doubts):
        leave_to_steward(tx, doubt, occasion)
    if news.updated is None:
        tx.audit.add(_refusal(occasion, person, "the number is another record's"))
        return Done(NotRecognised(case="not-linked"))
    if news.updated != person:
        tx.people.update(news.updated, cause=_cause(person, news.updated))
        fields = _changed_fields(person, news.updated)
        tx.audit.add(_event(occasion, EventType.PERSON_UPDATED, person, fields=fields))
    if news.kept:
        kept = sorted(attribute.value for attribute in news.kept)
        tx.audit.add(_event(occasion, EventType.PERSON_ATTRIBUTES_KEPT, person, fields=kept))
    return Done(Recognised(person=news.updated, is_first=link is None, before=person))


def _hold(tx: Tx, identity: ExternalIdentity) -> None:
    """Hold whoever this is known to be before anything of theirs is read: else a sign-in beside their closing would
    write back what was erased just now, and one beside a lock or a split might wait in a circle.
    """
    link = tx.upstreams.find(identity.issuer, identity.subject)
    holder = _by_number(tx, identity) if link is None else None
    if link is not None:
        tx.people.lock(tx.people.standing_id(link.person_id))
    elif holder is not None:
        tx.people.lock_standing(holder.record_id)


def _whose(
    tx: Tx,
    identity: ExternalIdentity,
    link: ExternalLink | None,
    holder: Holder | None,
    occasion: Occasion,
) -> Person | None:
    """Return whose account this is; link one that is new here to the record with its number, or to a new one."""
    if link is not None:
        tx.upstreams.touch(identity.issuer, identity.subject, occasion.now)
        return tx.people.canonical(link.person_id)
    person = _new_person(identity, occasion) if holder is None else holder.person
    if holder is None:
        tx.people.add_many((person,))
        tx.audit.add(_event(occasion, EventType.PERSON_CREATED, person, source=identity.issuer))
    tx.upstreams.add(_link(identity, person.person_id if holder is None else holder.record_id, occasion))
    tx.audit.add(_event(occasion, EventType.PERSON_LINKED, person, issuer=identity.issuer))
    return person


@dataclass(frozen=True, slots=True, kw_only=True)
class _News:
    """What a sign-in changes."""

    updated: Person | None
    """None: the number it states is another record's."""
    kept: tuple[Attribute, ...] = ()
    """What a stronger source says otherwise."""
    doubts: tuple[Doubt, ...] = ()


def _news(tx: Tx, person: Person, identity: ExternalIdentity, occasion: Occasion) -> _News:
    """Weigh what the upstream says now; the number of a record merged into this one stays with that record."""
    statements = statements_of(identity)
    updated, merged = _updated(person, identity, statements, occasion)
    holder = _by_number(tx, identity) if _numbers(updated) != _numbers(person) else None
    if holder is not None and holder.person.person_id != person.person_id:
        return _News(updated=None, doubts=(number_of_another(person, holder),))
    doubts: tuple[Doubt, ...] = ()
    if holder is not None and holder.record_id != person.person_id:
        doubts = (number_of_merged(person, holder),)
        del statements[Attribute.ID_NUMBER]
        updated, merged = _updated(person, identity, statements, occasion)
    return _News(
        updated=updated, kept=merged.kept, doubts=(*doubts, *contradicted(person, merged.kept, identity))
    )


def _told_reason(tx: Tx, person: Person) -> str | None:
    """Return what a locked person is told of why: that a residence is over, or who asked for it."""
    grounds = {one.ground for one in tx.life_grounds.of_person(person.person_id)}
    if grounds == {Ground.RESIDENCE}:
        return "residence"
    if grounds == {Ground.HOLDER}:
        return "owner"
    return "authority" if grounds == {Ground.REQUEST} else None


def _numbers(person: Person) -> tuple[str, str]:
    return person.profile.personal_id, person.profile.foreigner_id


def _cause(before: Person, after: Person) -> str:
    """Return why identifiers that end now do; of a number, that the national system says so."""
    return "" if _numbers(before) == _numbers(after) else NumberCause.STATED_UPSTREAM.value


def _by_number(tx: Tx, identity: ExternalIdentity) -> Holder | None:
    attributes = identity.attributes
    if attributes.personal_id:
        return tx.people.find_holder(IdentifierScheme.PERSONAL_ID, attributes.personal_id)
    if attributes.foreigner_id:
        return tx.people.find_holder(IdentifierScheme.FOREIGNER_ID, attributes.foreigner_id)
    return None


def _event(occasion: Occasion, event_type: EventType, person: Person, **payload: object) -> AuditEvent:
    return occasion.event(
        event_type, actor=person_ref(person.person_id), person_id=person.person_id, **payload
    )


def _refusal(occasion: Occasion, person: Person, reason: str) -> AuditEvent:
    return occasion.sign_in_refused(person.person_id, reason=reason, factor="national")


def _link(identity: ExternalIdentity, record_id: PersonId, occasion: Occasion) -> ExternalLink:
    return ExternalLink(
        issuer=identity.issuer,
        subject=identity.subject,
        person_id=record_id,
        linked_at=occasion.now,
        last_used_at=occasion.now,
    )


def _updated(
    person: Person, identity: ExternalIdentity, statements: Statements, occasion: Occasion
) -> tuple[Person, Merged]:
    """Take over what the upstream says now, where it is strong enough; the level follows it down as well as up."""
    merged = merge(
        person.profile,
        statements,
        _origin(identity, occasion),
        unknown=Origin(source=Source.UPSTREAM, level=person.account_level, at=person.created_at),
    )
    level = identity.account_level or person.account_level
    if merged.profile == person.profile and level == person.account_level:
        return person, merged
    changed = _with_profile(person, merged.profile, level)
    is_news = _changed_fields(person, changed) != [_ORIGINS]
    return (replace(changed, updated_at=occasion.now) if is_news else changed), merged


def _changed_fields(before: Person, after: Person) -> list[str]:
    names = (field.name for field in fields(PersonProfile))
    changed = [name for name in names if getattr(before.profile, name) != getattr(after.profile, name)]
    return sorted(changed + (["account_level"] if before.account_level != after.account_level else []))


def _new_person(identity: ExternalIdentity, occasion: Occasion) -> Person:
    origin = _origin(identity, occasion)
    merged = merge(PersonProfile(full_name=""), statements_of(identity), origin, unknown=origin)
    person = Person(
        person_id=occasion.clock.person_id(),
        status=PersonStatus.ACTIVE,
        account_level=0,
        profile=merged.profile,
        created_at=occasion.now,
        updated_at=occasion.now,
    )
    return _with_profile(person, merged.profile, identity.account_level or 0)


def _with_profile(person: Person, profile: PersonProfile, level: int) -> Person:
    """Return the person with a profile, and what stands in clear beside it as the profile says."""
    return replace(
        person,
        profile=profile,
        account_level=level,
        commune_code=profile.address.ward_code if profile.address else person.commune_code,
        birth_year=int(profile.birthdate[:4]) if profile.birthdate else person.birth_year,
    )


def _origin(identity: ExternalIdentity, occasion: Occasion) -> Origin:
    return Origin(
        source=Source.UPSTREAM, issuer=identity.issuer, level=identity.account_level or 0, at=occasion.now
    )
