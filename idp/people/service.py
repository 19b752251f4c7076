"""Who came back from upstream: found by (issuer, subject), linked by a proved ID number, or new (SECURITY E04).

Never by name, birth date, e-mail or phone. A number that belongs to somebody already, without a level-02 proof, is a
conflict for a desk, not a link.
"""

from dataclasses import dataclass, replace
from typing import Literal

from federation.upstream import ExternalAttributes, ExternalIdentity
from idp.audit.events import EventType
from idp.audit.occasion import Occasion, person_ref
from idp.people.model import Address, IdentifierScheme, Person, PersonProfile, PersonStatus
from idp.people.name_parts import split_name
from idp.transaction import Tx
from idp.upstreams.model import ExternalLink

_LEVEL_02 = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """The person behind an upstream account. `is_first` on the sign-in that made or linked the record."""

    person: Person
    is_first: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NotRecognised:
    """Why this sign-in opens no session; the words are the page's."""

    case: Literal["locked", "not-linked"]


def recognise(tx: Tx, identity: ExternalIdentity, *, occasion: Occasion) -> Recognised | NotRecognised:
    """Find, link or make the record of whoever signed in upstream."""
    link = tx.upstreams.find(identity.issuer, identity.subject)
    if link is not None:
        person = tx.people.canonical(link.person_id)
        if person is None:
            return NotRecognised(case="not-linked")
        tx.upstreams.touch(identity.issuer, identity.subject, occasion.now)
        return _admit(tx, person, identity, is_first=False, occasion=occasion)
    number = identity.attributes.personal_id
    known = tx.people.find_by_identifier(IdentifierScheme.PERSONAL_ID, number) if number else None
    if known is not None and identity.account_level != _LEVEL_02:
        return NotRecognised(case="not-linked")
    person = known or _make(tx, identity, occasion)
    tx.upstreams.add(
        ExternalLink(
            issuer=identity.issuer,
            subject=identity.subject,
            person_id=person.person_id,
            linked_at=occasion.now,
            last_used_at=occasion.now,
        )
    )
    tx.audit.add(
        occasion.event(
            EventType.PERSON_LINKED,
            actor=person_ref(person.person_id),
            person_id=person.person_id,
            issuer=identity.issuer,
        )
    )
    return _admit(tx, person, identity, is_first=True, occasion=occasion)


def _admit(
    tx: Tx, person: Person, identity: ExternalIdentity, *, is_first: bool, occasion: Occasion
) -> Recognised | NotRecognised:
    if person.status is not PersonStatus.ACTIVE:
        tx.audit.add(
            occasion.event(
                EventType.SIGN_IN_REFUSED,
                actor=person_ref(person.person_id),
                person_id=person.person_id,
                reason=person.status.value,
                factor="national",
            )
        )
        return NotRecognised(case="locked")
    return Recognised(person=_refresh(tx, person, identity, occasion), is_first=is_first)


def _refresh(tx: Tx, person: Person, identity: ExternalIdentity, occasion: Occasion) -> Person:
    """Take over what the upstream says now; the level follows it down as well as up."""
    profile = _profile(identity.attributes, person.profile)
    level = identity.account_level or person.account_level
    if profile == person.profile and level == person.account_level:
        return person
    updated = replace(person, profile=profile, account_level=level, updated_at=occasion.now)
    tx.people.update(updated)
    tx.audit.add(
        occasion.event(
            EventType.PERSON_UPDATED,
            actor="system",
            person_id=person.person_id,
            fields=sorted(
                name
                for name in PersonProfile.__slots__
                if getattr(profile, name) != getattr(person.profile, name)
            ),
        )
    )
    return updated


def _make(tx: Tx, identity: ExternalIdentity, occasion: Occasion) -> Person:
    attributes = identity.attributes
    person = Person(
        person_id=occasion.clock.person_id(),
        status=PersonStatus.ACTIVE,
        account_level=identity.account_level or 0,
        commune_code=attributes.ward_code,
        birth_year=int(attributes.birthdate[:4]) if attributes.birthdate else None,
        profile=_profile(attributes, PersonProfile(full_name="")),
        created_at=occasion.now,
        updated_at=occasion.now,
    )
    tx.people.add(person)
    tx.audit.add(
        occasion.event(
            EventType.PERSON_CREATED, actor="system", person_id=person.person_id, source=identity.issuer
        )
    )
    return person


def _profile(attributes: ExternalAttributes, old: PersonProfile) -> PersonProfile:
    """Return the profile with what the upstream states; what it leaves out stays."""
    name = attributes.full_name or old.full_name
    parts = split_name(name)
    renamed = name != old.full_name or not old.family_name
    address = old.address
    if attributes.ward_code or attributes.address_detail:
        address = Address(
            ward_code=attributes.ward_code,
            detail=attributes.address_detail,
            formatted=old.address.formatted
            if old.address and old.address.ward_code == attributes.ward_code
            else "",
        )
    return replace(
        old,
        full_name=name,
        family_name=parts.family_name if renamed else old.family_name,
        middle_name=parts.middle_name if renamed else old.middle_name,
        given_name=parts.given_name if renamed else old.given_name,
        gender=attributes.gender or old.gender,
        birthdate=attributes.birthdate or old.birthdate,
        nationality=attributes.nationality or old.nationality,
        personal_id=attributes.personal_id or old.personal_id,
        phone=attributes.phone or old.phone,
        phone_verified=bool(attributes.phone) or old.phone_verified,
        email=attributes.email or old.email,
        email_verified=bool(attributes.email) or old.email_verified,
        address=address,
    )
