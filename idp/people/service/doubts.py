"""What a sign-in at an upstream leaves to a steward: numbers and statements that contradict what is known (DOMAIN §3.2).

No number is among the facts: the records have them. Never by a name or a birth date alone.
"""

from collections.abc import Collection, Mapping

from federation.upstream import ExternalIdentity
from idp.conflicts.model import ConflictKind, Doubt
from idp.people.model import Attribute, Holder, Person
from idp.transaction import Tx

_OF_IDENTITY = frozenset(
    {
        Attribute.NAME,
        Attribute.GENDER,
        Attribute.BIRTHDATE,
        Attribute.NATIONALITY,
        Attribute.ID_NUMBER,
    }
)
"""What makes two people of one, where it differs; phones and addresses differ all the time."""


def refused_account(holder: Holder, identity: ExternalIdentity) -> Doubt:
    """An account that is new here states a record's number without the proof that would link it."""
    facts = {
        "issuer": identity.issuer,
        "account": identity.subject,
        "account_level": str(identity.account_level or 0),
        "record_level": str(holder.record_level),
    }
    return _about(ConflictKind.NUMBER_NOT_PROVED, holder.person, holder, facts)


def second_account(tx: Tx, holder: Holder, identity: ExternalIdentity) -> tuple[Doubt, ...]:
    """A person who has an account at this upstream comes with another that proves the same number."""
    linked = tx.upstreams.of_person(holder.person.person_id)
    same_upstream = (one.subject for one in linked if one.issuer == identity.issuer)
    others = [subject for subject in same_upstream if subject != identity.subject]
    if not others:
        return ()
    facts = {"issuer": identity.issuer, "account": identity.subject, "linked": others[0]}
    return (_about(ConflictKind.TWO_ACCOUNTS, holder.person, holder, facts),)


def number_of_another(person: Person, holder: Holder) -> Doubt:
    """A known account states the number of another person's record."""
    return _about(ConflictKind.NUMBER_OF_ANOTHER, person, holder, {})


def number_of_merged(person: Person, holder: Holder) -> Doubt:
    """A known account states the number of a record that was merged into this one."""
    return _about(ConflictKind.NUMBER_OF_MERGED, person, holder, {})


def contradicted(
    person: Person, kept: Collection[Attribute], identity: ExternalIdentity
) -> tuple[Doubt, ...]:
    """An account states something else of who the person is than a stronger source did."""
    fields = sorted(one.value for one in kept if one in _OF_IDENTITY)
    if not fields:
        return ()
    facts = {"issuer": identity.issuer, "fields": " ".join(fields)}
    return (Doubt(kind=ConflictKind.CONTRADICTION, people=(person.person_id,), facts=facts),)


def _about(kind: ConflictKind, person: Person, holder: Holder, facts: Mapping[str, str]) -> Doubt:
    return Doubt(kind=kind, people=(person.person_id, holder.record_id), facts=facts)
