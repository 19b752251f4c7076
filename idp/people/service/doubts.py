"""What a sign-in at an upstream leaves to a steward: numbers and statements that contradict what is known (DOMAIN §3.2).

No number is among the facts: the records have them. Never by a name or a birth date alone.
"""

from collections.abc import Collection

from federation.upstream import ExternalIdentity
from idp.audit.occasion import Occasion
from idp.conflicts.model import ConflictKind
from idp.conflicts.service import open_conflict
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


def refused_account(tx: Tx, holder: Holder, identity: ExternalIdentity, occasion: Occasion) -> None:
    """An account that is new here states a record's number without the proof that would link it."""
    facts = {
        "issuer": identity.issuer,
        "account": identity.subject,
        "account_level": str(identity.account_level or 0),
        "record_level": str(holder.record_level),
    }
    _open(tx, ConflictKind.NUMBER_NOT_PROVED, (holder.person, holder), facts, occasion)


def second_account(tx: Tx, holder: Holder, identity: ExternalIdentity, occasion: Occasion) -> None:
    """A person who has an account at this upstream comes with another that proves the same number."""
    others = [
        one.subject
        for one in tx.upstreams.of_person(holder.person.person_id)
        if one.issuer == identity.issuer
    ]
    if others:
        facts = {"issuer": identity.issuer, "account": identity.subject, "linked": others[0]}
        _open(tx, ConflictKind.TWO_ACCOUNTS, (holder.person, holder), facts, occasion)


def number_of_another(tx: Tx, person: Person, holder: Holder, occasion: Occasion) -> None:
    """A known account states the number of another person's record."""
    _open(tx, ConflictKind.NUMBER_OF_ANOTHER, (person, holder), {}, occasion)


def number_of_merged(tx: Tx, person: Person, holder: Holder, occasion: Occasion) -> None:
    """A known account states the number of a record that was merged into this one."""
    _open(tx, ConflictKind.NUMBER_OF_MERGED, (person, holder), {}, occasion)


def contradicted(
    tx: Tx, person: Person, kept: Collection[Attribute], identity: ExternalIdentity, occasion: Occasion
) -> None:
    """An account states something else of who the person is than a stronger source did."""
    fields = sorted(one.value for one in kept if one in _OF_IDENTITY)
    if fields:
        facts = {"issuer": identity.issuer, "fields": " ".join(fields)}
        _open(tx, ConflictKind.CONTRADICTION, (person,), facts, occasion)


def _open(
    tx: Tx,
    kind: ConflictKind,
    about: tuple[Person] | tuple[Person, Holder],
    facts: dict[str, str],
    occasion: Occasion,
) -> None:
    people = [one.record_id if isinstance(one, Holder) else one.person_id for one in about]
    open_conflict(tx, kind=kind, people=people, facts=facts, occasion=occasion)
